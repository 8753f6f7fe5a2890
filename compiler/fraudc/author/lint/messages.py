"""The lint about messages that name what may be missing."""

from collections.abc import Iterator, Mapping

from fraudc.author.lint.subject import Placed, Subject
from fraudc.author.proofs.claims import Case, possible
from fraudc.author.proofs.conditions import present
from fraudc.author.proofs.formulas import Every, negated
from fraudc.codes import lint as codes
from fraudc.diagnostics import Diagnostics
from fraudc.expressions.spell import spell
from fraudc_runtime.expr import Call, Expr, Field, Profile, Slot, children
from fraudc_runtime.plan import Hole, Signature

_NEVER_MISSING = ("count", "distinct", "rising", "sum")  # a sum is missing only where it leaves 64 bits


def messages(subject: Subject, diagnostics: Diagnostics) -> None:
    """Names in a message that may have no value in an alert: it would say `missing`."""
    for placed in subject.rules():
        case = Case(placed.rule, subject.terms)
        for part in placed.rule.message or ():
            if not isinstance(part, Hole):
                continue
            sources = list(_sources(subject.terms.expression(placed.rule, part.expr), subject.terms.signatures))
            if any(possible(Every((case.matches, negated(present(source)))), [subject.terms]) for source in sources):
                _report(placed, spell(part.expr), diagnostics)


def _report(placed: Placed, name: str, diagnostics: Diagnostics) -> None:
    fragment = placed.written.message
    at = fragment.text.find(f"{{{name}}}") if fragment else -1
    place = fragment.span(at, at + len(name) + 2) if fragment and at >= 0 else placed.places.key("message")
    label = f'give it another name and a value of its own: `let: {{shown: {name} ?? "none"}}`'
    diagnostics.report(codes.MAY_BE_MISSING, f"`{{{name}}}` may be missing when the rule alerts", place, label)


def _sources(expr: Expr, windows: Mapping[str, Signature]) -> Iterator[Expr]:
    """What the value hangs on and may not be there; nothing inside of what stands in for it (`??`, `if`)."""
    match expr:
        case Field(optional=True) | Profile():
            yield expr
        case Slot(signature=name):
            if windows[name].function not in _NEVER_MISSING:
                yield expr
        case Call("??" | "if"):
            return
        case _:
            for child in children(expr):
                yield from _sources(child, windows)
