"""Estimates state: a Plan and a rate in, bytes of encoded state per window and per entity key and the cost class of each window out.

The bytes are those that RocksDB holds for one key after a checkpoint, each number as 8 bytes (the encoding may take fewer), before its
compression; a decoded key in Python's cache takes several times as much.

Assumptions, each a constant below: every key sees PER_DAY transactions a day, evenly; a text takes TEXT bytes, an id ID bytes; every
transaction brings a value of its own (the worst case for `distinct`) and continues a run (the worst for `rising`); `over all` has run for
LIFE.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

from fraudc_runtime.aggregates.readings import NEEDS
from fraudc_runtime.expr import Expr, Type
from fraudc_runtime.plan import All, Panes, Plan, Rule, Signature, Sliding, Tumbling

Unit = Literal["member", "pane", "value"]

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
NOT_YET_DROPPED = 1.5  # a log is cut when half of it has left, so on average it holds half as many again as the window has
HELD_MATCH = 768  # the rendered alert, its transaction included, and its deadline

# Made again from the members or panes when a key is loaded, so not stored beside them.
_DERIVED = frozenset({"min", "max", "distinct", "first", "ranked"})
# Kept as the values themselves where the window keeps no members.
_VALUES = frozenset({"distinct", "ranked"})


@dataclass(frozen=True, slots=True)
class Piece:
    """Something stored once for all windows that read it: `fixed` bytes, and `each` more for every one of `members`."""

    identity: Hashable
    fixed: int = 0
    each: int = 0
    members: int = 0

    @property
    def bytes(self) -> int:
        return self.fixed + self.each * self.members


@dataclass(frozen=True, slots=True)
class WindowState:
    """One window's part of a key's state. It reads `pieces`; those that it is the first to read, the longest windows first, are its `own`.

    `unit` names what `members` counts, as expected. `shares` is the signature whose members, panes or numbers it reads instead of its own.
    `cost` is the time for one transaction.
    """

    signature: str
    pieces: tuple[Piece, ...]
    own: tuple[Piece, ...]
    members: int
    unit: Unit
    shares: str | None
    cost: str

    @property
    def fixed(self) -> int:
        return sum(piece.fixed for piece in self.own)

    @property
    def per_member(self) -> int:
        return sum(piece.each for piece in self.own)

    @property
    def bytes(self) -> int:
        return sum(piece.bytes for piece in self.own)


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
    found = {state.signature: state for state in _window_states(signatures, per_day)}
    remembered = (ID + NUMBER) * _expected(plan.schema.dedupe, per_day) if plan.schema.dedupe else 0
    beside = ENTRY + remembered + sum(rule_bytes(rule) for rule in plan.rules if rule.entity == entity)
    return KeyState(entity, tuple(found[signature.id] for signature in signatures), beside)


def _window_states(signatures: list[Signature], per_day: float) -> Iterator[WindowState]:
    """The longest window of each log owns it; every piece is counted with the longest window that reads it."""
    logs: dict[Hashable, Signature] = {}
    firsts: dict[Hashable, Signature] = {}
    for signature in sorted(signatures, key=span, reverse=True):
        members = _members(logs.setdefault(_log(signature), signature), per_day)
        pieces = tuple(replace(piece, identity=(signature.entity, piece.identity), members=members) for piece in _pieces(signature))
        lenders = [first for piece in pieces if (first := firsts.setdefault(piece.identity, signature)) is not signature]
        yield WindowState(
            signature=signature.id,
            pieces=pieces,
            own=tuple(piece for piece in pieces if firsts[piece.identity] is signature),
            members=members,
            unit=_unit(signature),
            shares=lenders[0].id if lenders else None,
            cost=cost(signature),
        )


def _log(signature: Signature) -> Hashable:
    """What windows must have in common to read the same members, panes or values; for others, something of their own."""
    match signature.window:
        case Sliding() if not _is_free(signature):
            return "members", signature.where
        case Panes(_, step):
            return "panes", _column(signature), step, signature.function == "distinct"
        case _:
            return signature.id


def _is_free(signature: Signature) -> bool:
    """Sliding windows that need no members: a run keeps its own times, the last value its own time."""
    return signature.function == "rising" or (signature.function == "last" and not signature.delay)


def _counts_all(signature: Signature) -> bool:
    """A number of members, whatever they hold: the distance of two cursors, which needs no column and no number."""
    return signature.function == "count" and signature.argument is None and signature.condition is None


def _pieces(signature: Signature) -> Iterator[Piece]:
    match signature.window:
        case Sliding() if _is_free(signature):
            run = NUMBER if signature.function == "rising" else 0
            yield Piece(("free", signature.function, signature.parameter, _place(signature)), _width(signature) + NUMBER, run)
        case Sliding():
            yield Piece(_log(signature), LOG, NUMBER)
            yield Piece(("cursors", signature.where, signature.window, signature.delay), NUMBER * (2 if signature.delay else 1))
            if not (counts_all := _counts_all(signature)):
                yield Piece(("column", _column(signature)), 0, _width(signature))
            yield from _accumulators(signature, _DERIVED | ({"number"} if counts_all else set()))
        case Panes():
            yield Piece(_log(signature), LOG + NUMBER, NUMBER)
            yield Piece(("cursors", _place(signature)), NUMBER * (2 if signature.delay else 1))
            for need in NEEDS[signature.function]:
                yield Piece((_log(signature), need), 0, _bytes(need, signature))
            yield from _accumulators(signature, _DERIVED | {"last"})
        case Tumbling() | All():
            if isinstance(signature.window, Tumbling):
                yield Piece(("pane", signature.where, signature.window), NUMBER)
            yield from _accumulators(signature, _VALUES)
            if _VALUES.intersection(NEEDS[signature.function]):
                yield Piece(("values", signature.function, _place(signature)), LOG, _width(signature))


def _accumulators(signature: Signature, but: frozenset[str]) -> Iterator[Piece]:
    for need in NEEDS[signature.function]:
        if need not in but:
            parameter = signature.parameter if need == "rising" else ""
            yield Piece((need, parameter, _place(signature)), _bytes(need, signature))


def _bytes(need: str, signature: Signature) -> int:
    """What one accumulator takes."""
    is_float = _type(signature) == "float"
    match need:
        case "number":
            return NUMBER
        case "sum":
            return EXACT_SUM if is_float else NUMBER
        case "squares":
            return EXACT_SQUARES if is_float else SQUARES
        case "rising":
            return NUMBER + _width(signature)
        case _:
            return _width(signature)


def _place(signature: Signature) -> Hashable:
    """Column, window and delay: where equal accumulators are one."""
    return _column(signature), signature.window, signature.delay


def _column(signature: Signature) -> tuple[Expr | None, Expr | None, Expr | None]:
    return signature.where, signature.argument, signature.condition


def _unit(signature: Signature) -> Unit:
    if signature.function == "distinct" and not isinstance(signature.window, Sliding):
        return "value"
    return "pane" if isinstance(signature.window, Panes) else "member"


def _members(owner: Signature, per_day: float) -> int:
    """Expected entries of a log, by the window that owns it: of members and panes also those not yet dropped."""
    found = _expected(span(owner), per_day)
    match owner.window:
        case Panes(_, step) if owner.function != "distinct":
            return ceil(NOT_YET_DROPPED * min(found, ceil(span(owner) / step)))
        case Panes():
            return ceil(NOT_YET_DROPPED * found)
        case Sliding() if not _is_free(owner):
            return ceil(NOT_YET_DROPPED * found)
        case _:
            return found


def _expected(milliseconds: int, per_day: float) -> int:
    return max(1, ceil(milliseconds * per_day / DAY))


def _type(signature: Signature) -> Type:
    return "bool" if signature.argument is None else signature.argument.type


def _width(signature: Signature) -> int:
    """Bytes of one value of the window's column."""
    return {"bool": 1, "string": TEXT}.get(_type(signature), NUMBER)
