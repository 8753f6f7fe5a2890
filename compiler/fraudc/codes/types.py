"""E3xx: names that nothing has, and values of types that do not fit."""

from fraudc.builtins import AGGREGATES, FUNCTIONS
from fraudc.diagnostics import Code

UNKNOWN_NAME = Code(
    "E301",
    "a name that nothing has",
    "A name in an expression is a `let` above it, or else a field of the schema; `entity.name` is a field of that entity's profile.",
    "when: amout > 5 USD",
    "when: amount > 5 USD",
)
UNKNOWN_FUNCTION = Code(
    "E302",
    "a function that does not exist",
    f"A function has no window behind it: {', '.join(FUNCTIONS)}. An aggregate has one: {', '.join(AGGREGATES)}.",
    'when: substring(merchant_id, 2) == "M1"',
    'when: left(merchant_id, 2) == "M1"',
)
UNKNOWN_LIST = Code(
    "E303",
    "a list that does not exist",
    "Behind `in` stands a list in square brackets, or the name of one under `lists:` in any rule file of the project.",
    "when: country in high_rsik",
    "when: country in high_risk",
)
MIXED_TYPES = Code(
    "E304",
    "two types that do not go together",
    "Both sides of an operator have types that it accepts together: whole numbers and other numbers mix; money, text, times, durations "
    "and true/false do not mix with anything else by themselves.",
    "when: amount > 5000",
    "when: amount > 5_000 USD",
)
WRONG_OPERAND = Code(
    "E305",
    "an operator that this type does not have",
    "Arithmetic needs numbers, money, times or durations; an order needs anything but true or false.",
    "when: amount * amount > 5 USD",
    "when: amount * 2 > 5 USD",
)
WRONG_ARGUMENT = Code(
    "E306",
    "an argument of the wrong type",
    "Each function and aggregate says which types its arguments may have; nothing is converted silently.",
    "when: length(amount) > 3",
    "when: length(merchant_id) > 3",
)
ARGUMENT_COUNT = Code(
    "E307",
    "too many or too few arguments",
    "Each function and aggregate has a fixed number of arguments; some are optional, and `least` and `greatest` take two and more.",
    'when: left(merchant_id) == "M1"',
    'when: left(merchant_id, 2) == "M1"',
)
NOT_A_CONDITION = Code(
    "E308",
    "a condition that is neither true nor false",
    "`where`, `when`, `unless` and the conditions inside aggregates must be true or false.",
    "when: amount",
    "when: amount > 5 USD",
)
COMPARED_WITH_MISSING = Code(
    "E309",
    "a comparison with `missing`",
    "Nothing equals a missing value, not even another one: the comparison would be missing itself, and never true. Ask with "
    "`is missing` or `is present`.",
    "when: country == missing",
    "when: country is missing",
)
NOT_A_LITERAL = Code(
    "E310",
    "an argument that must be written out",
    "Patterns, time zones, networks, numbers of digits and the second argument of aggregates are part of the rule and cannot be computed.",
    "when: matches(merchant_id, channel)",
    'when: matches(merchant_id, "M[0-9]+")',
)
BAD_LITERAL = Code(
    "E311",
    "a literal that means nothing here",
    "Patterns follow RE2, time zones are names of the IANA database, networks are addresses with a prefix length, a percentile is above 0 "
    "and up to 100.",
    'when: hour(event_time, "Paris") < 6',
    'when: hour(event_time, "Europe/Paris") < 6',
)
MONEY_LITERAL = Code(
    "E312",
    "an amount that cannot be converted",
    "Amounts of money are converted to the project's base currency like those of transactions: `money:` must have a rate for the currency, "
    "and the amount no more decimals than the currency.",
    "when: amount > 5 CHF",
    "when: amount > 5 USD",
)
BAD_LIST_ITEM = Code(
    "E313",
    "a list item of another type",
    "The items of a list are read by the type that they are compared with.",
    "when: quantity in sizes    # lists: {sizes: [small, 2]}",
    "when: quantity in sizes    # lists: {sizes: [1, 2]}",
)
BAD_MESSAGE = Code(
    "E314",
    "a stray brace in a message",
    "`{name}` stands for the value of a field or a let; a brace that is meant as one is written twice.",
    'message: "{amount at {merchant_id}"',
    'message: "{amount} at {merchant_id}"',
)
DETECTORS_NAME = Code(
    "E315",
    "a let with the name of the rule's detector",
    "A detector is a let of that name, put before the others.",
    "detector: velocity\nlimit: 5\nwindow: 10m\nlet: {velocity: count() over 1h}",
    "detector: velocity\nlimit: 5\nwindow: 10m\nlet: {slower: count() over 1h}",
)
NO_MATCH_HERE = Code(
    "E316",
    "`match.` outside of `unless`",
    "Only `unless` looks at two transactions: a later one, and the one that matched, whose fields are `match.FIELD`.",
    "when: match.amount > 5 USD",
    "when: amount > 5 USD",
)
NO_TYPE = Code(
    "E317",
    "a `missing` without a type",
    '`missing` takes its type from what stands beside it, as in `if(channel == "atm", amount, missing)`. Here nothing does.',
    "let: {nothing: missing}",
    "let: {nothing: 'if(false, amount, missing)'}",
)
LATER_NAME = Code(
    "E318",
    "a let that stands further down",
    "Lets are computed in order: each may read those above it.",
    "let: {ratio: spent / 100 USD, spent: sum(amount) over 1h}",
    "let: {spent: sum(amount) over 1h, ratio: spent / 100 USD}",
)

CODES = (
    UNKNOWN_NAME, UNKNOWN_FUNCTION, UNKNOWN_LIST, MIXED_TYPES, WRONG_OPERAND, WRONG_ARGUMENT, ARGUMENT_COUNT, NOT_A_CONDITION,
    COMPARED_WITH_MISSING, NOT_A_LITERAL, BAD_LITERAL, MONEY_LITERAL, BAD_LIST_ITEM, BAD_MESSAGE, DETECTORS_NAME, NO_MATCH_HERE, NO_TYPE,
    LATER_NAME,
)  # fmt: skip
