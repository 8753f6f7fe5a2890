"""What expressions give: arithmetic at its limits, missing in every operator, and each function, with values worked out by hand."""

from typing import Any

import pytest

from fraudc_runtime.expr import Call, Const, Expr, Field, InList, Type
from fraudc_runtime.plan import ListValues
from machine import FIELDS, alerts, call, constant, item, plan, rule

N, F, M, S, B, AT = (FIELDS[name] for name in ("n", "f", "m", "s", "b", "at"))
BIG = 2**63 - 1
LISTS = {"odd:int": ListValues("int", (1, 3, 5))}


def value(expr: Expr, **fields: Any) -> Any:
    """The expression's value as the alert of a transaction shows it."""
    at = fields.pop("at", 1_000)
    (alert,) = alerts(plan(rule(lets={"v": expr}), lists=LISTS), item(at, **fields))
    return alert["values"]["v"]


def fires(expr: Expr, **fields: Any) -> bool:
    return bool(alerts(plan(rule(when=expr), lists=LISTS), item(1_000, **fields)))


def op(name: str, *args: Expr, type: Type = "int") -> Call:
    return Call(name, args, type)


def money(minor: int) -> Const:
    return constant(minor, "money")


def number(x: float) -> Const:
    return constant(x, "float")


def text(s: str) -> Const:
    return constant(s, "string")


@pytest.mark.parametrize(
    ("expr", "fields", "want"),
    [
        (op("+", N, constant(1)), {"n": BIG}, None),
        (op("+", N, constant(1)), {"n": BIG - 1}, BIG),
        (op("-", N, constant(1)), {"n": -(2**63)}, None),
        (op("neg", N), {"n": -(2**63)}, None),
        (op("*", N, N), {"n": 2**32}, None),
        (op("%", N, constant(3)), {"n": -1}, 2),
        (op("%", N, constant(-3)), {"n": 1}, -2),
        (op("%", N, N), {"n": 0}, None),
        (op("/", N, constant(2), type="float"), {"n": 1}, 0.5),
        (op("/", F, F, type="float"), {"f": 0.0}, None),
        (op("*", F, number(1e308), type="float"), {"f": 10.0}, None),
        (op("*", M, number(0.1), type="money"), {"m": 5}, "0.00"),
        (op("*", M, number(0.1), type="money"), {"m": 15}, "0.02"),
        (op("*", number(0.5), M, type="money"), {"m": -3}, "-0.02"),
        (op("*", M, F, type="money"), {"m": 25, "f": 0.1}, "0.02"),
        (op("/", M, F, type="money"), {"m": 1, "f": -2.0}, "0.00"),
        (op("/", M, constant(0), type="money"), {"m": 1}, None),
        (op("/", M, M, type="float"), {"m": 7}, 1.0),
        (op("-", AT, constant(1_500, "duration"), type="timestamp"), {}, "1969-12-31T23:59:59.500Z"),
        (op("-", AT, AT, type="duration"), {}, 0),
        (op("abs", N), {"n": -(2**63)}, None),
        (op("round", F, type="float"), {"f": 2.5}, 2.0),
        (op("round", F, constant(2), type="float"), {"f": 2.675}, 2.67),
        (op("round", N, constant(-1)), {"n": 25}, 20),
        (op("floor", F), {"f": -0.5}, -1),
        (op("ceil", F), {"f": 1e300}, None),
        (op("sqrt", F, type="float"), {"f": -1.0}, None),
        (op("ln", F, type="float"), {"f": 0.0}, None),
        (op("exp", F, type="float"), {"f": 710.0}, None),
        (op("least", N, constant(3)), {"n": 4}, 3),
        (op("greatest", N, constant(3)), {}, None),
        (op("length", S), {"s": "aé😀"}, 3),
        (op("left", S, constant(2), type="string"), {"s": "😀éa"}, "😀é"),
        (op("right", S, constant(-1), type="string"), {"s": "abc"}, ""),
        (op("right", S, constant(9), type="string"), {"s": "abc"}, "abc"),
        (op("upper", S, type="string"), {"s": "straße"}, "STRASSE"),
        (op("hour", AT), {"at": 1_774_745_999_000}, 0),
        (op("hour", AT, text("Europe/Paris")), {"at": 1_774_745_999_000}, 1),
        (op("hour", AT, text("Europe/Paris")), {"at": 1_774_746_000_000}, 3),
        (op("weekday", AT), {"at": 0}, 4),
        (op("weekday", AT, text("America/New_York")), {"at": 0}, 3),
        (op("minutes", constant(90_000, "duration"), type="float"), {}, 1.5),
        (op("in_network", S, text("10.0.0.0/8"), type="bool"), {"s": "10.255.0.1"}, True),
        (op("in_network", S, text("10.0.0.0/8"), type="bool"), {"s": "2001:db8::1"}, False),
        (op("in_network", S, text("10.0.0.0/8"), type="bool"), {"s": "10.0.0"}, None),
        (op("matches", S, text("a.c"), type="bool"), {"s": "xabc"}, False),
        (op("matches", S, text("a.c"), type="bool"), {"s": "a😀c"}, True),
        (op("??", N, constant(7)), {}, 7),
        (op("if", B, constant(1), N), {"b": True}, 1),
        (op("if", B, constant(1), N), {"b": False}, None),
        (op("if", B, constant(1), constant(2)), {}, None),
        (op("to_float", N, type="float"), {"n": 2}, 2.0),
    ],
)
def test_value(expr: Expr, fields: dict[str, Any], want: Any) -> None:
    got = value(expr, **fields)
    assert (got, type(got)) == (want, type(want))


def test_distance_is_the_haversine_on_the_mean_radius() -> None:
    """A quarter of a great circle is the radius times half of pi."""
    found = value(op("distance_km", number(0.0), number(0.0), number(0.0), number(90.0), type="float"))
    assert found == pytest.approx(6371.0088 * 3.141592653589793 / 2, rel=1e-12)


TRUE, FALSE = constant(True, "bool"), constant(False, "bool")
UNKNOWN = B


@pytest.mark.parametrize(
    ("expr", "want"),
    [
        (call("and", FALSE, UNKNOWN), False),
        (call("and", UNKNOWN, FALSE), False),
        (call("and", TRUE, UNKNOWN), None),
        (call("or", TRUE, UNKNOWN), True),
        (call("or", UNKNOWN, FALSE), None),
        (call("not", UNKNOWN), None),
        (call("in", constant(1), N, constant(1)), True),
        (call("in", constant(1), N, constant(2)), None),
        (call("in", N, constant(1)), None),
        (call("in", constant(1)), False),
        (call("==", call("<", N, constant(1)), TRUE), None),
        (call("is_missing", N), True),
        (call("is_present", FIELDS["i"]), True),
        (InList(N, "odd:int"), None),
        (InList(FIELDS["i"], "odd:int"), False),
        (Call("if", (call("is_missing", N), TRUE, UNKNOWN), "bool"), True),
    ],
)
def test_three_valued_logic_as_value_and_as_condition(expr: Expr, want: bool | None) -> None:
    assert value(expr) is want
    assert fires(expr) is (want is True)
    assert fires(call("not", expr)) is (want is False)


def test_long_chains_and_deep_nesting_compile() -> None:
    total: Expr = Field("i", "int", False)
    for _ in range(400):
        total = op("+", total, constant(1))
    assert value(total) == 400
    deep: Expr = call(">", N, constant(0))
    for _ in range(60):
        deep = call("not", call("==", deep, Call("if", (deep_leaf(), TRUE, FALSE), "bool")))
    assert value(deep, n=1) is not None
    every: Expr = call("and", *[call(">", N, constant(-at)) for at in range(2_000)])
    assert fires(every, n=1)


def deep_leaf() -> Expr:
    return call("is_present", N)
