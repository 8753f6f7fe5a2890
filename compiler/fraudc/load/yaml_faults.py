"""The parser's errors in a rule author's words: ruamel's error in, a diagnostic with what to write instead out."""

import re

from ruamel.yaml.error import MarkedYAMLError

from fraudc.codes import shape
from fraudc.diagnostics import Code, Diagnostics
from fraudc.source import SourceFile, Span

_Fault = tuple[Code, str, str]  # code, message, label

# A piece of ruamel's `context: problem`, and what it means. The first that fits counts. In texts, {c} is the character at the place.
_FAULTS: tuple[tuple[str, str, str], ...] = (
    ("an alias", "`*` at the start of a value repeats a marked one", "put the value in quotes"),
    ("an anchor", "`&` at the start of a value marks it", "put the value in quotes"),
    ("quoted scalar: found unexpected end", "this quote is never closed", "add the closing quote"),
    ("quoted scalar: found unexpected document", "this quote is never closed", "add the closing quote"),
    ("unknown escape character", "`\\{c}` is no escape", "write `\\\\` for a backslash, or use single quotes"),
    ("escape sequence of", "an escape with too few digits", "like `\\u00e9`"),
    ("block scalar after quotes: expected", "text follows where the value has ended already", "put the whole value in quotes"),
    ("block scalar: expected", "`|` and `>` at the start of a value begin a text on the next line", "put the value in quotes"),
    ("mapping values are not allowed", "a `:` that belongs to no key", "check the indentation of this line and of the one before"),
    ("sequence entries are not allowed", "a list begins in the middle of a line", "start it on the next line, or write `[a, b]`"),
    ("that cannot start any token", "a value cannot begin with `{c}`", "put the value in quotes"),
    ("expected ',' or ']'", "this list has no `]` at its end", "add `]`, or put texts with special characters in quotes"),
    ("expected ',' or '}'", "this mapping has no `}` at its end", "add `}`, or put texts with special characters in quotes"),
    ("expected the node content", "a value cannot begin with `{c}`", "put the value in quotes"),
    ("but found '<scalar>'", "text follows where the value has ended already", "put the whole value in quotes"),
    ("but found ']'", "a `]` without its `[`", "remove it, or put the value in quotes"),
    ("but found '}'", "a `}` without its `{`", "remove it, or put the value in quotes"),
    ("but found", "this line does not fit to those above it", "check its indentation"),
    ("document start", "this line does not fit to those above it", "check its indentation"),
    ("could not find expected ':'", "a key without its `:`", "write `key: value`"),
)
_AT_THE_OPENING = ("quoted scalar: found unexpected", "expected ',' or")


def report_fault(file: SourceFile, error: MarkedYAMLError, diagnostics: Diagnostics) -> None:
    """One diagnostic at the place that the author has to change."""
    what = f"{error.context}: {error.problem}"
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and any(piece in what for piece in _AT_THE_OPENING):
        mark = error.context_mark
    at = min(mark.index, len(file.text)) if mark is not None else 0
    if "block scalar" in what and error.context_mark and file.text[: error.context_mark.index].rstrip(" ")[-1:] in ("'", '"', "]", "}"):
        what = what.replace("block scalar", "block scalar after quotes")
    code, message, label = _explained(what, file.text[at : at + 1])
    if "mapping values" in what and ": " in file.line(file.position(at)[0])[: file.position(at)[1] - 1]:
        message, label = "a second `: ` in one line", "put the value in quotes"
    if re.search(r"[:-] +!", file.line(file.position(at)[0])[: file.position(at)[1]]):
        message, label = "a value that begins with `!` is a YAML tag", "write `not`, or put the value in quotes"
    diagnostics.report(code, message, Span(file, at, min(at + 1, len(file.text))), label)


def _explained(what: str, character: str) -> _Fault:
    if character == "\t":
        return shape.TAB, "a tab stands in the indentation", "indent with spaces"
    for piece, message, label in _FAULTS:
        if piece in what:
            return shape.NOT_YAML, message.replace("{c}", character), label
    return shape.NOT_YAML, "this is not valid YAML", "check the indentation, and put texts with special characters in quotes"
