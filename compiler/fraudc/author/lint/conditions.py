"""Lints about conditions: clauses that decide nothing, and floats that are compared for equality."""

from dataclasses import dataclass

from fraudc.author.lint.subject import Placed, Subject
from fraudc.author.proofs.claims import Case, possible
from fraudc.author.proofs.conditions import true_of
from fraudc.author.proofs.formulas import ALWAYS, Every, Formula, negated
from fraudc.author.testing.clauses import Clause
from fraudc.author.testing.clauses import clauses as clauses_of
from fraudc.codes import lint as codes
from fraudc.diagnostics import Diagnostics
from fraudc.source import Span
from fraudc_runtime.expr import Call, Const


@dataclass(frozen=True, slots=True)
class _Written:
    """A clause, which one it is of those under `key`, and of how many."""

    clause: Clause
    placed: Placed
    key: str
    number: int
    of: int

    @property
    def place(self) -> Span:
        return self.placed.places.clauses(self.key, self.of)[self.number]


def clauses(subject: Subject, diagnostics: Diagnostics) -> None:
    """Conditions that are never true, or always; else clauses that are: a threshold that no value reaches."""
    for placed in subject.rules():
        case = Case(placed.rule, subject.terms)
        if not possible(case.matches, [subject.terms]):
            label = "the rule never alerts: its parts contradict each other"
            diagnostics.report(codes.NEVER, f"the condition of `{placed.rule.id}` is never true", placed.condition, label)
            continue
        for written in _of_where(placed, subject):
            _decided(written, ALWAYS, subject, diagnostics)
        for written in _of_when(placed, subject):
            _decided(written, case.seen, subject, diagnostics)


def _decided(written: _Written, seen: Formula, subject: Subject, diagnostics: Diagnostics) -> None:
    """`seen` is where the clause is looked at."""
    expr, text = written.clause.expr, written.clause.text
    if isinstance(expr, Const):
        return
    holds = true_of(subject.terms.expression(written.placed.rule, expr))
    if not possible(holds, [subject.terms]):
        diagnostics.report(codes.NEVER, f"`{text}` is never true", written.place, "no value reaches it; another threshold?")
    elif not possible(Every((seen, negated(holds))), [subject.terms]):
        diagnostics.report(codes.ALWAYS, f"`{text}` is always true", written.place, "remove it, or choose another threshold")


def equal_floats(subject: Subject, diagnostics: Diagnostics) -> None:
    """Floats compared with `==` or `!=`: two ways to compute one number may differ in the last digit."""
    for placed in subject.rules():
        for written in (*_of_where(placed, subject), *_of_when(placed, subject)):
            match written.clause.expr:
                case Call("==" | "!=", (left, right)) if "float" in (left.type, right.type) and not _whole(left) and not _whole(right):
                    message = f"`{written.clause.text}` compares numbers with decimals for equality"
                    diagnostics.report(codes.EQUAL_FLOATS, message, written.place, "write a range: `abs(x - y) < 0.001`")


def _whole(expr: object) -> bool:
    """A literal like 0 or 1.0, which counts and indicators have exactly."""
    return isinstance(expr, Const) and isinstance(expr.value, int | float) and expr.value == int(expr.value)


def _of_where(placed: Placed, subject: Subject) -> list[_Written]:
    found = clauses_of(placed.rule.where, placed.rule.entity, subject.texts)
    return [_Written(clause, placed, "where", number, len(found)) for number, clause in enumerate(found)]


def _of_when(placed: Placed, subject: Subject) -> list[_Written]:
    found = clauses_of(placed.rule.when, placed.rule.entity, subject.texts)
    return [_Written(clause, placed, "when", number, len(found)) for number, clause in enumerate(found)]
