"""The set that is live and a newly compiled plan in, the set to publish next out: births, retirement, revision."""

from msgspec.structs import replace

from fraudc_runtime.plan import ListValues, Plan, Signature
from fraudc_runtime.rulesets.ruleset import Birth, Retired, RuleSet
from fraudc_runtime.rulesets.shape import Conflict, conflicts, extended, fingerprint, shape
from fraudc_runtime.rulesets.survival import feedable, lists_read, lost


def first(plan: Plan, published_at: int = 0) -> RuleSet:
    """The set that a job begins with, revision 1: its windows are never cold. `published_at` in epoch ms."""
    began = shape(plan.schema)
    return RuleSet(
        revision=1,
        follows=0,
        published_at=published_at,
        at=None,
        fingerprint=fingerprint(began),
        shape=began,
        plan=replace(plan, revision=1),
        births={signature.id: Birth(1, None) for signature in plan.signatures},
        rules={rule.id: 1 for rule in plan.rules},
    )


def succeed(current: RuleSet, plan: Plan, published_at: int, at: int | None = None, *, newest: RuleSet | None = None) -> RuleSet:
    """The set behind `current` with this plan. `published_at` in epoch ms; `at` the event time (ms) of the swap, None for at once.

    `newest` is the last accepted set where that is not `current`: one that waits, and never comes to feed a window because this one takes
    its place. Its revision is the one to follow, and its columns are known, since transactions are read by the newest set.

    A plan whose schema conflicts with that of `current` gives a set with a fingerprint of its own, which the running job refuses: windows
    that do not survive the redeploy are born anew.
    """
    newest = newest or current
    revision = newest.revision + 1
    new = shape(plan.schema)
    found = conflicts(newest.shape, new)
    begins = published_at if at is None else at
    known = alive(current, begins)
    births = {signature.id: _birth(signature, current, known, found) or Birth(revision, begins) for signature in plan.signatures}
    retired = _retired(current, plan, begins, found)
    return RuleSet(
        revision=revision,
        follows=newest.revision,
        published_at=published_at,
        at=at,
        fingerprint=fingerprint(new) if found else newest.fingerprint,
        shape=extended(newest.shape, plan.schema),
        plan=replace(plan, revision=revision),
        births=births,
        rules={rule.id: current.rules.get(rule.id, revision) for rule in plan.rules},
        retired=retired,
        lists=_lists(current, plan, retired),
    )


def alive(ruleset: RuleSet, t: int) -> dict[str, Birth]:
    """Births of all signatures that the set feeds at event time t (ms), by id: those of its rules and those not yet past retirement."""
    return {**{retired.signature.id: retired.birth for retired in ruleset.retired if t < retired.until}, **ruleset.births}


def _birth(signature: Signature, current: RuleSet, known: dict[str, Birth], found: tuple[Conflict, ...]) -> Birth | None:
    if lost(signature, found, current.plan.schema.entities):
        return None
    return known.get(signature.id)


def _retired(current: RuleSet, plan: Plan, begins: int, found: tuple[Conflict, ...]) -> tuple[Retired, ...]:
    """What no rule reads any more; a window that reads what the schema no longer has cannot be fed, and goes at once."""
    used = {signature.id for signature in plan.signatures}
    left = [*current.retired]
    left += [Retired(signature, current.births[signature.id], begins + plan.schema.retire) for signature in current.plan.signatures]
    return tuple(
        retired
        for retired in left
        if retired.signature.id not in used
        and begins < retired.until
        and feedable(retired.signature, plan.schema)
        and not lost(retired.signature, found, current.plan.schema.entities)
    )


def _lists(current: RuleSet, plan: Plan, retired: tuple[Retired, ...]) -> dict[str, ListValues]:
    wanted = {name for each in retired for name in lists_read(each.signature)}
    known = {**current.lists, **current.plan.lists}
    return {name: known[name] for name in sorted(wanted - set(plan.lists))}
