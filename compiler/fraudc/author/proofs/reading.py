"""A rule of two plans in, whether both read the same values from every transaction out."""

from collections.abc import Iterator

from fraudc.expressions.trees import nodes
from fraudc_runtime.expr import Expr, Field, Match, Slot
from fraudc_runtime.plan import EntitySpec, Plan, Rule, Schema


def read_alike(rule: Rule, old: Plan, new: Plan) -> bool:
    """Whether the fields that the rule of the new plan reads, its entity and the order of transactions are declared alike in both."""
    before, after = old.schema, new.schema
    read = list(_expressions(rule, new))
    names = {node.name for node in read if isinstance(node, Field | Match)}
    if any(node.type == "money" for node in read) and before.money != after.money:
        return False
    fields_before, fields_after = ({field.name: field for field in schema.fields} for schema in (before, after))
    order_before, order_after = ((s.id, s.event_time, s.dedupe, s.max_disorder, _entity(s, rule)) for s in (before, after))
    return order_before == order_after and all(fields_before.get(name) == fields_after.get(name) for name in names)


def _entity(schema: Schema, rule: Rule) -> EntitySpec | None:
    return next((entity for entity in schema.entities if entity.name == rule.entity), None)


def _expressions(rule: Rule, plan: Plan) -> Iterator[Expr]:
    """Every node of the rule and of its windows."""
    signatures = {signature.id: signature for signature in plan.signatures}
    for expr in (rule.where, rule.when, rule.unless, *(let.expr for let in rule.lets)):
        for node in nodes(expr) if expr is not None else ():
            yield node
            if isinstance(node, Slot):
                window = signatures[node.signature]
                parts = (window.where, window.argument, window.condition)
                yield from (inner for part in parts if part is not None for inner in nodes(part))
