"""JSON text in, a tree of nodes out, strictly by RFC 8259; every fault is reported with its place."""

import json
import re
from typing import NoReturn

from fraudc.codes import shape
from fraudc.diagnostics import Code, Diagnostics
from fraudc.load.limits import DEEPEST, LONGEST_SCALAR, MOST_NODES, UnreadableError
from fraudc.load.nodes import Mapping, Node, Scalar, Sequence, Style
from fraudc.source import SourceFile, Span

_SPACE = re.compile(r"[ \t\r\n]*")
_PLAIN = r'[^"\\\x00-\x1f]*'  # between escapes; the pattern has one way to match a text, so that it never backtracks for long
_STRING = re.compile(rf'"{_PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{{4}}){_PLAIN})*"')
_TOKEN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(file: SourceFile, diagnostics: Diagnostics) -> Node | None:
    """The value of the file, None if it is empty or cannot be read to its end."""
    reader = _Reader(file, diagnostics)
    try:
        reader.skip()
        if reader.at == len(file.text):
            return None
        root = reader.value(1)
        reader.skip()
        if reader.at < len(file.text):
            reader.stop(shape.NOT_JSON, "the value of the file ends before this", "remove what follows")
        return root
    except UnreadableError:
        return None


class _Reader:
    """Reads one value after another; `at` is the offset of what comes next."""

    def __init__(self, file: SourceFile, diagnostics: Diagnostics) -> None:
        self.file = file
        self.text = file.text
        self.diagnostics = diagnostics
        self.at = 0
        self.count = 0

    def skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def value(self, depth: int) -> Node:
        self.count += 1
        if depth > DEEPEST:
            self.stop(shape.DEEP, f"this is nested more than {DEEPEST} levels deep", "write it flatter")
        if self.count > MOST_NODES:
            self.stop(
                shape.LARGE, f"this file holds more than {MOST_NODES:,} values", "split the file, or keep a long list in a file of its own"
            )
        match self._next():
            case "{":
                return self._mapping(depth)
            case "[":
                return self._sequence(depth)
            case '"':
                return self._string()
            case _:
                return self._token()

    def stop(self, code: Code, message: str, label: str) -> NoReturn:
        self.diagnostics.report(code, message, Span(self.file, self.at, min(self.at + 1, len(self.text))), label)
        raise UnreadableError

    def _next(self) -> str:
        self.skip()
        return self.text[self.at : self.at + 1]

    def _mapping(self, depth: int) -> Mapping:
        start = self.at
        entries: dict[str, tuple[Scalar, Node]] = {}
        self.at += 1
        while self._next() != "}":
            if entries:
                self._comma("}")
            if self._next() != '"':
                self.stop(shape.NOT_JSON, "a key in double quotes belongs here", 'like `"id"`')
            key = self._string()
            if self._next() != ":":
                self.stop(shape.NOT_JSON, "a `:` belongs between a key and its value", "add `:`")
            self.at += 1
            value = self.value(depth + 1)
            if key.text in entries:
                line = self.file.position(entries[key.text][0].span.start)[0]
                self.diagnostics.report(
                    shape.DUPLICATE, f"`{key.text[:60]}` stands here twice", key.span, f"keep one; the first is on line {line}"
                )
            entries.setdefault(key.text, (key, value))
        self.at += 1
        return Mapping(entries, Span(self.file, start, self.at))

    def _sequence(self, depth: int) -> Sequence:
        start = self.at
        items: list[Node] = []
        self.at += 1
        while self._next() != "]":
            if items:
                self._comma("]")
            items.append(self.value(depth + 1))
        self.at += 1
        return Sequence(tuple(items), Span(self.file, start, self.at))

    def _comma(self, closing: str) -> None:
        if self._next() != ",":
            self.stop(shape.NOT_JSON, f"a `,` or `{closing}` belongs here", f"add `,` or `{closing}`")
        comma = self.at
        self.at += 1
        if self._next() == closing:
            self.at = comma
            self.stop(shape.NOT_JSON, f"a `,` stands before `{closing}`", "remove the comma")

    def _string(self) -> Scalar:
        found = _STRING.match(self.text, self.at)
        if found is None:
            self.stop(
                shape.NOT_JSON,
                "this text does not end, or has a line break or an unknown escape in it",
                r"write `\"` for a quote, `\\` for a backslash",
            )
        if found.end() - self.at > LONGEST_SCALAR:
            self.stop(shape.LONG, f"this text is longer than {LONGEST_SCALAR:,} characters", "make it shorter")
        text = json.loads(found.group())
        if _LONE_SURROGATE.search(text):
            self.stop(shape.CONTROL, "half of a character is escaped here", "write both halves, or the character itself")
        return self._scalar(text, found.end(), "json")

    def _token(self) -> Scalar:
        found = _TOKEN.match(self.text, self.at)
        after = self.text[found.end() : found.end() + 1] if found else ""
        if found is None or after.isalnum() or after in ("_", "."):
            self.stop(shape.NOT_JSON, "a value belongs here", "a text in double quotes, a number, `true`, `false`, `[` or `{`")
        return self._scalar(found.group(), found.end(), "json_token")

    def _scalar(self, text: str, end: int, style: Style) -> Scalar:
        scalar = Scalar(text, style, Span(self.file, self.at, end))
        self.at = end
        return scalar
