"""Values as tests write them and as alerts carry them: a type and a scalar in, whether an alert's value is the same out."""

import math
import re
from decimal import Decimal
from typing import Any

from fraudc.literals.durations import milliseconds
from fraudc.literals.instants import instant
from fraudc.load import Scalar
from fraudc_runtime.expr import Type

WRONG = object()  # what a scalar that is no value of the type stands for
NEAR = 1e-9  # relative: as exact as floats are promised to be

_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
WRITTEN = {
    "bool": "`true` or `false`",
    "int": "a whole number",
    "float": "a number",
    "money": "an amount in the base currency, like `214.00`",
    "string": 'a text, in quotes if it looks like a number: `"214"`',
    "timestamp": "a time like `2026-01-05T00:00:00Z`",
    "duration": "a duration like `10m`, or seconds",
}


def wanted(type: Type, scalar: Scalar) -> Any:
    """What the scalar says, in a form that `carried` gives too: None for null, WRONG if it is no value of the type."""
    value = scalar.value
    if value is None:
        return None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match type:
        case "bool":
            return value if isinstance(value, bool) else WRONG
        case "int":
            return value if number and isinstance(value, int) else WRONG
        case "float":
            return float(value) if number and math.isfinite(float(value)) else WRONG
        case "money":
            return Decimal(scalar.text) if _AMOUNT.fullmatch(scalar.text) else WRONG
        case "string":
            return value if isinstance(value, str) else WRONG
        case "timestamp":
            at = value if number and isinstance(value, int) else instant(scalar.text)
            return WRONG if at is None else at
        case "duration":
            long = Decimal(scalar.text) * 1000 if number and _AMOUNT.fullmatch(scalar.text) else milliseconds(scalar.text)
            return WRONG if long is None else long


def carried(type: Type, value: Any) -> Any:
    """An alert's value, likewise."""
    match type:
        case "money":
            return None if value is None else Decimal(value)
        case "timestamp":
            found = None if value is None else instant(value)
            return value if found is None else found
        case "duration":
            return None if value is None else Decimal(str(value)) * 1000
        case _:
            return value


def same(type: Type, scalar: Scalar, value: Any) -> bool:
    """Whether an alert carries what the test says; floats up to NEAR."""
    left, right = wanted(type, scalar), carried(type, value)
    if type == "float" and isinstance(left, float) and isinstance(right, int | float):
        return math.isclose(left, right, rel_tol=NEAR)
    return bool(left == right)
