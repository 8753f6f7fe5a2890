"""Random expressions: what is spelled reads back as the same typed expression, however the author spaces and brackets it."""

import re

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from compiling import SCHEMA, project
from fraudc.expressions.spell import spell
from fraudc.expressions.trees import nodes
from fraudc.optimize.folding import folded
from fraudc_runtime.expr import Expr, Type
from fraudc_runtime.plan import Currency, EntitySpec, FieldSpec, Schema
from rule_strategies import FIELDS, Expressions

KINDS = [*FIELDS, "duration"]
PROFILE: dict[str, Type] = {"home": "string", "limit": "money", "level": "int", "since": "timestamp"}


def schema() -> Schema:
    fields = [FieldSpec(name, kind, optional=True) for kind, names in FIELDS.items() for name in names if name != "at"]  # type: ignore[arg-type]  # each kind is a Type
    money = SCHEMA.money
    assert money is not None
    return msgspec.structs.replace(
        SCHEMA,
        fields=(FieldSpec("id", "string"), FieldSpec("at", "timestamp"), *fields),
        money=msgspec.structs.replace(money, currencies=money.currencies | {"GBP": Currency(2, "1.27")}),
        entities=(EntitySpec("card", ("s",), tuple(FieldSpec(name, kind, optional=True) for name, kind in PROFILE.items())),),
    )


def read(text: str) -> Expr:
    found = project({"by": "card", "let": {"value": text}, "when": "true"}, schema=schema())
    return found.rules[0].rule.lets[0].expr


@st.composite
def expressions(draw: DrawFn) -> str:
    return Expressions(draw, "card", windows=False).of(draw(st.sampled_from(KINDS)), 4)


@settings(max_examples=200, deadline=None)
@given(expressions())
def test_what_is_spelled_reads_back_the_same(text: str) -> None:
    expr = read(text)
    spelled = spell(expr, "card")
    assert read(spelled) == expr
    assert spell(read(spelled), "card") == spelled


@settings(max_examples=100, deadline=None)
@given(expressions())
def test_blanks_and_brackets_that_change_nothing_change_no_spelling(text: str) -> None:
    parts = re.split(r"(\"(?:[^\"\\]|\\.)*\")", f"(({text}))")  # strings, which keep what they hold, at odd places
    spaced = "".join(part if at % 2 else re.sub(r"(?<=[(,])|(?=[),])", "  \n", part) for at, part in enumerate(parts))
    assert spell(read(spaced), "card") == spell(read(text), "card")


@settings(max_examples=200, deadline=None)
@given(expressions())
def test_folding_keeps_the_type_and_never_grows(text: str) -> None:
    expr = read(text)
    found = folded(expr, SCHEMA.money)
    assert found.type == expr.type
    assert len(list(nodes(found))) <= len(list(nodes(expr)))
    assert folded(found, SCHEMA.money) == found
