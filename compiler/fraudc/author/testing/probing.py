"""A rule in, what each of its lets and clauses is at each transaction out: by rules that alert for all of them, and the engine as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from fraudc.author.testing.cases import Case
from fraudc.author.testing.clauses import Clause, Truth, clauses
from fraudc.author.testing.reads import part_of
from fraudc.author.testing.running import Alert, Outcome, outcome
from fraudc_runtime.expr import Const, Expr, Type
from fraudc_runtime.plan import LetSpec, Plan, Rule
from fraudc_runtime.program import Program, bind

# No name in a rule has this letter, so probes' own lets cannot be taken for an author's.
_MARK = "λ"
_TRUE = Const("bool", True, "true")
_WHERE, _WHEN = f"{_MARK}where", f"{_MARK}when"


@dataclass(frozen=True, slots=True)
class Operand:
    """What a clause's value hangs on; `value` as in alerts."""

    text: str
    type: Type
    value: Any


@dataclass(frozen=True, slots=True)
class Reading:
    """One clause at one transaction."""

    clause: Clause
    value: Truth
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A transaction as a rule saw it. `when` and `lets` (JSON values by name) are empty where the rule's `where` was not true."""

    transaction: str
    key: str | None
    at: int
    where: tuple[Reading, ...]
    when: tuple[Reading, ...]
    lets: dict[str, Any]
    passed: bool  # the rule's `where`
    matched: bool  # its `when` too


class Probe:
    """Probes of one rule, bound once."""

    def __init__(self, plan: Plan, rule: Rule) -> None:
        self.rule = rule
        self._where = clauses(rule.where, rule.entity, plan)
        self._when = clauses(rule.when, rule.entity, plan)
        seen = replace(_blank(rule), id=_WHERE, where=None, lets=_lets((), rule.where, self._where))
        passed = replace(_blank(rule), id=_WHEN, lets=_lets(rule.lets, rule.when, self._when))
        self._program: Program = bind(part_of(plan, (seen, passed)))

    def seen(self, case: Case) -> tuple[Seen, ...]:
        """Every transaction that the rule's entity accepts, in the order in which it is evaluated; of a test."""
        return self._read(outcome(self._program, case))

    def _read(self, found: Outcome) -> tuple[Seen, ...]:
        passed = {(alert.key, alert.transaction, alert.at): alert for alert in found.alerts if alert.rule == _WHEN}
        alerts = [alert for alert in found.alerts if alert.rule == _WHERE]
        return tuple(self._one(alert, passed.get((alert.key, alert.transaction, alert.at))) for alert in alerts)

    def _one(self, seen: Alert, passed: Alert | None) -> Seen:
        where = _readings(self._where, seen.values)
        if passed is None:
            return Seen(seen.transaction, seen.key, seen.at, where, (), {}, passed=False, matched=False)
        lets = {let.name: passed.values[let.name] for let in self.rule.lets}
        matched = passed.values[f"{_MARK}whole"] is True
        return Seen(seen.transaction, seen.key, seen.at, where, _readings(self._when, passed.values), lets, passed=True, matched=matched)


def _blank(rule: Rule) -> Rule:
    """The rule as one that alerts for whatever it sees, at once."""
    always = {"when": _TRUE, "mode": "live", "rollout": "1", "labels": {}, "values": ()}
    nothing = dict.fromkeys(("title", "cooldown", "unless", "within", "message", "start", "end"))
    return replace(rule, **always, **nothing)


def _lets(own: tuple[LetSpec, ...], whole: Expr | None, parts: Sequence[Clause]) -> tuple[LetSpec, ...]:
    found = [LetSpec(f"{_MARK}whole", "bool", _TRUE if whole is None else whole)]
    for number, clause in enumerate(parts):
        found.append(LetSpec(f"{_MARK}{number}", "bool", clause.expr))
        found += [LetSpec(f"{_MARK}{number}_{at}", expr.type, expr) for at, (_, expr) in enumerate(clause.operands)]
    return (*own, *found)


def _readings(parts: Sequence[Clause], values: dict[str, Any]) -> tuple[Reading, ...]:
    return tuple(
        Reading(
            clause,
            values[f"{_MARK}{number}"],
            tuple(Operand(text, expr.type, values[f"{_MARK}{number}_{at}"]) for at, (text, expr) in enumerate(clause.operands)),
        )
        for number, clause in enumerate(parts)
    )
