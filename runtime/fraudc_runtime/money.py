"""Money: an amount's decimal text and its currency in, minor units of the base currency out, exactly."""

import re
from fractions import Fraction
from typing import Final

from fraudc_runtime.plan import Currency, MoneySpec

_NUMBER: Final = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?)([0-9]+))?")
_SMALLEST: Final = -(2**63)
_LARGEST: Final = 2**63 - 1
_HUGE_EXPONENT: Final = 10**9  # stands for any larger one: no payload has so many digits to make up for it


class AmountError(ValueError):
    """An amount that cannot be taken: `code` of bad input, and what is wrong with it as the end of a sentence."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Converter:
    """Converts amounts by a project's rates, which are read as decimals, never as doubles."""

    def __init__(self, money: MoneySpec) -> None:
        self._base = money.base
        self._currencies = money.currencies
        self._factors = {name: _factor(currency, money.decimals) for name, currency in money.currencies.items()}

    def minor(self, text: str, currency: str) -> int:
        """Minor units of the base currency, half to even.

        `text` is a number as JSON writes it. AmountError when it is none, has more decimals than its currency (zeros at the end do not
        count), leaves 64 bits, or the currency has no rate.
        """
        number = _NUMBER.fullmatch(text)
        if number is None:
            raise AmountError("wrong_type", "which is not a number")
        known = self._currencies.get(currency)
        if known is None:
            raise AmountError("unknown_currency", f"and `money:` has no rate for its currency {_named(currency)}")
        digits, exponent = _digits(number)
        if not digits:
            return 0
        if exponent < -known.decimals:
            raise AmountError("money_decimals", f"and {currency} has {_decimals(known.decimals)}")
        numerator, denominator = self._factors[currency]
        zeros = exponent + known.decimals
        if len(digits) + zeros > len(str(denominator)) + 20:  # at least 10**19 whatever the rate: keeps the integers small
            raise AmountError("out_of_range", f"which does not fit 64 bits in {self._base}")
        amount = _half_even(int(digits) * 10**zeros * numerator, denominator)
        amount = -amount if number[1] else amount
        if not _SMALLEST <= amount <= _LARGEST:
            raise AmountError("out_of_range", f"which does not fit 64 bits in {self._base}")
        return amount


def _factor(currency: Currency, base_decimals: int) -> tuple[int, int]:
    factor = Fraction(currency.rate) * Fraction(10) ** (base_decimals - currency.decimals)
    return factor.numerator, factor.denominator


def _digits(number: re.Match[str]) -> tuple[str, int]:
    """(significant digits without zeros at either end, exponent): the amount is digits x 10**exponent, "" for zero."""
    _, whole, fraction, sign, power = number.groups("")
    digits = (whole + fraction).lstrip("0")
    significant = digits.rstrip("0")
    power = power.lstrip("0")
    size = int(power or "0") if len(power) < 10 else _HUGE_EXPONENT
    exponent = (-size if sign == "-" else size) - len(fraction) + len(digits) - len(significant)
    return significant, exponent


def _half_even(numerator: int, denominator: int) -> int:
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient & 1))


def _decimals(count: int) -> str:
    return {0: "no decimals", 1: "1 decimal"}.get(count, f"{count} decimals")


def _named(currency: str) -> str:
    return '"' + (currency if len(currency) <= 12 else currency[:12] + "…") + '"'
