"""Breaks the engine and the checker on purpose, one small change at a time, and reports which changes no test notices.

    python bench/mutate.py [--mutants 120] [--seed 1] [--area windows] [--jobs 2]

A mutant is one changed node of a module's syntax tree (a comparison, an operator, a number, a condition, or the same inside a template of
generated code), in a copy of both packages that stands first on the path while the quick tests run. Caught: a test fails or hangs.
"""

import argparse
import ast
import concurrent.futures
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
AREAS = {  # where each kind of meaning lives
    "windows": ["runtime/fraudc_runtime/windows/*.py", "runtime/fraudc_runtime/aggregates/*.py", "runtime/fraudc_runtime/numbers.py"],
    "order": [f"runtime/fraudc_runtime/{name}.py" for name in ("ordering", "engine", "intake", "routing", "frames")],
    "money": [f"runtime/fraudc_runtime/{name}.py" for name in ("money", "render")],
    "missing": [f"runtime/fraudc_runtime/{name}.py" for name in ("lower/expression", "lower/operators", "lower/leaves", "functions")],
    "cooldown": [f"runtime/fraudc_runtime/{name}.py" for name in ("lower/rules", "lower/alert", "lower/where", "agenda")],
    "state": [f"runtime/fraudc_runtime/{name}.py" for name in ("state", "keys", "lower/layout")],
    "input": ["runtime/fraudc_runtime/schema.py", "runtime/fraudc_runtime/timestamps.py", "runtime/fraudc_runtime/formats/*.py"],
    "checker": [
        "compiler/fraudc/check/*.py",
        "compiler/fraudc/parse/*.py",
        *(f"compiler/fraudc/{name}.py" for name in ("folding", "optimize", "detectors")),
    ],
}
SLOW = ["tests/runtime/flink", "tests/compiler/cli", "tests/compiler/live", "tests/compiler/show", "tests/compiler/test_hostile.py"]
TESTS = ["tests/test_scenarios.py", "tests/runtime", "tests/property", "tests/compiler", *(f"--ignore={path}" for path in SLOW)]
SECONDS = 300
COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv}
TEMPLATES = [
    (" <= ", " < "),
    (" < ", " <= "),
    (" >= ", " > "),
    (" > ", " >= "),
    (" += ", " -= "),
    (" -= ", " += "),
    (" and ", " or "),
    (" is not None", " is None"),
    (" + 1", " + 2"),
    (" - ", " + "),
]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: `number` counts the candidates of a file in tree order."""

    area: str
    path: Path
    number: int
    line: int
    what: str


class Changer(ast.NodeTransformer):
    """Counts the places where a change is possible; changes the one numbered `target`, none for -1."""

    def __init__(self, target: int) -> None:
        self.target, self.places = target, list[tuple[int, str]]()

    def _here(self, node: ast.expr | ast.stmt, what: str) -> bool:
        self.places.append((node.lineno, what))
        return len(self.places) - 1 == self.target

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        swap = COMPARISONS.get(type(node.ops[0]))
        if swap and self._here(node, f"{type(node.ops[0]).__name__} -> {swap.__name__}"):
            node.ops[0] = swap()
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        swap = OPERATORS.get(type(node.op))
        if swap and self._here(node, f"{type(node.op).__name__} -> {swap.__name__}"):
            node.op = swap()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        if self._here(node, "and <-> or"):
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        if self._here(node, "if -> if not"):
            node.test = ast.UnaryOp(ast.Not(), node.test)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool):
            return node
        if isinstance(node.value, int) and self._here(node, f"{node.value} -> {node.value + 1}"):
            return ast.copy_location(ast.Constant(node.value + 1), node)
        if isinstance(node.value, str):
            for old, new in TEMPLATES:
                if old in node.value and self._here(node, f"template {old!r} -> {new!r}"):
                    return ast.copy_location(ast.Constant(node.value.replace(old, new, 1)), node)
        return node


def without_docstrings(tree: ast.Module) -> ast.Module:
    """The tree in which no docstring is a candidate."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.fix_missing_locations(tree)


def candidates(area: str) -> Iterator[Mutant]:
    for pattern in AREAS[area]:
        for path in sorted(ROOT.glob(pattern)):
            changer = Changer(-1)
            changer.visit(without_docstrings(ast.parse(path.read_text(encoding="utf-8"))))
            for number, (line, what) in enumerate(changer.places):
                yield Mutant(area, path.relative_to(ROOT), number, line, what)


def choose(areas: list[str], wanted: int, seed: int) -> list[Mutant]:
    """The same mutants for the same seed and source, evenly over the areas."""
    choice = random.Random(seed)
    chosen: list[Mutant] = []
    for at, area in enumerate(areas):
        pool = list(candidates(area))
        share = (wanted - len(chosen)) // (len(areas) - at)
        chosen += choice.sample(pool, min(share, len(pool)))
    return chosen


def survives(mutant: Mutant) -> bool:
    """Runs the quick tests against the mutant."""
    with tempfile.TemporaryDirectory() as folder:
        for package in ("compiler", "runtime"):
            shutil.copytree(ROOT / package, Path(folder, package), ignore=shutil.ignore_patterns("__pycache__"))
        target = Path(folder, mutant.path)
        tree = Changer(mutant.number).visit(without_docstrings(ast.parse(target.read_text(encoding="utf-8"))))
        target.write_text(ast.unparse(ast.fix_missing_locations(tree)), encoding="utf-8")
        path = os.pathsep.join(str(Path(folder, package)) for package in ("compiler", "runtime"))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *TESTS]
        try:
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mutants", type=int, default=120)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--area", choices=AREAS, action="append")
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = options.parse_args()
    mutants = choose(chosen.area or list(AREAS), chosen.mutants, chosen.seed)
    survivors = []
    with concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
        for mutant, alive in zip(mutants, pool.map(survives, mutants), strict=True):
            print(f"{'SURVIVED' if alive else 'caught':9} {mutant.area:9} {mutant.path}:{mutant.line}: {mutant.what}", flush=True)
            survivors += [mutant] if alive else []
    print(f"{len(mutants) - len(survivors)} of {len(mutants)} mutants caught")


if __name__ == "__main__":
    main()
