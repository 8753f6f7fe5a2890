"""Lints about conditions: clauses that decide nothing, and floats that are compared for equality."""

from collections.abc import Iterator

from fraudc import syntax
from fraudc.author.lint.subject import Placed, Subject
from fraudc.author.proofs.claims import Case, possible
from fraudc.author.proofs.conditions import true_of
from fraudc.author.proofs.formulas import ALWAYS, Every, Formula, negated
from fraudc.author.testing.clauses import Clause, leaves
from fraudc.author.testing.clauses import clauses as clauses_of
from fraudc.codes import lint as codes
from fraudc.diagnostics import Diagnostics
from fraudc.parse import parse_expression
from fraudc.source import Fragment, Span
from fraudc_runtime.expr import Call, Const


def clauses(subject: Subject, diagnostics: Diagnostics) -> None:
    """Conditions that are never true, or always; else clauses that are: a threshold that no value reaches."""
    for placed in subject.rules():
        case = Case(placed.rule, subject.terms)
        if not possible(case.matches, [subject.terms]):
            label = "the rule never alerts: its parts contradict each other"
            diagnostics.report(codes.NEVER, f"the condition of `{placed.rule.id}` is never true", placed.condition, label)
            continue
        for clause, place in _of_where(placed, subject):
            _decided(clause, place, placed, ALWAYS, subject, diagnostics)
        for clause, place in _of_when(placed, subject):
            _decided(clause, place, placed, case.seen, subject, diagnostics)


def _decided(clause: Clause, place: Span, placed: Placed, seen: Formula, subject: Subject, diagnostics: Diagnostics) -> None:
    """`seen` is where the clause is looked at."""
    if isinstance(clause.expr, Const):
        return
    holds = true_of(subject.terms.expression(placed.rule, clause.expr))
    if not possible(holds, [subject.terms]):
        diagnostics.report(codes.NEVER, f"`{clause.text}` is never true", place, "no value reaches it; another threshold?")
    elif not possible(Every((seen, negated(holds))), [subject.terms]):
        diagnostics.report(codes.ALWAYS, f"`{clause.text}` is always true", place, "remove it, or choose another threshold")


def equal_floats(subject: Subject, diagnostics: Diagnostics) -> None:
    """Floats compared with `==` or `!=`: two ways to compute one number may differ in the last digit."""
    for placed in subject.rules():
        for clause, place in (*_of_where(placed, subject), *_of_when(placed, subject)):
            match clause.expr:
                case Call("==" | "!=", (left, right)) if "float" in (left.type, right.type) and not _whole(left) and not _whole(right):
                    label = "write a range: `abs(x - y) < 0.001`"
                    diagnostics.report(codes.EQUAL_FLOATS, f"`{clause.text}` compares numbers with decimals for equality", place, label)


def _whole(expr: object) -> bool:
    """A literal like 0 or 1.0, which counts and indicators have exactly."""
    return isinstance(expr, Const) and isinstance(expr.value, int | float) and expr.value == int(expr.value)


def _of_where(placed: Placed, subject: Subject) -> list[tuple[Clause, Span]]:
    found = clauses_of(placed.rule.where, placed.rule.entity, subject.plan)
    return list(zip(found, _places(placed.written.where, len(found), placed.span("where")), strict=True))


def _of_when(placed: Placed, subject: Subject) -> list[tuple[Clause, Span]]:
    """The detector's clauses come first, and stand where its name does."""
    found = clauses_of(placed.rule.when, placed.rule.entity, subject.plan)
    own = len(found) if placed.expansion is None else len(found) - len(leaves(placed.expansion))
    places = [placed.span("detector")] * (len(found) - own) + _places(placed.written.when, own, placed.condition)
    return list(zip(found, places, strict=True))


def _places(fragment: Fragment | None, count: int, around: Span) -> list[Span]:
    """The places of the clauses that are written there."""
    node = parse_expression(fragment, Diagnostics()) if fragment and count else None
    found = [] if node is None else [leaf.span for leaf in _written(node)]
    return found if len(found) == count else [around] * count


def _written(node: syntax.Expression) -> Iterator[syntax.Expression]:
    """What stands between `and`, `or` and `not`, from left to right."""
    match node:
        case syntax.Chain(operands=operands, operators=operators) if operators[0].text in ("and", "or"):
            for operand in operands:
                yield from _written(operand)
        case syntax.Not(operand=operand):
            yield from _written(operand)
        case _:
            yield node
