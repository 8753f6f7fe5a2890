"""Each pass of the optimiser: what it changes, and what it must not."""

import doctest

import pytest

import fraudc.optimize
from compiling import SCHEMA, project, typed
from fraudc.optimize import PASSES, fold_constants, optimize, share_windows, signature_id
from fraudc.optimize.folding import folded
from fraudc.planner import plan
from fraudc_runtime.expr import Call, Const, Expr, Let, Slot, Type
from fraudc_runtime.plan import MoneySpec, Plan, decode, encode


def planned(*rules: dict[str, object]) -> Plan:
    """The unoptimised plan of several rules."""
    plans = [plan(project({"by": "customer", **keys, "id": f"r{number}"})) for number, keys in enumerate(rules)]
    return Plan(SCHEMA, {}, tuple(s for one in plans for s in one.signatures), tuple(r for one in plans for r in one.rules))


def money() -> MoneySpec:
    assert SCHEMA.money is not None
    return SCHEMA.money


def fold(text: str) -> Expr:
    return folded(typed(text), money())


MISSING: list[tuple[str, Type]] = [
    ("1 / 0", "float"),
    ("1.0 / 0.0", "float"),
    ("1 % 0", "int"),
    ("5 USD / 0", "money"),
    ("5 USD / 0 USD", "float"),
    ("1h / 0s", "float"),
    ("9223372036854775807 + 1", "int"),
    ("-9223372036854775807 - 2", "int"),
    ("9223372036854775807 * 2", "int"),
    ("92233720368547758 USD * 100", "money"),
    ("9223372036854775807ms + 1ms", "duration"),
    ("1e308 * 10.0", "float"),
    ("1e308 / 1e-308", "float"),
    ("1 + missing", "int"),
    ("-(1 / 0)", "float"),
    ("if(missing, 1, 2)", "int"),
    ("not missing", "bool"),
    ("true and missing", "bool"),
    ("missing and missing", "bool"),
    ("false or missing", "bool"),
    ("(1 / 0) > 1.0", "bool"),
]


@pytest.mark.parametrize(("text", "type_"), MISSING)
def test_what_has_no_result_folds_to_missing(text: str, type_: Type) -> None:
    assert fold(text) == Const(type_, None, "missing")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 * (3 + 4)", "14"),
        ("7 / 2", "3.5"),
        ("-7 % 3", "2"),
        ("7 % -3", "-2"),
        ("1 + 0.5", "1.5"),
        ("-(5)", "-5"),
        ("2 * 100 USD", "200.00 USD"),
        ("1 USD * 0.125", "0.12 USD"),  # 12.5 cents, half to even
        ("1 USD * 0.135", "0.14 USD"),  # 13.5 cents, by the decimal 0.135
        ("0.05 USD / 2", "0.02 USD"),  # 2.5 cents
        ("-5 USD / 1000", "0.00 USD"),  # half a cent, to even
        ("3 USD / 2 USD", "1.5"),
        ("1h - 90m", "-30m"),
        ("2d / 1h", "48.0"),
        ("1 < 2", "true"),
        ("1 == 1.0", "true"),
        ("9007199254740993 == 9007199254740992.0", "false"),
        ("'a' < 'B'", "false"),
        ("2 EUR > 2 USD", "true"),
        ("not (1 > 2)", "true"),
        ("missing is missing", "true"),
        ("5 is missing", "false"),
        ("1 ?? n", "1"),
        ("missing ?? 3", "3"),
        ("if(1 < 2, 5, n)", "5"),
        ("false and flag", "false"),
        ("flag and false and missing", "false"),
        ("true or flag", "true"),
    ],
)
def test_literals_are_computed(text: str, expected: str) -> None:
    found = fold(text)
    assert isinstance(found, Const)
    assert found.text == expected


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("flag and true", "flag"),
        ("false or flag or false", "flag"),
        ("flag and missing", "flag and missing"),
        ("n * (2 + 3)", "n * 5"),
        ("n + 2 + 3", "n + 2 + 3"),  # (n + 2) may be missing where n + 5 is not
        ("n * 0", "n * 0"),  # missing when n is
        ("n == n", "n == n"),
        ("missing ?? n", "n"),
        ("fee ?? 1 USD", "fee ?? 1 USD"),
        ("if(flag, 1, 1)", "if(flag, 1, 1)"),
        ("if(false, fee, amount)", "amount"),
        ("floor(2.5) + 1", "floor(2.5) + 1"),
        ("n in [1, 1 + 1]", "n in [1, 2]"),
        ("1 in [1, missing]", "1 in [1, missing]"),
    ],
)
def test_what_depends_on_the_transaction_stays(text: str, same_as: str) -> None:
    assert fold(text) == typed(same_as)


def test_an_int_that_becomes_a_float_is_a_float_literal() -> None:
    assert fold("1 ?? x") == Const("float", 1.0, "1.0")


def test_folding_leaves_signatures_and_where_as_they_were_written() -> None:
    before = planned({"where": "amount > 2 * 3 EUR", "let": {"c": "sum(n * (1 + 1)) over 1h"}, "when": "c > 1 + 1"})
    after = fold_constants(before)
    assert after.signatures == before.signatures
    assert after.rules[0].where == before.rules[0].where
    assert after.rules[0].when == Call(">", (Let("c", "int"), Const("int", 2, "2")), "bool")


def test_equal_windows_of_several_rules_are_one_signature_in_order_of_first_use() -> None:
    before = planned(
        {"when": "count() over 1h > 3 and sum(amount) over 1h > 5 USD"},
        {"when": "sum((amount)) over 60m > 9 USD"},
        {"where": "flag", "when": "count() over 1h > 3"},
    )
    after = share_windows(before)
    texts = ["customer: count() over 1h", "customer: sum(amount) over 1h", "customer where flag: count() over 1h"]
    assert [one.text for one in after.signatures] == texts
    assert [one.id for one in after.signatures] == [signature_id(text) for text in texts]
    assert after.rules[1].when == Call(">", (Slot(signature_id(texts[1]), "money"), Const("money", 900, "9 USD")), "bool")


def test_a_let_and_a_when_share_a_window_too() -> None:
    same = "prev(text) over 1d == last(text) over 1d excluding current"
    after = optimize(planned({"let": {"a": "count() over 1h"}, "when": f"count() over 1h > a and {same}"}))
    assert [one.text for one in after.signatures] == ["customer: count() over 1h", "customer: last(text) over 1d excluding current"]


def test_a_window_that_nothing_reads_any_more_goes() -> None:
    assert optimize(planned({"when": "flag or (1 > 2 and count() over 1h > 3)"})).signatures == ()
    assert len(planned({"when": "flag or (1 > 2 and count() over 1h > 3)"}).signatures) == 1


def test_optimising_twice_changes_nothing_more() -> None:
    once = optimize(planned({"let": {"a": "count() over 1h"}, "when": "a > 1 + 1"}, {"when": "count() over 1h > 3"}))
    assert optimize(once) == once


def test_a_plan_reads_back_as_it_was_written() -> None:
    found = optimize(planned({"let": {"a": "rising(amount) over 1h"}, "when": "a > 1 and country in ['NG']", "message": "{a}"}))
    assert decode(encode(found)) == found
    assert encode(decode(encode(found))) == encode(found)


def test_every_pass_shows_itself_in_an_example() -> None:
    assert doctest.testmod(fraudc.optimize).failed == 0
    assert all(one.__doc__ and ">>>" in one.__doc__ for one in PASSES)
