"""A small schema and a stand-in for a bound plan, for tests that put payloads through intake: lines in, decoded records out."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from fraudc_runtime.counts import Counts
from fraudc_runtime.frames import DEAD, LATE, SUBFRAME, read_tagged_frame, source_frame
from fraudc_runtime.intake import Intake, Record, Source
from fraudc_runtime.plan import Currency, EntitySpec, FieldSpec, MoneySpec, Plan, Schema
from fraudc_runtime.record import Item, positions
from fraudc_runtime.rulesets.swapping import Orders, alone

MONEY = MoneySpec("USD", "currency", {"USD": Currency(2, "1"), "EUR": Currency(2, "1.08"), "JPY": Currency(0, "0.0067")})
CUSTOMER = EntitySpec("customer", ("customer_id",))
FIELDS = (
    FieldSpec("transaction_id", "string"),
    FieldSpec("event_time", "timestamp"),
    FieldSpec("customer_id", "string", optional=True),
    FieldSpec("amount", "money", optional=True),
    FieldSpec("currency", "string", optional=True),
)


def schema_of(
    *fields: FieldSpec, entities: tuple[EntitySpec, ...] = (CUSTOMER,), money: MoneySpec | None = MONEY, **settings: int
) -> Schema:
    """FIELDS and the given ones."""
    return Schema("transaction_id", "event_time", (*FIELDS, *fields), money, entities, **settings)


@dataclass
class Bound:
    """What intake needs of bound orders."""

    plan: Plan
    stateless: Callable[[Item, Counts], list[Record]] | None = None

    @property
    def orders(self) -> Orders:
        return alone(self.plan)


@dataclass
class Feed:
    """An intake with one source of transactions."""

    schema: Schema
    format: Any = "json"
    shards: int = 1
    stateless: Callable[[Item, Counts], list[Record]] | None = None
    offset: int = 0
    watermark: int = 0
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        plan = Plan(self.schema, {}, (), ())
        self.intake = Intake(Bound(plan, self.stateless), (Source("transactions", "in.jsonl", None, self.format, 0),), self.shards)

    def records(self, *payloads: bytes) -> list[Record]:
        self.watermark, records = read_tagged_frame(self.intake.frame(source_frame(0, self.offset, list(payloads))))
        self.offset += len(payloads)
        return records

    def items(self, *payloads: bytes) -> list[list[Any]]:
        """Items of all shards; a dead letter is a failure."""
        records = self.records(*payloads)
        assert dead(records) == []
        return [item for tag, _, payload in records if tag == SUBFRAME for item in msgspec.msgpack.decode(payload[1:])]


def dead(records: list[Record]) -> list[dict[str, Any]]:
    return [json.loads(payload) for tag, _, payload in records if tag == DEAD]


def late(records: list[Record]) -> list[dict[str, Any]]:
    return [json.loads(payload) for tag, _, payload in records if tag == LATE]


def line(**members: Any) -> bytes:
    """A valid transaction with the given members put in or, when they are `...`, left out."""
    whole = {"transaction_id": "T1", "event_time": 1_000, "customer_id": "C1", **members}
    return json.dumps({name: value for name, value in whole.items() if value is not ...}).encode()


def columns(schema: Schema, payload: bytes) -> dict[str, Any]:
    """The declared fields' values as the one transaction of the payload carries them."""
    item = Feed(schema).items(payload)[0]
    return {name: item[at] for name, at in positions(schema).items()}


def code(schema: Schema, payload: bytes) -> str:
    """The code of bad input that the payload is."""
    letters = dead(Feed(schema).records(payload))
    assert len(letters) == 1
    return str(letters[0]["code"])
