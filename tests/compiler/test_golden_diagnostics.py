"""Every code has a case with the whole text that a user sees.

A case is tests/golden/diagnostics/CODE.txt: files of a project, each behind a line `--- NAME`, then a line `===` and what is printed.
Without fraudc.yaml among them the project is project.yaml of that folder. `--- NAME escaped` means that the content has Python's escapes
in it, for bytes that no editor shows, and `<x*9>` for nine x.
To write what is printed anew: make goldens
"""

import re
from pathlib import Path

import pytest

from fraudc.author.lint import Load, lint
from fraudc.author.testing.files import read_tests, test_paths
from fraudc.codes import registry
from fraudc.codes.lint import UNUSED_FIELDS
from fraudc.diagnostics import Diagnostic
from fraudc.pipeline import compile_project
from fraudc.render import render_text

FOLDER = Path(__file__).parent.parent / "golden" / "diagnostics"
CASES = sorted(FOLDER.glob("*.txt"))


def lay_out(case: str, root: Path) -> None:
    (root / "fraudc.yaml").write_bytes((FOLDER / "project.yaml").read_bytes())
    for header, content in re.findall(r"^--- ([^\n]*)\n(.*?)(?=^--- |\Z)", case, re.MULTILINE | re.DOTALL):
        name, _, escaped = header.partition(" ")
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(unescaped(content) if escaped else content.encode())


def unescaped(content: str) -> bytes:
    repeated = re.sub(r"<(.)\*(\d+)>", lambda found: found[1] * int(found[2]), content)
    return repeated.encode("latin-1").decode("unicode_escape").encode("latin-1")


def diagnostics_of(case: str, root: Path, linted: bool) -> list[Diagnostic]:
    lay_out(case, root)
    compilation = compile_project(root)
    if compilation.plan is not None and compilation.project is not None:
        tests = read_tests(compilation.project, compilation.plan, test_paths(compilation.project), compilation.diagnostics)
        if linted:
            lint(compilation, tests, Load(10_000_000, 2_000))
    return [one for one in compilation.diagnostics.ordered() if one.code is not UNUSED_FIELDS or "--- fraudc.yaml" in case]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_mistake_is_shown_exactly_so(path: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    case, _, expected = path.read_text("utf-8").partition("===\n")
    found = diagnostics_of(case, tmp_path, linted=path.stem.startswith("W"))
    assert [diagnostic.code.code for diagnostic in found] == [path.stem]
    if request.config.getoption("--renew-goldens"):
        path.write_text(f"{case}===\n{render_text(found)}", "utf-8")
    else:
        assert render_text(found) == expected


def test_every_code_has_a_case() -> None:
    assert set(registry()) == {path.stem for path in CASES}
