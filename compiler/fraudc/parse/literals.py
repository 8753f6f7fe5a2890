"""Literals: a token's text in, its node out; Invalid, reported, where the text breaks a rule of its kind."""

import math
import re

from fraudc.codes import syntax as codes
from fraudc.diagnostics import Diagnostics
from fraudc.literals.durations import UNITS
from fraudc.source import Fragment, Span
from fraudc.syntax import Duration, Invalid, Money, Number, Percent, String

LARGEST_INT = 2**63 - 1
_LONGEST_INT = len(str(LARGEST_INT))
_PART = re.compile(r"([0-9_]+)(ms|[wdhms])")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|([\s\S]))")
_ESCAPED = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "t": "\t"}


def number(text: str, span: Span, diagnostics: Diagnostics) -> Number | Invalid:
    """`1_000`, `2.5`, `1e3`: an int without point and exponent, else a float."""
    digits = text.replace("_", "")
    if digits.isdigit():
        value = _whole(digits)
        return Number(span, value) if value is not None else _too_large(span, diagnostics, f"whole numbers go up to {LARGEST_INT}")
    real = float(digits)
    return Number(span, real) if math.isfinite(real) else _too_large(span, diagnostics, "numbers go up to about 1.8e308")


def percent(text: str, span: Span, diagnostics: Diagnostics) -> Percent | Invalid:
    """`5%`: the float nearest to the exact hundredth."""
    mantissa, _, exponent = text[:-1].replace("_", "").lower().partition("e")
    if len(exponent) > 6:
        return _too_large(span, diagnostics, "numbers go up to about 1.8e308")
    value = float(f"{mantissa}e{int(exponent or '0') - 2}")
    return Percent(span, value) if math.isfinite(value) else _too_large(span, diagnostics, "numbers go up to about 1.8e308")


def money(text: str, span: Span) -> Money:
    """`5_000 USD`, `0.50 EUR`, `5USD`."""
    whole, _, decimals = text[:-3].strip().replace("_", "").partition(".")
    decimals = decimals.rstrip("0")
    amount = whole.lstrip("0") or "0"
    return Money(span, f"{amount}.{decimals}" if decimals else amount, text[-3:])


def duration(text: str, span: Span, diagnostics: Diagnostics) -> Duration | Invalid:
    """`1h30m`: whole numbers, units descending, each once; the value is in milliseconds."""
    parts = [(digits.replace("_", ""), unit) for digits, unit in _PART.findall(text)]
    units = [unit for _, unit in parts]
    if units != sorted(set(units), key=lambda unit: -UNITS[unit]):
        return _bad_order(parts, span, diagnostics)
    amounts = [_whole(digits) for digits, _ in parts]
    total = sum((amount if amount is not None else LARGEST_INT) * UNITS[unit] for amount, unit in zip(amounts, units, strict=True))
    if total > LARGEST_INT or None in amounts:
        return _too_large(span, diagnostics, "durations go up to 2^63 - 1 milliseconds")
    return Duration(span, total)


def string(text: str, fragment: Fragment, start: int, diagnostics: Diagnostics) -> String | Invalid:
    """A quoted string that starts at `start` of the fragment, decoded; surrogate escapes only in pairs."""
    span = fragment.span(start, start + len(text))
    decoded, at = [], 1
    for escape in _ESCAPE.finditer(text, 1, len(text) - 1):
        decoded.append(text[at : escape.start()])
        character = chr(int(escape[1], 16)) if escape[1] else _ESCAPED.get(escape[2])
        if character is None:
            _bad_escape(fragment.span(start + escape.start(), start + escape.end()), escape[0], diagnostics)
            return Invalid(span)
        decoded.append(character)
        at = escape.end()
    decoded.append(text[at:-1])
    try:
        return String(span, "".join(decoded).encode("utf-16", "surrogatepass").decode("utf-16"))
    except UnicodeDecodeError:
        diagnostics.report(
            codes.BAD_ESCAPE, "half of a surrogate pair stands alone in this string", span, "write both halves: `\\ud83d\\ude00`"
        )
        return Invalid(span)


def _whole(digits: str) -> int | None:
    """The int, or None outside 64 bits; never hands a huge text to `int`."""
    digits = digits.lstrip("0") or "0"
    if len(digits) > _LONGEST_INT:
        return None
    value = int(digits)
    return value if value <= LARGEST_INT else None


def _too_large(span: Span, diagnostics: Diagnostics, limit: str) -> Invalid:
    diagnostics.report(codes.NUMBER_TOO_LARGE, "this number does not fit", span, limit)
    return Invalid(span)


def _bad_order(parts: list[tuple[str, str]], span: Span, diagnostics: Diagnostics) -> Invalid:
    units = [unit for _, unit in parts]
    twice = next((unit for unit in units if units.count(unit) > 1), None)
    if twice:
        diagnostics.report(codes.MALFORMED_DURATION, f"this duration has the unit `{twice}` twice", span, "write each unit once")
    else:
        sorted_parts = "".join(digits + unit for digits, unit in sorted(parts, key=lambda part: -UNITS[part[1]]))
        written = f"`{sorted_parts}`" if len(sorted_parts) <= 40 else "the largest unit first"
        diagnostics.report(codes.MALFORMED_DURATION, "the units of this duration are not in order", span, f"write {written}")
    return Invalid(span)


def _bad_escape(span: Span, escape: str, diagnostics: Diagnostics) -> None:
    shown = escape if escape.isprintable() else "\\ before a control character"
    label = "`\\u` takes four hexadecimal digits" if escape == "\\u" else "for a backslash write `\\\\`"
    diagnostics.report(codes.BAD_ESCAPE, f"strings have no escape `{shown}`", span, label)
