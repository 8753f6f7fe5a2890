"""A set in, what a machine that runs it must know beyond its plan out: what to feed, what is warm, and which state is too old."""

import msgspec
from msgspec.structs import replace

from fraudc_runtime.expr import slots
from fraudc_runtime.plan import All, Plan, Rule, Signature
from fraudc_runtime.rulesets.ruleset import Birth, RuleSet
from fraudc_runtime.rulesets.shape import Column
from fraudc_runtime.rulesets.succession import first


class Orders(msgspec.Struct, frozen=True):
    """All that a machine is bound to: nothing else of a set changes what it does.

    `windows` and `rules` give, by signature and rule id, the revision since which each exists without a gap: what was written under an
    earlier one is of another life. `warm_from` is the event time (ms) by rule id before which its alerts are cold, for those that are.
    Transactions under way have the columns of `columns`, in that order, and number entities as `entities` does.
    """

    plan: Plan
    windows: dict[str, int]
    rules: dict[str, int]
    warm_from: dict[str, int]
    columns: tuple[Column, ...]
    entities: tuple[str, ...]


def orders(ruleset: RuleSet, t: int) -> Orders:
    """What a machine that has come to event time t (ms) does under the set."""
    return Orders(
        plan=fed(ruleset, t),
        windows=since(ruleset),
        rules=ruleset.rules,
        warm_from={rule.id: time for rule in ruleset.plan.rules if (time := warm_from(ruleset, rule)) is not None},
        columns=ruleset.shape.columns,
        entities=tuple(entity.name for entity in ruleset.shape.entities),
    )


def alone(plan: Plan) -> Orders:
    """What a machine does that nobody publishes to."""
    return orders(first(plan), 0)


def fed(ruleset: RuleSet, t: int) -> Plan:
    """The plan that the engine binds at event time t (ms): with the windows that are retired and not yet past."""
    retired = tuple(each.signature for each in ruleset.retired if t < each.until)
    return replace(ruleset.plan, signatures=(*ruleset.plan.signatures, *retired), lists={**ruleset.lists, **ruleset.plan.lists})


def retirement(ruleset: RuleSet, t: int) -> int | None:
    """The next event time (ms) after t at which a retired window ends; None when there is none."""
    return min((each.until for each in ruleset.retired if t < each.until), default=None)


def since(ruleset: RuleSet) -> dict[str, int]:
    """By signature id the revision since which it has been fed: what an earlier revision wrote is of another life, and is discarded."""
    births = {**{each.signature.id: each.birth for each in ruleset.retired}, **ruleset.births}
    return {id: birth.since for id, birth in births.items()}


def full_at(signature: Signature, birth: Birth) -> int | None:
    """The event time (ms) from which the window has been alive for its size plus delay; None when it is never cold."""
    match signature.window:
        case All():
            return None
        case window:
            return None if birth.at is None else birth.at + window.size + signature.delay


def warm(signature: Signature, birth: Birth, t: int) -> bool:
    """Whether an alert of event time t (ms) reads a window that has been alive for its size plus delay."""
    full = full_at(signature, birth)
    return full is None or t >= full


def warm_from(ruleset: RuleSet, rule: Rule) -> int | None:
    """The event time (ms) from which the rule's alerts are warm; None for always."""
    read = {id for expr in (*(let.expr for let in rule.lets), rule.when) for id in slots(expr)}
    times = [full_at(signature, ruleset.births[signature.id]) for signature in ruleset.plan.signatures if signature.id in read]
    return max((time for time in times if time is not None), default=None)


def cancelled(ruleset: RuleSet, rule: str, revision: int) -> bool:
    """Whether a match that was held under a revision ends unseen, because its rule has been removed since (be it there again or not)."""
    return rule not in ruleset.rules or revision < ruleset.rules[rule]
