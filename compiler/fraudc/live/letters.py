"""Messages of the dead letter topic in, letters out: counted by code, chosen, and where in a payload the fault is."""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

_CHARACTER: Final = re.compile(r"\bat character ([0-9]+)")
_BYTE: Final = re.compile(r"\bat byte ([0-9]+)")
_FIELD: Final = re.compile(r"`([A-Za-z_][A-Za-z0-9_]*)` is ")


class Letter(msgspec.Struct, frozen=True):
    """A dead letter: why (`code`, `reason`), from where (`source`, `partition` and `offset` of a topic), and what; `raw_bytes` is how
    many bytes came, where not all of them are here.
    """

    code: str
    reason: str
    source: str
    raw_base64: str
    partition: int | None = None
    offset: int | None = None
    received: int | str | None = None
    raw_bytes: int | None = None

    @property
    def whole(self) -> bool:
        """Whether all bytes that came are here."""
        return self.raw_bytes is None

    @property
    def payload(self) -> bytes:
        """The bytes as they came; nothing where they are not to be read."""
        try:
            return b64decode(self.raw_base64, validate=True)
        except (binascii.Error, ValueError):
            return b""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which letters are meant; None takes any. `partition` and `offset` are those of the message that could not be read."""

    code: str | None = None
    source: str | None = None
    partition: int | None = None
    offset: int | None = None

    def takes(self, letter: Letter) -> bool:
        wanted = (self.code, self.source, self.partition, self.offset)
        given = (letter.code, letter.source, letter.partition, letter.offset)
        return all(want is None or want == have for want, have in zip(wanted, given, strict=True))


@dataclass(slots=True)
class CodeCount:
    """`partition` and `offset` are those of the newest letter with the code."""

    code: str
    letters: int
    newest: Letter


def read_letters(values: Iterable[bytes | None]) -> Iterator[Letter]:
    """The letters, each once: a job that was restarted may have written some again. What is no letter is left out."""
    seen: set[tuple[str, int, int]] = set()
    decoder = msgspec.json.Decoder(Letter)
    for value in values:
        try:
            letter = decoder.decode(value or b"")
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        if letter.partition is not None and letter.offset is not None:
            place = (letter.source, letter.partition, letter.offset)
            if place in seen:
                continue
            seen.add(place)
        yield letter


def by_code(letters: Iterable[Letter]) -> list[CodeCount]:
    """The most frequent code first."""
    counts: dict[str, CodeCount] = {}
    for letter in letters:
        count = counts.setdefault(letter.code, CodeCount(letter.code, 0, letter))
        count.letters += 1
        count.newest = letter
    return sorted(counts.values(), key=lambda count: (-count.letters, count.code))


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a payload as text, and the part of it that is at fault, in characters; None where the reason does not tell."""

    line: str
    start: int | None = None
    end: int | None = None


def fault(letter: Letter) -> Place:
    """The character or byte that the reason names, or the value of the field that it names where that stands there once."""
    payload = letter.payload
    if found := _BYTE.search(letter.reason):
        before = payload[: int(found[1]) - 1].decode(errors="replace")
        return _line(payload.decode(errors="replace"), len(before), len(before) + 1)
    text = payload.decode(errors="replace")
    if found := _CHARACTER.search(letter.reason):
        return _line(text, int(found[1]) - 1, int(found[1]))
    if found := _FIELD.match(letter.reason):
        values = list(re.finditer(rf'"{found[1]}"\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}}]+)', text))
        if len(values) == 1:
            return _line(text, *values[0].span(1))
    return Place(text)


def _line(text: str, start: int, end: int) -> Place:
    """The line around a place; a place at the end of the text stands behind its last character."""
    start = min(start, len(text))
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", start)
    line = text[begin : len(text) if stop < 0 else stop]
    return Place(line, start - begin, min(end - begin, max(len(line), start - begin + 1)))
