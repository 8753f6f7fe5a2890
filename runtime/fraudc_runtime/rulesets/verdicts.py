"""Two rule sets in, what becomes of the state of every window when the second takes over from the first out."""

from typing import Literal

import msgspec

from fraudc_runtime.plan import Signature
from fraudc_runtime.rulesets.ruleset import Birth, RuleSet
from fraudc_runtime.rulesets.shape import Conflict, conflicts
from fraudc_runtime.rulesets.succession import alive
from fraudc_runtime.rulesets.survival import lost
from fraudc_runtime.rulesets.swapping import full_at

Verdict = Literal["KEEP", "WARM-UP", "RETIRED", "DROPPED", "REDEPLOY"]


class WindowVerdict(msgspec.Struct, frozen=True):
    """What becomes of a window's state.

    `until` is an event time in ms: for WARM-UP, REDEPLOY and a KEEP that is not yet warm, when it will be warm (None: it is never cold);
    for RETIRED, when it is dropped. REDEPLOY is lost by the redeploy that the schema needs. `reason` is a clause, "" where the verdict
    says all. `changed` is false where the old set
    alone would have come to the same.
    """

    signature: Signature
    verdict: Verdict
    until: int | None = None
    reason: str = ""
    changed: bool = True


def verdicts(old: RuleSet, new: RuleSet) -> tuple[WindowVerdict, ...]:
    """The windows of the new set in its order, then those that only the old one had."""
    found = conflicts(old.shape, new.shape)
    used = tuple(_used(signature, old, new, found) for signature in new.plan.signatures)
    names = {signature.id for signature in new.plan.signatures}
    before = [*old.plan.signatures, *(retired.signature for retired in old.retired)]
    return (*used, *(_unused(signature, old, new, found) for signature in before if signature.id not in names))


def _used(signature: Signature, old: RuleSet, new: RuleSet, found: tuple[Conflict, ...]) -> WindowVerdict:
    birth = new.births[signature.id]
    full = full_at(signature, birth)
    if _goes_on(signature, birth, old, new):
        retired = signature.id not in old.births
        reason = "it was retired, and still fed" if retired else ("it survives the redeploy" if found else "")
        return WindowVerdict(signature, "KEEP", full if full is not None and full > new.begins else None, reason, changed=False)
    if signature.id in alive(old, new.begins) and (reason := lost(signature, found, old.plan.schema.entities) or ""):
        return WindowVerdict(signature, "REDEPLOY", full, reason)
    return WindowVerdict(signature, "WARM-UP", full, "" if full is not None else "it starts empty, and is never cold")


def _goes_on(signature: Signature, birth: Birth, old: RuleSet, new: RuleSet) -> bool:
    known = alive(old, new.begins).get(signature.id)
    return known is not None and known.since == birth.since


def _unused(signature: Signature, old: RuleSet, new: RuleSet, found: tuple[Conflict, ...]) -> WindowVerdict:
    known = next((retired for retired in old.retired if retired.signature.id == signature.id), None)
    until = next((retired.until for retired in new.retired if retired.signature.id == signature.id), None)
    if until is not None:
        return WindowVerdict(signature, "RETIRED", until, changed=known is None)
    if known is not None and known.until <= new.begins:
        return WindowVerdict(signature, "DROPPED", None, "its time as a retired window is over", changed=False)
    reason = lost(signature, found, old.plan.schema.entities) or "the schema no longer has what it reads"
    return WindowVerdict(signature, "DROPPED", None, reason)
