"""Lints about what nothing reads: lists, lets and fields, and rules that no test runs."""

from collections.abc import Iterator

from fraudc import ir
from fraudc.author.lint.subject import Subject
from fraudc.codes import lint as codes
from fraudc.diagnostics import Diagnostics
from fraudc.expressions.trees import nodes
from fraudc_runtime.expr import Expr, Field, InList, Let, Match
from fraudc_runtime.plan import Hole

_SHOWN = 12  # names in one message


def unused_lists(subject: Subject, diagnostics: Diagnostics) -> None:
    """Lists that no rule looks into."""
    read = {node.list.partition(":")[0] for rule in subject.typed.rules for node in _nodes(rule) if isinstance(node, InList)}
    for name, declared in subject.project.lists.items():
        if name not in read:
            diagnostics.report(
                codes.UNUSED_LIST, f"no rule looks into the list `{name}`", declared.span, f"remove it, or write `x in {name}`"
            )


def unused_lets(subject: Subject, diagnostics: Diagnostics) -> None:
    """Lets that decide nothing and that no message names."""
    typed = {rule.rule.id: rule for rule in subject.typed.rules}
    for placed in subject.rules():
        read = {node.name for node in _nodes(typed[placed.rule.id]) if isinstance(node, Let)}
        for name in placed.written.let:
            if name not in read:
                label = "it stands in the alert's values, and nowhere else"
                diagnostics.report(
                    codes.UNUSED_LET,
                    f"nothing reads the let `{name}`",
                    placed.places.document.key_span((*placed.places.at, "let", name)),
                    label,
                )


def unused_fields(subject: Subject, diagnostics: Diagnostics) -> None:
    """Fields that no rule reads: all of them in one note."""
    schema = subject.plan.schema
    read = {node.name for rule in subject.typed.rules for node in _nodes(rule) if isinstance(node, Field | Match)}
    read |= {schema.id, schema.event_time, *(name for entity in schema.entities for name in entity.key)}
    if schema.money is not None and schema.money.currency_field is not None:
        read.add(schema.money.currency_field)
    unread = [field.name for field in schema.fields if field.name not in read]
    if unread and subject.plan.rules:
        names = ", ".join(unread[:_SHOWN]) + (f" and {len(unread) - _SHOWN} more" if len(unread) > _SHOWN else "")
        place = subject.project.settings.key_span(("schema", "fields"))
        diagnostics.report(codes.UNUSED_FIELDS, f"no rule reads {names}", place, "they stand in the alert's transaction, and nowhere else")


def untested(subject: Subject, diagnostics: Diagnostics) -> None:
    """Rules that no test runs, in a project that has tests."""
    tested = {id for file in subject.tests for case in file.cases for id in case.rules}
    for placed in subject.rules() if subject.tests else ():
        if placed.rule.id not in tested and placed.rule.mode != "off":
            label = f"`fraudc test --suggest FILE` writes one for {placed.places.document.file.name}"
            diagnostics.report(codes.UNTESTED, f"no test runs the rule `{placed.rule.id}`", placed.places.key("id"), label)


def _nodes(rule: ir.Rule) -> Iterator[Expr]:
    """Every node of the rule's expressions, its windows' and its message."""
    planned = rule.rule
    expressions = [planned.where, planned.when, planned.unless, *(let.expr for let in planned.lets)]
    expressions += [part for aggregate in rule.aggregates for part in (aggregate.argument, aggregate.condition)]
    expressions += [part.expr for part in planned.message or () if isinstance(part, Hole)]
    return (node for expr in expressions if expr is not None for node in nodes(expr))
