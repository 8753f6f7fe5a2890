"""Windows: what stands behind `over` and in which aggregate in, the plan's window out, or reports of what cannot be."""

from typing_extensions import assert_never

from fraudc import syntax
from fraudc.builtins import Aggregate
from fraudc.check.calls import zone_complaint
from fraudc.codes import planning
from fraudc.codes import types as codes
from fraudc.diagnostics import Diagnostics
from fraudc.expressions.spell import spell_duration
from fraudc.literals.durations import LONGEST
from fraudc_runtime.plan import All, Panes, Sliding, Tumbling, Window

DAY = 86_400_000


def window_of(node: syntax.Aggregate, aggregate: Aggregate, diagnostics: Diagnostics) -> Window | None:
    """The window, if the aggregate can stand over it, excluding and delayed as written; every mistake is reported."""
    window = _sized(node.window, diagnostics)
    fits = [
        _kind_fits(node, aggregate, diagnostics),
        _exclusion_fits(node, aggregate, diagnostics),
        _delay_fits(node, aggregate, diagnostics),
    ]
    return window if all(fits) else None


def _sized(window: syntax.Window, diagnostics: Diagnostics) -> Window | None:
    match window:
        case syntax.Invalid():
            return None
        case syntax.Sliding(size=size, step=None):
            return Sliding(size.milliseconds) if _positive(size, "a window", diagnostics) else None
        case syntax.Sliding(size=size, step=syntax.Duration() as step):
            return _panes(window, size, step, diagnostics)
        case syntax.Tumbling():
            return _tumbling(window, diagnostics)
        case syntax.All():
            return All()
        case _:
            raise AssertionError(window)


def _panes(window: syntax.Sliding, size: syntax.Duration, step: syntax.Duration, diagnostics: Diagnostics) -> Window | None:
    if not (_positive(size, "a window", diagnostics) and _positive(step, "a step", diagnostics)):
        return None
    if size.milliseconds % step.milliseconds:
        nearest = max(size.milliseconds // step.milliseconds, 1) * step.milliseconds
        label = f"write `{spell_duration(nearest)} every {spell_duration(step.milliseconds)}`"
        diagnostics.report(planning.BAD_WINDOW, "the window must be a multiple of its step", window.span, label)
        return None
    return Panes(size.milliseconds, step.milliseconds)


def _tumbling(window: syntax.Tumbling, diagnostics: Diagnostics) -> Window | None:
    size, zone = window.size, window.zone
    positive = _positive(size, "a window", diagnostics)
    if zone is None:
        return Tumbling(size.milliseconds) if positive else None
    if complaint := zone_complaint(zone.value):
        diagnostics.report(codes.BAD_LITERAL, complaint[0], zone.span, complaint[1])
        return None
    if zone.value == "UTC":
        return Tumbling(size.milliseconds) if positive else None
    if size.milliseconds % DAY:
        message = "a tumbling window in a time zone is a number of days"
        diagnostics.report(planning.BAD_WINDOW, message, size.span, "write `1d`, or leave the zone out")
        return None
    return Tumbling(size.milliseconds, zone.value) if positive else None


def _positive(duration: syntax.Duration, what: str, diagnostics: Diagnostics) -> bool:
    if 0 < duration.milliseconds <= LONGEST:
        return True
    complaint = f"{what} is at most 10,000 years long" if duration.milliseconds else f"{what} of no length has no members"
    label = "for all that there is, write `over all`" if duration.milliseconds else "write `10m`, for example"
    diagnostics.report(planning.BAD_WINDOW, complaint, duration.span, label)
    return False


def _kind_fits(node: syntax.Aggregate, aggregate: Aggregate, diagnostics: Diagnostics) -> bool:
    name, window = aggregate.name, node.window
    if isinstance(window, syntax.All) and not aggregate.unbounded:
        message = f"`{name}` over all would keep every value for ever"
        diagnostics.report(planning.UNBOUNDED, message, window.span, "give it a length: `over 90d`")
        return False
    if isinstance(window, syntax.Sliding) and window.step is not None and not aggregate.panes:
        message = f"`{name}` cannot be computed from panes"
        label = f"leave `every` out: `over {spell_duration(window.size.milliseconds)}`"
        diagnostics.report(planning.NO_PANES, message, window.span, label)
        return False
    return True


def _exclusion_fits(node: syntax.Aggregate, aggregate: Aggregate, diagnostics: Diagnostics) -> bool:
    if node.excluding is None or aggregate.excludes:
        return True
    why = "ends with the current one" if aggregate.name == "rising" else "leaves the current one out by itself"
    message = f"`{aggregate.name}` {why}"
    diagnostics.report(planning.NEEDLESS_EXCLUSION, message, node.excluding.span, "remove `excluding current`")
    return False


def _delay_fits(node: syntax.Aggregate, aggregate: Aggregate, diagnostics: Diagnostics) -> bool:
    delay, window = node.delay, node.window
    if delay is None:
        return True
    if isinstance(delay, syntax.Invalid) or isinstance(window, syntax.Invalid):
        return False
    complaint = _delay_complaint(delay, window, aggregate)
    if complaint:
        diagnostics.report(planning.BAD_DELAY, complaint[0], delay.span, complaint[1])
    return not complaint


def _delay_complaint(
    delay: syntax.Duration, window: syntax.Sliding | syntax.Tumbling | syntax.All, aggregate: Aggregate
) -> tuple[str, str] | None:
    if not aggregate.delays:
        return f"`{aggregate.name}` ends with the current transaction and cannot be delayed", "remove `delayed by`"
    match window:
        case syntax.Tumbling():
            return "a tumbling window cannot be delayed", "use a moving window: `over 1d delayed by 1d`"
        case syntax.All():
            return "`over all` cannot be delayed", "give the window a length: `over 90d`"
        case syntax.Sliding(step=step):
            if not delay.milliseconds:
                return "a delay of 0 shifts nothing", "remove `delayed by`"
            if delay.milliseconds > LONGEST:
                return "a delay is at most 10,000 years long", "write `delayed by 1d`, for example"
            if step is not None and step.milliseconds and delay.milliseconds % step.milliseconds:
                nearest = (delay.milliseconds // step.milliseconds + 1) * step.milliseconds
                return "the delay must be a multiple of the step", f"write `delayed by {spell_duration(nearest)}`"
            return None
        case _:
            assert_never(window)
