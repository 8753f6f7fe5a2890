"""The transaction schema at work: a decoded document in, checked field values out, or bad input with a code and a sentence."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from fraudc_runtime.money import AmountError, Converter
from fraudc_runtime.plan import FieldSpec, MoneySpec
from fraudc_runtime.timestamps import LATEST, read_timestamp

BAD_INPUT_CODES: Final[Mapping[str, str]] = {
    "too_large": "the payload has more than 1 MiB",
    "empty_line": "the line is empty",
    "not_utf8": "the payload is not UTF-8",
    "not_json": "the payload is not JSON as RFC 8259 defines it",
    "not_object": "the payload is JSON, and no object",
    "not_csv": "the quotes of the CSV line do not match",
    "wrong_columns": "the CSV line has another number of cells than the header",
    "missing_field": "a required field is absent or null",
    "wrong_type": "a value has another type than the field",
    "out_of_range": "a number does not fit the field's type",
    "lone_surrogate": "a string holds half of a surrogate pair, which is no character",
    "bad_timestamp": "a timestamp is no RFC 3339 with an offset, or lies outside the years 1970 to 9999",
    "bad_id": "the transaction's id is empty or longer than 256 characters",
    "money_decimals": "an amount has more decimals than its currency",
    "unknown_currency": "an amount is in a currency that the project gives no rate for",
    "bad_key": "a message of profile rows has no key, none that its entity can have, or another than its row",
    "in_future": "the event time is later than the record's own timestamp by more than max_future",
}
"""Every code of bad input, stable for ever, with what it says of a payload."""

LONGEST_ID: Final = 256
LONGEST_PAYLOAD: Final = 1 << 20
SMALLEST_INT: Final = -(2**63)
LARGEST_INT: Final = 2**63 - 1
_SHOWN: Final = 60
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class BadInput(Exception):
    """A payload that cannot be read: `code` of BAD_INPUT_CODES and a sentence for the person on call."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


Row = tuple[Any, ...] | BadInput
"""What a reader makes of one payload: the values of the declared fields in order (each money field followed by its text), or why not."""


class IntText(str):
    """A JSON number without fraction and exponent, as it was written."""

    __slots__ = ()


class FloatText(str):
    """A JSON number with a fraction or an exponent, as it was written."""

    __slots__ = ()


Document = Mapping[str, Any]  # JSON: dict, list, str, bool, None, IntText, FloatText; CSV: the same without containers and None


def shown(value: Any) -> str:
    """The value as a sentence names it: JSON text cut to a readable length, containers by their kind."""
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case dict():
            return "an object"
        case list():
            return "an array"
        case IntText() | FloatText():
            return _cut(value)
        case _:
            return '"' + _cut(str(value)) + '"'


def _cut(text: str) -> str:
    text = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def locate(field: FieldSpec, document: Document) -> Any:
    """The value that stands for a field: at its path or name, else under the first alias that is present; None when there is none."""
    value = _at_path(field, document) if field.path else document.get(field.name)
    for alias in field.aliases:
        if value is not None:
            return value
        value = document.get(alias)
    return value


def _at_path(field: FieldSpec, document: Document) -> Any:
    at: Any = document
    for depth, name in enumerate(field.path):
        if at is None:
            return None
        if not isinstance(at, dict):
            walked = ".".join(field.path[:depth])
            raise BadInput("wrong_type", f"`{field.name}` stands in the object `{walked}`, which is {shown(at)}")
        at = at.get(name)
    return at


def _bool(field: FieldSpec, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise _wrong_type(field, value)


def _int(field: FieldSpec, value: Any) -> int:
    if not isinstance(value, IntText):
        raise _wrong_type(field, value)
    number = int(value) if len(value) <= 20 else LARGEST_INT + 1
    if SMALLEST_INT <= number <= LARGEST_INT:
        return number
    raise BadInput("out_of_range", f"`{field.name}` is {shown(value)}, which does not fit 64 bits")


def _float(field: FieldSpec, value: Any) -> float:
    if not isinstance(value, IntText | FloatText):
        raise _wrong_type(field, value)
    number = float(value)
    if number - number != 0.0:
        raise BadInput("out_of_range", f"`{field.name}` is {shown(value)}, which is beyond the largest float")
    return 0.0 if value == "-0" else number  # the integer -0 has no sign


def _string(field: FieldSpec, value: Any) -> str:
    if not isinstance(value, str) or isinstance(value, IntText | FloatText):
        raise _wrong_type(field, value)
    if _SURROGATE.search(value):
        raise BadInput("lone_surrogate", f"`{field.name}` is {shown(value)}, which holds half of a surrogate pair")
    return value


def _timestamp(field: FieldSpec, value: Any) -> int:
    if isinstance(value, IntText):
        number = int(value) if len(value) <= 20 else LATEST + 1
    elif isinstance(value, str) and not isinstance(value, FloatText):
        text = _string(field, value)
        read = read_timestamp(text)
        if read is None:
            hint = "which is no date and time with an offset like 2026-03-01T10:00:00Z"
            raise BadInput("bad_timestamp", f"`{field.name}` is {shown(value)}, {hint}")
        number = read
    else:
        raise _wrong_type(field, value)
    if 0 <= number <= LATEST:
        return number
    raise BadInput("bad_timestamp", f"`{field.name}` is {shown(value)}, which is outside the years 1970 to 9999")


_WANTED: Final = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "string": "a string",
    "timestamp": "milliseconds or an RFC 3339 string",
    "money": "an amount (a number, or a string that holds one)",
}


def _wrong_type(field: FieldSpec, value: Any) -> BadInput:
    return BadInput("wrong_type", f"`{field.name}` is {shown(value)}, and should be {_WANTED[field.type]}")


_READERS: Final[Mapping[str, Callable[[FieldSpec, Any], Any]]] = {
    "bool": _bool,
    "int": _int,
    "float": _float,
    "string": _string,
    "timestamp": _timestamp,
}


def _check_id(field: FieldSpec, value: str) -> None:
    if not value:
        raise BadInput("bad_id", f"`{field.name}` is empty, and a transaction is known by it")
    if len(value) > LONGEST_ID:
        raise BadInput("bad_id", f"`{field.name}` is {shown(value)}, which has {len(value)} characters; at most {LONGEST_ID} are taken")


class FieldReader:
    """Reads fields out of documents. `id` names the field that is a transaction's id; `defaults` are as a document would have held them."""

    def __init__(self, fields: tuple[FieldSpec, ...], money: MoneySpec | None, defaults: Document, id: str | None = None) -> None:
        self._fields = fields
        self._id = id
        self._by_name = {field.name: field for field in fields}
        self._defaults = defaults
        self._currency_field = money.currency_field if money else None
        self._base = money.base if money else ""
        self._converter = Converter(money) if money else None

    def read(self, document: Document) -> tuple[Any, ...]:
        """The values in declared order, each money field followed by its text as it came; BadInput at the first that is none."""
        values: list[Any] = []
        for field in self._fields:
            value = self.located(field, document)
            if value is None and not field.optional:
                raise BadInput("missing_field", f"`{field.name}` is missing, and the schema requires it")
            if field.type == "money":
                values += (None, None) if value is None else self._money(field, value, document)
            else:
                values.append(None if value is None else _READERS[field.type](field, value))
            if field.name == self._id:
                _check_id(field, values[-1])
        return tuple(values)

    def default(self, field: FieldSpec) -> Any:
        """The value that stands for a field of another type than money when it is absent; None without a default."""
        value = self._defaults.get(field.name)
        return None if value is None else _READERS[field.type](field, value)

    def located(self, field: FieldSpec, document: Document) -> Any:
        """The value that stands for the field, its default included; None when there is none."""
        value = locate(field, document)
        return self._defaults.get(field.name) if value is None else value

    def _money(self, field: FieldSpec, value: Any, document: Document) -> tuple[int, str]:
        if isinstance(value, bool) or not isinstance(value, str):
            raise _wrong_type(field, value)
        assert self._converter is not None  # the checker admits no money field without a money block
        try:
            return self._converter.minor(str(value), self._currency(field, document)), str(value)
        except AmountError as error:
            if error.code == "wrong_type":
                raise _wrong_type(field, value) from None
            raise BadInput(error.code, f"`{field.name}` is {_cut(value)}, {error.reason}") from None

    def _currency(self, field: FieldSpec, document: Document) -> str:
        if self._currency_field is None:
            return self._base
        named = self._by_name[self._currency_field]
        value = self.located(named, document)
        if value is None:
            raise BadInput("missing_field", f"`{named.name}` is missing, and `{field.name}` is an amount in it")
        return _string(named, value)
