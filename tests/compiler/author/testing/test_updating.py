"""Expectations written into test files: what comes out takes the place of what does not, and everything else stays as it was."""

from pathlib import Path

import pytest

from fraudc.author.testing import run_tests
from fraudc.author.testing.updating import updated
from rule_tests import read

RULES = """\
  - id: spent
    by: card
    let: {spent: sum(amount) over 1h, gap: event_time - (prev(event_time) over 1h)}
    when: spent > 200 USD
  - {id: large, when: amount > 500 USD}
"""
HEAD = """\
# Comments stay.
tests:
  - name: one   # here too
    rules: [spent]
    defaults: {card_id: K1}
    transactions:
      - {amount: 150}
      - {at: 1m, id: second, amount: 60}   # 210 in all
"""
SECOND = "{rule: spent, transaction: second, values: {spent: 210.00, gap: 1m}}"
TAIL = """\

  # What follows.
  - {name: two, transactions: [{card_id: K1, amount: 1}], alerts: []}
"""


def update(root: Path, tests: str, rules: str = RULES) -> str:
    _, plan, files, diagnostics = read(root, rules, tests)
    assert not diagnostics.found
    return updated(files[0], run_tests(plan, files), plan)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"    alerts:\n      - {SECOND}\n"),
        ("    alerts: []\n", f"    alerts:\n      - {SECOND}\n"),
        ("    alerts: []   # none\n", f"    alerts:   # none\n      - {SECOND}\n"),
        ("    alerts: [{rule: spent, transaction: t0001}]\n", f"    alerts: [{SECOND}]\n"),
        (
            "    alerts: [{rule: spent, transaction: t0001}, {rule: spent, transaction: second}]\n",
            "    alerts: [{rule: spent, transaction: second}]\n",
        ),
        (
            "    alerts:\n    # before\n    - {rule: spent, transaction: second, values: {spent: 211, gap: 61s}}  # why\n",
            "    alerts:\n    # before\n    - {rule: spent, transaction: second, values: {spent: 210.00, gap: 1m}}  # why\n",
        ),
        (
            "    alerts:\n      - rule: spent\n        transaction: t0001\n        # inside\n        values: {spent: 1}\n"
            "      # the other\n      - rule: spent\n        transaction: second\n",
            "    alerts:\n      # the other\n      - rule: spent\n        transaction: second\n",
        ),
        (
            "    alerts:\n      - {rule: spent, transaction: t0001}   # wrong\n",
            f"    alerts:\n      - {SECOND}\n",
        ),
    ],
)  # fmt: skip
def test_only_what_is_wrong_is_written_anew(before: str, after: str, tmp_path: Path) -> None:
    assert update(tmp_path, HEAD + before + TAIL) == HEAD + after + TAIL
    assert update(tmp_path, HEAD + before) == HEAD + after


def test_a_list_that_nothing_is_left_of_is_an_empty_one(tmp_path: Path) -> None:
    block = HEAD.replace("amount: 60", "amount: 5") + "    alerts:   # all\n      - {rule: spent, transaction: second}\n" + TAIL
    assert update(tmp_path, block) == HEAD.replace("amount: 60", "amount: 5") + "    alerts: []   # all\n" + TAIL


def test_tests_in_braces_and_several_alerts_are_filled_in(tmp_path: Path) -> None:
    case = "{name: a, defaults: {card_id: K1}, transactions: [{id: 'x y', amount: 501}, {amount: 1}]"
    large, spent = '{rule: large, transaction: "x y"}', '{rule: spent, transaction: "x y", values: {spent: 502.00, gap: 0s}}'
    rows = f"[{large}, {spent}]"  # t0001 comes before "x y" at the same time
    assert update(tmp_path, f"tests:\n  - {case}}}\n") == f"tests:\n  - {case}, alerts: {rows}}}\n"
    assert update(tmp_path, f"tests:\n  - {case}, alerts: []}}\n") == f"tests:\n  - {case}, alerts: {rows}}}\n"


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    found = update(tmp_path, (HEAD + "    alerts: []\n").replace("\n", "\r\n"))
    assert found == (HEAD + f"    alerts:\n      - {SECOND}\n").replace("\n", "\r\n")
