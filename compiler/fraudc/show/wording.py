"""Parts of a PlanView in, the phrases that the printers share out."""

from fraudc.show.amounts import bytes_text, counted, state_text
from fraudc.show.model import PlanView, RuleView, Sharing, WindowView

MOST = 3  # ids in a line before `and N more`; the JSON has all


def summary_text(view: PlanView) -> str:
    """The one line that `fraudc compile` prints."""
    sizes = [f"{bytes_text(entity.bytes)} a {entity.name}" for entity in view.entities]
    parts = [
        counted(len(view.rules), "rule"),
        counted(len(view.entities), "entity", "entities"),
        f"{counted(len(view.windows), 'window')} ({view.before_sharing} before sharing)",
        f"schema {view.fingerprint}",
    ]
    if sizes:
        parts.append(f"about {listed(sizes)}")
    return f"{view.project}: {', '.join(parts)}"


def assumption_text(view: PlanView) -> str:
    """What the bytes rest on."""
    return f"Bytes are encoded state, as RocksDB holds it, for each key that sees {view.per_day:g} transactions a day."


def listed(items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def some(ids: tuple[str, ...]) -> str:
    """The first few, and how many more."""
    return ", ".join(ids) if len(ids) <= MOST + 1 else f"{', '.join(ids[:MOST])} and {len(ids) - MOST} more"


def aggregate_text(window: WindowView) -> str:
    """The aggregate without its window: `count(where amount < 2 USD)`."""
    if window.inner is None:
        return window.aggregate
    inside = window.aggregate.removesuffix(")")
    gap = "" if inside.endswith("(") else " "
    return f"{inside}{gap}where {window.inner})"


def borrowed(window: WindowView) -> str:
    """What a window reads of the one that it shares with: `members`, `panes`, or `state` if it adds nothing at all."""
    return f"{window.unit}s" if window.fixed or window.per_member else "state"


def window_state(window: WindowView) -> str:
    """`24 B + 16 B a member`."""
    return state_text(window.fixed, window.per_member, window.unit)


def sharing_text(sharing: Sharing) -> str:
    """`w1 with velocity-any`, `members of w2 with spending-online`."""
    return f"{'members of ' if sharing.what == 'members' else ''}{sharing.window} with {some(sharing.rules)}"


def rule_state(rule: RuleView) -> str:
    """Bytes a key, how many of them are shared, what a held match adds; `no state` for a stateless rule."""
    if rule.entity is None:
        return "no state"
    shared = f", {bytes_text(rule.shared_bytes)} of it shared" if rule.shared_bytes else ""
    held = f", {bytes_text(rule.held_bytes)} more a held match" if rule.held_bytes else ""
    return f"{bytes_text(rule.bytes)} a key{shared}{held}"


def rule_terms(rule: RuleView) -> list[str]:
    """What qualifies the alert: cooldown, unless, within, mode, rollout, from, until; only what the rule sets."""
    terms = [
        ("cooldown", rule.cooldown),
        ("unless", rule.unless),
        ("within", rule.within),
        ("mode", None if rule.mode == "live" else rule.mode),
        ("rollout", rule.rollout),
        ("from", rule.start),
        ("until", rule.end),
    ]
    return [f"{name} {value}" for name, value in terms if value is not None]
