"""JSON payloads in, the values of declared fields or bad input out: a strict reader, and a fast one that leaves it every doubtful line."""

import json
from collections.abc import Callable
from itertools import accumulate, count
from operator import add
from typing import Any, Final, NoReturn

from fraudc_runtime.formats.fast_json import FastReader
from fraudc_runtime.plan import FieldSpec, MoneySpec
from fraudc_runtime.schema import LONGEST_PAYLOAD, BadInput, FieldReader, FloatText, IntText, Row, shown

_SPACE: Final = " \t\n\r"


def _no_number(name: str) -> NoReturn:
    raise BadInput("not_json", f"{name} is no JSON value")


_DECODER: Final = json.JSONDecoder(parse_int=IntText, parse_float=FloatText, parse_constant=_no_number, strict=True)
_SCAN: Final[Callable[[str, int], tuple[Any, int]]] = _DECODER.scan_once  # type: ignore[attr-defined]  # public, but untyped


def parse(payload: bytes) -> Any:
    """The JSON value, numbers kept as they were written; BadInput when it is no UTF-8 or no JSON. Any depth of nesting is read."""
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise BadInput("not_utf8", f"the payload is not UTF-8 at byte {error.start + 1} (0x{payload[error.start]:02x})") from None
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _not_json(text, error.pos, error.msg) from None
    except RecursionError:
        return _parse_deep(text)


def _not_json(text: str, at: int, why: str) -> BadInput:
    near = f"near {shown(text[at : at + 20])}" if at < len(text) else "at its end"
    return BadInput("not_json", f"the payload is not JSON: {why} at character {at + 1}, {near}")


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in _SPACE:
        at += 1
    return at


def _scalar(text: str, at: int) -> tuple[Any, int]:
    try:
        value, end = _SCAN(text, at)
    except StopIteration:
        raise _not_json(text, at, "Expecting value") from None
    except json.JSONDecodeError as error:
        raise _not_json(text, error.pos, error.msg) from None
    return value, _skip(text, end)


def _name(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] != '"':
        raise _not_json(text, at, "Expecting property name enclosed in double quotes")
    name, at = _scalar(text, at)
    if text[at : at + 1] != ":":
        raise _not_json(text, at, "Expecting ':' delimiter")
    return name, _skip(text, at + 1)


def _parse_deep(text: str) -> Any:
    """Reads without recursion what is nested too deeply for the standard library."""
    open_values: list[Any] = []
    names: list[str] = []  # the member that each open object waits for
    at = _skip(text, 0)
    while True:
        opened = text[at : at + 1]
        value: Any
        if opened in ("{", "["):
            value = {} if opened == "{" else []
            at = _skip(text, at + 1)
            if text[at : at + 1] != ("}" if opened == "{" else "]"):
                open_values.append(value)
                if opened == "{":
                    name, at = _name(text, at)
                    names.append(name)
                continue
            at = _skip(text, at + 1)
        else:
            value, at = _scalar(text, at)
        value, at, done = _close(text, at, value, open_values, names)
        if done:
            return value


def _close(text: str, at: int, value: Any, open_values: list[Any], names: list[str]) -> tuple[Any, int, bool]:
    """Puts a finished value into what is open, and that into its own when it ends; True when the whole text has been read."""
    while open_values:
        parent = open_values[-1]
        if isinstance(parent, dict):
            parent[names.pop()] = value
        else:
            parent.append(value)
        follows = text[at : at + 1]
        if follows == ",":
            at = _skip(text, at + 1)
            if isinstance(parent, dict):
                name, at = _name(text, at)
                names.append(name)
            return None, at, False
        if follows != ("}" if isinstance(parent, dict) else "]"):
            raise _not_json(text, at, "Expecting ',' delimiter")
        value = open_values.pop()
        at = _skip(text, at + 1)
    if at != len(text):
        raise _not_json(text, at, "Extra data")
    return value, at, True


class JsonReader:
    """Reads frames of JSON payloads: for each the declared fields' values (as FieldReader gives them) or its BadInput."""

    def __init__(self, fields: tuple[FieldSpec, ...], money: MoneySpec | None, id: str | None = None) -> None:
        defaults = {field.name: parse(field.default.encode()) for field in fields if field.default is not None}
        self._fields = FieldReader(fields, money, defaults, id)
        self._fast = FastReader.of(fields, money, id, self._fields)

    def read(self, _offset: int, lengths: tuple[int, ...], joined: bytes, /) -> list[Row]:
        """One row a payload; `joined` holds the payloads with a newline between them."""
        if not lengths:
            return []
        starts = [0, *map(add, accumulate(lengths), count(1))]

        def strict(index: int) -> Row:
            return self.read_one(joined[starts[index] : starts[index] + lengths[index]])

        if self._fast is None:
            return [strict(index) for index in range(len(lengths))]
        return self._fast.read(starts, lengths, joined, strict)

    def read_one(self, payload: bytes) -> Row:
        """The strict reading of one payload."""
        try:
            return self._fields.read(read_object(payload))
        except BadInput as error:
            return error


def read_object(payload: bytes) -> dict[str, Any]:
    """The members of a payload that holds one JSON object; BadInput when it does not."""
    if len(payload) > LONGEST_PAYLOAD:
        raise BadInput("too_large", f"the payload has {len(payload)} bytes; at most {LONGEST_PAYLOAD} are read")
    if not payload.strip(_SPACE.encode()):
        raise BadInput("empty_line", "the line is empty")
    document = parse(payload)
    if not isinstance(document, dict):
        raise BadInput("not_object", f"the payload is {shown(document)}, and should be a JSON object")
    return document
