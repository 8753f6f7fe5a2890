"""One expression's syntax tree in, its typed expression out; None, with everything wrong reported once, where it has no type."""

from typing_extensions import assert_never

from fraudc import syntax
from fraudc.check import aggregates, calls
from fraudc.check.money import money_constant
from fraudc.check.names import Names
from fraudc.check.operators import Operand, Operators, is_missing_literal, joined, settled
from fraudc.check.scope import MEMBER, Checked, Place, RuleScope
from fraudc.check.wording import is_a
from fraudc.codes import planning
from fraudc.codes import types as codes
from fraudc.diagnostics import Diagnostics
from fraudc.expressions.spell import spell_duration, spell_string
from fraudc.suggest import did_you_mean
from fraudc_runtime.expr import Call, Const, InList


class ExpressionChecker:
    """Checks expressions that stand in one place of one rule."""

    def __init__(self, scope: RuleScope, place: Place, diagnostics: Diagnostics) -> None:
        self._scope = scope
        self._place = place
        self._diagnostics = diagnostics
        self._names = Names(scope, place, diagnostics)
        self._operators = Operators(diagnostics, scope.schema.money.base if scope.schema.money else "USD")

    def condition(self, node: syntax.Expression) -> Checked:
        """An expression that must be true or false."""
        expr = self.check(node)
        if expr is None:
            return None
        expr = settled(expr, "bool")
        if expr.type == "bool":
            return expr
        label = "compare it with something: `==`, `>`, `in`, or `is present`"
        self._diagnostics.report(codes.NOT_A_CONDITION, f"a condition is true or false, and {is_a(node, expr.type)}", node.span, label)
        return None

    def value(self, node: syntax.Expression) -> Checked:
        """An expression of any type, which must be settled."""
        expr = self.check(node)
        if expr is not None and is_missing_literal(expr):
            label = "`missing` takes its type from what stands beside it"
            self._diagnostics.report(codes.NO_TYPE, "nothing here says what type is missing", node.span, label)
            return None
        return expr

    def check(self, node: syntax.Expression) -> Checked:
        match node:
            case syntax.Invalid():
                return None
            case syntax.Number() | syntax.Percent() | syntax.Boolean() | syntax.String() | syntax.Duration() | syntax.Missing():
                return constant(node)
            case syntax.Money():
                return money_constant(node, self._scope.schema.money, self._diagnostics)
            case syntax.Name():
                return self._names.name(node)
            case syntax.Member():
                return self._names.member(node)
            case syntax.Not():
                operand = self.condition(node.operand)
                return None if operand is None else Call("not", (operand,), "bool")
            case syntax.Negative():
                return self._negative(node)
            case syntax.Chain():
                return self._chain(node)
            case syntax.Compare():
                return self._compare(node)
            case syntax.Membership():
                return self._membership(node)
            case syntax.Presence():
                operand = self.check(node.operand)
                return None if operand is None else Call("is_present" if node.present else "is_missing", (operand,), "bool")
            case syntax.Call():
                return self._call(node)
            case syntax.Aggregate():
                return self._aggregate(node)
            case _:
                assert_never(node)

    def _operand(self, node: syntax.Expression) -> Operand | None:
        expr = self.check(node)
        return None if expr is None else Operand(node, expr)

    def _negative(self, node: syntax.Negative) -> Checked:
        operand = self.check(node.operand)
        if operand is None:
            return None
        operand = settled(operand, "int")
        if operand.type not in ("int", "float", "money", "duration"):
            self._diagnostics.report(
                codes.WRONG_OPERAND, f"{is_a(node.operand, operand.type)}, which has no sign", node.span, "remove the `-`"
            )
            return None
        return Call("neg", (operand,), operand.type)

    def _chain(self, node: syntax.Chain) -> Checked:
        op = node.operators[0].text
        if op in ("and", "or"):
            return self._logic(op, node)
        operands = self._operands(node.operands)
        if operands is None:
            return None
        if op == "??":
            unified = self._operators.unify(operands)
            return None if unified is None else joined(op, unified)
        return self._arithmetic(node, operands)

    def _logic(self, op: str, node: syntax.Chain) -> Checked:
        conditions = []
        for operand in node.operands:  # a comprehension would be one more frame on the stack for each level
            conditions.append(self.condition(operand))
        known = [condition for condition in conditions if condition is not None]
        return joined(op, known) if len(known) == len(conditions) else None

    def _operands(self, nodes: tuple[syntax.Expression, ...]) -> list[Operand] | None:
        """All of them, or None if one has a mistake; each is checked in any case."""
        operands = []
        for node in nodes:
            expr = self.check(node)
            if expr is not None:
                operands.append(Operand(node, expr))
        return operands if len(operands) == len(nodes) else None

    def _arithmetic(self, node: syntax.Chain, operands: list[Operand]) -> Checked:
        left = operands[0]
        for operator, right in zip(node.operators, operands[1:], strict=True):
            expr = self._operators.arithmetic(operator, left, right)
            if expr is None:
                return None
            left = Operand(syntax.Chain(left.node.span.to(right.node.span), (left.node, right.node), (operator,)), expr)
        return left.expr

    def _compare(self, node: syntax.Compare) -> Checked:
        left, right = self._operand(node.left), self._operand(node.right)
        return None if left is None or right is None else self._operators.comparison(node.operator, left, right)

    def _membership(self, node: syntax.Membership) -> Checked:
        operand = self._operand(node.operand)
        among = node.among
        found = self._in_list(operand, among) if isinstance(among, syntax.Name) else self._in_items(operand, among)
        return Call("not", (found,), "bool") if found is not None and node.negated else found

    def _in_list(self, operand: Operand | None, name: syntax.Name) -> Checked:
        lists = self._scope.lists
        if name.name not in lists.names:
            label = did_you_mean(name.name, lists.names) or "write its items in square brackets, or declare it under `lists:`"
            self._diagnostics.report(codes.UNKNOWN_LIST, f"there is no list `{name.name}`", name.span, label)
            return None
        if operand is None:
            return None
        expr = settled(operand.expr, "string")
        return InList(expr, lists.use(name.name, expr.type))

    def _in_items(self, operand: Operand | None, items: syntax.Items) -> Checked:
        checked = self._operands(items.items)
        if operand is None or checked is None:
            return None
        compared = [self._item(operand, item) for item in checked]
        present = [item for item in compared if item is not None]
        if len(present) < len(compared):
            return None
        return Call("in", (settled(operand.expr, "string"), *present), "bool")

    def _item(self, operand: Operand, item: Operand) -> Checked:
        if is_missing_literal(item.expr):
            return settled(item.expr, operand.expr.type)
        if is_missing_literal(operand.expr):
            return item.expr
        equal = self._operators.comparison(syntax.Operator(item.node.span, "=="), operand, item)
        return None if equal is None else item.expr

    def _call(self, node: syntax.Call) -> Checked:
        arguments = [self._operand(argument) for argument in node.arguments]
        return calls.call(node, arguments, self._operators, self._diagnostics)

    def _aggregate(self, node: syntax.Aggregate) -> Checked:
        inner = ExpressionChecker(self._scope, MEMBER, self._diagnostics)
        arguments = [inner._operand(argument) for argument in node.arguments]
        condition = None if node.condition is None else inner.condition(node.condition)
        allowed = self._may_aggregate(node)
        aggregate = aggregates.aggregate(node, arguments, condition, self._scope, self._diagnostics)
        return aggregate if allowed and (condition is None) == (node.condition is None) else None

    def _may_aggregate(self, node: syntax.Aggregate) -> bool:
        if not self._place.aggregates:
            label = self._place.instead
            self._diagnostics.report(self._place.refusal, f"no aggregate can stand in {self._place.name}", node.span, label)
            return False
        if self._scope.entity is None:
            if self._scope.entity_known:
                message = "a rule without `by` has no windows"
                self._diagnostics.report(planning.NEEDS_ENTITY, message, node.span, "say whose transactions to look at with `by:`")
            return False
        return True


def constant(
    node: syntax.Number | syntax.Percent | syntax.Boolean | syntax.String | syntax.Duration | syntax.Missing,
) -> Const:
    """A literal that means the same in every project, spelled canonically."""
    match node:
        case syntax.Number(value=int(value)):
            return Const("int", value, str(value))
        case syntax.Number(value=value) | syntax.Percent(value=value):
            return Const("float", float(value), repr(float(value)))
        case syntax.Boolean(value=flag):
            return Const("bool", flag, "true" if flag else "false")
        case syntax.String(value=text):
            return Const("string", text, spell_string(text))
        case syntax.Duration(milliseconds=ms):
            return Const("duration", ms, spell_duration(ms))
        case syntax.Missing():
            return Const("bool", None, "missing")
        case _:
            assert_never(node)
