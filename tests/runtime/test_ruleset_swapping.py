"""What the machine does at a swap: which windows it feeds, when alerts are warm, what is discarded and cancelled."""

import pytest

from fraudc_runtime.plan import FieldSpec, ListValues, Panes, Sliding, Tumbling, Window
from fraudc_runtime.rulesets.ruleset import Birth
from fraudc_runtime.rulesets.shape import Column
from fraudc_runtime.rulesets.succession import first, succeed
from fraudc_runtime.rulesets.swapping import Orders, alone, cancelled, fed, orders, retirement, since, warm, warm_from
from ruleset_samples import DAY, HOUR, MINUTE, RISKY, SCHEMA, A, B, C, fields, plan, rule, schema, window

T = 1_772_323_200_000


@pytest.mark.parametrize(
    ("over", "delay", "age"),
    [
        (Sliding(HOUR), 0, HOUR),
        (Sliding(HOUR), DAY, HOUR + DAY),
        (Panes(HOUR, 5 * MINUTE), 10 * MINUTE, HOUR + 10 * MINUTE),
        (Tumbling(5 * MINUTE), 0, 5 * MINUTE),
        (Tumbling(DAY, "Europe/Paris"), 0, DAY),
    ],
)
def test_a_window_is_warm_once_it_has_lived_for_its_size_plus_delay(over: Window, delay: int, age: int) -> None:
    found = window("w", over, delay=delay)
    assert [warm(found, Birth(2, T), t) for t in (T, T + age - 1, T + age)] == [False, False, True]
    assert warm(found, Birth(1, None), 0)


def test_over_all_is_never_cold() -> None:
    assert warm(C, Birth(2, T), T)


def test_a_rule_is_warm_when_all_that_it_reads_is() -> None:
    two = succeed(first(plan(A)), plan(A, B, C, rules=(rule("old", A), rule("all", C), rule("new", A, B, C))), T)
    assert [warm_from(two, found) for found in two.plan.rules] == [None, None, T + DAY + 10 * MINUTE]


def test_retired_windows_are_fed_with_their_lists_until_they_are_past() -> None:
    risky = window("risky", condition=RISKY)
    two = succeed(first(plan(A, risky, risky=("NG",))), plan(A, B), T)
    assert [s.text for s in fed(two, T + DAY - 1).signatures] == ["a", "b", "risky"]
    assert fed(two, T).lists == {"risky:string": ListValues("string", ("NG",))}
    assert fed(two, T).revision == 2
    assert fed(two, T + DAY).signatures == (A, B)
    assert [retirement(two, t) for t in (T, T + DAY - 1, T + DAY)] == [T + DAY, T + DAY, None]


def test_state_is_as_old_as_the_life_that_a_window_has_now() -> None:
    two = succeed(first(plan(A, B)), plan(A), T)
    assert since(two) == {A.id: 1, B.id: 1}
    assert since(succeed(two, plan(A, B), T + DAY)) == {A.id: 1, B.id: 3}


def test_held_matches_end_with_their_rule_even_if_it_comes_back() -> None:
    one = first(plan(A, rules=(rule("x", A), rule("y", A))))
    two = succeed(one, plan(A, rules=(rule("y", A),)), T)
    back = succeed(two, one.plan, T)
    assert [cancelled(found, "x", 1) for found in (one, two, back)] == [False, True, True]
    assert not cancelled(back, "x", 3)
    assert not cancelled(back, "y", 1)


def test_columns_keep_their_places_and_are_sure_only_while_every_set_requires_them() -> None:
    one = first(plan(A))
    two = succeed(one, plan(A, schema=schema(fields=fields(without="card"))), T)
    assert [column.name for column in two.shape.columns] == ["id", "at", "booked", "card", "shop", "amount", "country"]
    three = succeed(two, plan(A, schema=schema(fields=(FieldSpec("device", "string"), *fields()))), T)
    assert [column.name for column in three.shape.columns] == ["id", "at", "booked", "card", "shop", "amount", "country", "device"]
    sure = [column for column in three.shape.columns if column.sure]
    assert sure == [Column("id", "string", True), Column("at", "timestamp", True), Column("amount", "money", True)]


def test_orders_are_all_that_a_machine_needs() -> None:
    one = first(plan(A, rules=(rule("x", A),)))
    two = succeed(one, plan(B, rules=(rule("x", B),), schema=schema(entities=tuple(reversed(SCHEMA.entities)))), T)
    assert orders(two, T) == Orders(
        plan=fed(two, T),
        windows={A.id: 1, B.id: 2},
        rules={"x": 1},
        warm_from={"x": T + DAY + 10 * MINUTE},
        columns=one.shape.columns,
        entities=("card", "shop"),
    )
    assert orders(two, T + DAY).plan.signatures == (B,)


def test_a_plan_alone_is_its_own_first_set() -> None:
    found = alone(plan(A, rules=(rule("x", A),)))
    assert (found.plan, found.windows, found.rules, found.warm_from) == (plan(A, rules=(rule("x", A),)), {A.id: 1}, {"x": 1}, {})
