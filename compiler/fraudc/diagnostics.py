"""Diagnostics as data: what a phase found, where, and what to write instead; collected, never raised, on users' mistakes."""

from dataclasses import dataclass, field
from typing import Literal

from fraudc.source import Span

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Code:
    """A registered code: `title` names the kind of mistake in a line; `explanation` is for `fraudc explain`; wrong and right are YAML.

    Numbers are never reused. E1xx file shape, E2xx syntax, E3xx names and types, E4xx planning, W9xx lint. A `note` is lint that may well
    be meant: it never makes a command fail.
    """

    code: str
    title: str
    explanation: str
    wrong: str
    right: str
    note: bool = False

    @property
    def severity(self) -> Severity:
        if self.note:
            return "note"
        return "warning" if self.code.startswith("W") else "error"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """`message` says what is wrong, `label` (under the caret) what to write instead, `help` an optional further line."""

    code: Code
    message: str
    span: Span | None
    label: str = ""
    help: str | None = None


@dataclass(slots=True)
class Diagnostics:
    """Collects diagnostics, the same one (code and place) once."""

    found: list[Diagnostic] = field(default_factory=list)
    _seen: set[tuple[str, str, int, int]] = field(default_factory=set, repr=False)

    def report(self, code: Code, message: str, span: Span | None, label: str = "", help: str | None = None) -> None:
        """Adds one, unless the same code stands at the same place already."""
        if (seen := (code.code, *_place(span))) not in self._seen:
            self._seen.add(seen)
            self.found.append(Diagnostic(code, message, span, label, help))

    @property
    def errors(self) -> list[Diagnostic]:
        return [d for d in self.found if d.code.severity == "error"]

    def ordered(self) -> list[Diagnostic]:
        """In file order, then by position."""
        return sorted(self.found, key=lambda d: (_place(d.span), d.code.code))


def _place(span: Span | None) -> tuple[str, int, int]:
    return ("", 0, 0) if span is None else (span.file.name, span.start, span.end)
