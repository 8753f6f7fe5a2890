"""Each printer's whole output for the shop; `pytest tests/compiler/show --renew-goldens` writes the goldens anew, to be read as a diff."""

from pathlib import Path

import pytest

from fraudc.show import PRINTERS
from fraudc.show.model import PlanView

GOLDENS = Path(__file__).parents[2] / "golden" / "plans"
SUFFIXES = {"text": "txt", "json": "json", "mermaid": "mmd", "dot": "dot"}


@pytest.mark.parametrize("form", SUFFIXES)
def test_the_shop_is_printed_as_the_golden_has_it(form: str, shop: PlanView, request: pytest.FixtureRequest) -> None:
    golden = GOLDENS / f"shop.{SUFFIXES[form]}"
    printed = PRINTERS[form](shop)
    if request.config.getoption("--renew-goldens"):
        golden.write_text(printed, encoding="utf-8")
    assert printed == golden.read_text(encoding="utf-8")
