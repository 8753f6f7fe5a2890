"""A Plan in, the PlanView that all printers share out."""

from collections.abc import Mapping

from fraudc.expressions.spell import spell, spell_duration, spell_window
from fraudc.expressions.trees import fold, nodes, rebuilt
from fraudc.show.amounts import per_cent, time_text
from fraudc.show.footprint import Footprints
from fraudc.show.model import EntityView, PlanView, RuleView, WindowView
from fraudc_runtime.estimate import HELD_MATCH, PER_DAY, KeyState, WindowState, estimate, rule_bytes
from fraudc_runtime.expr import Expr, InList, Slot
from fraudc_runtime.graph import FILE_JOB
from fraudc_runtime.plan import EntitySpec, Plan, Rule, Signature
from fraudc_runtime.rulesets.shape import fingerprint, shape


def describe(plan: Plan, project: str, per_day: float = PER_DAY) -> PlanView:
    """`project` is the name people know it by; `per_day` the transactions per entity key and day that bytes are estimated for."""
    states = {state.entity: state for state in estimate(plan, per_day)}
    used = tuple(entity for entity in plan.schema.entities if entity.name in states)
    readers = _readers(plan)
    windows = _windows(plan, states, used, readers)
    footprints = Footprints({window.signature: window for state in states.values() for window in state.windows}, windows)
    rules = [(rule, _rule(rule, windows, footprints)) for rule in plan.rules]
    return PlanView(
        project=project,
        revision=plan.revision,
        fingerprint=fingerprint(shape(plan.schema)),
        per_day=per_day,
        before_sharing=sum(len(_reads(rule)) for rule in plan.rules),
        entities=tuple(_entity(entity, states[entity.name], windows, rules) for entity in used),
        stateless=tuple(view for rule, view in rules if rule.entity is None),
        unused=tuple(entity.name for entity in plan.schema.entities if entity.name not in states),
        job=FILE_JOB,
    )


def window_text(signature: Signature) -> str:
    """The window as rules write it, from `over` on."""
    excluding = " excluding current" if signature.excluding else ""
    delayed = f" delayed by {spell_duration(signature.delay)}" if signature.delay else ""
    return f"over {spell_window(signature.window)}{excluding}{delayed}"


def _reads(rule: Rule) -> list[str]:
    """Ids of the signatures that the rule's expressions read, once for each aggregate that the rule writes."""
    parts = [*(let.expr for let in rule.lets), rule.when]
    return [node.signature for part in parts for node in nodes(part) if isinstance(node, Slot)]


def _readers(plan: Plan) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {signature.id: {} for signature in plan.signatures}
    for rule in plan.rules:
        for signature in _reads(rule):
            found[signature][rule.id] = None
    return {signature: tuple(rules) for signature, rules in found.items()}


def _windows(
    plan: Plan, states: Mapping[str, KeyState], used: tuple[EntitySpec, ...], readers: Mapping[str, tuple[str, ...]]
) -> dict[str, WindowView]:
    """By signature id, named in the order in which the plan shows them: entity by entity, then first use."""
    ordered = [signature for entity in used for signature in plan.signatures if signature.entity == entity.name]
    names = {signature.id: f"w{number}" for number, signature in enumerate(ordered, 1)}
    by_id = {window.signature: window for state in states.values() for window in state.windows}
    return {signature.id: _window(signature, by_id[signature.id], names, readers[signature.id]) for signature in ordered}


def _window(signature: Signature, state: WindowState, names: Mapping[str, str], rules: tuple[str, ...]) -> WindowView:
    return WindowView(
        name=names[signature.id],
        signature=signature.id,
        canonical=signature.text,
        entity=signature.entity,
        aggregate=_aggregate(signature),
        over=window_text(signature),
        where=_spelt(signature.where, signature.entity),
        inner=_spelt(signature.condition, signature.entity),
        shares=names[state.shares] if state.shares else None,
        fixed=state.fixed,
        per_member=state.per_member,
        members=state.members,
        unit=state.unit,
        bytes=state.bytes,
        cost=state.cost,
        rules=rules,
    )


def _aggregate(signature: Signature) -> str:
    """`count()`, `sum(amount)`, `percentile(amount, 95)`, and the short forms that authors know: `median(amount)`."""
    argument = _spelt(signature.argument, signature.entity)
    if (signature.function, signature.parameter) == ("percentile", "50"):
        return f"median({argument})"
    return f"{signature.function}({', '.join(part for part in (argument, signature.parameter) if part)})"


def _entity(entity: EntitySpec, state: KeyState, windows: Mapping[str, WindowView], rules: list[tuple[Rule, RuleView]]) -> EntityView:
    return EntityView(
        name=entity.name,
        key=entity.key,
        bytes=state.bytes,
        beside=state.beside,
        windows=tuple(window for window in windows.values() if window.entity == entity.name),
        rules=tuple(view for rule, view in rules if rule.entity == entity.name),
    )


def _rule(rule: Rule, windows: Mapping[str, WindowView], footprints: Footprints) -> RuleView:
    names = {signature: window.name for signature, window in windows.items()}
    read = tuple(windows[signature] for signature in dict.fromkeys(_reads(rule)))
    state = footprints.of(rule.id, (window.signature for window in read))
    return RuleView(
        id=rule.id,
        title=rule.title,
        severity=rule.severity,
        entity=rule.entity,
        where=_spelt(rule.where, rule.entity),
        lets=tuple((let.name, _text(let.expr, rule.entity, names)) for let in rule.lets),
        condition=_text(rule.when, rule.entity, names),
        detector=rule.detector,
        cooldown=None if rule.cooldown is None else spell_duration(rule.cooldown),
        unless=_spelt(rule.unless, rule.entity),
        within=None if rule.within is None else spell_duration(rule.within),
        mode=rule.mode,
        rollout=None if float(rule.rollout) == 1 else per_cent(rule.rollout),
        start=None if rule.start is None else time_text(rule.start),
        end=None if rule.end is None else time_text(rule.end),
        windows=tuple(window.name for window in read),
        shares=state.shares,
        bytes=state.bytes + rule_bytes(rule),
        shared_bytes=state.shared_bytes,
        held_bytes=0 if rule.unless is None else HELD_MATCH,
        cost=max((window.cost for window in read), key=len, default="O(1)"),
    )


def _spelt(expr: Expr | None, entity: str | None) -> str | None:
    return None if expr is None else _text(expr, entity, {})


def _text(expr: Expr, entity: str | None, names: Mapping[str, str]) -> str:
    return spell(fold(expr, _as_written), entity, names)


def _as_written(node: Expr, below: tuple[Expr, ...]) -> Expr:
    """A plan's lists are `name:type`; authors know the name."""
    return InList(below[0], node.list.partition(":")[0]) if isinstance(node, InList) else rebuilt(node, below)
