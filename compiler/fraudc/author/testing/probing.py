"""A rule in, what each of its lets and clauses is at each transaction out: by rules that alert for all of them, and the engine as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from fraudc.author.rule_keys import window_texts
from fraudc.author.testing.cases import Case
from fraudc.author.testing.clauses import Clause, Truth, clauses
from fraudc.author.testing.reads import part_of, windows_read
from fraudc.author.testing.running import Alert, outcome
from fraudc_runtime.expr import Const, Expr, Type
from fraudc_runtime.plan import LetSpec, Plan, Rule
from fraudc_runtime.program import Program, bind

# No name in a rule has this letter, so probes' own lets cannot be taken for an author's.
_MARK = "λ"
_TRUE = Const("bool", True, "true")
_WHERE, _WHEN = "?where", "?when"  # no rule has such an id


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
class Condition:
    """A condition at one transaction, whole and by its clauses."""

    value: Truth
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A transaction as a rule saw it.

    `when`, `inside` (conditions inside aggregates, by signature id) and `lets` (JSON values by name) are those of a transaction that
    passed the rule's `where`; else `when` is None and the others are empty.
    """

    transaction: str
    key: str | None
    at: int
    where: Condition
    when: Condition | None
    inside: dict[str, Condition]
    lets: dict[str, Any]

    @property
    def passed(self) -> bool:
        return self.when is not None

    @property
    def matched(self) -> bool:
        return self.when is not None and self.when.value is True


class Probe:
    """Probes of one rule, bound once."""

    def __init__(self, plan: Plan, rule: Rule) -> None:
        self.rule = rule
        inside = {signature.id: signature.condition for signature in windows_read(rule, plan) if signature.condition is not None}
        texts = window_texts(plan)
        self._where = _Group("where", _TRUE if rule.where is None else rule.where, rule, texts)
        self._when = _Group("when", rule.when, rule, texts)
        self._inside = {id: _Group(f"inside{at}_", condition, rule, texts) for at, (id, condition) in enumerate(inside.items())}
        lets = (*rule.lets, *self._when.lets, *(let for group in self._inside.values() for let in group.lets))
        seen, passed = replace(_blank(rule), id=_WHERE, where=None, lets=self._where.lets), replace(_blank(rule), id=_WHEN, lets=lets)
        self._program: Program = bind(part_of(plan, (seen, passed)))

    @property
    def where(self) -> tuple[Clause, ...]:
        """The clauses whose readings `Seen.where` has."""
        return self._where.clauses

    @property
    def when(self) -> tuple[Clause, ...]:
        return self._when.clauses

    @property
    def inside(self) -> dict[str, tuple[Clause, ...]]:
        """By signature id."""
        return {id: group.clauses for id, group in self._inside.items()}

    def seen(self, case: Case) -> tuple[Seen, ...]:
        """Every transaction of a test that the rule's entity accepts, in the order in which it is evaluated."""
        found = outcome(self._program, case)
        passed = {(alert.key, alert.transaction, alert.at): alert for alert in found.alerts if alert.rule == _WHEN}
        alerts = [alert for alert in found.alerts if alert.rule == _WHERE]
        return tuple(self._one(alert, passed.get((alert.key, alert.transaction, alert.at))) for alert in alerts)

    def _one(self, seen: Alert, passed: Alert | None) -> Seen:
        where = self._where.read(seen.values)
        if passed is None:
            return Seen(seen.transaction, seen.key, seen.at, where, None, {}, {})
        lets = {let.name: passed.values[let.name] for let in self.rule.lets}
        inside = {id: group.read(passed.values) for id, group in self._inside.items()}
        return Seen(seen.transaction, seen.key, seen.at, where, self._when.read(passed.values), inside, lets)


class _Group:
    """A condition as lets of its own, and their values as a condition again."""

    def __init__(self, name: str, whole: Expr, rule: Rule, texts: Mapping[str, str]) -> None:
        self._name = f"{_MARK}{name}"
        self.clauses = clauses(whole, rule.entity, texts)
        found = [LetSpec(self._name, "bool", whole)]
        for number, clause in enumerate(self.clauses):
            found.append(LetSpec(f"{self._name}{number}", "bool", clause.expr))
            found += [LetSpec(f"{self._name}{number}_{at}", expr.type, expr) for at, (_, expr) in enumerate(clause.operands)]
        self.lets = tuple(found)

    def read(self, values: dict[str, Any]) -> Condition:
        return Condition(values[self._name], tuple(self._reading(number, clause, values) for number, clause in enumerate(self.clauses)))

    def _reading(self, number: int, clause: Clause, values: dict[str, Any]) -> Reading:
        operands = (Operand(text, expr.type, values[f"{self._name}{number}_{at}"]) for at, (text, expr) in enumerate(clause.operands))
        return Reading(clause, values[f"{self._name}{number}"], tuple(operands))


def _blank(rule: Rule) -> Rule:
    """The rule as one that alerts for whatever it sees, at once."""
    always = {"when": _TRUE, "mode": "live", "rollout": "1", "labels": {}, "values": ()}
    nothing = dict.fromkeys(("title", "cooldown", "unless", "within", "message", "start", "end"))
    return replace(rule, **always, **nothing)
