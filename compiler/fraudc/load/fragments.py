"""Where decoded characters came from: a scalar's text, style and span in, a Fragment with the source offset of each character out."""

import re
from collections.abc import Callable, Iterator

from fraudc.source import Fragment, Span

_Chars = list[tuple[str, int]]  # decoded character, absolute source offset
_One = Callable[[str, int], tuple[str, int]]  # raw text and an offset in it -> the decoded character there, where the next one starts

_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEX = {"x": 2, "u": 4, "U": 8}
_BLANK = re.compile(r"[ \t]*(?:\r?\n[ \t]*)*")
_ESCAPED_FOLD = re.compile(r"\\(?:\r?\n[ \t]*)+")
_HEADER = re.compile(r"[|>]([-+0-9]*)[ \t]*(?:#[^\n]*)?\r?\n?")


def fragment_of(text: str, style: str, span: Span) -> Fragment:
    """The fragment of a scalar. Its text is always `text`; offsets are exact for every style that the readers accept."""
    raw, start = span.file.text[span.start : span.end], span.start
    match style:
        case "single":
            chars, end = _flow(raw[1:-1], start + 1, _single), span.end - 1
        case "double" | "json":
            chars, end = _flow(raw[1:-1], start + 1, _double), span.end - 1
        case "literal" | "folded":
            chars = _block(text, raw, start, style == "folded")
            end = chars[-1][1] + 1 if chars else start
        case _:
            chars, end = _flow(raw, start, _plain), span.end
    if "".join(character for character, _ in chars) != text:  # the text matters more than its places
        return Fragment(text, span.file, (start,) * (len(text) + 1))
    return Fragment(text, span.file, (*(offset for _, offset in chars), end))


def _plain(raw: str, at: int) -> tuple[str, int]:
    return raw[at], at + 1


def _single(raw: str, at: int) -> tuple[str, int]:
    return raw[at], at + (2 if raw[at] == "'" else 1)


def _double(raw: str, at: int) -> tuple[str, int]:
    if raw[at] != "\\":
        return raw[at], at + 1
    kind = raw[at + 1]
    if kind not in _HEX:
        return _ESCAPES.get(kind, kind), at + 2
    end = at + 2 + _HEX[kind]
    code = int(raw[at + 2 : end], 16)
    if 0xD800 <= code < 0xDC00 and raw[end : end + 2] == "\\u":
        low = int(raw[end + 2 : end + 6], 16)
        if 0xDC00 <= low < 0xE000:
            return chr(0x10000 + (code - 0xD800 << 10) + low - 0xDC00), end + 6
    return chr(code), end


def _flow(raw: str, start: int, one: _One) -> _Chars:
    """Plain and quoted text: one line break is a space, n of them are n - 1, and a break after a backslash is none."""
    chars: _Chars = []
    at = 0
    while at < len(raw):
        if (blank := _BLANK.match(raw, at)) and blank.end() > at:
            breaks = list(_breaks(raw, at, blank.end(), start))
            as_written = [(character, start + at + i) for i, character in enumerate(blank.group())]
            chars += (breaks[1:] or [(" ", start + at)]) if breaks else as_written
            at = blank.end()
        elif raw[at] == "\\" and one is _double and (fold := _ESCAPED_FOLD.match(raw, at)):
            chars += list(_breaks(raw, at, fold.end(), start))[1:]
            at = fold.end()
        else:
            character, after = one(raw, at)
            chars.append((character, start + at))
            at = after
    return chars


def _breaks(raw: str, at: int, end: int, start: int) -> Iterator[tuple[str, int]]:
    return (("\n", start + i) for i in range(at, end) if raw[i] == "\n")


def _block(text: str, raw: str, start: int, folded: bool) -> _Chars:
    """Literal and folded text. What the first line with content has lost of its indentation is that of the block."""
    header = _HEADER.match(raw)
    if header is None or not text:
        return []
    lines = raw[header.end() :].split("\n")
    indent = _indent_of_first(lines) - _indent_of_first(text.split("\n"))
    return _block_at(lines, start + header.end(), max(indent, 0), folded, header.group(1))


def _indent_of_first(lines: list[str]) -> int:
    """Spaces before the first line with content; without one, of the longest line."""
    first = next((line for line in lines if line.strip(" \r")), None)
    return max(map(len, lines)) if first is None else len(first) - len(first.lstrip(" "))


def _block_at(lines: list[str], start: int, indent: int, folded: bool, indicators: str) -> _Chars:
    chars: _Chars = []
    breaks: _Chars = []  # line ends since the last line with content, that line's own first
    before = ""
    at = start
    for number, line in enumerate(lines):
        content = line.rstrip("\r")[indent:]
        if content:
            fold = folded and bool(before) and before[0] not in " \t" and content[0] not in " \t"
            chars += _joined(breaks, fold)
            chars += [(character, at + indent + i) for i, character in enumerate(content)]
            breaks, before = [], content
        if number < len(lines) - 1:
            breaks.append(("\n", at + len(line.rstrip("\r"))))
        at += len(line) + 1
    if "-" in indicators:
        return chars
    return chars + (breaks if "+" in indicators else breaks[: 1 if before else 0])


def _joined(breaks: _Chars, fold: bool) -> _Chars:
    if not fold:
        return breaks
    return breaks[1:] or [(" ", breaks[0][1])]
