"""Values of the language: money, timestamps and durations as exact integers, and how texts become values and values texts."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

DECIMALS = {"USD": 2, "EUR": 2, "GBP": 2, "CHF": 2, "JPY": 0, "KWD": 3, "BHD": 3, "SEK": 2}
LAST_MILLISECOND = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z
_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)")


class BadInput(ValueError):
    """A transaction that goes to the dead letters."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """Minor units of the base currency."""

    minor: int


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """Milliseconds since 1970-01-01T00:00:00Z."""

    ms: int


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """Milliseconds."""

    ms: int


def half_even(value: Fraction) -> int:
    """The nearest integer; of two, the even one."""
    return round(value)


def in_64_bits(number: int) -> bool:
    return -(2**63) <= number < 2**63


def decimal_of(number: float | int) -> Fraction:
    """The decimal that the shortest text of a float stands for."""
    return Fraction(repr(number))


def duration_ms(text: str) -> int:
    """`1h30m` in milliseconds."""
    parts = re.findall(r"(\d+)(ms|[smhdw])", text)
    if not parts or "".join(count + unit for count, unit in parts) != text:
        raise ValueError(f"not a duration: {text!r}")
    return sum(int(count) * _UNITS[unit] for count, unit in parts)


def timestamp_ms(text: str) -> int:
    """Milliseconds of an RFC 3339 text with an offset; digits behind the millisecond are cut off."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise BadInput(f"not a timestamp with an offset: {text!r}")
    date, clock, fraction, offset = found.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}{'+00:00' if offset in 'Zz' else offset}")
    except ValueError as error:
        raise BadInput(str(error)) from error
    return (moment - _EPOCH) // timedelta(seconds=1) * 1000 + int(((fraction or "0") + "00")[:3])


def minor_units(text: str, currency: str, rates: dict[str, Fraction], base: str) -> int:
    """Minor units of `base` for an amount as written in `currency`: exact, then half to even."""
    if currency not in rates:
        raise BadInput(f"no rate for {currency!r}")
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise BadInput(f"not a number: {text!r}") from error
    if not amount.is_finite() or abs(amount.adjusted()) > 400:
        raise BadInput(f"not an amount: {text!r}")
    exact = Fraction(amount)
    if (exact * 10 ** DECIMALS[currency]).denominator != 1:
        raise BadInput(f"more decimals than {currency} has: {text!r}")
    minor = half_even(exact * rates[currency] * 10 ** DECIMALS[base])
    if not in_64_bits(minor):
        raise BadInput(f"outside 64 bits: {text!r}")
    return minor


def money_text(minor: int, base: str) -> str:
    """Base units with all decimals of the base currency: `-0.05`."""
    decimals = DECIMALS[base]
    digits = str(abs(minor)).rjust(decimals + 1, "0")
    sign = "-" if minor < 0 else ""
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


def timestamp_text(ms: int) -> str:
    """RFC 3339 in UTC with milliseconds."""
    moment = _EPOCH + timedelta(milliseconds=ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def seconds(ms: int) -> int | float:
    return ms // 1000 if ms % 1000 == 0 else ms / 1000


def as_json_value(value: Any, base: str) -> Any:
    """What stands in an alert's JSON for a value."""
    match value:
        case Money(minor=minor):
            return money_text(minor, base)
        case Timestamp(ms=ms):
            return timestamp_text(ms)
        case Duration(ms=ms):
            return seconds(ms)
    return value


def as_message_text(value: Any, base: str) -> str:
    """What stands in an alert's message for a value."""
    match value:
        case None:
            return "missing"
        case bool():
            return "true" if value else "false"
        case Money():
            return f"{as_json_value(value, base)} {base}"
        case float():
            return repr(value)
    return str(as_json_value(value, base))


def key_text(parts: list[Any]) -> str | None:
    """The text of an entity key; None when a part of it is missing."""
    if any(part is None for part in parts):
        return None
    if len(parts) == 1:
        return str(parts[0])
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
