"""The estimate beside what the engine really stores for one key after months at a steady rate."""

import msgspec
import pytest

from fraudc_runtime.counts import Counts
from fraudc_runtime.engine import Shard
from fraudc_runtime.estimate import DAY, estimate
from fraudc_runtime.expr import Call, Expr, Field, Slot
from fraudc_runtime.frames import MARKER, TRANSACTIONS, shard_frame
from fraudc_runtime.plan import All, EntitySpec, FieldSpec, Panes, Plan, Rule, Schema, Signature, Sliding, Tumbling, Window
from fraudc_runtime.program import bind

PER_DAY = 24
START = 1_767_225_600_000
AMOUNT, SCORE, COUNTRY = Field("amount", "int", False), Field("score", "float", False), Field("country", "string", False)
FIELDS = (
    FieldSpec("id", "string"),
    FieldSpec("at", "timestamp"),
    FieldSpec("card", "string"),
    FieldSpec("amount", "int"),
    FieldSpec("score", "float"),
    FieldSpec("country", "string"),
)
SCHEMA = Schema("id", "at", FIELDS, None, (EntitySpec("card", ("card",)),))


class Entries(dict[str, bytes]):
    """A map state in memory."""

    def put(self, key: str, value: bytes) -> None:
        self[key] = value

    def remove(self, key: str) -> None:
        self.pop(key, None)


def signature(function: str, argument: Expr, window: Window) -> Signature:
    parameter = {"percentile": "50", "zscore": "10", "rising": "1"}.get(function, "")
    return Signature(
        f"{function} {window}", f"{function} {window}", "card", None, function, argument, parameter, None, window, False, 0, "float"
    )


def plan(*signatures: Signature) -> Plan:
    rules = tuple(
        Rule(
            f"r{at}",
            None,
            "low",
            "card",
            None,
            (),
            Call("is_missing", (Slot(s.id, s.type),), "bool"),
            None,
            None,
            None,
            None,
            "off",
            "1",
            None,
            None,
            {},
            (),
        )
        for at, s in enumerate(signatures)
    )
    return Plan(SCHEMA, {}, signatures, rules)


def stored(plan: Plan, days: int) -> int:
    """Bytes of the key's map entries, their own keys included, after so many days of transactions, one an hour."""
    times = [START + DAY * number // PER_DAY for number in range(days * PER_DAY)]
    items = [
        (t, f"transaction-{t:013}", 0, n, 0, "K1", "K1", 1000 + n * 7919 % 90_000, n / 7, f"country-{n:08}") for n, t in enumerate(times)
    ]
    entries = Entries()
    shard = Shard(bind(plan), entries, Counts())
    shard.frame(shard_frame(times[-1], MARKER, [TRANSACTIONS + msgspec.msgpack.encode(items)]))
    return sum(len(name) + len(value) for name, value in entries.items() if name.endswith("card/K1"))


@pytest.mark.parametrize(
    "one",
    [
        signature("count", AMOUNT, Sliding(7 * DAY)),
        signature("sum", AMOUNT, Sliding(7 * DAY)),
        signature("stddev", SCORE, Sliding(7 * DAY)),
        signature("distinct", COUNTRY, Sliding(7 * DAY)),
        signature("percentile", AMOUNT, Sliding(7 * DAY)),
        signature("last", AMOUNT, Sliding(7 * DAY)),
        signature("avg", AMOUNT, Panes(14 * DAY, DAY)),
        signature("stddev", SCORE, Panes(14 * DAY, DAY)),
        signature("max", AMOUNT, Tumbling(DAY)),
        signature("stddev", SCORE, All()),
    ],
    ids=lambda one: one.id,
)
def test_a_steady_key_takes_about_what_is_estimated(one: Signature) -> None:
    """Over several days, since a log grows to twice its window before it is cut; short numbers take less than the 8 bytes estimated."""
    (expected,) = estimate(plan(one), PER_DAY)
    found = [stored(plan(one), days) for days in range(30, 38)]
    assert 0.8 <= expected.bytes * len(found) / sum(found) <= 2.5


def test_windows_that_share_are_estimated_together() -> None:
    several = plan(*(signature(name, AMOUNT, Sliding(days * DAY)) for name in ("count", "sum", "avg", "min") for days in (1, 7)))
    (expected,) = estimate(several, PER_DAY)
    found = [stored(several, days) for days in range(30, 38)]
    assert 0.8 <= expected.bytes * len(found) / sum(found) <= 2.5
