"""Rule sets with other fields and entities, in intake and at a shard, where transactions are under way between the two."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace

from fraudc_runtime.counts import Counts
from fraudc_runtime.engine import Shard
from fraudc_runtime.expr import Expr, Field, Match, Profile
from fraudc_runtime.frames import ALERT, LATE, SUBFRAME, read_tagged_frame, shard_frame, source_frame
from fraudc_runtime.intake import Intake, Source
from fraudc_runtime.local import Runner
from fraudc_runtime.plan import All, Currency, EntitySpec, FieldSpec, MoneySpec, Plan, Rule, Schema, Signature
from fraudc_runtime.program import bind
from fraudc_runtime.programs import Programs
from fraudc_runtime.rulesets.acceptance import Accepted, Standing, accept
from fraudc_runtime.rulesets.succession import first, succeed
from machine import Entries, aggregate, call, constant, rule

CARD, SHOP = EntitySpec("card", ("card",), (FieldSpec("home", "string", True),)), EntitySpec("shop", ("shop",))
FIELDS = (FieldSpec("id", "string"), FieldSpec("at", "timestamp"), FieldSpec("card", "string"), FieldSpec("amount", "money"))
AMOUNT = Field("amount", "money", False)
DEVICE, SHOP_FIELD = FieldSpec("device", "string", True), FieldSpec("shop", "string", True)


def schema(*fields: FieldSpec, entities: tuple[EntitySpec, ...] = (CARD,), **settings: Any) -> Schema:
    money = settings.pop("money", MoneySpec("USD", None, {"USD": Currency(2, "1")}))
    return Schema("id", "at", fields, money, entities, max_disorder=0, **settings)


def plan(schema: Schema, *rules: Rule, signatures: tuple[Signature, ...] = ()) -> Plan:
    return Plan(schema, {}, signatures, rules)


def shows(id: str, entity: str | None = "card", **lets: Expr | Signature) -> Rule:
    """Fires always and shows its lets."""
    return rule(id, lets=dict(lets), entity=entity)


@dataclass
class Stages:
    """Intake and one shard; each is told of a set when the test says so."""

    plan: Plan
    alerts: list[dict[str, Any]] = field(default_factory=list)
    late: list[dict[str, Any]] = field(default_factory=list)
    store: Entries = field(default_factory=Entries)
    programs: Programs = field(default_factory=Programs)
    offset: int = 0

    def __post_init__(self) -> None:
        self.standing = Standing((first(self.plan),))
        program = bind(self.plan)
        sources = (Source("transactions", "t", None, "json", 0), Source("profile", "p", "card", "json", 0))
        self.intake, self.shard = Intake(program, sources, 1), Shard(program, self.store, Counts())
        self.tell(intake=True, shard=True)

    def publish(self, plan: Plan, at: int | None = None) -> None:
        found = accept(self.standing, succeed(self.standing.newest, plan, 0, at))
        assert isinstance(found, Accepted), found
        self.standing = found.standing

    def tell(self, *, intake: bool = False, shard: bool = False) -> None:
        if intake:
            self.intake.swap(self.standing, self.programs)
        if shard:
            self.shard.stand(self.standing, self.programs)

    def read(self, *lines: dict[str, Any], source: int = 0) -> list[bytes]:
        """Lines through intake; what they give its shard."""
        tagged = self.intake.frame(source_frame(source, self.offset, [json.dumps(line).encode() for line in lines]))
        self.offset += len(lines)
        records = read_tagged_frame(tagged)[1]
        self._sort(records)
        return [payload for tag, _, payload in records if tag == SUBFRAME]

    def decide(self, subframes: list[bytes], watermark: int) -> list[dict[str, Any]]:
        before = len(self.alerts)
        self._sort(read_tagged_frame(self.shard.frame(shard_frame(watermark, 0, subframes)))[1])
        return self.alerts[before:]

    def _sort(self, records: list[tuple[int, str | None, bytes]]) -> None:
        self.alerts += [json.loads(payload) for tag, _, payload in records if tag == ALERT]
        self.late += [json.loads(payload) for tag, _, payload in records if tag == LATE]


def line(at: int, **values: Any) -> dict[str, Any]:
    return {"id": f"t{at}", "at": at, "card": "K", "amount": 5, **values}


def without_amount(at: int, **values: Any) -> dict[str, Any]:
    return {"id": f"t{at}", "at": at, "card": "K", **values}


def values(alerts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [alert["values"] for alert in alerts]


OLD = plan(schema(*FIELDS), shows("r", a=AMOUNT))
WITH_DEVICE = plan(schema(FIELDS[0], DEVICE, *FIELDS[1:]), shows("r", a=AMOUNT, d=Field("device", "string", True)))


def test_a_new_field_is_missing_in_transactions_that_were_read_before() -> None:
    stages = Stages(OLD)
    under_way = stages.read(line(1_000, device="x"))
    stages.publish(WITH_DEVICE)
    stages.tell(intake=True, shard=True)
    alerts = stages.decide([*under_way, *stages.read(line(2_000, device="y"))], 2_000)
    assert values(alerts) == [{"a": "5.00", "d": None}, {"a": "5.00", "d": "y"}]
    assert [list(alert["transaction"]) for alert in alerts] == [["id", "device", "at", "card", "amount", "original_amount"]] * 2


def test_a_shard_that_has_not_heard_of_the_new_field_leaves_it_out_and_keeps_it_for_when_it_has() -> None:
    stages = Stages(OLD)
    stages.publish(WITH_DEVICE)
    stages.tell(intake=True)
    under_way = stages.read(line(1_000, device="x"), line(2_000, device="y"))
    assert values(stages.decide(under_way, 1_000)) == [{"a": "5.00"}]
    stages.shard.flush()
    stages.shard = Shard(bind(OLD), stages.store, Counts())
    stages.tell(shard=True)
    assert values(stages.decide([], 2_000)) == [{"a": "5.00", "d": "y"}]


def test_a_required_field_may_be_missing_once_a_newer_set_reads_without_it() -> None:
    total = replace(aggregate("sum", AMOUNT, All()), entity="card")
    stages = Stages(plan(schema(*FIELDS), shows("r", a=AMOUNT, t=total), signatures=(total,)))
    assert values(stages.decide(stages.read(line(1_000)), 1_000)) == [{"a": "5.00", "t": "5.00"}]
    stages.publish(plan(schema(*FIELDS[:3]), shows("r")))
    stages.tell(intake=True)
    under_way = stages.read(without_amount(2_000), without_amount(3_000))
    assert values(stages.decide(under_way, 2_000)) == [{"a": None, "t": "5.00"}]  # the shard has not heard of the set
    stages.tell(shard=True)
    (alert,) = stages.decide([], 3_000)
    assert (alert["values"], alert["revision"], "amount" in alert["transaction"]) == ({}, 2, False)


def test_a_transaction_is_read_by_the_set_in_force_at_its_time() -> None:
    rated = {"USD": Currency(2, "1"), "EUR": Currency(2, "1.10")}
    fields = (*FIELDS, FieldSpec("currency", "string", True))
    one = schema(*fields, money=MoneySpec("USD", "currency", rated))
    two = schema(*fields[:3], replace(FIELDS[3], optional=True, aliases=("sum",)), fields[4])
    two = replace(two, money=MoneySpec("USD", "currency", {**rated, "EUR": Currency(2, "1.20")}))
    stages = Stages(plan(one, shows("r", a=AMOUNT)))
    stages.publish(plan(two, shows("r", a=replace(AMOUNT, optional=True))), at=5_000)
    stages.tell(intake=True, shard=True)
    under_way = stages.read(
        *(line(at, currency="EUR", amount=10) for at in (4_999, 5_000)),
        *(without_amount(at, sum=7, currency="USD") for at in (4_999, 5_001)),
        {"id": "no time"},
    )
    alerts = stages.decide(under_way, 9_000)
    assert [(alert["event_time"][-5:], alert["revision"], alert["values"]) for alert in alerts] == [
        (".999Z", 1, {"a": "11.00"}),
        (".000Z", 2, {"a": "12.00"}),
        (".001Z", 2, {"a": "7.00"}),
    ]
    assert stages.intake.counts.dead == {"missing_field": 2}  # the fourth needs an amount by its own name; the last one has no time
    assert (stages.intake.counts.read, stages.intake.counts.valid) == (5, 3)


def test_entities_keep_their_numbers_and_a_new_one_counts_from_its_set_on() -> None:
    count = replace(aggregate("count", None, All()), entity="shop")
    two = plan(schema(*FIELDS, SHOP_FIELD, entities=(SHOP, CARD)), shows("s", "shop", c=count), shows("r"), signatures=(count,))
    stages = Stages(OLD)
    stages.publish(two)
    stages.tell(intake=True)
    early, later = stages.read(line(1_000, shop="M")), stages.read(line(2_000, shop="M"))
    assert [alert["rule"] for alert in stages.decide([*early, *later], 1_000)] == ["r"]
    stages.tell(shard=True)
    assert {alert["rule"]: alert["values"] for alert in stages.decide([], 2_000)} == {"r": {}, "s": {"c": 1}}
    stages.decide(stages.read(line(500, shop="M")), 2_000)
    assert sorted(late["entity"] for late in stages.late) == ["card", "shop"]


def test_an_entity_that_goes_takes_its_transactions_along() -> None:
    stages = Stages(plan(schema(*FIELDS, SHOP_FIELD, entities=(CARD, SHOP)), shows("r"), shows("s", "shop")))
    under_way = stages.read(line(1_000, shop="M"))
    stages.publish(plan(schema(*FIELDS, entities=(CARD,)), shows("r")))
    stages.tell(intake=True, shard=True)
    assert [alert["rule"] for alert in stages.decide([*under_way, *stages.read(line(2_000))], 2_000)] == ["r", "r"]


def test_a_profile_row_is_read_by_the_names_of_its_fields_whatever_set_brought_it() -> None:
    wider = replace(CARD, profile=(FieldSpec("limit", "money", True), *CARD.profile))
    shown = shows("r", h=Profile("home", "string"), m=Profile("limit", "money"))
    stages = Stages(plan(schema(*FIELDS), shows("r", h=Profile("home", "string"))))
    stages.decide(stages.read({"card": "K", "home": "FR", "limit": 7}, source=1), -(2**63))
    assert values(stages.decide(stages.read(line(1_000)), 1_000)) == [{"h": "FR"}]
    stages.publish(plan(schema(*FIELDS, entities=(wider,)), shown))
    stages.tell(shard=True)
    assert values(stages.decide(stages.read(line(2_000)), 2_000)) == [{"h": "FR", "m": None}]
    stages.tell(intake=True)
    stages.decide(stages.read({"card": "K", "home": "FR", "limit": 7}, source=1), -(2**63))
    assert values(stages.decide(stages.read(line(3_000)), 3_000)) == [{"h": "FR", "m": "7.00"}]


def test_a_held_transaction_lacks_fields_that_came_later() -> None:
    stages = Stages(plan(schema(*FIELDS), rule("r", entity="card", unless=call("==", AMOUNT, constant(1, "money")), within=5_000)))
    stages.decide(stages.read(line(1_000)), 1_000)
    device = Field("device", "string", True)
    same = call("==", device, Match("device", "string", True))
    stages.publish(plan(WITH_DEVICE.schema, rule("r", entity="card", unless=same, within=5_000)))
    stages.tell(intake=True, shard=True)
    stages.decide(stages.read(line(2_000, device="x"), line(3_000, device="x")), 3_000)
    # the second of the later two drops the first of them; the match from before has no device
    assert [alert["transaction_id"] for alert in stages.decide([], 100_000)] == ["t1000", "t3000"]


def test_stateless_rules_are_those_in_force_at_the_transaction_s_time() -> None:
    stages = Stages(plan(schema(*FIELDS), shows("old", None)))
    stages.publish(plan(schema(*FIELDS), shows("new", None)), at=5_000)
    stages.publish(plan(schema(*FIELDS)), at=7_000)
    stages.tell(intake=True)
    stages.read(*(line(at) for at in (5_000, 4_999, 6_999, 7_000)))
    assert [(alert["rule"], alert["revision"], alert["transaction_id"]) for alert in stages.alerts] == [
        ("new", 2, "t5000"),
        ("old", 1, "t4999"),
        ("new", 2, "t6999"),
    ]


@pytest.mark.parametrize("shards", [1, 3, 7])
@pytest.mark.parametrize("size", [1, 4, 100])
def test_a_whole_run_gives_the_same_whatever_its_frames_shards_and_restarts(shards: int, size: int) -> None:
    """Keys K0 to K4 in turn, one transaction a second; from 12 s on another rule over the same window, and a stateless one."""
    count = replace(aggregate("count", None, All()), entity="card")
    old = plan(schema(*FIELDS), shows("r", c=count), signatures=(count,))
    new = plan(schema(*FIELDS), shows("n", c=count), shows("s", None), signatures=(count,))
    one = first(old)
    runner = Runner(old, (Source("transactions", "t", None, "json", 0),), shards)
    runner.stand(Standing((one, succeed(one, new, 0, 12_000))))
    lines = [json.dumps(line(1_000 * at, card=f"K{at % 5}")).encode() for at in range(25)]
    for start in range(0, len(lines), size):
        runner.frame(source_frame(0, start, lines[start : start + size]))
        runner.cut()
    alerts = [json.loads(alert) for alert in runner.end().alerts]
    found = sorted((int(alert["transaction_id"][1:]), alert["rule"], alert["revision"], alert["values"].get("c")) for alert in alerts)
    keyed = [(1_000 * at, "r" if at < 12 else "n", 1 if at < 12 else 2, at // 5 + 1) for at in range(25)]
    assert found == sorted([*keyed, *((1_000 * at, "s", 2, None) for at in range(12, 25))], key=lambda each: each[:2])
