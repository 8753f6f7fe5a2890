"""What expressions are read as."""

import pytest

from compiling import fragment, parsed
from fraudc.diagnostics import Diagnostics
from fraudc.parse import parse_expression, parse_window
from fraudc.source import Fragment, SourceFile, Span
from fraudc.syntax import (
    Aggregate,
    All,
    Boolean,
    Call,
    Chain,
    Compare,
    Duration,
    Excluding,
    Expression,
    Items,
    Member,
    Membership,
    Missing,
    Money,
    Name,
    Negative,
    Not,
    Number,
    Operator,
    Percent,
    Presence,
    Sliding,
    String,
    Tumbling,
    Window,
)  # fmt: skip

HERE = Span(SourceFile("", ""), 0, 0)
A, B, C, D = (Name(HERE, name) for name in "abcd")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def chain(*parts: Expression | str) -> Chain:
    """Operands and operators in turn."""
    operands = tuple(part for part in parts if not isinstance(part, str))
    return Chain(HERE, operands, tuple(Operator(HERE, part) for part in parts if isinstance(part, str)))


def compare(left: Expression, op: str, right: Expression) -> Compare:
    return Compare(HERE, Operator(HERE, op), left, right)


def number(value: int | float) -> Number:
    return Number(HERE, value)


def duration(ms: int) -> Duration:
    return Duration(HERE, ms)


def count(window: Window, excluding: bool = False, delay: int | None = None) -> Aggregate:
    excluded = Excluding(HERE) if excluding else None
    return Aggregate(HERE, Name(HERE, "count"), (), None, window, excluded, None if delay is None else duration(delay))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("007", 7),
        ("1_000", 1000),
        ("1_0_0", 100),
        ("9223372036854775807", 2**63 - 1),
        ("2.5", 2.5),
        ("1_000.25", 1000.25),
        ("1e3", 1000.0),
        ("1E-2", 0.01),
        ("2.5e+1", 25.0),
    ],
)
def test_numbers(text: str, value: int | float) -> None:
    found = parsed(text)
    assert found == number(value)
    assert isinstance(found, Number)
    assert type(found.value) is type(value)


@pytest.mark.parametrize(("text", "value"), [("5%", 0.05), ("0.1%", 0.001), ("1_00%", 1.0), ("1e2%", 1.0), ("29%", 0.29)])
def test_a_percent_is_a_hundredth_of_the_number(text: str, value: float) -> None:
    assert parsed(text) == Percent(HERE, value)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("5_000 USD", "5000", "USD"),
        ("5USD", "5", "USD"),
        ("0.50 EUR", "0.5", "EUR"),
        ("5.000 USD", "5", "USD"),
        ("0 JPY", "0", "JPY"),
        ("007.10\tKWD", "7.1", "KWD"),
        ("5\n  USD", "5", "USD"),
    ],
)
def test_money(text: str, amount: str, currency: str) -> None:
    assert parsed(text) == Money(HERE, amount, currency)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("250ms", 250),
        ("30s", 30_000),
        ("5m", 5 * MINUTE),
        ("1h30m", 90 * MINUTE),
        ("7d", 7 * DAY),
        ("2w", 14 * DAY),
        ("1w1d1h1m1s1ms", 7 * DAY + DAY + HOUR + MINUTE + 1_001),
        ("90m", 90 * MINUTE),
        ("0s", 0),
        ("1_000ms", 1000),
        ("9223372036854775807ms", 2**63 - 1),
    ],
)
def test_durations(text: str, ms: int) -> None:
    assert parsed(text) == duration(ms)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"ecom"', "ecom"),
        ("'ecom'", "ecom"),
        ('"it\'s"', "it's"),
        (r"'it\'s'", "it's"),
        (r'"a\"b\\c\nd\te"', 'a"b\\c\nd\te'),
        (r'"\u00e9\u20AC"', "é€"),
        (r'"\ud83d\ude00"', "😀"),
        ('"é 😀"', "é 😀"),
        ('""', ""),
        ('"1 USD and not in"', "1 USD and not in"),
    ],
)
def test_strings(text: str, value: str) -> None:
    assert parsed(text) == String(HERE, value)


def test_words_that_are_values() -> None:
    assert parsed("true") == Boolean(HERE, True)
    assert parsed("false") == Boolean(HERE, False)
    assert parsed("missing") == Missing(HERE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a or b and c", chain(A, "or", chain(B, "and", C))),
        ("a and b or c", chain(chain(A, "and", B), "or", C)),
        ("not a and b", chain(Not(HERE, A), "and", B)),
        ("not a == b", Not(HERE, compare(A, "==", B))),
        ("not not a", Not(HERE, Not(HERE, A))),
        ("a == b and c != d", chain(compare(A, "==", B), "and", compare(C, "!=", D))),
        ("a ?? b > c", compare(chain(A, "??", B), ">", C)),
        ("a ?? b + c", chain(A, "??", chain(B, "+", C))),
        ("a + b * c", chain(A, "+", chain(B, "*", C))),
        ("a * b + c", chain(chain(A, "*", B), "+", C)),
        ("a - b - c", chain(A, "-", B, "-", C)),
        ("a - b + c", chain(A, "-", B, "+", C)),
        ("a / b % c * d", chain(A, "/", B, "%", C, "*", D)),
        ("(a + b) * c", chain(chain(A, "+", B), "*", C)),
        ("a - (b - c)", chain(A, "-", chain(B, "-", C))),
        ("-a * b", chain(Negative(HERE, A), "*", B)),
        ("- -5", Negative(HERE, Negative(HERE, number(5)))),
        ("a - -b", chain(A, "-", Negative(HERE, B))),
        ("a is missing", Presence(HERE, A, present=False)),
        ("a + b is present", Presence(HERE, chain(A, "+", B), present=True)),
        ("not a is missing", Not(HERE, Presence(HERE, A, present=False))),
        ("a in b", Membership(HERE, A, B, negated=False)),
        ("a not in b", Membership(HERE, A, B, negated=True)),
        ("not a in b", Not(HERE, Membership(HERE, A, B, negated=False))),
        ("a in []", Membership(HERE, A, Items(HERE, ()), negated=False)),
        ("a in [1, b + c]", Membership(HERE, A, Items(HERE, (number(1), chain(B, "+", C))), negated=False)),
        ("a ?? b in [c]", Membership(HERE, chain(A, "??", B), Items(HERE, (C,)), negated=False)),
        ("a.b", Member(HERE, A, B)),
        ("match.a", Member(HERE, Name(HERE, "match"), A)),
        ("-a.b", Negative(HERE, Member(HERE, A, B))),
        ("f()", Call(HERE, Name(HERE, "f"), ())),
        ("f(a, b or c)", Call(HERE, Name(HERE, "f"), (A, chain(B, "or", C)))),
        ("5 % 3", chain(number(5), "%", number(3))),
        ("a%3", chain(A, "%", number(3))),
        ("5% - 3", chain(Percent(HERE, 0.05), "-", number(3))),
        ("a\n  and\r\n\tb", chain(A, "and", B)),
    ],
)  # fmt: skip
def test_precedence_and_associativity(text: str, expected: Expression) -> None:
    assert parsed(text) == expected


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("10m", Sliding(HERE, duration(10 * MINUTE), None)),
        ("1h every 5m", Sliding(HERE, duration(HOUR), duration(5 * MINUTE))),
        ("tumbling 5m", Tumbling(HERE, duration(5 * MINUTE), None)),
        ('tumbling 1d in "Europe/Paris"', Tumbling(HERE, duration(DAY), String(HERE, "Europe/Paris"))),
        ("tumbling 1d in'Europe/Paris'", Tumbling(HERE, duration(DAY), String(HERE, "Europe/Paris"))),
        ("all", All(HERE)),
    ],
)
def test_windows(text: str, window: Window) -> None:
    assert parse_window(fragment(text), Diagnostics()) == window
    assert parsed(f"count() over {text}") == count(window)
    assert parsed(f"count() over {text} excluding current delayed by 1d") == count(window, excluding=True, delay=DAY)


def test_an_aggregate_has_arguments_a_condition_and_what_follows_its_window() -> None:
    found = parsed("percentile(a + b, 95 where c or d) over 1h excluding current")
    window = Sliding(HERE, duration(HOUR), None)
    arguments = (chain(A, "+", B), number(95))
    assert found == Aggregate(HERE, Name(HERE, "percentile"), arguments, chain(C, "or", D), window, Excluding(HERE), None)
    assert parsed("count(where a) over 1h") == Aggregate(HERE, Name(HERE, "count"), (), A, window, None, None)


def test_in_behind_a_tumbling_window_is_a_zone_before_a_string_and_a_comparison_otherwise() -> None:
    day = Tumbling(HERE, duration(DAY), None)
    paris = Tumbling(HERE, duration(DAY), String(HERE, "Europe/Paris"))
    assert parsed("count() over tumbling 1d in [3, 5]") == Membership(HERE, count(day), Items(HERE, (number(3), number(5))), negated=False)
    assert parsed("count() over tumbling 1d in high") == Membership(HERE, count(day), Name(HERE, "high"), negated=False)
    zoned = parsed('count() over tumbling 1d in "Europe/Paris" in [3]')
    assert zoned == Membership(HERE, count(paris), Items(HERE, (number(3),)), negated=False)
    assert parsed('count() over tumbling 1d in "Europe/Paris" > 3') == compare(count(paris), ">", number(3))


@pytest.mark.parametrize(
    "word", ["all", "every", "tumbling", "excluding", "current", "delayed", "by", "present", "count", "sum", "if", "abs"]
)
def test_words_of_windows_and_builtins_are_ordinary_names_elsewhere(word: str) -> None:
    name = Name(HERE, word)
    assert parsed(f"{word} + a > {word}") == compare(chain(name, "+", A), ">", name)
    assert parsed(f"a in {word}") == Membership(HERE, A, name, negated=False)
    assert parsed(f"{word} is present") == Presence(HERE, name, present=True)
    assert parsed(f"a.{word}") == Member(HERE, A, name)
    assert parsed(f"{word}(a)") == Call(HERE, name, (A,))


@pytest.mark.parametrize(
    "name", ["android", "order", "notes", "inn", "island", "whereabouts", "overall", "trueish", "matches", "missing_", "_", "A9"]
)
def test_a_name_may_begin_like_a_reserved_word(name: str) -> None:
    assert parsed(name) == Name(HERE, name)


def test_spans_are_those_of_the_file_whatever_the_fragment_skips() -> None:
    source = SourceFile("r.yaml", "when: 'a == ''b'''")
    text = "a == 'b'"
    offsets = (7, 8, 9, 10, 11, 12, 14, 15, 17)
    found = parse_expression(Fragment(text, source, offsets), Diagnostics())
    assert isinstance(found, Compare)
    assert [(node.span.start, node.span.end) for node in (found, found.left, found.operator, found.right)] == [
        (7, 17),
        (7, 8),
        (9, 11),
        (12, 17),
    ]


def test_brackets_belong_to_what_stands_around_them() -> None:
    found = parsed("(a + b) * c")
    assert isinstance(found, Chain)
    inner = found.operands[0]
    assert (found.span.start, found.span.end) == (0, 11)
    assert (inner.span.start, inner.span.end) == (1, 6)


@pytest.mark.parametrize(
    "text", [" and ".join(["a"] * 1000), " ?? ".join(["a"] * 1000), " + ".join(["a"] * 200), " - ".join(["a * b"] * 199)]
)
def test_a_long_chain_is_one_level(text: str) -> None:
    found = parsed(text)
    assert isinstance(found, Chain)
    assert len(found.operators) == len(found.operands) - 1 >= 198


@pytest.mark.parametrize(
    ("opens", "closes"),
    [("(", ")"), ("not ", ""), ("-", ""), ("f(", ")"), ("f(a, ", ")"), ("count(where ", ") over 1h"), ("a in [", "]")],
)
def test_each_kind_of_nesting_is_a_level(opens: str, closes: str) -> None:
    whole = opens * 64 + "a" + closes * 64
    assert parsed(whole)
    diagnostics = Diagnostics()
    assert parse_expression(fragment(f"({whole})"), diagnostics) is None
    assert [found.code.code for found in diagnostics.found] == ["E211"]
