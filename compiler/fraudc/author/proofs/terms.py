"""A rule's expressions in, terms out that mean the same in every rule of the same schema, and what is known of each beforehand."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec

from fraudc.author.proofs.domains import Domain, between, everything
from fraudc.expressions.trees import fold, nodes, rebuilt
from fraudc_runtime.expr import Call, Const, Expr, Field, InList, Let, Slot
from fraudc_runtime.plan import Plan, Rule, Signature, Sliding

_WHOLE = ("bool", "int", "money", "timestamp", "duration")
_LEAST_INT, _MOST_INT = -(2**63), 2**63 - 1
_RANGES: dict[str, tuple[int, float]] = {"hour": (0, 23), "weekday": (1, 7), "length": (0, math.inf)}
_COUNTS = ("count", "distinct", "rising")
_STRICT_TESTS = ("contains", "starts_with", "ends_with", "matches")
_LARGE_LIST = 64


def is_whole(expr: Expr) -> bool:
    """Whether the values are integers; those of text and floats are not."""
    return expr.type in _WHOLE


@dataclass(frozen=True)
class Terms:
    """The expressions of one plan's rules, in the plan's own words no longer: lets are replaced by what they stand for, windows are named
    by their canonical text and the lists that they read, lists by what they hold.
    """

    plan: Plan

    @cached_property
    def signatures(self) -> Mapping[str, Signature]:
        """By the name that a term has for it."""
        return {self._name(signature): signature for signature in self.plan.signatures}

    @cached_property
    def kinds(self) -> Mapping[str, tuple[Signature, str]]:
        """By the name that a term has for a window: what is equal for windows that differ in their size alone."""
        bare = Sliding(0)
        return {
            name: (msgspec.structs.replace(signature, id="", text="", window=bare), name.partition("\n")[2])
            for name, signature in self.signatures.items()
            if isinstance(signature.window, Sliding)
        }

    def expression(self, rule: Rule, expr: Expr) -> Expr:
        """An expression of the rule."""
        lets: dict[str, Expr] = {}
        for let in rule.lets:
            lets[let.name] = self._plain(let.expr, lets)
        return self._plain(expr, lets)

    def _plain(self, expr: Expr, lets: Mapping[str, Expr]) -> Expr:
        def combine(node: Expr, below: tuple[Expr, ...]) -> Expr:
            match node:
                case Let(name=name):
                    return lets[name]
                case Const(type=type_, value=value):
                    return Const(type_, value, "")
                case Slot(signature=signature, type=type_):
                    return Slot(self._names[signature], type_)
                case InList(list=name):
                    return self._membership(below[0], name)
                case _:
                    return rebuilt(node, below)

        return fold(expr, combine)

    def _membership(self, operand: Expr, name: str) -> Expr:
        found = self.plan.lists[name]
        if len(found.values) <= _LARGE_LIST:
            return Call("in", (operand, *(Const(found.type, value, "") for value in found.values)), "bool")
        return InList(operand, self._content(name))

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {signature.id: self._name(signature) for signature in self.plan.signatures}

    def _name(self, signature: Signature) -> str:
        parts = (signature.where, signature.argument, signature.condition)
        read = {node.list for part in parts if part is not None for node in nodes(part) if isinstance(node, InList)}
        return "\n".join([signature.text, *(self._content(name) for name in sorted(read))])  # no text of a window has a line break

    def _content(self, name: str) -> str:
        return f"{name} {msgspec.json.encode(self.plan.lists[name]).decode()}"

    def known(self, expr: Expr) -> Domain:
        """All values that the term can have at all."""
        match expr:
            case Slot(signature=name):
                return _of_window(self.signatures[name], is_whole(expr)) if name in self.signatures else everything(is_whole(expr))
            case Field(optional=optional):
                return _typed(expr, missing=optional)
            case Call(op, (operand, *_)) if op in _RANGES:
                low, high = _RANGES[op]
                return between(low, min(high, _MOST_INT), True, self.known(operand).missing)
            case Call(op, args) if op in _STRICT_TESTS:
                return _typed(expr, missing=any(self.known(each).missing for each in args))
            case Const(value=value):
                return _typed(expr, missing=value is None)
            case _:
                return _typed(expr, missing=True)


def _typed(expr: Expr, missing: bool) -> Domain:
    match expr.type:
        case "bool":
            return between(False, True, True, missing)
        case "int" | "money" | "timestamp" | "duration":
            return between(_LEAST_INT, _MOST_INT, True, missing)
        case _:
            return everything(whole=False, missing=missing)


def _of_window(signature: Signature, whole: bool) -> Domain:
    """Counts are never missing; the current transaction is a member of every window that does not leave it out."""
    if signature.function in _COUNTS:
        bare = signature.function == "count" and signature.argument is None and signature.condition is None
        least = 1 if bare and not signature.excluding and not signature.delay else 0
        return between(least, _MOST_INT, True, missing=False)
    if signature.function == "stddev":
        return Domain(((0, 0.0, 0), (1,)), missing=True, whole=whole)
    return everything(whole)
