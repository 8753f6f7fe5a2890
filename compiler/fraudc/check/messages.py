"""Message templates: `{name}` of a field or a let, `{{` and `}}` for braces, in; text and holes out."""

import re

from fraudc.check.names import field_named
from fraudc.check.scope import RuleScope
from fraudc.codes import types as codes
from fraudc.diagnostics import Diagnostics
from fraudc.source import Fragment, Span
from fraudc.suggest import did_you_mean
from fraudc_runtime.expr import Let
from fraudc_runtime.plan import Hole, Text

_PIECE = re.compile(r"(?P<text>[^{}]+)|(?P<double>\{\{|\}\})|\{(?P<name>[^{}\n]*)\}|(?P<stray>[{}])")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def message_of(fragment: Fragment, scope: RuleScope, diagnostics: Diagnostics) -> tuple[Text | Hole, ...]:
    """The parts of a template; those with mistakes are reported and left out."""
    parts: list[Text | Hole] = []
    for piece in _PIECE.finditer(fragment.text):
        span = fragment.span(piece.start(), piece.end())
        if piece["stray"]:
            twice = piece["stray"] * 2
            diagnostics.report(codes.BAD_MESSAGE, f"this `{piece['stray']}` has no other half", span, f"for a brace write `{twice}`")
        elif piece["name"] is None:
            _append(parts, piece["text"] or piece["double"][0])
        else:
            hole = _hole(piece["name"], fragment.span(piece.start() + 1, piece.end() - 1), scope, diagnostics)
            if hole is not None:
                parts.append(hole)
    return tuple(parts)


def _append(parts: list[Text | Hole], text: str) -> None:
    last = parts[-1] if parts else None
    if isinstance(last, Text):
        parts[-1] = Text(last.text + text)
    else:
        parts.append(Text(text))


def _hole(name: str, span: Span, scope: RuleScope, diagnostics: Diagnostics) -> Hole | None:
    let = scope.lets.get(name)
    if let is not None:
        return None if let.type is None else Hole(Let(let.name, let.type))
    if name in scope.fields:
        return Hole(field_named(scope.fields[name]))
    if _NAME.fullmatch(name):
        label = did_you_mean(name, {**scope.fields, **scope.lets}) or "braces hold the name of a field or a let"
        diagnostics.report(codes.UNKNOWN_NAME, f"there is no field or let `{name[:60]}`", span, label)
    else:
        diagnostics.report(codes.BAD_MESSAGE, "braces hold one name", span, "give the value a name with `let`; for a brace write it twice")
    return None
