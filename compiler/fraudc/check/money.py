"""Amounts in rules: a money literal in, its constant in the base currency's minor units out, converted as a transaction's amount is."""

from fraudc import syntax
from fraudc.codes import types as codes
from fraudc.diagnostics import Diagnostics
from fraudc.literals.currencies import decimals, known_currencies
from fraudc.suggest import did_you_mean
from fraudc_runtime.expr import Const
from fraudc_runtime.money import AmountError, Converter
from fraudc_runtime.plan import MoneySpec


def money_constant(node: syntax.Money, money: MoneySpec | None, diagnostics: Diagnostics) -> Const | None:
    """The constant; its text keeps the currency, so that a new rate changes no signature. None where it is reported."""
    if money is None:
        label = "the schema needs `money: {base: …}`"
        diagnostics.report(codes.MONEY_LITERAL, "this project has no money", node.span, label)
        return None
    try:
        minor = Converter(money).minor(node.amount, node.currency)
    except AmountError as error:
        message, label = _explained(error, node, money)
        diagnostics.report(codes.MONEY_LITERAL, message, node.span, label)
        return None
    return Const("money", minor, f"{node.amount} {node.currency}")


def _explained(error: AmountError, node: syntax.Money, money: MoneySpec) -> tuple[str, str]:
    match error.code:
        case "unknown_currency" if node.currency not in known_currencies():
            return f"there is no currency `{node.currency}`", did_you_mean(node.currency, money.currencies) or _convertible(money)
        case "unknown_currency":
            return f"`money:` has no rate for {node.currency}", _convertible(money)
        case "money_decimals":
            places = decimals(node.currency) or 0
            return (
                f"{node.currency} has {places or 'no'} decimals",
                f"write at most {places} digits behind the point" if places else "write a whole number",
            )
        case _:
            return "this amount does not fit 64 bits", f"it is counted in the smallest unit of {money.base}"


def _convertible(money: MoneySpec) -> str:
    names = sorted(money.currencies)
    return f"amounts can be in {', '.join(names[:8])}{' and others' if len(names) > 8 else ''}"
