"""Lints about windows and state: what is kept for ever, what is more than a job can hold, and pauses longer than any window."""

from fraudc.author.lint.subject import Subject
from fraudc.codes import lint as codes
from fraudc.diagnostics import Diagnostics
from fraudc.expressions.spell import spell_duration
from fraudc_runtime.estimate import estimate, span
from fraudc_runtime.expr import Slot, children
from fraudc_runtime.plan import All, Rule

_SECONDS_A_DAY = 86_400
_MOST_BYTES = 64 << 30  # of one window over all keys: more than the disk that one task usually has
_GIB = 1 << 30


def kept_for_ever(subject: Subject, diagnostics: Diagnostics) -> None:
    """The first window of each entity that never ends, unless the entity forgets silent keys."""
    warned = {entity.name for entity in subject.typed.schema.entities if entity.forget is not None}
    for rule in subject.typed.rules:
        endless = [aggregate for aggregate in rule.aggregates if isinstance(aggregate.window, All)]
        if endless and rule.rule.entity is not None and rule.rule.entity not in warned:
            warned.add(rule.rule.entity)
            message = f"the entity `{rule.rule.entity}` has windows over all and never forgets a key"
            diagnostics.report(codes.FOR_EVER, message, endless[0].place, "give the entity `forget: 400d`, or the window an end")


def long_cooldowns(subject: Subject, diagnostics: Diagnostics) -> None:
    """A cooldown that outlasts every window of its rule: what it counts next is not what it counted before."""
    lengths = {signature.id: 0 if isinstance(signature.window, All) else span(signature) for signature in subject.plan.signatures}
    for placed in subject.rules():
        longest = max((lengths[id] for id in _read(placed.rule)), default=0)
        if placed.rule.cooldown is not None and 0 < longest < placed.rule.cooldown:
            message = f"the cooldown is {spell_duration(placed.rule.cooldown)}, and the longest window {spell_duration(longest)}"
            label = f"a wave that goes on is told once in {spell_duration(placed.rule.cooldown)}; is `{spell_duration(longest)}` enough?"
            diagnostics.report(codes.LONG_COOLDOWN, message, placed.places.key("cooldown"), label)


def too_large(subject: Subject, diagnostics: Diagnostics) -> None:
    """Windows whose state over all keys is more than a task holds, by the load that is expected."""
    if subject.load is None:
        return
    load, per_day = subject.load, subject.load.rate * _SECONDS_A_DAY / subject.load.keys
    windows = {window.signature: window.bytes * load.keys for key in estimate(subject.plan, per_day) for window in key.windows}
    for aggregate in (aggregate for rule in subject.typed.rules for aggregate in rule.aggregates):
        id = aggregate.id
        if windows[id] > _MOST_BYTES:
            much = f"{windows[id] / _GIB:,.0f} GiB with {load.keys:,} keys and {load.rate:g} transactions a second"
            message = f"`{subject.texts[id]}` holds about {much}"
            diagnostics.report(codes.TOO_LARGE, message, aggregate.place, "shorten it, or count in panes: `over 30d every 1h`")


def _read(rule: Rule) -> list[str]:
    """Ids of the signatures that the rule reads, in the order in which they stand, each once."""
    found: dict[str, None] = {}
    waiting = [*(let.expr for let in rule.lets), rule.when][::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Slot):
            found.setdefault(node.signature)
        waiting += reversed(children(node))
    return list(found)
