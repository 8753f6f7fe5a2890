"""A field's default: the scalar as written and the field's type in, the JSON text that stands in for an absent value out."""

import json
import re
from math import isfinite

from fraudc.document.leaves import FieldType
from fraudc.literals.instants import instant
from fraudc.load import Scalar

FITTING = {  # how a value of each type is written
    "string": 'a text, like `"unknown"`',
    "bool": "`true` or `false`",
    "int": "a whole number of 64 bits",
    "float": "a number",
    "money": "an amount without a currency, like `0.00`",
    "timestamp": "a time with an offset, like `2026-01-01T00:00:00Z`",
}

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_AMOUNT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_LARGEST = 2**63


def default_text(default: Scalar, field: FieldType) -> str | None:
    """The default as JSON text, as if a transaction had brought it; None if it does not fit the type.

    Money keeps its digits as they are written. A default in a currency with fewer decimals is judged like a transaction's.
    """
    value = default.value
    match field.type:
        case "string":
            return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else None
        case "bool":
            return json.dumps(value) if isinstance(value, bool) else None
        case "int":
            return str(value) if _is_int(value) else None
        case "float":
            return _float(default)
        case "money":
            return default.text if _AMOUNT.fullmatch(default.text) else None
        case "timestamp":
            if isinstance(value, str):
                return json.dumps(value) if instant(value) is not None else None
            return str(value) if _is_int(value) and 0 <= int(value or 0) < 253_402_300_800_000 else None
        case _:
            return None


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_LARGEST <= value < _LARGEST


def _float(default: Scalar) -> str | None:
    value = default.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return default.text if _NUMBER.fullmatch(default.text) else repr(value)
