"""A project, lines and profile rows in; alerts, late records, bad lines and counts out, as sections 5 and 6 of the language say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reference.alerts import alert, mode_of
from reference.evaluate import Scope, evaluate
from reference.project import Entity, Project, Rule
from reference.reading import Transaction, entity_key, read_profiles, read_transaction
from reference.values import BadInput


@dataclass(slots=True)
class Outcome:
    """`dead` are 0-based line numbers; `entities` counts by entity what became of valid transactions, `suppressed` by rule."""

    alerts: list[dict[str, Any]] = field(default_factory=list)
    late: list[dict[str, Any]] = field(default_factory=list)
    dead: list[int] = field(default_factory=list)
    valid: int = 0
    entities: dict[str, Counter[str]] = field(default_factory=dict)
    suppressed: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, eq=False)
class Held:
    """A match of a rule with `unless`, with the alert it becomes at `deadline`."""

    rule: Rule
    transaction: Transaction
    alert: dict[str, Any]
    deadline: int


@dataclass(slots=True)
class KeyState:
    """What one entity key remembers; `cooldowns` has the end of each rule's cooldown and how many matches it has suppressed."""

    profile: dict[str, Any]
    last: int | None = None
    ids: dict[str, int] = field(default_factory=dict)
    histories: dict[str, list[Transaction]] = field(default_factory=dict)
    cooldowns: dict[str, tuple[int, int]] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    memo: dict[tuple[int, int], Any] = field(default_factory=dict)


def run(
    project: Project, lines: Sequence[bytes], profiles: dict[str, list[dict[str, Any]]] | None = None, csv_profiles: bool = False
) -> Outcome:
    """Everything a bounded run over one file gives."""
    outcome = Outcome(entities={name: Counter() for name in project.entities})
    rows = read_profiles(project, profiles or {}, csv_profiles)
    accepted: dict[tuple[str, str], list[Transaction]] = {}
    largest: int | None = None
    for number, raw in enumerate(lines):
        try:
            transaction = read_transaction(project, number, raw)
        except BadInput:
            outcome.dead.append(number)
            continue
        outcome.valid += 1
        _stateless(project, transaction, outcome)
        _by_entity(project, transaction, largest, accepted, outcome)
        largest = transaction.time if largest is None else max(largest, transaction.time)
    for (entity, key), transactions in accepted.items():
        _Keyed(project, project.entities[entity], key, KeyState(rows[entity].get(key, {})), outcome).all(transactions)
    return outcome


def _stateless(project: Project, transaction: Transaction, outcome: Outcome) -> None:
    for rule in project.rules:
        scope = Scope(project, rule, transaction)
        if rule.entity is None and _passes(rule, scope) and _matches(rule, scope):
            outcome.alerts.append(alert(rule, scope, None, rule.mode))


def _by_entity(
    project: Project, transaction: Transaction, largest: int | None, accepted: dict[tuple[str, str], list[Transaction]], outcome: Outcome
) -> None:
    for name, entity in project.entities.items():
        key = entity_key(entity, transaction)
        if key is None:
            outcome.entities[name]["without_key"] += 1
        elif largest is not None and largest - transaction.time > project.max_disorder:
            outcome.entities[name]["late"] += 1
            late_by = largest - project.max_disorder - transaction.time
            outcome.late.append({"transaction_id": transaction.id, "entity": name, "late_by_ms": late_by, "line": transaction.line})
        else:
            accepted.setdefault((name, key), []).append(transaction)


def _passes(rule: Rule, scope: Scope) -> bool:
    return rule.where is None or evaluate(rule.where, scope) is True


def _matches(rule: Rule, scope: Scope) -> bool:
    """Does the rule alert here, cooldown and `unless` aside? `scope` is where the transaction stands."""
    t = scope.transaction.time
    if rule.mode == "off" or (rule.start is not None and t < rule.start) or (rule.end is not None and t >= rule.end):
        return False
    behind = _behind_lets(rule, scope)
    return all(evaluate(condition, behind) is True for condition in rule.conditions)


def _behind_lets(rule: Rule, scope: Scope) -> Scope:
    return Scope(scope.project, rule, scope.transaction, len(rule.lets), scope.history, scope.profile, scope.match, scope.memo)


@dataclass(slots=True)
class _Keyed:
    """One entity key's transactions, in order."""

    project: Project
    entity: Entity
    key: str
    state: KeyState
    outcome: Outcome

    def all(self, transactions: list[Transaction]) -> None:
        for transaction in sorted(transactions, key=lambda t: (t.time, t.id, t.line)):
            self.let_out(before=transaction.time)
            self.one(transaction)
        self.let_out(before=None)

    def one(self, transaction: Transaction) -> None:
        state, t = self.state, transaction.time
        if transaction.id in state.ids and t - state.ids[transaction.id] < self.project.dedupe:
            self.outcome.entities[self.entity.name]["duplicate"] += 1
            return
        if self.entity.forget is not None and state.last is not None and t - state.last >= self.entity.forget:
            state.histories, state.ids, state.cooldowns = {}, {}, {}
        state.last = t
        state.ids[transaction.id] = t
        self.outcome.entities[self.entity.name]["evaluated"] += 1
        state.held = [held for held in state.held if not self.cancelled(held, transaction)]
        for rule in self.project.rules:
            if rule.entity == self.entity.name:
                self.apply(rule, transaction)

    def cancelled(self, held: Held, transaction: Transaction) -> bool:
        """Does this later transaction, at or before the deadline, make `unless` true?"""
        assert held.rule.unless is not None
        lets = len(held.rule.lets)
        scope = Scope(self.project, held.rule, transaction, lets, profile=self.state.profile, match=held.transaction)
        return transaction.time <= held.deadline and evaluate(held.rule.unless, scope) is True

    def apply(self, rule: Rule, transaction: Transaction) -> None:
        state = self.state
        scope = Scope(self.project, rule, transaction, profile=state.profile, memo=state.memo)
        if not _passes(rule, scope):
            return
        history = state.histories.setdefault(rule.id, [])
        history.append(transaction)
        scope = Scope(self.project, rule, transaction, 0, tuple(history), state.profile, memo=state.memo)
        if not _matches(rule, scope):
            return
        deadline = transaction.time + rule.within if rule.unless is not None else None
        found = alert(rule, scope, (self.entity.name, self.key), mode_of(rule, self.key), deadline)
        if deadline is None:
            self.send(rule, found, transaction.time)
        else:
            state.held.append(Held(rule, transaction, found, deadline))

    def let_out(self, before: int | None) -> None:
        """Held matches whose deadline event time has passed; all of them at the end of input."""
        out = [held for held in self.state.held if before is None or held.deadline < before]
        self.state.held = [held for held in self.state.held if held not in out]
        for held in sorted(out, key=lambda held: (held.deadline, held.transaction.id)):
            self.send(held.rule, held.alert, held.deadline)

    def send(self, rule: Rule, found: dict[str, Any], at: int) -> None:
        """The alert, unless the rule's cooldown for this key suppresses it."""
        end, count = self.state.cooldowns.get(rule.id, (None, 0))
        if rule.cooldown is not None and end is not None and at < end:
            self.state.cooldowns[rule.id] = (end, count + 1)
            self.outcome.suppressed[rule.id] += 1
            return
        if rule.cooldown is not None:
            self.state.cooldowns[rule.id] = (at + rule.cooldown, 0)
        self.outcome.alerts.append(found | {"suppressed": count})
