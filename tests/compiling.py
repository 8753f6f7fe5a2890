"""A rule's keys in, what the compiler makes of it out: for tests of the checker and the planner, on one schema with every type."""

import json
from collections.abc import Sequence

from fraudc import ir
from fraudc.check import check
from fraudc.diagnostics import Diagnostic, Diagnostics
from fraudc.document import ListItem, read_rule_document
from fraudc.load import load
from fraudc.parse import parse_expression
from fraudc.source import Fragment, SourceFile
from fraudc.syntax import Expression
from fraudc_runtime.expr import Expr
from fraudc_runtime.plan import Currency, EntitySpec, FieldSpec, MoneySpec, Schema

SCHEMA = Schema(
    id="id",
    event_time="at",
    fields=(
        FieldSpec("id", "string"),
        FieldSpec("at", "timestamp"),
        FieldSpec("seen", "timestamp", optional=True),
        FieldSpec("customer_id", "string"),
        FieldSpec("card_id", "string"),
        FieldSpec("amount", "money"),
        FieldSpec("fee", "money", optional=True),
        FieldSpec("n", "int"),
        FieldSpec("x", "float"),
        FieldSpec("flag", "bool"),
        FieldSpec("text", "string"),
        FieldSpec("country", "string", optional=True),
        FieldSpec("channel", "string", optional=True, default='"unknown"'),
        FieldSpec("all", "int"),
        FieldSpec("current", "int"),
    ),
    money=MoneySpec(
        base="USD",
        currency_field=None,
        currencies={"USD": Currency(2, "1"), "EUR": Currency(2, "1.08"), "JPY": Currency(0, "0.0067"), "KWD": Currency(3, "3.25")},
    ),
    entities=(
        EntitySpec(
            name="customer",
            key=("customer_id",),
            profile=(FieldSpec("segment", "string", optional=True), FieldSpec("limit", "money", optional=True)),
        ),
        EntitySpec("card", ("card_id",)),
    ),
)


def fragment(text: str) -> Fragment:
    """A text as it would stand in a file of its own."""
    return Fragment(text, SourceFile("expression", text), tuple(range(len(text) + 1)))


def parsed(text: str) -> Expression:
    """The syntax of an expression without mistakes."""
    diagnostics = Diagnostics()
    node = parse_expression(fragment(text), diagnostics)
    assert node is not None, diagnostics.found
    assert not diagnostics.found
    return node


def checked(
    rule: dict[str, object], lists: dict[str, Sequence[str]] | None = None, schema: Schema = SCHEMA
) -> tuple[ir.Project, list[Diagnostic]]:
    """The project of this one rule, and what was found in it, in file order."""
    content = json.dumps({"version": 1, "rules": [{"id": "r", **rule}]})
    diagnostics = Diagnostics()
    file, tree = load("rules/r.json", content.encode(), diagnostics)
    assert tree is not None
    document = read_rule_document(file, tree, diagnostics)
    assert document is not None, diagnostics.found
    items = {name: [_item(value) for value in values] for name, values in (lists or {}).items()}
    return check(schema, [document], items, diagnostics), diagnostics.ordered()


def project(rule: dict[str, object], lists: dict[str, Sequence[str]] | None = None, schema: Schema = SCHEMA) -> ir.Project:
    """The project of one rule without mistakes."""
    found, mistakes = checked(rule, lists, schema)
    assert not mistakes
    return found


def rule(**keys: object) -> ir.Rule:
    """One rule without mistakes, by customer unless said otherwise."""
    return project({"by": "customer", "when": "true", **keys}).rules[0]


def typed(text: str) -> Expr:
    """The type-checked expression of a let."""
    return rule(let={"value": text}).rule.lets[0].expr


def mistakes(**keys: object) -> list[tuple[str, str]]:
    """(code, what stands under the caret) of each diagnostic of a rule."""
    return [(found.code.code, pointed(found)) for found in checked({"by": "customer", **keys})[1]]


def pointed(found: Diagnostic) -> str:
    assert found.span is not None
    return found.span.file.text[found.span.start : found.span.end]


def _item(value: str) -> ListItem:
    return ListItem(value, False, fragment(value).span(0, len(value)))
