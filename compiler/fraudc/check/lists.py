"""Named lists: items as they were written in, values of the type that they are compared with out."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from fraudc.check.wording import one_of, written
from fraudc.codes import types as codes
from fraudc.diagnostics import Diagnostics
from fraudc.document import ListItem
from fraudc.literals.durations import milliseconds
from fraudc.literals.instants import instant
from fraudc_runtime.expr import Type, Value
from fraudc_runtime.money import AmountError, Converter
from fraudc_runtime.plan import ListValues, Schema
from fraudc_runtime.timestamps import LATEST

_MOST_REPORTED = 100  # items of one list
_INT = re.compile(r"[-+]?[0-9]{1,19}")
_FLOAT = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_MONEY = re.compile(r"(-?)0*([0-9]+(?:\.[0-9]+)?)(?:\s*([A-Z]{3}))?")
_BOOLS = {"true": True, "false": False}


class ListReader:
    """The project's lists; `read` is what rules have compared with so far."""

    def __init__(self, schema: Schema, items: Mapping[str, Sequence[ListItem]], diagnostics: Diagnostics) -> None:
        self._items = items
        self._diagnostics = diagnostics
        self._base = schema.money.base if schema.money else ""
        self._converter = Converter(schema.money) if schema.money else None
        self.read: dict[str, ListValues] = {}

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._items)

    def use(self, name: str, type_: Type) -> str:
        """Reads a list by a type, once; the key under which the plan holds it. Items that cannot be read are reported where they stand."""
        key = f"{name}:{type_}"
        if key not in self.read:
            self.read[key] = ListValues(type_, tuple(self._values(name, type_)))
        return key

    def _values(self, name: str, type_: Type) -> Iterator[Value]:
        """Up to the hundredth item that cannot be read: a list of another type is one mistake, however long it is."""
        wrong = 0
        for item in self._items[name]:
            value = self._value(item, name, type_)
            if value is not None:
                yield value
            elif (wrong := wrong + 1) == _MOST_REPORTED:
                return

    def _value(self, item: ListItem, name: str, type_: Type) -> Value:
        value = self._read(item.text, type_)
        if value is None:
            message = f"{written(item.span)} is not {one_of((type_,))}, with which `{name}` is compared"
            self._diagnostics.report(codes.BAD_LIST_ITEM, message, item.span, _EXAMPLES[type_])
        return value

    def _read(self, text: str, type_: Type) -> Value:
        match type_:
            case "string":
                return text
            case "bool":
                return _BOOLS.get(text)
            case "int":
                return number if _INT.fullmatch(text) and -(2**63) <= (number := int(text)) < 2**63 else None
            case "float":
                return real if _FLOAT.fullmatch(text) and math.isfinite(real := float(text)) else None
            case "timestamp":
                return _milliseconds(text) if _INT.fullmatch(text) else instant(text)
            case "duration":
                return milliseconds(text)
            case "money":
                return self._money(text)

    def _money(self, text: str) -> int | None:
        amount = _MONEY.fullmatch(text)
        if amount is None or self._converter is None:
            return None
        try:
            return self._converter.minor(amount[1] + amount[2], amount[3] or self._base)
        except AmountError:
            return None


def _milliseconds(text: str) -> int | None:
    """Epoch ms, as a transaction may hold them; None outside the years 1970 to 9999."""
    return number if 0 <= (number := int(text)) <= LATEST else None


_EXAMPLES: dict[Type, str] = {
    "string": "any text",
    "bool": "`true` or `false`",
    "int": "a whole number of 64 bits, like `5`",
    "float": "a number like `2.5`",
    "timestamp": "a time like `2026-01-01T00:00:00Z`",
    "duration": "a duration like `10m`",
    "money": "an amount like `5` or `5 EUR`",
}
