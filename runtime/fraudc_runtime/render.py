"""Values of the machine in, the text that alerts and late records carry out."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

import msgspec

from fraudc_runtime.plan import FieldSpec, Schema
from fraudc_runtime.record import Item, Placed, positions

_DAY: Final = 86_400_000
_EPOCH: Final = date(1970, 1, 1).toordinal()
_CYCLE: Final = 146_097  # days in 400 Gregorian years


def money_text(minor: int, decimals: int) -> str:
    """An amount of minor units as a decimal number: 21000 with 2 decimals is 210.00."""
    if not decimals:
        return str(minor)
    digits = str(abs(minor)).rjust(decimals + 1, "0")
    return f"{'-' if minor < 0 else ''}{digits[:-decimals]}.{digits[-decimals:]}"


def timestamp_text(ms: int) -> str:
    """RFC 3339 in UTC with milliseconds; years outside 0000 to 9999, which computing can reach, with a sign and six digits (ISO 8601)."""
    days, rest = divmod(ms, _DAY)
    cycles, day = divmod(days + _EPOCH - 1, _CYCLE)
    at = date.fromordinal(day + 1)
    year = at.year + 400 * cycles
    written = f"{year:04}" if 0 <= year <= 9999 else f"{year:+07}"
    seconds, milliseconds = divmod(rest, 1000)
    hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{written}-{at.month:02}-{at.day:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z"


def seconds(ms: int) -> int | float:
    """A duration in seconds: an int when it is whole."""
    whole, rest = divmod(ms, 1000)
    return ms / 1000 if rest else whole


def transaction_renderer(schema: Schema, columns: Iterable[Placed] | None = None) -> Callable[[Item], bytes]:
    """A function from an item to the alert's `transaction`: compact JSON, declared fields in order, `original_f` behind each amount f.

    `columns` are those of the item where they are not just the declared fields.
    """
    at = positions(schema, columns)
    decimals = schema.money.decimals if schema.money else 0
    members: list[str] = []
    for field in schema.fields:
        value = f"item[{at[field.name]}]"
        members.append(f"{field.name!r}: {_rendered(field, value, decimals)}")
        if field.type == "money":
            original = f"original_{field.name}"
            members.append(f"{original!r}: item[{at[original]}]")
    names = {"encode": msgspec.json.Encoder().encode, "money_text": money_text, "timestamp_text": timestamp_text}
    source = f"lambda item: encode({{{', '.join(members)}}})"
    return eval(source, names)  # type: ignore[no-any-return]  # the generated lambda


def _rendered(field: FieldSpec, value: str, decimals: int) -> str:
    match field.type:
        case "money":
            text = f"money_text({value}, {decimals})"
        case "timestamp":
            text = f"timestamp_text({value})"
        case _:
            return value
    return f"None if {value} is None else {text}"
