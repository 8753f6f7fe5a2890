"""E2xx: expressions that cannot be read."""

from fraudc.diagnostics import Code

UNEXPECTED = Code(
    "E201",
    "something else was expected here",
    "The expression was clear up to this place, and what stands here cannot follow. The label says what could.",
    "when: amount > > 5 USD",
    "when: amount > 5 USD",
)
UNKNOWN_CHARACTER = Code(
    "E202",
    "a character that no expression has",
    "Outside of strings an expression consists of names, numbers, strings, brackets and operators. Text belongs in quotes.",
    "when: amount > 5 USD;",
    "when: amount > 5 USD",
)
FOREIGN_OPERATOR = Code(
    "E203",
    "an operator of another language",
    "Conditions are joined with the words `and`, `or` and `not`; equality is `==`, its opposite `!=`.",
    'when: channel = "ecom" && amount > 5 USD',
    'when: channel == "ecom" and amount > 5 USD',
)
CHAINED_COMPARISON = Code(
    "E204",
    "comparisons do not chain",
    "A comparison gives true or false, which is no value to compare with the next one. Write both comparisons, joined with `and`.",
    "when: 1 USD < amount < 5 USD",
    "when: 1 USD < amount and amount < 5 USD",
)
IS_NOT = Code(
    "E205",
    "`is not` does not exist",
    "The opposite of `is missing` is `is present`, and the other way round.",
    "when: country is not missing",
    "when: country is present",
)
MALFORMED_NUMBER = Code(
    "E206",
    "a malformed number",
    "Numbers are written 5, 1_000, 2.5 or 1e3; an underscore stands between two digits. A unit of time or a currency may follow directly "
    "(30m, 5USD), other letters and digits may not.",
    "when: amount > 5x",
    "when: amount > 5 USD",
)
NUMBER_TOO_LARGE = Code(
    "E207",
    "a number that does not fit",
    "Whole numbers have 64 bits: up to 9223372036854775807. Other numbers are IEEE doubles and must be finite. "
    "Durations are counted in milliseconds in 64 bits.",
    "when: quantity > 9223372036854775808",
    "when: quantity > 9223372036854775807",
)
MALFORMED_DURATION = Code(
    "E208",
    "a malformed duration",
    "A duration is whole numbers with the units w, d, h, m, s and ms, from the largest to the smallest, each at most once.",
    "when: count() over 30m1h > 3",
    "when: count() over 1h30m > 3",
)
UNCLOSED_STRING = Code(
    "E209",
    "a string without an end",
    "A string ends with the kind of quote that it began with. A quote inside is written with a backslash before it.",
    'when: channel == "ecom',
    'when: channel == "ecom"',
)
BAD_ESCAPE = Code(
    "E210",
    "an escape that strings do not have",
    "After a backslash comes a backslash, a quote, n, t, or u with four hexadecimal digits (two surrogates for characters beyond them).",
    "when: channel == 'a\\q'",
    "when: channel == 'a\\\\q'",
)
TOO_DEEP = Code(
    "E211",
    "an expression that is nested too deeply",
    "At most 64 levels of parentheses, arguments, inner `where`, list items, `not` and minus signs may stand inside each other, and at "
    "most 400 operators. Give the inner parts names with `let`.",
    "when: " + "(" * 65 + "true" + ")" * 65,
    "when: true",
)
TOO_LONG = Code(
    "E212",
    "an expression that is too long",
    "An expression has at most 8192 characters. Long enumerations belong in a list (`lists:`), which may be a file.",
    'when: channel in ["a", "b", "…and thousands more"]',
    "when: channel in allowed_channels",
)
RESERVED_WORD = Code(
    "E213",
    "a reserved word used as a name",
    "These words have a meaning of their own in expressions: and or not in is where over true false missing match. No field, let, list or "
    "entity can have such a name; a field can read it as an alias.",
    "when: over > 5",
    "when: overdraft > 5",
)
UNCLOSED_BRACKET = Code(
    "E214",
    "a bracket without its other half",
    "Every `(` needs a `)` and every `[` a `]`.",
    "when: (amount > 5 USD",
    "when: (amount > 5 USD)",
)
ENDS_TOO_EARLY = Code(
    "E215",
    "an expression that ends too early",
    "After an operator, a comma or an opening bracket something must follow.",
    "when: amount >",
    "when: amount > 5 USD",
)
NOT_A_LIST = Code(
    "E216",
    "`in` without a list",
    "`in` asks whether a value stands in a list: one in square brackets, or the name of one under `lists:`. To look inside a string use "
    "`contains`.",
    'when: country in "NG"',
    'when: country in ["NG"]',
)

CODES = (
    UNEXPECTED,
    UNKNOWN_CHARACTER,
    FOREIGN_OPERATOR,
    CHAINED_COMPARISON,
    IS_NOT,
    MALFORMED_NUMBER,
    NUMBER_TOO_LARGE,
    MALFORMED_DURATION,
    UNCLOSED_STRING,
    BAD_ESCAPE,
    TOO_DEEP,
    TOO_LONG,
    RESERVED_WORD,
    UNCLOSED_BRACKET,
    ENDS_TOO_EARLY,
    NOT_A_LIST,
)
