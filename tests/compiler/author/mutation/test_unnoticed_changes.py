"""Rules changed on purpose: every change that a test should notice is made, once, and those that none notices are named."""

from pathlib import Path

import pytest

from fraudc.author.coverage import Rules
from fraudc.author.mutation import changes, unnoticed
from fraudc.author.mutation.printers import as_json, as_text
from rule_tests import read


def made(root: Path, rule: str) -> list[tuple[str, str]]:
    """(key, what stands there instead) of every change."""
    project, _, _, _ = read(root, f"  - id: r\n{rule}", "tests: []\n")
    rules = Rules.of(project)
    return [(change.key, change.after) for change in changes(rules.plan, rules.plan.rules[0])]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("amount > 5 USD", ["amount >= 5 USD", "amount > 5.01 USD", "true"]),  # `> 4.99` is `>= 5`
        ("amount >= 5 USD", ["amount > 5 USD", "amount >= 4.99 USD", "true"]),
        ("5 USD > amount", ["5 USD >= amount", "4.99 USD > amount", "true"]),
        ("score < 0.25", ["score <= 0.25", "score < 0.24", "score < 0.26", "true"]),
        ("length(channel) <= 3", ["length(channel) < 3", "length(channel) <= 4", "true"]),
        ("left(channel, 2) == \"ec\"", ['left(channel, 1) == "ec"', 'left(channel, 3) == "ec"', "true"]),
        ('channel > "a" and country is present', ['channel >= "a" and country is present', "country is present", 'channel > "a"', "true"]),
    ],
)  # fmt: skip
def test_conditions_are_changed_in_one_place_each(when: str, expected: list[str], tmp_path: Path) -> None:
    assert made(tmp_path, f"    when: '{when}'\n") == [("when", text) for text in expected]


def test_windows_where_and_times_are_changed_too(tmp_path: Path) -> None:
    rule = """\
    by: card
    where: channel == "ecom"
    let: {small: count(where amount < 2 USD) over 10m delayed by 1h, paned: sum(amount) over 1h every 5m}
    when: small > 0 or paned > 1 USD
    cooldown: 30m
    unless: original_id == match.transaction_id
    within: 1h
"""
    found = made(tmp_path, rule)
    assert [text for key, text in found if key == "where"] == ["(none)"]
    assert [text for key, text in found if key == "let"] == [
        "count(where amount < 2 USD) over 9m59s999ms delayed by 1h",
        "count(where amount < 2 USD) over 10m1ms delayed by 1h",
        "count(where amount < 2 USD) over 10m delayed by 59m59s999ms",
        "count(where amount < 2 USD) over 10m delayed by 1h1ms",
        "count(where amount <= 2 USD) over 10m delayed by 1h",
        "count(where amount < 1.99 USD) over 10m delayed by 1h",
        "count() over 10m delayed by 1h",
        "sum(amount) over 55m every 5m",
        "sum(amount) over 1h5m every 5m",
    ]
    assert [(key, text) for key, text in found if key in ("cooldown", "within", "unless")] == [
        ("unless", "(none)"), ("cooldown", "29m59s999ms"), ("cooldown", "30m1ms"), ("cooldown", "(none)"),
        ("within", "59m59s999ms"), ("within", "1h1ms"),
    ]  # fmt: skip


TESTS = """\
tests:
  - name: one cent above
    transactions: [{amount: 5.01}, {at: 1s, id: second, amount: 5.01}]
    alerts: [{rule: r, transaction: t0001}, {rule: r, transaction: second}]
  - name: at the limit
    transactions: [{amount: 5}]
    alerts: []
"""


def test_changes_that_a_test_notices_are_not_named(tmp_path: Path) -> None:
    project, _, files, _ = read(tmp_path, "  - id: r\n    when: amount > 5 USD\n", TESTS)
    (found,) = unnoticed(Rules.of(project), files)
    assert (found.tests, found.tried, found.unnoticed) == (2, 3, ())
    assert as_text([found]) == "mutations: 3 changes, all noticed\n"


def test_a_test_that_is_taken_away_leaves_a_change_unnoticed(tmp_path: Path) -> None:
    project, _, files, _ = read(tmp_path, "  - id: r\n    when: amount > 5 USD\n", TESTS.partition("  - name: at the limit")[0])
    found = unnoticed(Rules.of(project), files)
    assert as_text(found) == (
        "r (rules/a.yaml): no test notices 2 of 3 changes\n"
        "     4  when: amount > 5 USD  ->  amount >= 5 USD\n"
        "     4  when: amount > 5 USD  ->  true\n\n"
        "mutations: 3 changes, 2 unnoticed\n"
    )
    assert [each["after"] for each in as_json(found)["rules"][0]["unnoticed"]] == ["amount >= 5 USD", "true"]
