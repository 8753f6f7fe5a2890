"""Plans written by hand and items of one entity in, decoded alerts out: for tests of the machine without compiler and intake."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from fraudc_runtime.counts import Counts
from fraudc_runtime.engine import Shard
from fraudc_runtime.expr import Call, Const, Expr, Field, Let, Slot, Type
from fraudc_runtime.frames import END, MARKER, MAX_WATERMARK, PROFILES, TRANSACTIONS, read_tagged_frame, shard_frame
from fraudc_runtime.plan import Currency, EntitySpec, FieldSpec, LetSpec, ListValues, MoneySpec, Plan, Rule, Schema, Signature, Window
from fraudc_runtime.program import bind
from fraudc_runtime.rulesets.swapping import Orders

FIELDS = {
    name: Field(name, type, optional)
    for name, type, optional in (
        ("id", "string", False),
        ("at", "timestamp", False),
        ("k", "string", False),
        ("n", "int", True),
        ("f", "float", True),
        ("m", "money", True),
        ("s", "string", True),
        ("b", "bool", True),
        ("i", "int", False),
    )
}
TRUE = Const("bool", True, "true")


def schema(**settings: Any) -> Schema:
    fields = tuple(FieldSpec(each.name, each.type, each.optional) for each in FIELDS.values())
    entity = EntitySpec("key", ("k",), (FieldSpec("home", "string", True),), settings.pop("forget", None))
    return Schema("id", "at", fields, MoneySpec("USD", None, {"USD": Currency(2, "1")}), (entity,), **settings)


def constant(value: Any, type: Type = "int") -> Const:
    return Const(type, value, repr(value))


def call(op: str, *args: Expr, type: Type = "bool") -> Call:
    return Call(op, args, type)


def aggregate(
    function: str,
    argument: Expr | None,
    window: Window,
    *,
    parameter: str = "",
    where: Expr | None = None,
    condition: Expr | None = None,
    excluding: bool = False,
    delay: int = 0,
) -> Signature:
    """A signature whose id and text say all of it."""
    kind = argument.type if argument is not None else "int"
    exact: dict[str, Type] = {"count": "int", "distinct": "int", "rising": "int", "stddev": "float", "zscore": "float"}
    result = exact.get(function, "money" if kind == "money" else "float" if function == "avg" else kind)
    text = repr((function, parameter, argument, window, where, condition, excluding, delay))
    return Signature(text, text, "key", where, function, argument, parameter, condition, window, excluding, delay, result)


def rule(id: str = "r", when: Expr = TRUE, lets: dict[str, Signature | Expr] | None = None, **keys: Any) -> Rule:
    specs = []
    for name, what in (lets or {}).items():
        expr = Slot(what.id, what.type) if isinstance(what, Signature) else what
        specs.append(LetSpec(name, expr.type, expr))
    whole: dict[str, Any] = {
        **{"id": id, "title": None, "severity": "medium", "entity": "key", "where": None, "lets": tuple(specs), "when": when},
        **{"cooldown": None, "unless": None, "within": None, "message": None, "mode": "live", "rollout": "1", "start": None, "end": None},
        **{"labels": {}, "values": ()},
        **keys,
    }
    return Rule(**whole)


def let(name: str, signature: Signature) -> Let:
    return Let(name, signature.type)


def plan(*rules: Rule, signatures: Sequence[Signature] = (), lists: dict[str, ListValues] | None = None, **settings: Any) -> Plan:
    unique = {each.id: each for each in signatures}
    return Plan(schema(**settings), lists or {}, tuple(unique.values()), rules)


def item(at: int, id: str | None = None, k: str = "K", **values: Any) -> tuple[Any, ...]:
    """One transaction; `i` is 0 unless given, all else is missing."""
    v = {"i": 0, **values}
    amount = v.get("m")
    id = f"t{at:09}" if id is None else id
    return (at, id, 0, 0, 0, k, k, v.get("n"), v.get("f"), amount, None if amount is None else str(amount), v.get("s"), v.get("b"), v["i"])


class Entries(dict[str, bytes]):
    def put(self, key: str, value: bytes) -> None:
        self[key] = value

    def remove(self, key: str) -> None:
        self.pop(key, None)


@dataclass
class Machine:
    """One shard; `cut` stops it at a checkpoint and starts another on its state."""

    plan: Plan | Orders
    budget: int = 64 << 20
    counts: Counts = field(default_factory=Counts)
    store: Entries = field(default_factory=Entries)
    records: list[tuple[int, str | None, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start()

    def start(self, plan: Plan | Orders | None = None) -> None:
        self.plan = plan or self.plan
        self.shard = Shard(bind(self.plan), self.store, self.counts, self.budget)

    def send(self, items: Sequence[tuple[Any, ...]], watermark: int, flags: int = 0) -> list[dict[str, Any]]:
        """Takes items in and moves the watermark; the alerts that this gives."""
        subframes = [TRANSACTIONS + msgspec.msgpack.encode(list(items))] if items else []
        return self.take(self.shard.frame(shard_frame(watermark, flags, subframes)))

    def profile(self, key: str, home: str | None, kind: bytes = PROFILES) -> None:
        rows = ["key", [[key, None if home is None else {"home": home}]]]
        self.take(self.shard.frame(shard_frame(-(2**63), 0, [kind + msgspec.msgpack.encode(rows)])))

    def take(self, tagged: bytes) -> list[dict[str, Any]]:
        records = read_tagged_frame(tagged)[1]
        self.records += records
        return [json.loads(payload) for _, _, payload in records]

    def play(self, items: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
        """Items one by one, each decided at once."""
        return [alert for each in items for alert in self.send([each], each[0])]

    def end(self) -> list[dict[str, Any]]:
        return self.send([], MAX_WATERMARK, END)

    def cut(self, plan: Plan | Orders | None = None) -> None:
        self.send([], -(2**63), MARKER)
        self.start(plan)


def alerts(plan: Plan, *items: tuple[Any, ...]) -> list[dict[str, Any]]:
    """All alerts of a whole run."""
    machine = Machine(plan)
    return machine.send(sorted(items), max(each[0] for each in items)) + machine.end()
