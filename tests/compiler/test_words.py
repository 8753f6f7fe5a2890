"""Small readings: durations, times, shares of currencies, hints for mistyped names, and the pages of codes."""

import pytest

from fraudc.codes import registry
from fraudc.explain import explain_code
from fraudc.literals.currencies import decimals
from fraudc.literals.durations import milliseconds
from fraudc.literals.instants import instant
from fraudc.suggest import did_you_mean


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0s", 0), ("250ms", 250), ("30s", 30_000), ("5m", 300_000), ("1h30m", 5_400_000), ("7d", 604_800_000), ("2w", 1_209_600_000),
        ("1w1d1h1m1s1ms", 694_861_001), ("1m5ms", 60_005), ("007s", 7_000),
        ("", None), ("5", None), ("s", None), ("1.5h", None), ("-5m", None), ("5 m", None), ("5M", None), ("1s1m", None), ("1s2s", None),
        ("5ms5s", None), ("1y", None), ("٣s", None), ("9" * 99 + "s", None), ("9" * 5000 + "s", None),
    ],
)  # fmt: skip
def test_durations(text: str, expected: int | None) -> None:
    assert milliseconds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:00.5z", 500),
        ("1970-01-01T00:00:00.12399Z", 123),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:00:00-01:00", 0),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ("1970-01-01T00:00:00+00:01", None),
        ("9999-12-31T23:59:59-00:01", None),
        ("2023-02-29T00:00:00Z", None),
        ("2026-01-01T24:00:00Z", None),
        ("2026-01-01T23:59:60Z", None),
        ("2026-01-01 00:00:00Z", None),
        ("2026-01-01T00:00:00", None),
        ("2026-01-01T00:00:00+24:00", None),
        ("2026-01-01T00:00:00.Z", None),
        ("1767225600000", None),
    ],
)
def test_times(text: str, expected: int | None) -> None:
    assert instant(text) == expected


@pytest.mark.parametrize(
    ("code", "expected"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("IQD", 3), ("CLF", 4), ("XAU", None), ("usd", None), ("ZZZ", None)]
)
def test_currencies_have_the_decimals_of_the_standard(code: str, expected: int | None) -> None:
    assert decimals(code) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("amonut", "did you mean `amount`?"), ("AMOUNT", "did you mean `amount`?"), ("xyz", ""), ("a" * 1_000_000, ""), ("", "")],
)
def test_a_near_name_is_suggested(name: str, expected: str) -> None:
    assert did_you_mean(name, ["amount", "channel"]) == expected


def test_the_same_name_is_suggested_whatever_the_order() -> None:
    assert did_you_mean("limt", ["limit", "lint"]) == did_you_mean("limt", ["lint", "limit"])


def test_a_code_has_a_page() -> None:
    assert explain_code("e106") == (
        "E106: a key that stands twice\n\nA key stands once in its mapping: of two values one would be lost without a word.\n\n"
        "  Write:\n\n    severity: high\n\n  and not:\n\n    severity: high\n    severity: low\n"
    )


def test_a_code_that_does_not_exist_is_said_in_one_line() -> None:
    with pytest.raises(KeyError, match="there is no diagnostic E999"):
        explain_code("E999")


def test_every_code_is_complete() -> None:
    for code in registry().values():
        assert all((code.title, code.explanation, code.wrong, code.right)), code.code
        assert not code.title.endswith(".")
        assert code.explanation.endswith(".")
        assert code.wrong != code.right
