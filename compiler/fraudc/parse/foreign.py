"""What authors know from other languages: an operator, a word or a sign in, what rules write instead out."""

import re

OPERATORS = (  # the longest first
    ("===", "=="),
    ("=>", ">="),
    ("=<", "<="),
    ("=", "=="),
    ("&&", "and"),
    ("&", "and"),
    ("||", "or"),
    ("|", "or"),
    ("!", "not"),
)
CAPITALS = re.compile(r"(?<![A-Za-z0-9_])(?:AND|OR|NOT|IN|IS|WHERE|OVER)$")
_CURRENCIES = "$€£¥"
_WORDS = {
    "between": "write both bounds: `low <= x and x <= high`",
    "like": "write `starts_with(text, part)`, `contains(text, part)` or `matches(text, pattern)`",
    "contains": "write `contains(text, part)`",
    "startswith": "write `starts_with(text, part)`",
    "endswith": "write `ends_with(text, part)`",
    "matches": "write `matches(text, pattern)`",
    "eq": "write `==`",
    "ne": "write `!=`",
    "gt": "write `>`",
    "ge": "write `>=`",
    "lt": "write `<`",
    "le": "write `<=`",
    "if": "a choice is `if(condition, value, otherwise)`; in `when` the condition stands alone",
    "case": "a choice is `if(condition, value, otherwise)`",
    "then": "a choice is `if(condition, value, otherwise)`; in `when` the condition stands alone",
    "else": "a choice is `if(condition, value, otherwise)`",
    "select": "a rule is a condition: an aggregate is `sum(amount) over 1h`",
}


def instead_of_word(word: str) -> str | None:
    """What to write for a word of another language; None where it is not known for one."""
    return _WORDS.get(word.lower())


def instead_of_sign(sign: str) -> str:
    """What to do about a character that no expression holds."""
    return "the currency stands behind the number: `500 USD`" if sign in _CURRENCIES else "remove it, or put text in quotes"
