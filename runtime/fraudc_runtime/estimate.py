"""Estimates state: a Plan and a rate in, bytes of encoded state per window and per entity key and the cost class of each window out.

The bytes are those that RocksDB holds for one key after a checkpoint, each number as 8 bytes (the encoding may take fewer), before its
compression; a decoded key in Python's cache takes several times as much.

Assumptions, each a constant below: every key sees PER_DAY transactions a day, evenly; a text takes TEXT bytes, an id ID bytes; every
transaction brings a value of its own (the worst case for `distinct`); `over all` has run for LIFE.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Literal

from fraudc_runtime.expr import Expr, Type
from fraudc_runtime.plan import All, Panes, Plan, Rule, Signature, Sliding, Tumbling

Column = tuple[Expr | None, Expr | None]  # an aggregate's argument and its inner `where`

Part = Literal["count", "sum", "squares", "value", "time"]

DAY = 86_400_000
LIFE = 365 * DAY
PER_DAY = 10.0
NUMBER = 8
TEXT = 16
ID = 24
ENTRY = 64  # a map entry's own key (shard, entity, key text), the version and the time of the last transaction
COOLDOWN = 2 * NUMBER  # until when, and how many were suppressed
LOG = 2 * NUMBER  # how many members have left, and how many stand in segments
SQUARES = 2 * NUMBER
EXACT_SUM, EXACT_SQUARES = 140, 280  # sums of doubles are kept as whole multiples of the least double and of its square
HELD_MATCH = 768  # the rendered alert, its transaction included, and its deadline

# What an aggregate keeps beside its members, or in each pane. Over members that it can read again (sliding windows) the extremes, the
# first one, the order and the set of values are made from them on load, so they are not stored.
_KEPT: dict[str, tuple[Part, ...]] = {
    "count": ("count",),
    "sum": ("sum",),
    "avg": ("count", "sum"),
    "min": ("value",),
    "max": ("value",),
    "stddev": ("count", "sum", "squares"),
    "zscore": ("count", "sum", "squares"),
    "distinct": ("count",),
    "first": ("value",),
    "last": ("value", "time"),
    "percentile": ("count",),
    "rising": ("count", "value"),
}
_MADE_AGAIN = frozenset({"min", "max", "distinct", "first", "percentile"})
# Aggregates that keep every value even where the window itself keeps no members (panes, tumbling, all).
_KEEP_VALUES = frozenset({"distinct", "percentile"})


@dataclass(frozen=True, slots=True)
class WindowState:
    """One window's part of a key's state, in bytes: `fixed` + `per_member` x `members` (expected).

    `shares` is the signature whose member log it reads instead of one of its own; `cost` is the time for one transaction.
    """

    signature: str
    fixed: int
    per_member: int
    members: int
    shares: str | None
    cost: str

    @property
    def bytes(self) -> int:
        return self.fixed + self.per_member * self.members


@dataclass(frozen=True, slots=True)
class KeyState:
    """One entity key's state in bytes: its windows, and what stands beside them (remembered ids, cooldowns, the entry itself)."""

    entity: str
    windows: tuple[WindowState, ...]
    beside: int

    @property
    def bytes(self) -> int:
        return self.beside + sum(window.bytes for window in self.windows)


def estimate(plan: Plan, per_day: float = PER_DAY) -> tuple[KeyState, ...]:
    """One KeyState for each entity that a rule is `by`, in schema order; `per_day` is transactions per key and day."""
    used = {rule.entity for rule in plan.rules}
    return tuple(_key_state(plan, entity.name, per_day) for entity in plan.schema.entities if entity.name in used)


def span(signature: Signature) -> int:
    """Milliseconds of event time, back from now, that the window's members can lie in; LIFE for `over all`."""
    match signature.window:
        case Sliding(size) | Panes(size):
            return size + signature.delay
        case Tumbling(size):
            return size
        case All():
            return LIFE


def cost(signature: Signature) -> str:
    """The time one transaction costs, n being the members: amortised, state in memory."""
    return "O(log n)" if signature.function == "percentile" else "O(1)"


def rule_bytes(rule: Rule) -> int:
    """Bytes a key that the rule keeps beside its windows and held matches."""
    return COOLDOWN if rule.cooldown else 0


def _key_state(plan: Plan, entity: str, per_day: float) -> KeyState:
    signatures = [signature for signature in plan.signatures if signature.entity == entity]
    logs: dict[Expr | None, list[Signature]] = {}
    for signature in signatures:
        if isinstance(signature.window, Sliding):
            logs.setdefault(signature.where, []).append(signature)
    found = {state.signature: state for log in logs.values() for state in _log(log, per_day)}
    found |= {s.id: _numbers(s, per_day) for s in signatures if not isinstance(s.window, Sliding)}
    remembered = (ID + NUMBER) * _members(plan.schema.dedupe, per_day) if plan.schema.dedupe else 0
    beside = ENTRY + remembered + sum(rule_bytes(rule) for rule in plan.rules if rule.entity == entity)
    return KeyState(entity, tuple(found[signature.id] for signature in signatures), beside)


def _log(signatures: list[Signature], per_day: float) -> Iterable[WindowState]:
    """Sliding windows over one member log: the longest owns it, a column belongs to the longest that reads it."""
    by_length = sorted(signatures, key=span, reverse=True)
    owner, members = by_length[0], _members(span(by_length[0]), per_day)
    columns: set[Column] = set()
    for signature in by_length:
        width = 0 if (column := _column(signature)) in columns or column is None else _width(_column_type(signature))
        if column is not None:
            columns.add(column)
        cursors = NUMBER * (2 if signature.delay else 1)
        kept = 0 if signature.function in _MADE_AGAIN else _kept(signature)
        log, time, shares = (LOG, NUMBER, None) if signature is owner else (0, 0, owner.id)
        yield WindowState(signature.id, log + cursors + kept, time + width, members, shares, cost(signature))


def _numbers(signature: Signature, per_day: float) -> WindowState:
    """Windows that keep numbers of a pane instead of members: the pane's index and the aggregate's numbers, for each pane."""
    match signature.window:
        case Panes(size, step):
            panes = size // step + signature.delay // step
        case _:
            panes = 1
    index = 0 if isinstance(signature.window, All) else NUMBER
    keeps = signature.function in _KEEP_VALUES
    per_member = _width(_column_type(signature)) if keeps else 0
    members = _members(span(signature), per_day) if keeps else 0
    return WindowState(signature.id, panes * (index + _kept(signature)), per_member, members, None, cost(signature))


def _kept(signature: Signature) -> int:
    """Bytes of the aggregate's own numbers."""
    value = _column_type(signature)
    widths: dict[Part, int] = {"count": NUMBER, "sum": NUMBER, "squares": SQUARES, "value": _width(value), "time": NUMBER}
    if value == "float":
        widths |= {"sum": EXACT_SUM, "squares": EXACT_SQUARES}
    return sum(widths[part] for part in _KEPT[signature.function])


def _members(milliseconds: int, per_day: float) -> int:
    return max(1, ceil(milliseconds * per_day / DAY))


def _column(signature: Signature) -> Column | None:
    """What a member log keeps for this window beside the time; None for `count()` of everything."""
    if signature.argument is None and signature.condition is None:
        return None
    return signature.argument, signature.condition


def _column_type(signature: Signature) -> Type:
    return "bool" if signature.argument is None else signature.argument.type


def _width(type: Type) -> int:
    return {"bool": 1, "string": TEXT}.get(type, NUMBER)
