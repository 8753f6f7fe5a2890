"""The table of functions and aggregates: a name in, what it takes and gives out; checker, hints and reference read it."""

from dataclasses import dataclass
from typing import Literal

from fraudc_runtime.expr import Type

Result = Type | Literal["same", "unified"]  # the first argument's type; or the type that all value arguments share
Kind = Literal["expression", "number", "whole number", "pattern", "network", "zone"]

NUMBERS: tuple[Type, ...] = ("int", "float")
AMOUNTS: tuple[Type, ...] = ("int", "float", "money")
ORDERED: tuple[Type, ...] = ("int", "float", "money", "timestamp", "string")
EVERYTHING: tuple[Type, ...] = ("bool", "int", "float", "money", "string", "timestamp", "duration")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument: the types it may have; `kind` other than "expression" means a literal, checked as it says; `repeats` once or more."""

    name: str
    types: tuple[Type, ...]
    kind: Kind = "expression"
    optional: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function of values of one transaction."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Result
    doc: str
    example: str


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A function of a window's members. `default` is the second argument's decimal text where it is not given.

    `panes` and `unbounded`: may stand over `every` windows and over `all`; `excludes`: may stand with `excluding current`;
    `delays`: may be delayed.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Result
    doc: str
    example: str
    default: str = ""
    panes: bool = True
    unbounded: bool = True
    excludes: bool = True
    delays: bool = True


def _function(name: str, result: Result, doc: str, example: str, *parameters: Parameter) -> Function:
    return Function(name, parameters, result, doc, example)


_TEXT = Parameter("text", ("string",))
_PART = Parameter("part", ("string",))
_TIME = Parameter("time", ("timestamp",))
_ZONE = Parameter("zone", ("string",), "zone", optional=True)
_LENGTH = Parameter("n", ("int",))
_SPAN = Parameter("duration", ("duration",))
_NUMBER = Parameter("x", NUMBERS)
_AMOUNT = Parameter("x", AMOUNTS)
_AMOUNTS = (Parameter("a", AMOUNTS), Parameter("b", AMOUNTS, repeats=True))
_VALUE = Parameter("x", EVERYTHING)
_ORDERED = Parameter("x", ORDERED)

_FUNCTIONS = (
    _function("abs", "same", "The value without its sign.", "abs(amount - avg_amount)", _AMOUNT),
    _function(
        "round", "same", "Rounded to a number of digits (0 if not given), halves to even; the type stays.", "round(ratio, 2)",
        _NUMBER, Parameter("digits", ("int",), "whole number", optional=True),
    ),
    _function("floor", "int", "The largest whole number that is not above x.", "floor(score)", _NUMBER),
    _function("ceil", "int", "The smallest whole number that is not below x.", "ceil(score)", _NUMBER),
    _function("least", "unified", "The smallest of its arguments.", "least(amount, 500 USD)", *_AMOUNTS),
    _function("greatest", "unified", "The largest of its arguments.", "greatest(amount, 500 USD)", *_AMOUNTS),
    _function("sqrt", "float", "The square root; missing below 0.", "sqrt(score)", _NUMBER),
    _function("ln", "float", "The natural logarithm; missing at 0 and below.", "ln(score)", _NUMBER),
    _function("exp", "float", "e to the power of x.", "exp(score)", _NUMBER),
    _function("lower", "string", "The text in small letters.", "lower(channel)", _TEXT),
    _function("upper", "string", "The text in capitals.", "upper(country)", _TEXT),
    _function("length", "int", "How many code points the text has.", "length(merchant_id)", _TEXT),
    _function("contains", "bool", "Whether the part stands anywhere in the text.", 'contains(merchant_id, "test")', _TEXT, _PART),
    _function("starts_with", "bool", "Whether the text begins with the part.", 'starts_with(card_bin, "4")', _TEXT, _PART),
    _function("ends_with", "bool", "Whether the text ends with the part.", 'ends_with(email, ".example")', _TEXT, _PART),
    _function("left", "string", "The first n code points; empty below 1.", "left(card_bin, 4)", _TEXT, _LENGTH),
    _function("right", "string", "The last n code points; empty below 1.", "right(merchant_id, 2)", _TEXT, _LENGTH),
    _function(
        "matches", "bool", "Whether the whole text matches a pattern in RE2 syntax.", 'matches(merchant_id, "M[0-9]+")',
        _TEXT, Parameter("pattern", ("string",), "pattern"),
    ),
    _function("hour", "int", "The hour of the day, 0 to 23, in UTC or an IANA zone.", 'hour(event_time, "Europe/Paris")', _TIME, _ZONE),
    _function("weekday", "int", "The day of the week, Monday 1 to Sunday 7, in UTC or an IANA zone.", "weekday(event_time)", _TIME, _ZONE),
    _function("seconds", "float", "The duration in seconds.", "seconds(event_time - last_time)", _SPAN),
    _function("minutes", "float", "The duration in minutes.", "minutes(event_time - last_time)", _SPAN),
    _function("hours", "float", "The duration in hours.", "hours(event_time - last_time)", _SPAN),
    _function("days", "float", "The duration in days of 24 hours.", "days(event_time - last_time)", _SPAN),
    _function(
        "distance_km", "float", "The great-circle distance of two points given in degrees, in kilometres.",
        "distance_km(lat, lon, last_lat, last_lon)", *(Parameter(name, NUMBERS) for name in ("lat1", "lon1", "lat2", "lon2")),
    ),
    _function(
        "in_network", "bool", "Whether an IP address lies in a network; missing for a malformed address.", 'in_network(ip, "10.0.0.0/8")',
        Parameter("ip", ("string",)), Parameter("network", ("string",), "network"),
    ),
    _function(
        "if", "unified", "The second argument where the condition is true, the third where it is false, missing where it is missing.",
        'if(channel == "atm", 200 USD, 900 USD)', Parameter("condition", ("bool",)), _VALUE, Parameter("otherwise", EVERYTHING),
    ),
)  # fmt: skip

_AGGREGATES = (
    Aggregate("count", (Parameter("x", EVERYTHING, optional=True),), "int", "How many members; with x, those with x present.",
              "count() over 10m"),
    Aggregate("sum", (_AMOUNT,), "same", "The sum; 0 without members.", "sum(amount) over 1h"),
    Aggregate("avg", (_AMOUNT,), "float", "The mean; that of money is money, halves to even.", "avg(amount) over 30d"),
    Aggregate("min", (_ORDERED,), "same", "The smallest value.", "min(amount) over 1d"),
    Aggregate("max", (_ORDERED,), "same", "The largest value.", "max(amount) over 1d"),
    Aggregate("stddev", (_AMOUNT,), "float", "The sample standard deviation; missing below two members.", "stddev(amount) over 30d"),
    Aggregate("distinct", (_VALUE,), "int", "How many different values.", "distinct(merchant_id) over 1h"),
    Aggregate("first", (_VALUE,), "same", "The value of the first member that has one.", "first(country) over 1d"),
    Aggregate("last", (_VALUE,), "same", "The value of the last member that has one.", "last(country) over 1d excluding current"),
    Aggregate("prev", (_VALUE,), "same", "The last value before the current one.", "prev(country) over 1d", excludes=False),
    Aggregate("median", (_ORDERED,), "same", "The middle value by nearest rank.", "median(amount) over 30d", panes=False, unbounded=False),
    Aggregate("percentile", (_ORDERED, Parameter("p", NUMBERS, "number")), "same", "The value that p percent of the members do not exceed.",
              "percentile(amount, 95) over 30d", panes=False, unbounded=False),
    Aggregate("zscore", (_AMOUNT, Parameter("n", ("int",), "whole number", optional=True)), "float",
              "How many standard deviations x now is from the mean of the others; missing below n members (10 if not given).",
              "zscore(amount) over 90d", default="10", excludes=False),
    Aggregate("rising", (_AMOUNT, Parameter("f", NUMBERS, "number", optional=True)), "int",
              "Length of the run that ends now and in which each value is more than f times the one before (f is 1 if not given).",
              "rising(amount, 2) over 10m", default="1", panes=False, excludes=False, delays=False),
)  # fmt: skip

FUNCTIONS: dict[str, Function] = {function.name: function for function in _FUNCTIONS}
AGGREGATES: dict[str, Aggregate] = {aggregate.name: aggregate for aggregate in _AGGREGATES}
