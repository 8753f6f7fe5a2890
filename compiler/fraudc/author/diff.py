"""Two rule sets in, all that differs between them out: rules, lists, the schema, and what becomes of every window's state."""

from dataclasses import dataclass
from typing import Literal

from fraudc.author.proofs.claims import Claim, claims_of
from fraudc.author.rule_keys import aggregate, rule_keys
from fraudc.author.schema_changes import SchemaChange, schema_changes
from fraudc.expressions.trees import nodes
from fraudc.show.amounts import time_text
from fraudc_runtime.expr import Slot, Type, Value
from fraudc_runtime.plan import Plan, Rule
from fraudc_runtime.render import money_text
from fraudc_runtime.rulesets.ruleset import RuleSet
from fraudc_runtime.rulesets.succession import first, succeed
from fraudc_runtime.rulesets.swapping import warm_from
from fraudc_runtime.rulesets.verdicts import Verdict, WindowVerdict, verdicts


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key of a rule as authors write it; None where it is absent."""

    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class RuleChange:
    """`emptied` is a rule as it was, whose windows a redeploy takes the state of. `windows` says whether it reads any.

    `warm_from` is the event time (ms) before which its alerts are marked cold, None if none are; `retired_until` that up to which windows
    of a removed rule are kept. `notes` are sentences. `mode` is that of the new set.
    """

    id: str
    change: Literal["added", "removed", "changed", "emptied"]
    keys: tuple[KeyChange, ...] = ()
    windows: bool = False
    warm_from: int | None = None
    retired_until: int | None = None
    notes: tuple[str, ...] = ()
    mode: str = "live"


@dataclass(frozen=True, slots=True)
class ListChange:
    """Values of a list that came and went, as text."""

    name: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WindowChange:
    """A window, who reads it (in the new set, else in the old), and what becomes of it; the rest as in WindowVerdict."""

    signature: str
    entity: str
    window: str
    rules: tuple[str, ...]
    verdict: Verdict
    until: int | None
    reason: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Diff:
    """`begins` is the event time (ms) from which the new set is in force. Every window is here, those that are kept too. `claims` hold on
    every stream.
    """

    before: int
    after: int
    begins: int
    fingerprints: tuple[str, str]
    schema: tuple[SchemaChange, ...]
    rules: tuple[RuleChange, ...]
    lists: tuple[ListChange, ...]
    windows: tuple[WindowChange, ...]
    claims: tuple[Claim, ...] = ()

    @property
    def redeploy(self) -> bool:
        """Whether the running job cannot take the new set over: a savepoint and a new job are needed."""
        return any(change.verdict == "REDEPLOY" for change in self.schema)

    @property
    def differs(self) -> bool:
        """Whether anything is different at all."""
        return bool(self.schema or self.rules or self.lists or any(window.changed for window in self.windows))


def compare(old: Plan | RuleSet, new: Plan | RuleSet, now: int, at: int | None = None) -> Diff:
    """The difference when `new` is published over `old` at `now` (epoch ms), to begin at the event time `at` (ms; None: at once).

    A set that has been published already keeps its own times and births.
    """
    before = first(old) if isinstance(old, Plan) else old
    if isinstance(new, RuleSet) and isinstance(old, RuleSet):
        return difference(before, new)
    return difference(before, succeed(before, new.plan if isinstance(new, RuleSet) else new, now, at))


def difference(old: RuleSet, new: RuleSet) -> Diff:
    """The difference between two published sets."""
    return Diff(
        before=old.revision,
        after=new.revision,
        begins=new.begins,
        fingerprints=(old.fingerprint, new.fingerprint),
        schema=schema_changes(old, new),
        rules=_rules(old, new),
        lists=_lists(old.plan, new.plan),
        windows=tuple(_window(verdict, old.plan, new.plan) for verdict in verdicts(old, new)),
        claims=claims_of(new.plan, old.plan),
    )


def _rules(old: RuleSet, new: RuleSet) -> tuple[RuleChange, ...]:
    before = {rule.id: rule for rule in old.plan.rules}
    after = {rule.id: rule for rule in new.plan.rules}
    added = [_added(rule, new) for id, rule in after.items() if id not in before]
    removed = [_removed(rule, new) for id, rule in before.items() if id not in after]
    changed = [found for id, rule in after.items() if id in before and (found := _changed(before[id], rule, old, new))]
    return (*added, *changed, *removed)


def _changed(before: Rule, after: Rule, old: RuleSet, new: RuleSet) -> RuleChange | None:
    was, now = rule_keys(before, old.plan), rule_keys(after, new.plan)
    keys = tuple(KeyChange(key, was.get(key), now.get(key)) for key in {**now, **was} if was.get(key) != now.get(key))
    if not keys and not any(new.births[id].since > old.births[id].since for id in _read(after)):
        return None
    change: Literal["changed", "emptied"] = "changed" if keys else "emptied"
    return RuleChange(after.id, change, keys, bool(_read(after)), _cold_until(new, after), None, _notes(before, after), after.mode)


def _cold_until(new: RuleSet, rule: Rule) -> int | None:
    time = warm_from(new, rule)
    return None if time is None or time <= new.begins else time


def _added(rule: Rule, new: RuleSet) -> RuleChange:
    return RuleChange(rule.id, "added", (), bool(_read(rule)), _cold_until(new, rule), mode=rule.mode)


def _removed(rule: Rule, new: RuleSet) -> RuleChange:
    read = _read(rule)
    until = max((retired.until for retired in new.retired if retired.signature.id in read), default=None)
    notes = ("Matches that it holds are cancelled.",) if rule.unless is not None else ()
    return RuleChange(rule.id, "removed", (), bool(read), None, until, notes)


def _notes(before: Rule, after: Rule) -> tuple[str, ...]:
    """What happens to what the rule has under way."""
    if before.entity != after.entity:
        return ("It is kept by another entity: cooldowns begin anew, and matches that it holds are cancelled.",)
    if before.unless is not None and after.unless is None:
        return ("Matches that it holds come out at their deadlines.",)
    if before.unless is not None and before.unless != after.unless:
        return ("Matches that it holds keep their deadlines, and are tested with the new `unless`.",)
    if before.unless is not None and before.within != after.within:
        return ("Matches that it holds keep their deadlines.",)
    return ()


def _lists(old: Plan, new: Plan) -> tuple[ListChange, ...]:
    before, after = _by_name(old), _by_name(new)
    changes = (ListChange(name, _beyond(after[name], before[name]), _beyond(before[name], after[name])) for name in after if name in before)
    return tuple(change for change in changes if change.added or change.removed)


def _by_name(plan: Plan) -> dict[str, tuple[str, ...]]:
    """A list that is compared with several types is one list to its author."""
    decimals = plan.schema.money.decimals if plan.schema.money else 0
    return {key.partition(":")[0]: tuple(_item(found.type, value, decimals) for value in found.values) for key, found in plan.lists.items()}


def _item(type: Type, value: Value, decimals: int) -> str:
    if type == "money" and isinstance(value, int):
        return money_text(value, decimals)
    return time_text(value) if type == "timestamp" and isinstance(value, int) else str(value)


def _beyond(values: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    known = set(others)
    return tuple(value for value in values if value not in known)


def _window(found: WindowVerdict, old: Plan, new: Plan) -> WindowChange:
    signature = found.signature
    rules = _readers(signature.id, new) or _readers(signature.id, old)
    return WindowChange(
        signature.id, signature.entity, aggregate(signature), rules, found.verdict, found.until, found.reason, found.changed
    )


def _readers(signature: str, plan: Plan) -> tuple[str, ...]:
    return tuple(rule.id for rule in plan.rules if signature in _read(rule))


def _read(rule: Rule) -> set[str]:
    return {node.signature for expr in (*(let.expr for let in rule.lets), rule.when) for node in nodes(expr) if isinstance(node, Slot)}
