"""Source text and places in it: file contents in, spans with lines and columns out."""

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class SourceFile:
    """A file as read; `name` is the path as users see it (relative to the project)."""

    name: str
    text: str = field(repr=False)
    line_starts: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        starts = [0] + [at + 1 for at, character in enumerate(self.text) if character == "\n"]
        object.__setattr__(self, "line_starts", tuple(starts))

    def position(self, offset: int) -> tuple[int, int]:
        """1-based (line, column) of a character offset; columns count code points."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a 1-based line, without its line end."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] - 1 if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r")


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """Characters start (inclusive) to end (exclusive) of a file, as absolute offsets."""

    file: SourceFile
    start: int
    end: int

    def to(self, other: "Span") -> "Span":
        """From the start of this span to the end of the other, in the same file."""
        return Span(self.file, self.start, other.end)


def text_of(span: Span) -> str:
    """The characters of the file that a span covers."""
    return span.file.text[span.start : span.end]


@dataclass(frozen=True, slots=True, eq=False)
class Fragment:
    """Decoded text that stands in a file (an expression in a scalar), with where each decoded character came from.

    `offsets` has one absolute source offset for each character of `text` and one more for its end, so that positions stay exact in plain,
    quoted, literal and folded scalars, escapes included.
    """

    text: str
    file: SourceFile
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """The source span of text[start:end]; an empty one is the place where it would stand."""
        if end <= start:
            return Span(self.file, self.offsets[start], self.offsets[start])
        last, after = self.offsets[end - 1], self.offsets[end]
        same_line = "\n" not in self.file.text[last:after]  # then what lies between belongs to the last character: an escape
        return Span(self.file, self.offsets[start], after if after > last and same_line else last + 1)
