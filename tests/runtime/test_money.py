"""Amounts of text become exact minor units of the base currency, or say why not."""

import pytest

from fraudc_runtime.money import AmountError, Converter
from fraudc_runtime.plan import Currency, MoneySpec

RATES = {
    "USD": Currency(2, "1"),
    "EUR": Currency(2, "1.08"),
    "JPY": Currency(0, "0.0067"),
    "KWD": Currency(3, "3.25"),
    "HALF": Currency(2, "0.5"),
}
TO_USD = Converter(MoneySpec("USD", None, RATES))
TO_JPY = Converter(MoneySpec("JPY", None, {"JPY": Currency(0, "1"), "USD": Currency(2, "150")}))


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("0", 0),
        ("-0", 0),
        ("0.00", 0),
        ("5", 500),
        ("5.1", 510),
        ("12.34", 1234),
        ("-12.34", -1234),
        ("5.000", 500),  # zeros at the end are no decimals
        ("5.100000000000000000000", 510),
        ("1e2", 10_000),
        ("1E+2", 10_000),
        ("123e-2", 123),
        ("100e-4", 1),
        ("0e999999999999", 0),
        ("4.35", 435),  # 434 through a double
        ("92233720368547758.07", 2**63 - 1),
        ("-92233720368547758.08", -(2**63)),
    ],
)
def test_an_amount_in_the_base_currency_is_exact(text: str, minor: int) -> None:
    assert TO_USD.minor(text, "USD") == minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("100", "EUR", 10_800),
        ("0.01", "EUR", 1),  # 1.08
        ("0.06", "EUR", 6),  # 6.48
        ("0.01", "HALF", 0),  # 0.5: half to even
        ("0.03", "HALF", 2),  # 1.5
        ("0.05", "HALF", 2),  # 2.5
        ("-0.03", "HALF", -2),
        ("-0.05", "HALF", -2),
        ("1", "JPY", 1),  # 0.67 cents
        ("1000", "JPY", 670),
        ("0.004", "KWD", 1),  # 1.3 cents
        ("0.002", "KWD", 1),  # 0.65 cents
        ("1.234", "KWD", 401),  # 401.05
    ],
)
def test_another_currency_is_converted_half_to_even(text: str, currency: str, minor: int) -> None:
    assert TO_USD.minor(text, currency) == minor


def test_a_base_without_decimals_rounds_to_whole_units() -> None:
    assert TO_JPY.minor("1.23", "USD") == 184  # 184.5
    assert TO_JPY.minor("1.25", "USD") == 188  # 187.5


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("5.001", "USD", "money_decimals"),
        ("0.001", "EUR", "money_decimals"),
        ("1e-3", "USD", "money_decimals"),
        ("1e-999999999999", "USD", "money_decimals"),
        ("0.1", "JPY", "money_decimals"),
        ("0.0001", "KWD", "money_decimals"),
        ("1", "CHF", "unknown_currency"),
        ("1", "", "unknown_currency"),
        ("1", "usd", "unknown_currency"),
        ("92233720368547758.08", "USD", "out_of_range"),
        ("-92233720368547758.09", "USD", "out_of_range"),
        ("1e17", "USD", "out_of_range"),
        ("1e999999999999999999999", "JPY", "out_of_range"),
        ("9" * 100_000, "USD", "out_of_range"),
        ("1e" + "9" * 100_000, "USD", "out_of_range"),
    ],
)
def test_an_amount_that_cannot_be_taken_says_why(text: str, currency: str, code: str) -> None:
    with pytest.raises(AmountError) as error:
        TO_USD.minor(text, currency)
    assert error.value.code == code


@pytest.mark.parametrize("text", ["", " 5", "5 ", "+5", "5.", ".5", "05", "-", "1e", "1_000", "NaN", "Infinity", "1,5", "٣", "5\n", "0x10"])
def test_only_what_json_calls_a_number_is_an_amount(text: str) -> None:
    with pytest.raises(AmountError) as error:
        TO_USD.minor(text, "USD")
    assert error.value.code == "wrong_type"


def test_a_large_amount_of_a_small_currency_fits_when_its_value_in_base_does() -> None:
    assert TO_USD.minor("10000000000000000000", "JPY") == 6_700_000_000_000_000_000  # 10**19 yen are beyond 64 bits, their cents are not
