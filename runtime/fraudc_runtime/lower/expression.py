"""Typed expressions in, Python source out: `true` and `false` are conditions, `value` may be None; three-valued logic falls out of them.

Every operand's source stands once in the result, so code stays linear in the expression; what nests too deeply is assigned to a variable in
`statements`, which the caller writes first (all operators are total, so doing it early changes nothing).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fraudc_runtime.expr import Call, Const, Expr, Field, InList, Let, Match, Profile, Slot
from fraudc_runtime.lower.operators import MAY_MISS, operation
from fraudc_runtime.lower.source import Lowered, Namespace
from fraudc_runtime.plan import ListValues

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_CHAINED = frozenset({"+", "-", "*", "/", "%", "??"})
_DEEPEST = 24
Leaf = Field | Profile | Match | Let | Slot


@dataclass(slots=True)
class Lowering:
    """Lowers expressions of one function body; `leaf` says how names read there."""

    namespace: Namespace
    lists: dict[str, ListValues]
    leaf: Callable[[Leaf], Lowered]
    statements: list[str] = field(default_factory=list)

    def take_statements(self) -> list[str]:
        """The assignments that must stand before what was lowered since the last call."""
        taken, self.statements = self.statements, []
        return taken

    def true(self, expr: Expr) -> str:
        """A condition that holds exactly if the expression is true."""
        return self._condition(expr, True).text

    def false(self, expr: Expr) -> str:
        """A condition that holds exactly if the expression is false."""
        return self._condition(expr, False).text

    def value(self, expr: Expr) -> Lowered:
        """The expression's value or None."""
        match expr:
            case Const(value=value):
                return self._constant(value)
            case Field() | Profile() | Match() | Let() | Slot():
                return self.leaf(expr)
            case InList(operand=operand, list=name):
                return self._in_list(operand, name)
            case Call(op="and" | "or" as op, args=args):
                return self._logic(args, "False" if op == "and" else "True")
            case Call(op="not", args=(inner,)):
                return self._strict([self.value(inner)], lambda a: f"not {a}")
            case Call(op="if", args=(condition, then, other)):
                return self._choice(condition, then, other)
            case Call(op="in", args=args):
                return self._among(args)
            case Call(op="is_missing" | "is_present" as op, args=(inner,)):
                return self._presence(self.value(inner), op == "is_missing")
            case Call():
                return self._call(expr)

    def _call(self, call: Call) -> Lowered:
        if call.op in COMPARISONS:
            return self._strict([self.value(arg) for arg in call.args], lambda a, b: f"{a} {call.op} {b}")
        if call.op not in _CHAINED:
            return self._apply(call, None)
        chain = [call]  # a long chain leans to the left: from its innermost operator outwards, without recursion
        while isinstance(inner := chain[-1].args[0], Call) and inner.op in _CHAINED:
            chain.append(inner)
        left = self.value(inner)
        for outer in reversed(chain):
            left = self._apply(outer, left)
        return left

    def _apply(self, call: Call, left: Lowered | None) -> Lowered:
        """The call on its operands, of which the first is lowered already when it is given."""
        if call.op == "??" and left is not None:
            return self._first_present(left, self.value(call.args[1]))
        operands, make = operation(call, self.namespace)
        lowered = [left if left is not None and operand is call.args[0] else self.value(operand) for operand in operands]
        return self._strict(lowered, make, call)

    def _condition(self, expr: Expr, wanted: bool) -> Lowered:
        match expr:
            case Call(op="not", args=(inner,)):
                return self._condition(inner, not wanted)
            case Call(op="and" | "or" as op, args=args):
                word = " and " if (op == "and") == wanted else " or "
                parts = [self._condition(arg, wanted) for arg in _flat(op, args)]
                return self._shallow(Lowered(f"({word.join(p.text for p in parts)})", False, 1 + max(p.depth for p in parts)))
            case Call(op=op, args=args) if op in COMPARISONS:
                return self._comparison(op, args, wanted)
            case _:
                whole = self.value(expr)
                text = (whole.text if wanted else f"not {whole.text}") if not whole.maybe else f"{whole.text} is {wanted}"
                return self._shallow(Lowered(f"({text})", False, whole.depth + 1))

    def _comparison(self, op: str, args: Sequence[Expr], wanted: bool) -> Lowered:
        operands = [self.value(arg) for arg in args]
        guards, names, depth = self._operands(operands)
        guards = _screens(operands[0], op, args[1]) + guards if wanted else guards
        test = f"{names[0]} {op} {names[1]}"
        return self._shallow(Lowered(f"({' and '.join([*guards, test if wanted else f'not {test}'])})", False, depth + 1))

    def _operands(self, operands: list[Lowered]) -> tuple[list[str], list[str], int]:
        """(tests that all are present, how each reads after the tests, deepest nesting)."""
        guards, names = [], []
        for operand in operands:
            name = operand.text
            if operand.maybe:
                if not name.isidentifier():
                    name = self.namespace.fresh("t")
                guards.append(f"({name} := {operand.text}) is not None" if name != operand.text else f"{name} is not None")
            names.append(name)
        return guards, names, max((operand.depth for operand in operands), default=0)

    def _strict(self, operands: list[Lowered], make: Callable[..., str], call: Call | None = None) -> Lowered:
        """An operation that is missing when an operand is, or when its own result is (see MAY_MISS)."""
        guards, names, depth = self._operands(operands)
        missing = call is not None and MAY_MISS(call)
        body = make(*names)
        text = f"({body} if {' and '.join(guards)} else None)" if guards else f"({body})"
        return self._shallow(Lowered(text, bool(guards) or missing, depth + 2))

    def _logic(self, args: tuple[Expr, ...], decided: str) -> Lowered:
        parts = [self.value(arg) for arg in args]
        depth = 2 + max(part.depth for part in parts)
        if not any(part.maybe for part in parts):
            word = " and " if decided == "False" else " or "
            return self._shallow(Lowered(f"({word.join(part.text for part in parts)})", False, depth))
        names = [self.namespace.fresh("t") for _ in parts]
        found = " or ".join(f"({name} := {part.text}) is {decided}" for name, part in zip(names, parts, strict=True))
        unknown = " or ".join(f"{name} is None" for name, part in zip(names, parts, strict=True) if part.maybe)
        rest = "True" if decided == "False" else "False"
        return self._shallow(Lowered(f"({decided} if {found} else None if {unknown} else {rest})", True, depth))

    def _first_present(self, left: Lowered, right: Lowered) -> Lowered:
        if not left.maybe:
            return left
        name = left.text if left.text.isidentifier() else self.namespace.fresh("t")
        test = name if name == left.text else f"({name} := {left.text})"
        return self._shallow(Lowered(f"({name} if {test} is not None else {right.text})", right.maybe, 1 + max(left.depth, right.depth)))

    def _choice(self, condition: Expr, then: Expr, other: Expr) -> Lowered:
        test, yes, no = self.value(condition), self.value(then), self.value(other)
        depth = 2 + max(test.depth, yes.depth, no.depth)
        if not test.maybe:
            return self._shallow(Lowered(f"({yes.text} if {test.text} else {no.text})", yes.maybe or no.maybe, depth))
        name = self.namespace.fresh("t")
        text = f"({yes.text} if ({name} := {test.text}) else {no.text} if {name} is False else None)"
        return self._shallow(Lowered(text, True, depth))

    def _among(self, args: tuple[Expr, ...]) -> Lowered:
        operand, items = self.value(args[0]), [self.value(item) for item in args[1:]]
        depth = 2 + max(part.depth for part in (operand, *items))
        listed = f"({''.join(item.text + ', ' for item in items)})"
        if not any(item.maybe for item in items):
            if all(isinstance(item, Const) for item in args[1:]) and len(items) > 3:
                listed = self.namespace.constant(frozenset(item.value for item in args[1:] if isinstance(item, Const)))
            return self._strict([operand], lambda a: f"{a} in {listed}")
        held = self.namespace.fresh("t")
        found = self._strict([operand], lambda a: f"(True if {a} in ({held} := {listed}) else None if None in {held} else False)")
        return self._shallow(Lowered(found.text, True, depth))

    def _in_list(self, operand: Expr, name: str) -> Lowered:
        values = self.namespace.bound(("list", name), lambda: frozenset(self.lists[name].values))
        return self._strict([self.value(operand)], lambda a: f"{a} in {values}")

    def _presence(self, operand: Lowered, missing: bool) -> Lowered:
        if not operand.maybe:
            return Lowered(str(not missing), False)
        return self._shallow(Lowered(f"({operand.text} is {'' if missing else 'not '}None)", False, operand.depth + 1))

    def _constant(self, value: object) -> Lowered:
        return Lowered(f"({value!r})" if isinstance(value, int | float) and value < 0 else repr(value), value is None)

    def _shallow(self, lowered: Lowered) -> Lowered:
        if lowered.depth < _DEEPEST:
            return lowered
        name = self.namespace.fresh("t")
        self.statements.append(f"{name} = {lowered.text}")
        return Lowered(name, lowered.maybe)


def _screens(operand: Lowered, op: str, limit: Expr) -> list[str]:
    if operand.screen is None or op not in (">", ">=") or not isinstance(limit, Const) or limit.value is None:
        return []
    screen = operand.screen(op, limit.value)
    return [screen] if screen else []


def _flat(op: str, args: tuple[Expr, ...]) -> list[Expr]:
    """Operands of a chain of one operator, without recursion into the left-deep tree that a parser makes."""
    found: list[Expr] = []
    waiting = list(reversed(args))
    while waiting:
        expr = waiting.pop()
        if isinstance(expr, Call) and expr.op == op:
            waiting += reversed(expr.args)
        else:
            found.append(expr)
    return found
