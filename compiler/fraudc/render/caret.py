"""Diagnostics in, text with the source and a caret under the place out."""

from collections.abc import Iterable
from dataclasses import dataclass

from fraudc.diagnostics import Diagnostic
from fraudc.render.columns import cells, clip
from fraudc.source import Span

MOST_SHOWN = 100
MOST_LINES = 4  # of one span; of a longer one the first and the last stand

_RED, _YELLOW, _BLUE, _BOLD, _PLAIN = "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class _Paint:
    """Colours a piece of text, or leaves it."""

    colour: bool

    def __call__(self, style: str, text: str) -> str:
        return f"{style}{text}{_PLAIN}" if self.colour and text else text


def render_text(diagnostics: Iterable[Diagnostic], *, colour: bool = False) -> str:
    """Each with its line and caret, an empty line between two; the first hundred, and how many more there are."""
    found = list(diagnostics)
    shown = [_one(diagnostic, _Paint(colour)) for diagnostic in found[:MOST_SHOWN]]
    if len(found) > MOST_SHOWN:
        shown.append(f"and {len(found) - MOST_SHOWN:,} more\n")
    return "\n".join(shown)


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """`3 errors, 1 warning, 2 notes`; "" without any."""
    found = list(diagnostics)
    counts = [(sum(d.code.severity == severity for d in found), severity) for severity in ("error", "warning", "note")]
    return ", ".join(f"{count} {severity}{'s' if count != 1 else ''}" for count, severity in counts if count)


def _one(diagnostic: Diagnostic, paint: _Paint) -> str:
    code = diagnostic.code
    strong = {"error": _RED, "warning": _YELLOW, "note": _BLUE}[code.severity]
    lines = [f"{paint(strong, f'{code.severity}[{code.code}]')}{paint(_BOLD, f': {diagnostic.message}')}"]
    gutter = 2
    if diagnostic.span is not None:
        gutter = max(2, len(str(_numbers(diagnostic.span)[-1])))
        lines += _snippet(diagnostic.span, diagnostic.label, gutter, paint, strong)
    elif diagnostic.label:
        lines.append(f"{' ' * gutter} {paint(_BLUE, '=')} {diagnostic.label}")
    helps = [diagnostic.help, f"fraudc explain {code.code}"]
    lines += [f"{' ' * gutter} {paint(_BLUE, '=')} help: {text}" for text in helps if text]
    return "\n".join(lines) + "\n"


def _numbers(span: Span) -> list[int]:
    """The lines that a span covers, of a long one the first and the last."""
    first, last = span.file.position(span.start)[0], span.file.position(_end(span))[0]
    return list(range(first, last + 1)) if last - first < MOST_LINES else [first, last]


def _end(span: Span) -> int:
    """The span's end without line ends and spaces before it."""
    return span.start + len(span.file.text[span.start : span.end].rstrip())


def _snippet(span: Span, label: str, gutter: int, paint: _Paint, strong: str) -> list[str]:
    line, column = span.file.position(span.start)
    bar = paint(_BLUE, "|")
    lines = [f"{' ' * gutter}{paint(_BLUE, '-->')} {span.file.name}:{line}:{column}", f"{' ' * gutter} {bar}"]
    numbers = _numbers(span)
    for number in numbers:
        if number > numbers[0] + 1 and number == numbers[-1] and len(numbers) == 2:
            lines.append(f"{' ' * gutter} {paint(_BLUE, ':')}")
        source, indent, width = _underlined(span, number)
        carets = " " * indent + paint(strong, "^" * width + (f" {label}" if label and number == numbers[-1] else ""))
        lines.append(f"{paint(_BLUE, f'{number:>{gutter}}')} {bar} {source}".rstrip())
        lines.append(f"{' ' * gutter} {bar} {carets}")
    return lines


def _underlined(span: Span, number: int) -> tuple[str, int, int]:
    """(a line as shown, columns before its carets, how many carets)."""
    text = span.file.line(number)
    offset = span.file.line_starts[number - 1]
    blank = len(text) - len(text.lstrip())
    start = span.start - offset if span.start >= offset else blank
    end = min(_end(span) - offset, len(text))
    shown, start, end = clip(text, max(start, 0), max(end, start))
    before, under = cells(shown[:start]), cells(shown[start:end])
    return before.text + under.text + cells(shown[end:]).text, before.width, max(1, under.width)
