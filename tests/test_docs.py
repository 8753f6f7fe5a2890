"""The documentation is true: every YAML block compiles, every diagnostic code that a page names exists, every link leads somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fraudc.builtins import AGGREGATES, FUNCTIONS
from fraudc.codes import registry
from fraudc.pipeline import compile_project

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("bench/*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REFERENCE = ROOT / "docs" / "language.md"


def blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in BLOCK.findall(page.read_text(encoding="utf-8")) if kind == language]


def project_block() -> str:
    return next(body for body in blocks(REFERENCE, "yaml") if body.startswith("# fraudc.yaml"))


RULE_BLOCKS = [
    pytest.param(body, id=f"{page.name}-{number}")
    for page in PAGES
    for number, body in enumerate(blocks(page, "yaml"))
    if re.search(r"^rules:$", body, re.MULTILINE)
]


@pytest.mark.parametrize("body", RULE_BLOCKS)
def test_rules_on_a_page_compile(body: str, tmp_path: Path) -> None:
    (tmp_path / "fraudc.yaml").write_text(project_block(), encoding="utf-8")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "page.yaml").write_text(body, encoding="utf-8")
    compilation = compile_project(tmp_path)
    assert [(d.code.code, d.message) for d in compilation.diagnostics.found] == []
    assert compilation.plan is not None
    assert compilation.plan.rules


@pytest.mark.parametrize(
    "body", [pytest.param(body, id=f"{page.name}-{at}") for page in PAGES for at, body in enumerate(blocks(page, "python"))]
)
def test_python_on_a_page_runs(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert "assert" in body
    exec(compile(body, "<page>", "exec"), {"__name__": "page"})


def test_the_test_on_the_page_for_authors_passes_and_fails_where_the_rule_is_another(tmp_path: Path) -> None:
    rule, test = blocks(ROOT / "docs" / "testing-rules.md", "yaml")
    (tmp_path / "fraudc.yaml").write_text(project_block(), encoding="utf-8")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "page.test.yaml").write_text(test, encoding="utf-8")
    for text, code in ((rule, 0), (rule.replace("probes >= 3", "probes >= 4"), 1)):
        (tmp_path / "rules" / "page.yaml").write_text(text, encoding="utf-8")
        command = [Path(sys.executable).with_name("fraudc"), "test", "--project", tmp_path]
        assert subprocess.run(command, capture_output=True, check=False).returncode == code


def test_the_reference_has_rules_to_compile() -> None:
    assert len(blocks(REFERENCE, "yaml")) >= 6


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_codes_on_a_page_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert set(re.findall(r"\b[EW][1-9]\d\d\b", text)) <= set(registry())


def test_the_tests_that_a_page_names_are_there() -> None:
    there = {path.stem for path in ROOT.glob("tests/**/test_*.py")}
    for path in ROOT.glob("tests/**/test_*.py"):
        there |= set(re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8")))
    named = {(page.name, name) for page in PAGES for name in re.findall(r"\btest_\w+\b", page.read_text(encoding="utf-8"))}
    assert {(page, name) for page, name in named if name not in there} == set()


def test_the_reference_names_every_function_and_aggregate() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    assert [name for name in [*FUNCTIONS, *AGGREGATES] if not re.search(rf"\b{name}\b", text)] == []


def test_the_workplace_is_not_named() -> None:
    tracked = [path for pattern in ("compiler/**/*", "runtime/**/*", "docs/*", "*.md", "Makefile") for path in ROOT.glob(pattern)]
    texts = {path: path.read_text(encoding="utf-8") for path in tracked if path.is_file() and path.suffix != ".pyc"}
    assert [path.name for path, text in texts.items() if str(ROOT) in text] == []
