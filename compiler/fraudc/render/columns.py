"""Text of a file in, what a terminal shows of it and how many columns that takes out."""

import unicodedata
from dataclasses import dataclass

WIDEST = 120  # columns of a source line; more is cut off around the place
TAB = "    "


@dataclass(frozen=True, slots=True)
class Cells:
    """Printable text and its width in columns."""

    text: str
    width: int


def cells(text: str) -> Cells:
    """Tabs as four spaces, what has no shape as a replacement character; East Asian wide characters take two columns, marks none."""
    shown = [_shape(character) for character in text]
    return Cells("".join(shape for shape, _ in shown), sum(width for _, width in shown))


def _shape(character: str) -> tuple[str, int]:
    if character == "\t":
        return TAB, len(TAB)
    category = unicodedata.category(character)
    if category in ("Mn", "Me") or character == "\N{ZERO WIDTH JOINER}":
        return character, 0
    if category in ("Cc", "Cf", "Cs", "Zl", "Zp"):  # also what would turn the line around
        return "\N{REPLACEMENT CHARACTER}", 1
    return character, 2 if unicodedata.east_asian_width(character) in "WF" else 1


def clip(text: str, start: int, end: int) -> tuple[str, int, int]:
    """A part of a long line that shows text[start:end] or its beginning, with dots where it is cut: (part, start and end in it)."""
    if len(text) <= WIDEST:
        return text, start, end
    end = min(end, start + WIDEST // 2)
    first = max(0, min(start - WIDEST // 4, len(text) - WIDEST))
    last = min(len(text), first + WIDEST)
    left, right = "…" if first else "", "…" if last < len(text) else ""
    shift = len(left) - first
    return left + text[first:last] + right, start + shift, end + shift
