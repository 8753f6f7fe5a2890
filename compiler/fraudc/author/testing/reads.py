"""A rule in, the transaction fields out that decide about its alerts or stand in them."""

from collections.abc import Iterator

from msgspec.structs import replace

from fraudc.expressions.trees import nodes
from fraudc_runtime.expr import Expr, Field, Match, Slot
from fraudc_runtime.plan import Hole, Plan, Rule, Signature


def fields_read(rule: Rule, plan: Plan) -> frozenset[str]:
    """The rule's own, its windows', and the key's of its entity."""
    found = {node.name for expr in _expressions(rule, plan) for node in nodes(expr) if isinstance(node, Field | Match)}
    keys = (name for entity in plan.schema.entities if entity.name == rule.entity for name in entity.key)
    return frozenset({*found, *keys})


def windows_read(rule: Rule, plan: Plan) -> tuple[Signature, ...]:
    """The signatures that the rule reads, in order of the plan."""
    read = {node.signature for expr in (*(let.expr for let in rule.lets), rule.when) for node in nodes(expr) if isinstance(node, Slot)}
    return tuple(signature for signature in plan.signatures if signature.id in read)


def part_of(plan: Plan, rules: tuple[Rule, ...]) -> Plan:
    """The plan with these rules only, and the windows that they read."""
    kept = {signature.id for rule in rules for signature in windows_read(rule, plan)}
    return replace(plan, rules=rules, signatures=tuple(signature for signature in plan.signatures if signature.id in kept))


def _expressions(rule: Rule, plan: Plan) -> Iterator[Expr]:
    yield rule.when
    yield from (let.expr for let in rule.lets)
    yield from (part.expr for part in rule.message or () if isinstance(part, Hole))
    for optional in (rule.where, rule.unless):
        if optional is not None:
            yield optional
    for signature in windows_read(rule, plan):
        yield from (expr for expr in (signature.argument, signature.condition) if expr is not None)
