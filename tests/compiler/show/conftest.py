"""A hand-built plan with every kind of window, sharing of windows and of members, and each term a rule can have."""

import pytest

from fraudc.show.describe import describe
from fraudc.show.model import PlanView
from fraudc_runtime.expr import Call, Const, Expr, Field, InList, Let, Match, Profile, Slot, Type
from fraudc_runtime.plan import (
    All,
    Currency,
    EntitySpec,
    FieldSpec,
    LetSpec,
    ListValues,
    MoneySpec,
    Panes,
    Plan,
    Rule,
    Schema,
    Signature,
    Sliding,
    Tumbling,
    Window,
)

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
AMOUNT = Field("amount", "money", False)
CHANNEL = Field("channel", "string", True)
MERCHANT = Field("merchant_id", "string", False)

SCHEMA = Schema(
    id="transaction_id",
    event_time="event_time",
    fields=(
        FieldSpec("transaction_id", "string"),
        FieldSpec("event_time", "timestamp"),
        FieldSpec("customer_id", "string"),
        FieldSpec("card_id", "string", optional=True),
        FieldSpec("merchant_id", "string"),
        FieldSpec("amount", "money"),
        FieldSpec("channel", "string", optional=True),
        FieldSpec("country", "string", optional=True),
    ),
    money=MoneySpec("USD", None, {"USD": Currency(2, "1")}),
    entities=(
        EntitySpec("customer", ("customer_id",), (FieldSpec("home_country", "string", optional=True),)),
        EntitySpec("card_at_merchant", ("card_id", "merchant_id")),
        EntitySpec("merchant", ("merchant_id",)),
    ),
)


def compare(left: Expr, op: str, right: Expr) -> Call:
    return Call(op, (left, right), "bool")


def usd(text: str, minor: int) -> Const:
    return Const("money", minor, f"{text} USD")


ONLINE = compare(CHANNEL, "==", Const("string", "ecom", '"ecom"'))
SMALL = compare(AMOUNT, "<", usd("2", 200))


def signature(
    id: str,
    function: str,
    window: Window,
    argument: Expr | None = None,
    *,
    entity: str = "customer",
    where: Expr | None = None,
    condition: Expr | None = None,
    type: Type = "int",
    parameter: str = "",
    delay: int = 0,
    excluding: bool = False,
) -> Signature:
    return Signature(id, f"text of {id}", entity, where, function, argument, parameter, condition, window, excluding, delay, type)


def rule(id: str, when: Expr, entity: str | None = "customer", **given: object) -> Rule:
    rest: dict[str, object] = {
        "title": None,
        "severity": "medium",
        "where": None,
        "lets": (),
        "cooldown": None,
        "unless": None,
        "within": None,
        "message": None,
        "mode": "live",
        "rollout": "1",
        "start": None,
        "end": None,
        "labels": {},
        "values": (),
    }
    return Rule(id=id, entity=entity, when=when, **(rest | given))  # type: ignore[arg-type]  # the names are Rule's own


SIGNATURES = (
    signature("s-tumbling", "count", Tumbling(5 * MINUTE)),
    signature("s-hour", "sum", Sliding(HOUR), AMOUNT, where=ONLINE, type="money"),
    signature("s-day", "count", Sliding(DAY), where=ONLINE),
    signature("s-median", "percentile", Sliding(7 * DAY), AMOUNT, type="money", parameter="50", delay=DAY),
    signature("s-card", "distinct", Tumbling(DAY, "Europe/Paris"), Field("country", "string", True), entity="card_at_merchant"),
    signature("s-panes", "sum", Panes(HOUR, 5 * MINUTE), AMOUNT, type="money"),
    signature("s-all", "zscore", All(), AMOUNT, type="float", parameter="10"),
    signature("s-probes", "count", Sliding(10 * MINUTE), entity="card_at_merchant", condition=SMALL, excluding=True),
)


def _slot(id: str, type: Type = "int") -> Slot:
    return Slot(id, type)


RULES = (
    rule(
        "velocity-any",
        compare(Let("velocity", "int"), ">=", Const("int", 5, "5")),
        severity="high",
        lets=(LetSpec("velocity", "int", _slot("s-tumbling")),),
        detector="detector velocity: limit 5, window tumbling 5m",
        title="Five in five minutes",
    ),
    rule(
        "spending-online",
        Call(
            "and",
            (compare(_slot("s-hour", "money"), ">", usd("1_000", 100_000)), compare(_slot("s-day"), ">=", Const("int", 3, "3"))),
            "bool",
        ),
        where=ONLINE,
        cooldown=30 * MINUTE,
    ),
    rule(
        "spending-online-strict",
        compare(_slot("s-hour", "money"), ">", usd("500", 50_000)),
        where=ONLINE,
        mode="shadow",
        rollout="0.05",
        start=1_767_225_600_000,
        end=1_798_761_600_000,
    ),
    rule(
        "away-from-home",
        Call(
            "and",
            (
                compare(Field("country", "string", True), "!=", Profile("home_country", "string")),
                compare(_slot("s-median", "money"), "<", AMOUNT),
                compare(_slot("s-panes", "money"), "<", AMOUNT),
                compare(_slot("s-all", "float"), ">", Const("float", 3.0, "3")),
            ),
            "bool",
        ),
        severity="critical",
        unless=compare(MERCHANT, "==", Match("merchant_id", "string", False)),
        within=10 * MINUTE,
    ),
    rule(
        "card-testing",
        Call(
            "and",
            (
                compare(Let("probes", "int"), ">=", Const("int", 3, "3")),
                compare(_slot("s-card"), ">", Const("int", 1, "1")),
                compare(AMOUNT, ">", usd("200", 20_000)),
            ),
            "bool",
        ),
        entity="card_at_merchant",
        lets=(LetSpec("probes", "int", _slot("s-probes")),),
    ),
    rule(
        "high-risk",
        Call("and", (InList(Field("country", "string", True), "risky:string"), compare(AMOUNT, ">", usd("100", 10_000))), "bool"),
        entity=None,
        severity="low",
        detector='detector high_value: limit 100 USD, "<script>" & co',
    ),
)

PLAN = Plan(SCHEMA, {"risky:string": ListValues("string", ("NG", "RU"))}, SIGNATURES, RULES)


@pytest.fixture
def plan() -> Plan:
    return PLAN


@pytest.fixture
def shop() -> PlanView:
    return describe(PLAN, "shop")
