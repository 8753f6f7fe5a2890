"""The examples in explanations of codes: the wrong one gives the code, the right one compiles."""

from pathlib import Path

import pytest

from fraudc.codes import planning, syntax, types
from fraudc.diagnostics import Code
from fraudc.pipeline import compile_project

CODES = (*syntax.CODES, *types.CODES, *planning.CODES)
ABBREVIATED = {"E212", "E415"}  # the whole example would be thousands of characters
PROJECT = """\
version: 1
schema:
  id: id
  event_time: event_time
  fields:
    id: string
    event_time: timestamp
    customer_id: string
    card_id: string?
    amount: money
    merchant_id: string
    country: string?
    channel: string
    type: string
    quantity: int
    overdraft: int
  money: {base: USD}
  entities:
    customer: {key: customer_id, profile: {segment: string?}}
    card: {key: card_id}
rules: [rules.yaml]
"""


def codes_of(example: str, root: Path, by: bool) -> list[str]:
    """Of a rule with these keys, and with what it needs besides."""
    lines = example.split("\n")
    if by and not any(line.startswith("by:") for line in lines):
        lines.append("by: customer")
    if not any(line.startswith(("when:", "detector:")) for line in lines):
        lines.append("detector: high_value" if any(line.startswith("limit:") for line in lines) else "when: true")
    sizes = "[small, 2]" if "small" in example else "[1, 2]"
    lists = f"lists: {{high_risk: [NG], allowed_channels: [ecom], sizes: {sizes}}}\n"
    (root / "fraudc.yaml").write_text(PROJECT)
    (root / "rules.yaml").write_text(f"version: 1\n{lists}rules:\n  - id: r\n" + "".join(f"    {line}\n" for line in lines))
    return [found.code.code for found in compile_project(root).diagnostics.ordered()]


def by_entity(code: Code) -> bool:
    return code is not planning.NEEDS_ENTITY


@pytest.mark.parametrize("code", [code for code in CODES if code.code not in ABBREVIATED], ids=lambda code: code.code)
def test_the_wrong_example_gives_the_code_and_the_right_one_compiles(code: Code, tmp_path: Path) -> None:
    assert set(codes_of(code.wrong, tmp_path, by_entity(code))) == {code.code}
    assert codes_of(code.right, tmp_path, by_entity(code)) == []


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.code)
def test_titles_and_explanations_are_written_out(code: Code) -> None:
    assert code.title[0].islower() or code.title.startswith("`")
    assert not code.title.endswith(".")
    assert code.explanation.endswith(".")
