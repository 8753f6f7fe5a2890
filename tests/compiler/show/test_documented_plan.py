"""The plan that docs/plan.md shows is the one that its project compiles to."""

import re
from pathlib import Path

import pytest

from fraudc.pipeline import compile_project
from fraudc.show import PRINTERS
from fraudc.show.describe import describe

PAGE = Path(__file__).parents[3] / "docs" / "plan.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_shows_the_plan_of_its_project(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text(encoding="utf-8")
    project, rules, shown = (body for _, body in BLOCK.findall(page)[:3])
    (tmp_path / "rules").mkdir()
    (tmp_path / "fraudc.yaml").write_text(project, encoding="utf-8")
    (tmp_path / "rules" / "shop.yaml").write_text(rules, encoding="utf-8")
    plan = compile_project(tmp_path).plan
    assert plan is not None
    printed = PRINTERS["text"](describe(plan, "shop"))
    logical = printed[: printed.index("\njob ")]
    if request.config.getoption("--renew-goldens"):
        PAGE.write_text(page.replace(shown, logical), encoding="utf-8")
        shown = logical
    assert logical == shown
