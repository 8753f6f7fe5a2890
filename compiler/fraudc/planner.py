"""Typed rules in, the Plan out: every aggregate as it stands is a window of its own (optimize.py shares them)."""

from dataclasses import replace

from fraudc import ir
from fraudc.expressions.signatures import signature_text, written_out
from fraudc.expressions.trees import nodes
from fraudc_runtime.expr import Expr, Let, Slot
from fraudc_runtime.plan import Plan, Signature


def plan(project: ir.Project) -> Plan:
    """The unoptimised Plan; signature ids are the aggregates' own, `rule/number`."""
    signatures = tuple(signature for rule in project.rules for signature in _signatures(rule))
    lists = {key: project.lists[key] for key in sorted(project.lists)}
    return Plan(project.schema, lists, signatures, tuple(rule.rule for rule in project.rules))


def _signatures(rule: ir.Rule) -> list[Signature]:
    lets: dict[str, Expr] = {}  # those without aggregates, the only ones that an aggregate can read
    for let in rule.rule.lets:
        if not any(isinstance(node, Slot) or (isinstance(node, Let) and node.name not in lets) for node in nodes(let.expr)):
            lets[let.name] = written_out(let.expr, lets)
    return [_signature(aggregate, rule, lets) for aggregate in rule.aggregates]


def _signature(aggregate: ir.Aggregate, rule: ir.Rule, lets: dict[str, Expr]) -> Signature:
    entity, where = rule.rule.entity, rule.rule.where
    if entity is None:
        raise AssertionError("the checker lets no aggregate into a rule without an entity")
    argument = None if aggregate.argument is None else written_out(aggregate.argument, lets)
    condition = None if aggregate.condition is None else written_out(aggregate.condition, lets)
    closed = replace(aggregate, argument=argument, condition=condition)
    return Signature(
        id=aggregate.id,
        text=signature_text(closed, entity, where),
        entity=entity,
        where=where,
        function=aggregate.function,
        argument=argument,
        parameter=aggregate.parameter,
        condition=condition,
        window=aggregate.window,
        excluding=aggregate.excluding,
        delay=aggregate.delay,
        type=aggregate.type,
    )
