"""lark's tree in, syntax nodes with their spans out; a literal that breaks its own rules is reported and becomes Invalid."""

from typing import Any

from lark import Token, v_args
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive

from fraudc import syntax
from fraudc.diagnostics import Diagnostics
from fraudc.parse import literals
from fraudc.source import Fragment, Span

Children = list[Any]  # of nodes and tokens, as the grammar says


@v_args(meta=True)
class Builder(Transformer_NonRecursive[Token, Any]):
    """One method a rule of the grammar."""

    def __init__(self, fragment: Fragment, diagnostics: Diagnostics) -> None:
        super().__init__()
        self._fragment = fragment
        self._diagnostics = diagnostics

    def _span(self, place: Meta | Token) -> Span:
        start, end = place.start_pos, place.end_pos
        if start is None or end is None:
            raise AssertionError("a rule that matched nothing has no place")
        return self._fragment.span(start, end)

    def number(self, meta: Meta, children: Children) -> syntax.Number | syntax.Invalid:
        return literals.number(children[0], self._span(meta), self._diagnostics)

    def percent(self, meta: Meta, children: Children) -> syntax.Percent | syntax.Invalid:
        return literals.percent(children[0], self._span(meta), self._diagnostics)

    def money(self, meta: Meta, children: Children) -> syntax.Money:
        return literals.money(children[0], self._span(meta))

    def duration(self, meta: Meta, children: Children) -> syntax.Duration | syntax.Invalid:
        return literals.duration(children[0], self._span(meta), self._diagnostics)

    def string(self, meta: Meta, children: Children) -> syntax.String | syntax.Invalid:
        return literals.string(str(children[0]), self._fragment, meta.start_pos, self._diagnostics)

    def true(self, meta: Meta, _: Children) -> syntax.Boolean:
        return syntax.Boolean(self._span(meta), True)

    def false(self, meta: Meta, _: Children) -> syntax.Boolean:
        return syntax.Boolean(self._span(meta), False)

    def missing(self, meta: Meta, _: Children) -> syntax.Missing:
        return syntax.Missing(self._span(meta))

    def name(self, meta: Meta, children: Children) -> syntax.Name:
        return syntax.Name(self._span(meta), str(children[0]))

    def member(self, meta: Meta, children: Children) -> syntax.Member:
        owner, name = (syntax.Name(self._span(token), str(token)) for token in children)
        return syntax.Member(self._span(meta), owner, name)

    def group(self, _: Meta, children: Children) -> syntax.Expression:
        inner: syntax.Expression = children[0]
        return inner

    def not_(self, meta: Meta, children: Children) -> syntax.Not:
        return syntax.Not(self._span(meta), children[1])

    def negative(self, meta: Meta, children: Children) -> syntax.Negative:
        return syntax.Negative(self._span(meta), children[1])

    def disjunction(self, meta: Meta, children: Children) -> syntax.Chain:
        operators = tuple(syntax.Operator(self._span(token), str(token)) for token in children[1::2])
        return syntax.Chain(self._span(meta), tuple(children[::2]), operators)

    conjunction = coalesce = sum = product = disjunction

    def compare(self, meta: Meta, children: Children) -> syntax.Compare:
        left, operator, right = children
        return syntax.Compare(self._span(meta), syntax.Operator(self._span(operator), str(operator)), left, right)

    def membership(self, meta: Meta, children: Children) -> syntax.Membership:
        return syntax.Membership(self._span(meta), children[0], children[-1], negated=len(children) == 4)

    def presence(self, meta: Meta, children: Children) -> syntax.Presence:
        return syntax.Presence(self._span(meta), children[0], present=children[2] == "present")

    def arguments(self, _: Meta, children: Children) -> Children:
        return children

    def items(self, meta: Meta, children: Children) -> syntax.Items:
        return syntax.Items(self._span(meta), tuple(children))

    def call(self, meta: Meta, children: Children) -> syntax.Call:
        arguments = children[1] if len(children) > 1 else ()
        return syntax.Call(self._span(meta), children[0], tuple(arguments))

    def condition(self, _: Meta, children: Children) -> dict[str, Any]:
        return {"condition": children[1]}

    def excluding(self, meta: Meta, _: Children) -> dict[str, Any]:
        return {"excluding": syntax.Excluding(self._span(meta))}

    def delayed(self, _: Meta, children: Children) -> dict[str, Any]:
        return {"delay": children[2]}

    def aggregate(self, meta: Meta, children: Children) -> syntax.Aggregate:
        parts: dict[str, Any] = {"arguments": (), "condition": None, "excluding": None, "delay": None}
        for child in children[1:]:
            if isinstance(child, dict):
                parts |= child
            elif isinstance(child, list):
                parts["arguments"] = tuple(child)
            elif not isinstance(child, Token):
                parts["window"] = child
        return syntax.Aggregate(self._span(meta), children[0], **parts)

    def sliding(self, meta: Meta, children: Children) -> syntax.Window:
        size, step = children[0], children[2] if len(children) > 1 else None
        if isinstance(size, syntax.Invalid) or isinstance(step, syntax.Invalid):
            return syntax.Invalid(self._span(meta))
        return syntax.Sliding(self._span(meta), size, step)

    def tumbling(self, meta: Meta, children: Children) -> syntax.Window:
        size, zone = children[1], children[3] if len(children) > 2 else None
        if isinstance(size, syntax.Invalid) or isinstance(zone, syntax.Invalid):
            return syntax.Invalid(self._span(meta))
        return syntax.Tumbling(self._span(meta), size, zone)

    def all(self, meta: Meta, _: Children) -> syntax.All:
        return syntax.All(self._span(meta))
