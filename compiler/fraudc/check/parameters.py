"""A detector's parameters: a rule's keys in, syntax with places out."""

from collections.abc import Callable
from decimal import Decimal

from fraudc.detectors import Parameters
from fraudc.diagnostics import Diagnostics
from fraudc.document import RuleDocument
from fraudc.document.rules import DETECTORS
from fraudc.parse import parse_expression, parse_window
from fraudc.source import Span
from fraudc.syntax import Invalid, Name, Number


def detector_parameters(rule: RuleDocument, place: Span, span: Callable[[str], Span], diagnostics: Diagnostics) -> Parameters | None:
    """The parameters; None if one that is needed is absent or one cannot be read, which is reported."""
    needed, _ = DETECTORS[rule.detector or ""]
    if any(getattr(rule, name) is None for name in needed):
        return None  # the document's shape has been reported
    limit = parse_expression(rule.limit, diagnostics) if rule.limit else None
    threshold = parse_expression(rule.threshold, diagnostics) if rule.threshold else None
    window = parse_window(rule.window, diagnostics) if rule.window else None
    given = ((rule.limit, limit), (rule.threshold, threshold), (rule.window, window))
    if any(fragment is not None and node is None for fragment, node in given) or isinstance(window, Invalid):
        return None
    return Parameters(
        place,
        limit=limit,
        threshold=threshold,
        window=window,
        field=Name(span("field"), rule.field) if rule.field else None,
        min_samples=Number(span("min_samples"), rule.min_samples) if rule.min_samples else None,
        steps=Number(span("steps"), rule.steps) if rule.steps else None,
        factor=Number(span("factor"), _number(rule.factor)) if rule.factor else None,
    )


def _number(text: str) -> int | float:
    return int(text) if Decimal(text) == int(Decimal(text)) else float(text)
