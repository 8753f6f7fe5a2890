"""Texts of signatures: they decide which state is whose, in every release to come, so none of these samples may ever change."""

import msgspec
import pytest

from compiling import SCHEMA, project
from fraudc.optimize import optimize, signature_id
from fraudc.planner import plan
from fraudc_runtime.expr import Let, Slot
from fraudc_runtime.plan import Currency, Signature


def signatures(**keys: object) -> tuple[Signature, ...]:
    """Of one rule by customer, unshared."""
    return plan(project({"by": "customer", "when": "true", **keys}, {"high": ["NG"]})).signatures


def text(expression: str, **keys: object) -> str:
    """Of the only aggregate of a let."""
    (found,) = signatures(let={"value": expression}, **keys)
    return found.text


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count() over 10m", "customer: count() over 10m"),
        ("count( ) over   600s", "customer: count() over 10m"),
        ("count(country) over 1h30m", "customer: count(country) over 1h30m"),
        ("sum(amount) over 90m", "customer: sum(amount) over 1h30m"),
        ("sum((amount)) over 24h", "customer: sum(amount) over 1d"),
        ("avg(amount) over 4w", "customer: avg(amount) over 28d"),
        ("min(n) over 1500ms", "customer: min(n) over 1s500ms"),
        ("max(n) over tumbling 5m", "customer: max(n) over tumbling 5m"),
        ("stddev(x) over tumbling 1d in 'Europe/Paris'", 'customer: stddev(x) over tumbling 1d in "Europe/Paris"'),
        ('stddev(x) over tumbling 1d in "UTC"', "customer: stddev(x) over tumbling 1d"),
        ("distinct(country) over all", "customer: distinct(country) over all"),
        ("sum(amount) over 60m every 300s", "customer: sum(amount) over 1h every 5m"),
        ("first(text) over 1d excluding current", "customer: first(text) over 1d excluding current"),
        ("last(text) over 1d excluding current", "customer: last(text) over 1d excluding current"),
        ("prev(text) over 1d", "customer: last(text) over 1d excluding current"),
        ("last(text) over 1h delayed by 24h", "customer: last(text) over 1h delayed by 1d"),
        ("prev(text) over 1h delayed by 24h", "customer: last(text) over 1h delayed by 1d"),
        ("median(amount) over 1d", "customer: percentile(amount, 50) over 1d"),
        ("percentile(amount, 50.0) over 1d", "customer: percentile(amount, 50) over 1d"),
        ("zscore(amount) over all", "customer: zscore(amount, 10) over all"),
        ("zscore(amount, 10) over all", "customer: zscore(amount, 10) over all"),
        ("rising(amount) over 10m", "customer: rising(amount, 1) over 10m"),
        ("rising(amount, 1.50) over 10m", "customer: rising(amount, 1.5) over 10m"),
        ("rising(amount, 150%) over 10m", "customer: rising(amount, 1.5) over 10m"),
        ("count(where flag) over 1h", "customer: count(where flag) over 1h"),
        ("sum(amount where amount<2.00 USD) over 1h", "customer: sum(amount where amount < 2 USD) over 1h"),
        ("percentile(x, 95 where flag) over 1h", "customer: percentile(x, 95 where flag) over 1h"),
        ("sum(amount*2) over 1h", "customer: sum(amount * 2) over 1h"),
        ("sum(2 * amount) over 1h", "customer: sum(amount * 2) over 1h"),
        ("sum(amount - (fee - 1_0 EUR)) over 1h", "customer: sum(amount - (fee - 10 EUR)) over 1h"),
        ("sum((amount - fee) - 10EUR) over 1h", "customer: sum(amount - fee - 10 EUR) over 1h"),
        ("count(where flag and (n > 1 and x > 2)) over 1h", "customer: count(where flag and n > 1 and x > 2) over 1h"),
        ("count(where (flag or n > 1) and x > 2) over 1h", "customer: count(where (flag or n > 1) and x > 2) over 1h"),
        ("count(where x > 2 and flag) over 1h", "customer: count(where x > 2 and flag) over 1h"),
        ("count(where not (flag)) over 1h", "customer: count(where not flag) over 1h"),
        ("count(where not (flag and flag)) over 1h", "customer: count(where not (flag and flag)) over 1h"),
        ("count(where not (n in [1])) over 1h", "customer: count(where n not in [1]) over 1h"),
        ("count(where n not in [1,2_0]) over 1h", "customer: count(where n not in [1, 20]) over 1h"),
        ("count(where country in high) over 1h", "customer: count(where country in high) over 1h"),
        ("count(where country not in high) over 1h", "customer: count(where country not in high) over 1h"),
        ("count(where country is  missing) over 1h", "customer: count(where country is missing) over 1h"),
        ('count(where (country ?? text) == "it\'s") over 1h', 'customer: count(where country ?? text == "it\'s") over 1h'),
        ("count(where text == 'a\"b\\n\\u0001é') over 1h", 'customer: count(where text == "a\\"b\\n\\u0001é") over 1h'),
        ("count(where (flag) == (n == 1)) over 1h", "customer: count(where flag == (n == 1)) over 1h"),
        ("count(where x > 1e-7 or x < 5%) over 1h", "customer: count(where x > 1e-07 or x < 0.05) over 1h"),
        ("count(where -n > - 5) over 1h", "customer: count(where -n > -5) over 1h"),
        ("sum(n ?? x) over 1h", "customer: sum(n ?? x) over 1h"),
        ("sum(if(flag,amount,missing)) over 1h", "customer: sum(if(flag, amount, missing)) over 1h"),
        ("count(where at - seen < 3600s) over 1h", "customer: count(where at - seen < 1h) over 1h"),
        ("count(where hour(at,'Europe/Paris')<6) over 1h", 'customer: count(where hour(at, "Europe/Paris") < 6) over 1h'),
        ("count(where customer.segment=='vip') over 1h", 'customer: count(where customer.segment == "vip") over 1h'),
        ("sum(round(x,-2)) over 1h", "customer: sum(round(x, -2)) over 1h"),
    ],
)
def test_a_signature_is_spelled_so_for_ever(expression: str, expected: str) -> None:
    assert text(expression) == expected


def test_ids_of_signatures_stay_for_ever() -> None:
    assert signature_id("customer: count() over 10m") == "7388aac2268af920"
    assert signature_id('customer where channel == "ecom": sum(amount) over 1h') != signature_id("customer: sum(amount) over 1h")


def test_the_rules_where_is_part_of_it() -> None:
    assert text("count() over 1h", where="(channel=='ecom') and amount>5USD") == (
        'customer where channel == "ecom" and amount > 5 USD: count() over 1h'
    )


def test_lets_are_replaced_by_what_they_stand_for() -> None:
    one = signatures(let={"double": "amount * 2", "net": "double - fee", "value": "sum(net / 2 where double > 5 USD) over 1h"})
    two = signatures(let={"value": "sum((amount * 2 - fee) / 2 where amount * 2 > 5 USD) over 1h"})
    assert [found.text for found in one] == ["customer: sum((amount * 2 - fee) / 2 where amount * 2 > 5 USD) over 1h"]
    assert one == two
    assert not any(isinstance(node, Let) for node in (one[0].argument, one[0].condition))


def test_a_new_exchange_rate_keeps_the_text_and_changes_the_value() -> None:
    assert SCHEMA.money is not None
    currencies = SCHEMA.money.currencies | {"EUR": Currency(2, "1.20")}
    dearer = msgspec.structs.replace(SCHEMA, money=msgspec.structs.replace(SCHEMA.money, currencies=currencies))
    keys = {"by": "customer", "let": {"c": "count(where amount < 2 EUR) over 1h"}, "when": "true"}
    (before,), (after,) = (optimize(plan(project(keys, schema=schema))).signatures for schema in (SCHEMA, dearer))
    assert (before.text, before.id) == (after.text, after.id)
    assert before.condition != after.condition


def test_plan_has_a_signature_for_each_aggregate_as_it_stands() -> None:
    found = plan(project({"by": "customer", "let": {"a": "count() over 1h"}, "when": "count() over 1h > a"}))
    assert [(one.id, one.text, one.entity) for one in found.signatures] == [
        ("r/0", "customer: count() over 1h", "customer"),
        ("r/1", "customer: count() over 1h", "customer"),
    ]
    assert found.rules[0].lets[0].expr == Slot("r/0", "int")


def test_lists_of_the_plan_are_in_order_of_name() -> None:
    found = plan(project({"when": "text in z or n in b or text in a"}, {"a": ["1"], "b": ["2"], "z": ["3"], "unused": []}))
    assert list(found.lists) == ["a:string", "b:int", "z:string"]
