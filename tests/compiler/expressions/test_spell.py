"""Canonical text: reading what is spelled gives the same typed expression again."""

import pytest

from compiling import project, typed
from fraudc.expressions.spell import spell, spell_duration, spell_string
from fraudc_runtime.expr import InList, Slot


@pytest.mark.parametrize(
    "text",
    [
        "n + n * n",
        "(n + n) * n",
        "n - (n - n)",
        "n - n - n",
        "n / (n * 2)",
        "n % 3 % 2",
        "-(n + 1)",
        "-n * -2",
        "--n",
        "n - -5",
        "not flag and flag or not (flag or flag)",
        "not not flag",
        "flag == (n < 3)",
        "(n < 3) == (n > 1)",
        "(flag and flag) == flag",
        "country ?? text == 'a'",
        "(country is missing) == flag",
        "(n in [1, 2]) == flag",
        "n + 1 in [1, n * 2]",
        "fee ?? amount - 5 USD",
        "(fee ?? amount) - 5 USD",
        "n not in [1]",
        "not n not in [1]",
        "(n not in [1]) is missing",
        "if(flag, abs(n), least(n, 2, 3)) > 1",
        "customer.segment == 'a\\\\b\\n\\t\\u0000'",
        "at - 1h30m > seen",
        "x > 1e300 or x < 1e-300 or x == 5%",
    ],
)
def test_spelling_and_reading_are_inverse(text: str) -> None:
    expr = typed(text)
    assert typed(spell(expr, "customer")) == expr


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("((n)+(n))", "n + n"),
        ("n+(n+n)", "n + (n + n)"),
        ("flag and (flag and flag)", "flag and flag and flag"),
        ("flag or (flag and flag)", "flag or flag and flag"),
        ("not (n == 1)", "not n == 1"),
        ("not (n in [1])", "n not in [1]"),
        ("(fee ?? (fee ?? amount))", "fee ?? fee ?? amount"),
        ("n ?? x", "n ?? x"),
        ("'it\\'s'", '"it\'s"'),
    ],
)
def test_one_spelling_for_one_meaning(text: str, spelled: str) -> None:
    assert spell(typed(text)) == spelled


def test_slots_are_written_as_they_are_named_and_lists_without_their_type() -> None:
    assert spell(Slot("r/0", "int"), slots={"r/0": "w1"}) == "w1"
    assert spell(Slot("r/0", "int")) == "r/0"
    when = project({"when": "n not in codes"}, {"codes": ["1"]}).rules[0].rule.when
    assert spell(when) == "n not in codes"
    assert spell(InList(typed("n + 1"), "codes:int")) == "n + 1 in codes"


def test_durations_are_spelled_from_days_down() -> None:
    assert [spell_duration(ms) for ms in (0, 1, 1_000, 61_001, 3_600_000, 86_400_000, 90 * 86_400_000)] == [
        "0s", "1ms", "1s", "1m1s1ms", "1h", "1d", "90d",
    ]  # fmt: skip


def test_strings_are_spelled_in_double_quotes() -> None:
    assert spell_string('a"b\\c\n\t\x00\x7fé') == '"a\\"b\\\\c\\n\\t\\u0000\\u007fé"'
