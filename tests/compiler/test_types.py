"""The types of expressions: each row of the operators' and functions' tables, and what does not go together."""

import pytest

from compiling import checked, mistakes, typed
from fraudc_runtime.expr import Call, Const, Expr, Field, InList, Let, Profile, Type

N = Field("n", "int", False)
X = Field("x", "float", False)
AMOUNT = Field("amount", "money", False)
FEE = Field("fee", "money", True)
TEXT = Field("text", "string", False)
COUNTRY = Field("country", "string", True)
CHANNEL = Field("channel", "string", False)
FLAG = Field("flag", "bool", False)
AT = Field("at", "timestamp", False)
SEEN = Field("seen", "timestamp", True)


def whole(value: int) -> Const:
    return Const("int", value, str(value))


def call(op: str, type: Type, *args: Expr) -> Call:
    return Call(op, args, type)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1_000", Const("int", 1000, "1000")),
        ("2.50", Const("float", 2.5, "2.5")),
        ("1e3", Const("float", 1000.0, "1000.0")),
        ("5%", Const("float", 0.05, "0.05")),
        ("true", Const("bool", True, "true")),
        ("'a\"b'", Const("string", 'a"b', '"a\\"b"')),
        ("60s", Const("duration", 60_000, "1m")),
        ("5_000.50 USD", Const("money", 500_050, "5000.5 USD")),
        ("2 EUR", Const("money", 216, "2 EUR")),
        ("1 JPY", Const("money", 1, "1 JPY")),  # 0.67 cents
        ("75 JPY", Const("money", 50, "75 JPY")),  # 50.25 cents
        ("0.004 KWD", Const("money", 1, "0.004 KWD")),  # 1.3 cents
        ("0.5 KWD", Const("money", 162, "0.5 KWD")),  # 162.5 cents, half to even
        ("5.000 USD", Const("money", 500, "5 USD")),  # zeros at the end are no decimals
    ],
)
def test_literals(text: str, expected: Expr) -> None:
    assert typed(text) == expected


def test_names_are_fields_and_profile_fields() -> None:
    assert typed("amount") == AMOUNT
    assert typed("fee") == FEE
    assert typed("channel") == CHANNEL  # its default makes it always present
    assert typed("customer.segment") == Profile("segment", "string")
    assert typed("all + current") == call("+", "int", Field("all", "int", False), Field("current", "int", False))


ARITHMETIC: list[tuple[str, Type]] = [
    ("n + n", "int"), ("n - n", "int"), ("n * n", "int"), ("n / n", "float"), ("n % n", "int"),
    ("n + x", "float"), ("x - n", "float"), ("x * x", "float"), ("x / n", "float"),
    ("amount + fee", "money"), ("amount - fee", "money"), ("amount * n", "money"), ("amount * x", "money"),
    ("amount / n", "money"), ("amount / x", "money"), ("amount / fee", "float"),
    ("at - seen", "duration"), ("at - 5m", "timestamp"), ("at + 5m", "timestamp"),
    ("5m + 1h", "duration"), ("1h - 5m", "duration"), ("1h / 5m", "float"),
    ("-n", "int"), ("-x", "float"), ("-amount", "money"), ("-(at - seen)", "duration"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "type_"), ARITHMETIC)
def test_arithmetic(text: str, type_: Type) -> None:
    assert typed(text).type == type_


def test_arithmetic_nests_to_the_left() -> None:
    assert typed("n - n + x") == call("+", "float", call("-", "int", N, N), X)


def test_money_stands_first_in_a_product() -> None:
    assert typed("2 * amount") == call("*", "money", AMOUNT, whole(2))


@pytest.mark.parametrize("op", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize(
    ("left", "right"), [("n", "n"), ("n", "x"), ("x", "n"), ("amount", "fee"), ("text", "country"), ("at", "seen"), ("1h", "at - seen")]
)
def test_comparisons(left: str, op: str, right: str) -> None:
    assert typed(f"{left} {op} {right}") == call(op, "bool", typed(left), typed(right))


def test_true_and_false_can_be_equal_but_have_no_order() -> None:
    assert typed("flag == true") == call("==", "bool", FLAG, Const("bool", True, "true"))
    assert mistakes(when="flag < true") == [("E305", "<")]


def test_logic_and_presence() -> None:
    assert typed("flag and not flag") == call("and", "bool", FLAG, call("not", "bool", FLAG))
    assert typed("fee is missing or fee is present") == call("or", "bool", call("is_missing", "bool", FEE), call("is_present", "bool", FEE))


def test_a_long_chain_of_and_is_a_shallow_tree_whose_first_clause_stays_first() -> None:
    assert typed("flag and n > 1 and n > 2") == call(
        "and", "bool", call("and", "bool", FLAG, call(">", "bool", N, whole(1))), call(">", "bool", N, whole(2))
    )


def test_brackets_make_no_difference_where_an_operator_associates() -> None:
    for op in ("and", "or"):
        assert typed(f"flag {op} (n > 1 {op} n > 2)") == typed(f"flag {op} n > 1 {op} n > 2")
    assert typed("n ?? (n ?? x)") == typed("(n ?? n) ?? x") == typed("n ?? n ?? x")
    assert typed("(missing ?? n) ?? x") == typed("missing ?? n ?? x")
    assert typed("n + (n + n)") != typed("n + n + n")


def test_coalesce_and_branches_have_one_type_int_and_float_together_float() -> None:
    assert typed("fee ?? amount") == call("??", "money", FEE, AMOUNT)
    assert typed("n ?? x") == call("??", "float", call("to_float", "float", N), X)
    assert typed("if(flag, x, 1)") == call("if", "float", FLAG, X, call("to_float", "float", whole(1)))
    assert typed("least(n, x, 2)") == call("least", "float", call("to_float", "float", N), X, call("to_float", "float", whole(2)))
    assert typed("greatest(amount, fee)") == call("greatest", "money", AMOUNT, FEE)


def test_a_literal_missing_takes_the_type_beside_it() -> None:
    assert typed("if(flag, amount, missing)") == call("if", "money", FLAG, AMOUNT, Const("money", None, "missing"))
    assert typed("missing ?? n") == call("??", "int", Const("int", None, "missing"), N)
    assert typed("amount + missing") == call("+", "money", AMOUNT, Const("money", None, "missing"))
    assert typed("amount * missing") == call("*", "money", AMOUNT, Const("int", None, "missing"))
    assert typed("at + missing") == call("+", "timestamp", AT, Const("duration", None, "missing"))
    assert typed("flag and missing") == call("and", "bool", FLAG, Const("bool", None, "missing"))
    assert typed("length(missing)") == call("length", "int", Const("string", None, "missing"))
    assert typed("n in [1, missing]") == call("in", "bool", N, whole(1), Const("int", None, "missing"))
    assert mistakes(let={"nothing": "missing"}, when="true") == [("E317", "missing")]
    assert mistakes(when="(missing ?? missing) is missing") == [("E317", "missing")]


def test_membership() -> None:
    ng, ru = Const("string", "NG", '"NG"'), Const("string", "RU", '"RU"')
    assert typed("country in ['NG', 'RU']") == call("in", "bool", COUNTRY, ng, ru)
    assert typed("country not in ['NG']") == call("not", "bool", call("in", "bool", COUNTRY, ng))
    assert typed("n in [1, 2.5]") == call("in", "bool", N, whole(1), Const("float", 2.5, "2.5"))
    assert typed("n in []") == call("in", "bool", N)


def test_a_named_list_is_read_by_the_compared_type() -> None:
    lists = {"codes": ["1", "20"], "sums": ["5", "2 EUR", "0.10"]}
    project, found = checked({"by": "customer", "when": "n in codes and text not in codes and amount in sums"}, lists)
    assert not found
    assert project.lists["codes:int"].values == (1, 20)
    assert project.lists["codes:string"].values == ("1", "20")
    assert project.lists["sums:money"].values == (500, 216, 10)
    when = project.rules[0].rule.when
    assert call("and", "bool", InList(N, "codes:int"), call("not", "bool", InList(TEXT, "codes:string"))) == when.args[0]  # type: ignore[union-attr]


def test_each_bad_item_of_a_list_is_reported_where_it_stands_once() -> None:
    _, found = checked({"when": "n in codes or n + 1 in codes"}, {"codes": ["1", "one", "9223372036854775808"]})
    assert [(one.code.code, one.message) for one in found] == [
        ("E313", "`one` is not a whole number, with which `codes` is compared"),
        ("E313", "`9223372036854775808` is not a whole number, with which `codes` is compared"),
    ]


FUNCTIONS: list[tuple[str, Type]] = [
    ("abs(n)", "int"), ("abs(x)", "float"), ("abs(amount)", "money"),
    ("round(x)", "float"), ("round(x, 2)", "float"), ("round(n, -2)", "int"), ("floor(x)", "int"), ("ceil(n)", "int"),
    ("least(n, n)", "int"), ("greatest(x, n, 3)", "float"), ("least(amount, 5 EUR, fee)", "money"),
    ("sqrt(n)", "float"), ("ln(x)", "float"), ("exp(x)", "float"),
    ("lower(text)", "string"), ("upper(country)", "string"), ("length(text)", "int"),
    ("contains(text, 'a')", "bool"), ("starts_with(text, country)", "bool"), ("ends_with(text, 'a')", "bool"),
    ("left(text, n)", "string"), ("right(text, 2)", "string"), ("matches(text, 'M[0-9]+')", "bool"),
    ("hour(at)", "int"), ("hour(seen, 'Europe/Paris')", "int"), ("weekday(at, 'UTC')", "int"),
    ("seconds(at - seen)", "float"), ("minutes(1h)", "float"), ("hours(1h)", "float"), ("days(1h)", "float"),
    ("distance_km(x, n, 1, 2.5)", "float"), ("in_network(text, '10.0.0.0/8')", "bool"), ("in_network(text, '2001:db8::/32')", "bool"),
    ("if(flag, 'a', text)", "string"), ("if(flag, at, seen)", "timestamp"), ("if(flag, true, false)", "bool"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "type_"), FUNCTIONS)
def test_functions(text: str, type_: Type) -> None:
    assert typed(text).type == type_


@pytest.mark.parametrize(
    ("when", "code", "under", "message", "label"),
    [
        ("amount > 5000", "E304", "5000", "`amount` is money, and 5000 is a number", "write the currency: `5_000 USD`"),
        ("5000 < amount", "E304", "5000", "5000 is a number, and `amount` is money", "write the currency: `5_000 USD`"),
        ("amount + 2.5 > fee", "E304", "2.5", "`amount` is money, and 2.5 is a number", "write the currency: `2.5 USD`"),
        ("at - seen > 5", "E304", "5", "`at - seen` is a duration, and 5 is a number", "write the unit: `5m`"),
        ("text == 5", "E304", "5", "`text` is text, and 5 is a number", 'put it in quotes: `"5"`'),
        ("n == '5'", "E304", "'5'", "`n` is a number, and '5' is text", "write it without quotes: `5`"),
        ("n > 5 USD", "E304", "5 USD", "`n` is a number, and 5 USD is money", "write it without the currency: `5`"),
        (
            "n > at - seen",
            "E304",
            "at - seen",
            "`n` is a number, and `at - seen` is a duration",
            "`seconds(x)`, `minutes(x)`, `hours(x)` and `days(x)` turn a duration into a number",
        ),
        (
            "n > amount",
            "E304",
            "amount",
            "`n` is a number, and `amount` is money",
            "divide by an amount of money to get a number: `/ 1 USD`",
        ),
        ("at + 1 > at", "E304", "1", "`at` is a time, and 1 is a number", "write the unit: `1m`"),
        ("at - text > at", "E304", "text", "`at` is a time, and `text` is text", "this must be a duration"),
        ("amount * text > fee", "E304", "text", "`amount` is money, and `text` is text", "this must be a number"),
        ("at > text", "E304", "text", "`at` is a time, and `text` is text", "this must be a time"),
        (
            "at > 'x'",
            "E304",
            "'x'",
            "`at` is a time, and 'x' is text",
            "times stand in fields alone; dates that bound a rule stand in its `from:` and `until:`",
        ),
        ("flag == n", "E304", "n", "`flag` is true or false, and `n` is a number", "this must be true or false"),
        ("(text ?? n) == text", "E304", "n", "`text` is text, and `n` is a number", "this must be text"),
        ("if(flag, amount, 0) > fee", "E304", "0", "`amount` is money, and 0 is a number", "write the currency: `0 USD`"),
        ("least(amount, 5) > fee", "E304", "5", "`amount` is money, and 5 is a number", "write the currency: `5 USD`"),
        ("country in ['NG', 5]", "E304", "5", "`country` is text, and 5 is a number", 'put it in quotes: `"5"`'),
        ("5m + at > at", "E304", "+", "5m is a duration, and `at` is a time", "write the time first: `event_time + 5m`"),
        ("n / amount > 1", "E304", "/", "`n` is a number, and `amount` is money", "divide money by money, or money by a number"),
        ("5m * 2 > 1h", "E304", "*", "5m is a duration, and 2 is a number", "use `seconds(x)` to get a number"),
        ("amount * fee > fee", "E305", "*", "`*` does not take money", "multiply money by a number"),
        ("text + text == text", "E305", "+", "`+` does not take text", "text is not joined in rules; compare the parts one by one"),
        ("at + at > at", "E305", "+", "`+` does not take a time", "`-` gives the duration between two times"),
        ("x % 2 == 0", "E305", "%", "`%` does not take numbers with decimals", "both sides must be whole numbers: `floor(x) % 3`"),
        ("amount % fee > fee", "E305", "%", "`%` does not take money", "it takes numbers"),
        ("flag + flag", "E305", "+", "`+` does not take true or false", "it takes numbers"),
        ("-text == text", "E305", "-text", "`text` is text, which has no sign", "remove the `-`"),
        ("-at == at", "E305", "-at", "`at` is a time, which has no sign", "remove the `-`"),
        ("length(amount) > 3", "E306", "amount", "`text` must be text, and `amount` is money", "it takes text"),
        (
            "sqrt(amount) > 3",
            "E306",
            "amount",
            "`x` must be a number, and `amount` is money",
            "divide by an amount of money to get a number",
        ),
        (
            "seconds(at) > 3",
            "E306",
            "at",
            "`duration` must be a duration, and `at` is a time",
            "subtract a time to get a duration: `event_time - x`",
        ),
        ("left(text, x) == text", "E306", "x", "`n` must be a whole number, and `x` is a number", "`floor(x)` gives a whole number"),
        (
            "abs(at - seen) > 3",
            "E306",
            "at - seen",
            "`x` must be a number or money, and `at - seen` is a duration",
            "`seconds(x)` turns a duration into a number",
        ),
        ("if(n, 1, 2) > 1", "E306", "n", "`condition` must be true or false, and `n` is a number", "it takes true or false"),
        ("left(text) == text", "E307", "left(text)", "`left` takes 2 arguments, and here is 1", "`left(text, n)`"),
        ("round(x, 1, 2) > 1", "E307", "round(x, 1, 2)", "`round` takes 1 to 2 arguments, and here are 3", "`round(x, [digits])`"),
        ("least(n) > 1", "E307", "least(n)", "`least` takes 2 arguments or more, and here is 1", "`least(a, b, …)`"),
        ("hour() > 1", "E307", "hour()", "`hour` takes 1 to 2 arguments, and here are none", "`hour(time, [zone])`"),
        (
            "amount",
            "E308",
            "amount",
            "a condition is true or false, and `amount` is money",
            "compare it with something: `==`, `>`, `in`, or `is present`",
        ),
        (
            "flag and n",
            "E308",
            "n",
            "a condition is true or false, and `n` is a number",
            "compare it with something: `==`, `>`, `in`, or `is present`",
        ),
        (
            "not text",
            "E308",
            "text",
            "a condition is true or false, and `text` is text",
            "compare it with something: `==`, `>`, `in`, or `is present`",
        ),
        ("fee == missing", "E309", "missing", "nothing can be compared with `missing`", "write `fee is missing`"),
        ("missing != fee", "E309", "missing", "nothing can be compared with `missing`", "write `fee is present`"),
        ("fee > (missing)", "E309", "missing", "nothing can be compared with `missing`", "write `fee is missing`"),
        (
            "matches(text, country)",
            "E310",
            "country",
            "`pattern` must be a string that is written out, and here is `country`",
            'a pattern such as `"M[0-9]+"`',
        ),
        ("round(x, n) > 1", "E310", "n", "`digits` must be a whole number that is written out, and here is `n`", "a number such as `2`"),
        (
            "round(x, 1.5) > 1",
            "E310",
            "1.5",
            "`digits` must be a whole number that is written out, and here is `1.5`",
            "a number such as `2`",
        ),
        ("matches(text, '(')", "E311", "'('", "this pattern cannot be read: missing ): (", "patterns follow RE2's syntax"),
        (
            "matches(text, '(?=a)')",
            "E311",
            "'(?=a)'",
            "this pattern cannot be read: invalid perl operator: (?=",
            "patterns follow RE2's syntax",
        ),
        ("in_network(text, '10.0.0.0/40')", "E311", "'10.0.0.0/40'", "this is not a network", 'a network such as `"10.0.0.0/8"`'),
        ("hour(at, 'Europe/Pari') > 1", "E311", "'Europe/Pari'", "this is not a time zone", "did you mean `Europe/Paris`?"),
        ("hour(at, '../etc/passwd') > 1", "E311", "'../etc/passwd'", "this is not a time zone", 'a time zone such as `"Europe/Paris"`'),
        ("amount > 5 CHF", "E312", "5 CHF", "`money:` has no rate for CHF", "amounts can be in EUR, JPY, KWD, USD"),
        ("amount > 5 EUX", "E312", "5 EUX", "there is no currency `EUX`", "amounts can be in EUR, JPY, KWD, USD"),
        ("amount > 5.001 USD", "E312", "5.001 USD", "USD has 2 decimals", "write at most 2 digits behind the point"),
        ("amount > 0.5 JPY", "E312", "0.5 JPY", "JPY has no decimals", "write a whole number"),
        (
            "amount > 92233720368547758.08 USD",
            "E312",
            "92233720368547758.08 USD",
            "this amount does not fit 64 bits",
            "it is counted in the smallest unit of USD",
        ),
        ("amout > 5 USD", "E301", "amout", "there is no field or let `amout`", "did you mean `amount`?"),
        ("country == NG", "E301", "NG", "there is no field or let `NG`", "text belongs in quotes"),
        ("count > 3", "E301", "count", "there is no field or let `count`", "an aggregate has brackets and a window: `count() over 10m`"),
        ("abs > 3", "E301", "abs", "there is no field or let `abs`", "a function has brackets: `abs(amount - avg_amount)`"),
        ("fee == null", "E301", "null", "there is no field or let `null`", "write `missing`"),
        ("flag == True", "E301", "True", "there is no field or let `True`", "write `true`"),
        (
            "customer == text",
            "E301",
            "customer",
            "there is no field or let `customer`",
            "an entity's profile is read with a point: `customer.field`",
        ),
        ("custmer.segment == text", "E301", "custmer", "there is no entity `custmer`", "did you mean `customer`?"),
        ("customer.segmnt == text", "E301", "segmnt", "customer has no profile field `segmnt`", "did you mean `segment`?"),
        ("customer.zip == text", "E301", "zip", "customer has no profile field `zip`", "its profile has segment, limit"),
        ("lenght(text) > 1", "E302", "lenght", "there is no function `lenght`", "did you mean `length`?"),
        ("substring(text) == text", "E302", "substring", "there is no function `substring`", "`fraudc explain E302` shows what there is"),
        (
            "length(text) over 1h > 1",
            "E302",
            "length",
            "`length` is a function of one transaction and has no window",
            "remove `over` and what follows",
        ),
        (
            "averge(amount) over 1h > fee",
            "E302",
            "averge",
            "there is no aggregate `averge`",
            "there are count, sum, avg, min, max, stddev, distinct, first, last, prev, median, percentile, zscore, rising",
        ),
        ("text in lst", "E303", "lst", "there is no list `lst`", "write its items in square brackets, or declare it under `lists:`"),
    ],
)
def test_what_does_not_go_together_is_said_with_what_to_write(when: str, code: str, under: str, message: str, label: str) -> None:
    _, found = checked({"by": "customer", "when": when})
    assert mistakes(when=when) == [(code, under)]
    assert (found[0].message, found[0].label) == (message, label)


def test_did_you_mean_for_lists_and_lets() -> None:
    _, found = checked({"when": "text in hihg"}, {"high": ["NG"]})
    assert [one.label for one in found] == ["did you mean `high`?"]
    _, found = checked({"when": "high == text"}, {"high": ["NG"]})
    assert [one.label for one in found] == ["a list stands behind `in`: `x in high`"]
    _, found = checked({"let": {"doubled": "amount * 2"}, "when": "doubeld > 5 USD"})
    assert [one.label for one in found] == ["did you mean `doubled`?"]


def test_a_mistake_silences_what_follows_from_it() -> None:
    assert mistakes(when="amout * 2 + 5 > 3 and not (text + 1 == missing)") == [("E301", "amout"), ("E304", "1")]
    assert mistakes(let={"a": "amout * 2", "b": "a + 5"}, when="a > 5 and b > a and text == a") == [("E301", "amout")]


def test_all_mistakes_of_a_rule_are_found_in_one_run() -> None:
    found = mistakes(where="amout > 1", let={"a": "1 < n < 2", "b": "nn"}, when="text > 5 or 5x > 1", message="{c}")
    assert found == [("E301", "amout"), ("E204", "<"), ("E301", "nn"), ("E206", "5x"), ("E301", "c")]


def test_lets_are_read_in_order() -> None:
    assert typed("amount") == AMOUNT
    project, _ = checked({"let": {"a": "amount * 2", "b": "a + a"}, "when": "b > a"})
    doubled = Let("a", "money")
    assert project.rules[0].rule.lets[1].expr == call("+", "money", doubled, doubled)
    assert mistakes(let={"b": "a + a", "a": "amount * 2"}, when="b > a") == [("E318", "a"), ("E318", "a")]


def test_a_let_covers_a_field_of_its_name_from_its_own_definition_on() -> None:
    project, found = checked({"let": {"n": "n + 1", "m": "n * 2"}, "where": "n > 0", "when": "n > m"})
    assert not found
    one = project.rules[0].rule
    assert one.where == call(">", "bool", N, whole(0))
    assert [let.expr for let in one.lets] == [call("+", "int", N, whole(1)), call("*", "int", Let("n", "int"), whole(2))]
    assert one.when == call(">", "bool", Let("n", "int"), Let("m", "int"))
