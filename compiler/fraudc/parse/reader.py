"""The reader: a fragment in, a syntax tree out, by way of lark and a check of how deep it is nested."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

import fraudc
from fraudc.codes import syntax as codes
from fraudc.diagnostics import Diagnostics
from fraudc.parse.builder import Builder
from fraudc.parse.mistakes import report_mistake
from fraudc.source import Fragment
from fraudc.syntax import Expression, Window

MAX_LENGTH = 32_768
MAX_LEVELS = 64
MAX_OPERATORS = 400
_LEVELS = {"group", "arguments", "condition", "items", "not_", "negative"}
_NESTED_CHAINS = {"sum", "product"}  # a + b - c is (a + b) - c
_BALANCED_CHAINS = {"disjunction", "conjunction", "coalesce"}  # the order of and, or, ?? is free: their typed form is a balanced tree
_OPERATORS = {"not_", "negative", "compare", "membership", "presence", "call", "aggregate"}
_Start = Literal["expression", "window"]


def parse_expression(fragment: Fragment, diagnostics: Diagnostics) -> Expression | None:
    """The syntax tree of an expression."""
    built: Expression | None = _parse(fragment, "expression", diagnostics)
    return built


def parse_window(fragment: Fragment, diagnostics: Diagnostics) -> Window | None:
    """The syntax tree of what may stand behind `over`: `10m`, `1h every 5m`, `tumbling 1d in "Europe/Paris"`, `all`."""
    built: Window | None = _parse(fragment, "window", diagnostics)
    return built


@cache
def _grammar() -> Lark:
    text = (Path(fraudc.__file__).parent / "grammar.lark").read_text("utf-8")
    return Lark(
        text,
        parser="lalr",
        lexer="contextual",
        start=["expression", "window"],
        maybe_placeholders=False,
        propagate_positions=True,
    )


def _parse(fragment: Fragment, start: _Start, diagnostics: Diagnostics) -> Any:  # lark's trees carry no type for their result
    if len(fragment.text) > MAX_LENGTH:
        label = f"{len(fragment.text)} characters, and {MAX_LENGTH} is the limit"
        diagnostics.report(codes.TOO_LONG, "this expression is too long", fragment.span(0, 1), label, "put long enumerations in `lists:`")
        return None
    try:
        tree = _grammar().parse(fragment.text, start=start)
    except UnexpectedInput as mistake:
        report_mistake(mistake, fragment, start, diagnostics)
        return None
    if not _within_depth(tree, fragment, diagnostics):
        return None
    return Builder(fragment, diagnostics).transform(tree)


def _within_depth(root: Tree[Token], fragment: Fragment, diagnostics: Diagnostics) -> bool:
    """Whether levels and operators keep their limits; walks with a stack of its own, for the tree may be deeper than Python's."""
    waiting = [(root, 0, 0)]
    while waiting:
        tree, levels, operators = waiting.pop()
        levels += tree.data in _LEVELS
        operators += _depth_of_operators(tree)
        if levels > MAX_LEVELS or operators > MAX_OPERATORS:
            what = f"{MAX_LEVELS} levels" if levels > MAX_LEVELS else f"{MAX_OPERATORS} operators"
            span = fragment.span(tree.meta.start_pos, tree.meta.start_pos + 1)
            message = f"this expression is nested more than {what} deep"
            diagnostics.report(codes.TOO_DEEP, message, span, "give an inner part a name with `let`")
            return False
        waiting += [(child, levels, operators) for child in tree.children if isinstance(child, Tree)]
    return True


def _depth_of_operators(tree: Tree[Token]) -> int:
    """How many operators inside each other this rule of the grammar adds to the typed form."""
    if tree.data in _NESTED_CHAINS:
        return len(tree.children) // 2
    if tree.data in _BALANCED_CHAINS:
        return (len(tree.children) // 2).bit_length()
    return int(tree.data in _OPERATORS)
