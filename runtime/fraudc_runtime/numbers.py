"""Exact numbers: ints, doubles and sums of them in, correctly rounded results out; nothing here accumulates an error.

A double is kept in sums as its integer multiple of 2**-1074, the smallest positive double, so that adding and removing is exact for ever.
Squares are then integer multiples of 2**-2148.
"""

from fractions import Fraction
from math import isfinite, isqrt, sqrt

LEAST, MOST = -(2**63), 2**63 - 1
GRAIN = 1074
ONE = 1 << GRAIN
_ROOT_BITS = 140


def half_even(numerator: int, denominator: int) -> int:
    """numerator / denominator (positive) rounded to an integer, halves to even."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and quotient & 1):
        quotient += 1
    return quotient


def within_64_bits(number: int) -> int | None:
    """The number, or None when it leaves 64 bits."""
    return number if LEAST <= number <= MOST else None


def decimal_of(number: float) -> Fraction:
    """The decimal that the number's shortest text spells: 0.1 is one tenth."""
    return Fraction(repr(number))


def times(money: int, number: float) -> int | None:
    """Money by a number, half to even; None outside 64 bits."""
    factor = decimal_of(number)
    return within_64_bits(half_even(money * factor.numerator, factor.denominator))


def divided(money: int, number: float) -> int | None:
    """Money through a number, half to even; None for a divisor of zero and outside 64 bits."""
    factor = decimal_of(number)
    if not factor:
        return None
    sign = -1 if factor < 0 else 1
    return within_64_bits(half_even(sign * money * factor.denominator, sign * factor.numerator))


def grains(number: float) -> int:
    """The double as an integer multiple of 2**-1074."""
    numerator, denominator = number.as_integer_ratio()
    return numerator << (GRAIN + 1 - denominator.bit_length())


def squared_grains(number: float) -> int:
    """The double's square as an integer multiple of 2**-2148."""
    numerator, denominator = number.as_integer_ratio()
    return numerator * numerator << 2 * (GRAIN + 1 - denominator.bit_length())


def ratio(numerator: int, denominator: int) -> float | None:
    """The double nearest to the quotient; None when it is not finite or the denominator is zero."""
    try:
        return numerator / denominator
    except (OverflowError, ZeroDivisionError):
        return None


def finite(number: float) -> float | None:
    """The number, or None when it is an infinity or NaN."""
    return number if isfinite(number) else None


def root(numerator: int, denominator: int, scale: int = 1) -> float | None:
    """sqrt(numerator / denominator) / scale, to about 2**-70 before the last rounding, whatever the magnitudes."""
    if numerator <= 0:
        return 0.0
    shift = max(0, _ROOT_BITS - numerator.bit_length() + denominator.bit_length())
    shift += shift & 1
    return ratio(isqrt((numerator << shift) // denominator), scale << (shift // 2))


def deviation(count: int, total: int, squares: int, scale: int) -> float | None:
    """Sample standard deviation from exact n, sum and sum of squares, in units of `scale`; None below two members."""
    if count < 2:
        return None
    return root(count * squares - total * total, count * (count - 1), scale)


def standard_score(value: int, count: int, total: int, squares: int, least: int) -> float | None:
    """(value - mean) / deviation of n members; None for fewer than `least` (or two), and where all are equal."""
    if count < least or count < 2:
        return None
    spread = count * squares - total * total
    if spread <= 0:
        return None
    try:
        # (x - S/n) / sqrt(spread / (n (n-1))) = (n x - S) / sqrt(spread * n / (n - 1))
        return (count * value - total) / sqrt(spread * count / (count - 1))
    except (OverflowError, ZeroDivisionError):
        distance = count * value - total
        score = root(distance * distance * (count - 1), spread * count)
        return None if score is None else score if distance >= 0 else -score


def exceeds(value: float, factor: Fraction, before: float) -> bool:
    """value > factor * before, exactly."""
    return Fraction(value) > factor * Fraction(before)
