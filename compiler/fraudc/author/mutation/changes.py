"""A rule in, the rules out that differ from it in one thing a test should notice."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace
from typing_extensions import assert_never

from fraudc.author.mutation.conditions import changed, shortened
from fraudc.author.rule_keys import window_texts
from fraudc.author.testing.reads import part_of, windows_read
from fraudc.expressions.spell import spell, spell_duration, spell_window
from fraudc_runtime.expr import Const, Expr
from fraudc_runtime.plan import All, Panes, Plan, Rule, Signature, Sliding, Tumbling, Window
from fraudc_runtime.windows.zones import DAY

_TRUE = Const("bool", True, "true")
Edit = tuple[Expr | None, str]  # what stands there instead, and how that reads


@dataclass(frozen=True, slots=True)
class Change:
    """A plan of one rule, changed. `key` is the rule's key that is, `signature` the window's id where it is one; texts as in rules."""

    key: str
    signature: str | None
    before: str
    after: str
    plan: Plan


def changes(plan: Plan, rule: Rule) -> Iterator[Change]:
    """Every change of one rule of a plan whose windows are not shared."""
    alone = part_of(plan, (rule,))
    yield from _conditions(alone, rule)
    for signature in windows_read(rule, alone):
        yield from _windows(alone, signature)
    yield from _times(alone, rule)


def _conditions(plan: Plan, rule: Rule) -> Iterator[Change]:
    texts = window_texts(plan)

    def text(expr: Expr | None) -> str:
        return "" if expr is None else spell(expr, rule.entity, texts)

    def made(key: str, before: Expr, edits: Iterable[Expr | None], put: Callable[[Expr | None], Plan]) -> Iterator[Change]:
        return (Change(key, None, text(before), text(edit) or "(none)", put(edit)) for edit in edits)

    if rule.where is not None:
        yield from made("where", rule.where, [*_edits(plan, rule.where), None], lambda edit: _with_where(plan, rule, edit))
    yield from made("when", rule.when, [*_edits(plan, rule.when), _TRUE], lambda edit: _with_rule(plan, replace(rule, when=edit or _TRUE)))
    if rule.unless is not None:
        edits = [*_edits(plan, rule.unless), None]
        yield from made("unless", rule.unless, edits, lambda edit: _with_rule(plan, _without_unless(rule, edit)))
    for at, let in enumerate(rule.lets):
        yield from made(f"let {let.name}", let.expr, changed(let.expr, plan.schema.money), partial(_with_let, plan, rule, at))


def _edits(plan: Plan, expr: Expr) -> list[Expr]:
    return [*changed(expr, plan.schema.money), *shortened(expr)]


def _with_rule(plan: Plan, rule: Rule) -> Plan:
    return part_of(plan, (rule,))


def _with_where(plan: Plan, rule: Rule, where: Expr | None) -> Plan:
    """A rule's `where` is that of its windows too."""
    signatures = tuple(replace(signature, where=where) for signature in plan.signatures)
    return replace(plan, rules=(replace(rule, where=where),), signatures=signatures)


def _with_let(plan: Plan, rule: Rule, at: int, expr: Expr | None) -> Plan:
    assert expr is not None  # no let is left out
    lets = (*rule.lets[:at], replace(rule.lets[at], expr=expr), *rule.lets[at + 1 :])
    return _with_rule(plan, replace(rule, lets=lets))


def _without_unless(rule: Rule, unless: Expr | None) -> Rule:
    return replace(rule, unless=unless, within=None if unless is None else rule.within)


def _windows(plan: Plan, signature: Signature) -> Iterator[Change]:
    before = window_texts(plan)[signature.id]
    size = f"over {spell_window(signature.window)}"

    def made(after: str, **fields: object) -> Change:
        signatures = tuple(replace(each, **fields) if each.id == signature.id else each for each in plan.signatures)
        return Change("let", signature.id, before, after, replace(plan, signatures=signatures))

    for window in _other_windows(signature.window):
        yield made(before.replace(size, f"over {spell_window(window)}"), window=window)
    if signature.delay:
        for delay in _other_delays(signature):
            yield made(before.replace(_delayed(signature.delay), _delayed(delay)), delay=delay)
    if signature.condition is not None:
        inner = spell(signature.condition, signature.entity)
        for edit in (*_edits(plan, signature.condition), None):
            after = before.replace(f"where {inner}", "" if edit is None else f"where {spell(edit, signature.entity)}")
            yield made(after.replace(" )", ")"), condition=edit)


def _delayed(delay: int) -> str:
    return f"delayed by {spell_duration(delay)}"


def _other_delays(signature: Signature) -> Iterator[int]:
    step = signature.window.step if isinstance(signature.window, Panes) else 1
    yield from (delay for delay in (signature.delay - step, signature.delay + step) if delay > 0)


def _other_windows(window: Window) -> Iterator[Window]:
    """A millisecond shorter and longer; a step or a day, where a window has no smaller unit."""
    match window:
        case Sliding(size=size):
            yield from (Sliding(other) for other in (size - 1, size + 1) if other > 0)
        case Panes(size=size, step=step):
            yield from (Panes(other, step) for other in (size - step, size + step) if other > 0)
        case Tumbling(size=size, zone=zone):
            unit = 1 if zone is None else DAY
            yield from (Tumbling(other, zone) for other in (size - unit, size + unit) if other > 0)
        case All():
            return
        case _:
            assert_never(window)


def _times(plan: Plan, rule: Rule) -> Iterator[Change]:
    if rule.cooldown:
        for cooldown in (rule.cooldown - 1, rule.cooldown + 1, None):
            yield _time(plan, rule, "cooldown", rule.cooldown, cooldown)
    if rule.within:
        for within in (rule.within - 1, rule.within + 1):
            yield _time(plan, rule, "within", rule.within, within)


def _time(plan: Plan, rule: Rule, key: str, before: int, after: int | None) -> Change:
    text = "(none)" if after is None else spell_duration(after)
    return Change(key, None, spell_duration(before), text, _with_rule(plan, replace(rule, **{key: after})))
