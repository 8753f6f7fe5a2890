"""Every aggregate on every window kind against a literal evaluation over the list of all transactions."""

import math
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from brute_windows import DAY, SECOND, expected, money_text
from fraudc_runtime.expr import Field
from fraudc_runtime.plan import All, Panes, Plan, Signature, Sliding, Tumbling
from machine import FIELDS, Entries, Machine, aggregate, call, constant, item, plan, rule

SLIDING = [(Sliding(5 * SECOND), 0), (Sliding(30 * SECOND), 0), (Sliding(20 * SECOND), 10 * SECOND), (Sliding(3 * SECOND), 60 * SECOND)]
PANES = [(Panes(20 * SECOND, 5 * SECOND), 0), (Panes(40 * SECOND, 5 * SECOND), 0), (Panes(20 * SECOND, 5 * SECOND), 10 * SECOND)]
OTHERS = [(Tumbling(20 * SECOND), 0), (Tumbling(DAY, "America/St_Johns"), 0), (All(), 0)]
NUMERIC = ("sum", "avg", "stddev", "zscore")
ORDERED = ("min", "max")
ANY = ("count", "distinct", "first", "last")


def functions_of(column: Field) -> list[tuple[str, str]]:
    found = [(name, "") for name in ANY]
    if column.type in ("int", "float", "money"):
        found += [(name, "3" if name == "zscore" else "") for name in NUMERIC]
        found += [("percentile", "50"), ("percentile", "92.5"), ("rising", "1"), ("rising", "1.1")]
    return found + [(name, "") for name in ORDERED] if column.type != "bool" else found


def signatures(column: Field) -> list[Signature]:
    found: list[Signature] = []
    where, condition = call("==", FIELDS["i"], constant(1)), call("<", FIELDS["i"], constant(2))
    for window, delay in [*SLIDING, *PANES, *OTHERS]:
        for function, parameter in functions_of(column):
            if function in ("percentile", "rising") and (isinstance(window, Panes) or (function == "percentile" and window == All())):
                continue
            if function == "rising" and delay:
                continue
            found += [
                aggregate(function, column, window, parameter=parameter, condition=inner, delay=delay, excluding=excluding, where=outer)
                for inner in (None, condition)
                for excluding in ((False, True) if function not in ("rising", "zscore") else (False,))
                for outer in (None, where)
            ]
    return found + [aggregate("count", None, window, delay=delay, condition=condition) for window, delay in (*SLIDING, *PANES, *OTHERS)]


def stream(column: Field, seed: int, count: int) -> list[dict[str, Any]]:
    random = Random(seed)
    values: dict[str, Callable[[], Any]] = {
        "n": lambda: random.choice([random.randrange(-5, 6), 2**62, -(2**62)]),
        "f": lambda: random.choice([0.1, -2.5, 1e15, 3e-7, random.uniform(-10, 10)]),
        "m": lambda: random.randrange(-300, 1000),
        "s": lambda: random.choice(["", "a", "b", "É", "ab"]),
        "b": lambda: random.random() < 0.5,
    }
    t, found = 1_700_000_000_000, []
    for number in range(count):
        t += random.choice([0, 1, 400, 900, 2_500, 5_000, 5_000, 31_000 if number % 7 == 0 else 10])
        value = None if random.random() < 0.2 else values[column.name]()
        found.append({"at": t, "id": f"t{number:06}", column.name: value, "i": random.randrange(3)})
    return found


def same(got: Any, want: Any) -> bool:
    if isinstance(want, float) and isinstance(got, int | float) and not isinstance(got, bool):
        return math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-12)
    return type(got) is type(want) and bool(got == want)


def plan_of(found: list[Signature]) -> Plan:
    every = {f"v{number}": each for number, each in enumerate(found)}
    outer = next(each.where for each in found if each.where is not None)
    rules = [
        rule("open", lets={name: each for name, each in every.items() if each.where is None}),
        rule("picked", lets={name: each for name, each in every.items() if each.where is not None}, where=outer),
    ]
    return plan(*rules, signatures=found, dedupe=0)


def compare(column: Field, found: list[Signature], machine: Machine, transactions: list[dict[str, Any]], cut_every: int | None) -> None:
    seen: list[dict[str, Any]] = []
    given: dict[str, dict[str, Any]] = {}
    for number, each in enumerate(transactions):
        if cut_every and number % cut_every == cut_every - 1:
            machine.cut()
        tied = number + 1 < len(transactions) and transactions[number + 1]["at"] == each["at"]
        sent = item(each["at"], each["id"], **{column.name: each[column.name], "i": each["i"]})
        for alert in machine.send([sent], each["at"] - tied):
            given.setdefault(alert["transaction_id"], {}).update(alert["values"])
    for number, each in enumerate(transactions):
        seen.append(each)
        for at, signature in enumerate(found):
            if signature.where is not None and each["i"] != 1:
                continue
            want, got = expected(signature, seen, column.name), given[each["id"]][f"v{at}"]
            want = money_text(want) if signature.type == "money" else want
            assert same(got, want), (signature.text, number, got, want)


@pytest.mark.parametrize("name", ["n", "f", "m", "s", "b"])
@pytest.mark.parametrize("cut_every", [None, 5])
def test_every_window_holds_exactly_its_members(name: str, cut_every: int | None) -> None:
    column = FIELDS[name]
    found = signatures(column)
    compare(column, found, Machine(plan_of(found)), stream(column, 11 if cut_every else 3, 60), cut_every)


def test_a_cache_that_holds_nothing_changes_nothing() -> None:
    column = FIELDS["m"]
    found = signatures(column)[::3]
    compare(column, found, Machine(plan_of(found), budget=0, store=Entries()), stream(column, 5, 60), None)
