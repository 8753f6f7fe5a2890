"""What is said about expressions that cannot be read, and where."""

import time

import pytest

from compiling import fragment, pointed
from fraudc.diagnostics import Diagnostic, Diagnostics
from fraudc.parse import parse_expression, parse_window


def only_mistake(text: str) -> Diagnostic:
    diagnostics = Diagnostics()
    parse_expression(fragment(text), diagnostics)
    (found,) = diagnostics.found
    return found


@pytest.mark.parametrize(
    ("text", "code", "under", "label"),
    [
        # something else was expected
        ("a > > b", "E201", ">", "expected a value"),
        ("a and and b", "E201", "and", "expected a value"),
        ("f(a,)", "E201", ")", "expected a value"),
        ("f(,)", "E201", ",", "expected a value"),
        ("a b", "E201", "b", "expected an operator or the end"),
        ("(a b)", "E201", "b", "expected an operator or `)`"),
        ("f(a b)", "E201", "b", "expected an operator, `,` or `)`"),
        ("x in [a b]", "E201", "b", "expected an operator, `,` or `]`"),
        ("x in [a, b,]", "E201", "]", "expected a value"),
        ("a ** b", "E201", "*", "expected a value"),
        ("a not b", "E201", "b", "expected `in`"),
        ("a is b", "E201", "b", "expected `missing` or `present`; for equality write `==`"),
        ("a..b", "E201", ".", "expected a name"),
        ("count() over 5", "E201", "5", "expected a window: `10m`, `1h every 5m`, `tumbling 5m` or `all`"),
        ("count() over each 5m", "E201", "each", "expected a window: `10m`, `1h every 5m`, `tumbling 5m` or `all`"),
        ("count() over 1h every all", "E201", "all", "expected a duration such as `30m`"),
        ("count() over 1h excluding now", "E201", "now", "expected `current`"),
        ("count() over 1h delayed 1d", "E201", "1d", "expected `by`"),
        ("count() over 1h delayed by 1d excluding current", "E201", "excluding", "expected an operator or the end"),
        ("amount over 1h", "E201", "over", "write `sum(amount) over 1h`, for example"),
        ("count over 1h > 3", "E201", "over", "write `count() over 1h`, for example"),
        ("max over 1h > 3", "E201", "over", "write `max(amount) over 1h`, for example"),
        # words of other languages
        ("a between 1 and 2", "E201", "between", "write both bounds: `low <= x and x <= high`"),
        ('a LIKE "x%"', "E201", "LIKE", "write `starts_with(text, part)`, `contains(text, part)` or `matches(text, pattern)`"),
        ("a contains b", "E201", "contains", "write `contains(text, part)`"),
        ("IF a > 1 THEN true", "E201", "IF", "a choice is `if(condition, value, otherwise)`; in `when` the condition stands alone"),
        ("amount > 1,000 USD", "E201", ",", "digits are grouped by `_`: `1_000`"),
        ("amount > 1,5", "E201", ",", "expected the end"),
        ("amount > $500", "E202", "$", "the currency stands behind the number: `500 USD`"),
        ("5 usd", "E201", "usd", "currencies are capitals: `USD`"),
        ("5 minutes", "E201", "minutes", "units follow directly: `30m`, `5 USD`"),
        ("5%3", "E201", "3", "the remainder is written with spaces: `n % 3`"),
        # characters and operators of other languages
        ("a; b", "E202", ";", "remove it, or put text in quotes"),
        ("é > 1", "E202", "é", "remove it, or put text in quotes"),
        ("a ? b : c", "E202", "?", "remove it, or put text in quotes"),
        ("a = b", "E203", "=", "write `==`"),
        ("a === b", "E203", "=", "write `==`"),
        ("a => b", "E203", "=>", "write `>=`"),
        ("a =< b", "E203", "=<", "write `<=`"),
        ("a <> b", "E203", "<>", "write `!=`"),
        ("a && b", "E203", "&&", "write `and`"),
        ("a || b", "E203", "||", "write `or`"),
        ("!a", "E203", "!", "write `not`"),
        ("a AND b", "E203", "AND", "write `and`"),
        ("NOT a", "E203", "NOT", "write `not`"),
        ("a not IN [1]", "E203", "IN", "write `in`"),
        # comparisons
        ("1 < a < 5", "E204", "<", "write `1 < a and a < …`"),
        ("a == b == c", "E204", "==", "write `a == b and b == …`"),
        ("x or (1 USD <  a + b) and 2 * c\n<= (d) < 5", "E204", "<", "write `2 * c <= (d) and (d) < …`"),
        ("a == b is missing", "E204", "is", "put the first comparison in brackets, or join two with `and`"),
        ("a in [1] in [true]", "E204", "in", "put the first comparison in brackets, or join two with `and`"),
        ("a in [1] == true", "E204", "==", "put the first comparison in brackets, or join two with `and`"),
        ("a is missing == true", "E204", "==", "put the first comparison in brackets, or join two with `and`"),
        ("a < b not in [true]", "E204", "not", "put the first comparison in brackets, or join two with `and`"),
        ("a is not missing", "E205", "not", "write `is present`"),
        ("a is not present", "E205", "not", "write `is missing`"),
        # numbers and durations
        ("5x", "E206", "5x", "write 1_000, 2.5 or 1e3; durations are `30m`, money `5 USD`"),
        ("0x1F", "E206", "0x1F", "write 1_000, 2.5 or 1e3; durations are `30m`, money `5 USD`"),
        ("1__0", "E206", "1__0", "write 1_000, 2.5 or 1e3; durations are `30m`, money `5 USD`"),
        ("1_", "E206", "1_", "write 1_000, 2.5 or 1e3; durations are `30m`, money `5 USD`"),
        ("5.", "E206", "5.", "write 1_000, 2.5 or 1e3; durations are `30m`, money `5 USD`"),
        ("1.2.3", "E206", "1.2.3", "write 1_000, 2.5 or 1e3; durations are `30m`, money `5 USD`"),
        ("30min", "E206", "30min", "write 1_000, 2.5 or 1e3; durations are `30m`, money `5 USD`"),
        ("5USDX", "E206", "5USDX", "write 1_000, 2.5 or 1e3; durations are `30m`, money `5 USD`"),
        ("1e3USD", "E206", "1e3USD", "write 1_000, 2.5 or 1e3; durations are `30m`, money `5 USD`"),
        ("5usd", "E206", "5usd", "currencies are capitals: `5 USD`"),
        (".5 > a", "E206", ".", "write `0.5`"),
        ("9223372036854775808", "E207", "9223372036854775808", "whole numbers go up to 9223372036854775807"),
        ("1e309", "E207", "1e309", "numbers go up to about 1.8e308"),
        ("1e400%", "E207", "1e400%", "numbers go up to about 1.8e308"),
        ("9223372036854775808ms > a", "E207", "9223372036854775808ms", "durations go up to 2^63 - 1 milliseconds"),
        ("30500568905w > a", "E207", "30500568905w", "durations go up to 2^63 - 1 milliseconds"),
        ("1.5h", "E208", "1.5h", "use a smaller unit: `1h30m` for one and a half hours"),
        ("1h1h", "E208", "1h1h", "write each unit once"),
        ("30m1h", "E208", "30m1h", "write `1h30m`"),
        ("5ms1s", "E208", "5ms1s", "write `1s5ms`"),
        # strings
        ("a == 'b", "E209", "'", "it needs a closing '"),
        ("a == \"b'", "E209", '"', 'it needs a closing "'),
        ('"a\\"', "E209", '"', 'it needs a closing "'),
        (r"'a\q'", "E210", r"\q", r"for a backslash write `\\`"),
        (r"'\u12'", "E210", r"\u", r"`\u` takes four hexadecimal digits"),
        (r"'\ud83d'", "E210", r"'\ud83d'", r"write both halves: `\ud83d\ude00`"),
        # reserved words
        ("over > 5", "E213", "over", "choose another name; a field can read it as an alias"),
        ("a + where", "E213", "where", "choose another name; a field can read it as an alias"),
        ("a.where", "E213", "where", "choose another name; a field can read it as an alias"),
        ("match > 5", "E213", ">", "`match.` is followed by a field"),
        # brackets and ends
        ("(a", "E214", "(", "it needs a `)`"),
        ("f(a, (b)", "E214", "(", "it needs a `)`"),
        ("a in [b", "E214", "[", "it needs a `]`"),
        ("a)", "E214", ")", "remove it"),
        ("(a]", "E214", "]", "write `)`"),
        ("a in [b)", "E214", ")", "write `]`"),
        ("a >", "E215", ">", "expected a value behind it"),
        ("f(a,", "E215", ",", "expected a value behind it"),
        ("not", "E215", "t", "expected a value behind it"),
        ("a is", "E215", "s", "expected `missing` or `present` behind it"),
        ("a in", "E215", "n", "expected a list in square brackets or a list's name behind it"),
        ("count() over", "E215", "r", "expected a window: `10m`, `1h every 5m`, `tumbling 5m` or `all` behind it"),
        ("count() over tumbling", "E215", "g", "expected a duration such as `30m` behind it"),
        ("", "E215", "", "expected a value"),
        ("  ", "E215", "", "expected a value"),
        # lists
        ("a in 'b'", "E216", "'b'", "write `['b']`"),
        ("a in 5", "E216", "5", "write `[5]`"),
        ("a not in (1, 2)", "E216", "(", "write `[` … `]`"),
        # aggregates
        ("sum(a where b)", "E401", ")", "write the window behind it: `over 1h`"),
        ("sum(a where b) > 3", "E401", ">", "write the window behind it: `over 1h`"),
    ],
)
def test_a_mistake_says_what_to_write_instead(text: str, code: str, under: str, label: str) -> None:
    found = only_mistake(text)
    assert (found.code.code, pointed(found), found.label) == (code, under, label)


def test_an_unprintable_character_is_named() -> None:
    assert only_mistake("a\u00a0> 1").message == "expressions have no character U+00A0 (no-break space)"
    assert only_mistake("a\x00> 1").message == "expressions have no character U+0000"


def test_every_bad_literal_of_an_expression_is_reported() -> None:
    diagnostics = Diagnostics()
    assert parse_expression(fragment(r"a > 1h1h and b < 1e999 or c == '\x'"), diagnostics) is not None
    assert [(found.code.code, pointed(found)) for found in diagnostics.ordered()] == [("E208", "1h1h"), ("E207", "1e999"), ("E210", r"\x")]


@pytest.mark.parametrize(
    ("text", "code"),
    [("5", "E201"), ("", "E215"), ("5m every", "E215"), ("1h excluding current", "E201"), ("tumbling", "E215"), ("1h1h", "E208")],
)
def test_windows_that_stand_alone_are_checked_alike(text: str, code: str) -> None:
    diagnostics = Diagnostics()
    parse_window(fragment(text), diagnostics)
    assert [found.code.code for found in diagnostics.found] == [code]


FULL = 32_768


@pytest.mark.parametrize(
    "text",
    [
        "(" * FULL,
        ")" * FULL,
        "[" * FULL,
        "f(" * (FULL // 2),
        "not " * (FULL // 4),
        "-" * FULL,
        "-" * (FULL - 1) + "a",
        "(" * (FULL // 2) + ")" * (FULL // 2),
        "1+" * (FULL // 2 - 1) + "1",
        "a " * (FULL // 2),
        "9" * FULL,
        "9" * (FULL - 4) + " USD" + "x",
        "9" * (FULL - 1) + "m",
        "1m" * (FULL // 2),
        "1e" + "9" * (FULL - 2),
        "1e" + "9" * (FULL - 3) + "%",
        "1." + "9" * (FULL - 3) + "x",
        "1_" * (FULL // 2),
        "5" + " " * (FULL - 2) + "x",
        '"' + "\\" * (FULL - 1),
        '"' + "x" * (FULL - 1),
        "'" + "\\q" * (FULL // 2 - 1) + "'",
        "a.b" * (FULL // 3),
        "count() over tumbling 1d in" + " " * (FULL - 28) + "5",
        "a < " * (FULL // 4),
        "\x00" * FULL,
        "x" * 1_000_000,
        '"' * 1_000_000,
        "(" * 1_000_000,
    ],
    ids=lambda text: f"{text[:12]!r} {len(text)}",
)
def test_hostile_text_is_answered_within_a_second(text: str) -> None:
    diagnostics = Diagnostics()
    started = time.process_time()
    parse_expression(fragment(text), diagnostics)
    assert time.process_time() - started < 1
    assert diagnostics.found
    assert all(len(found.message) < 200 and len(found.label) < 200 for found in diagnostics.found)
