"""What a declared field takes out of a payload: names, paths, aliases, defaults, types and their limits."""

import json
from typing import Any

import pytest

from fraudc_runtime.plan import FieldSpec, MoneySpec
from fraudc_runtime.schema import BAD_INPUT_CODES, IntText, shown
from intaking import Feed, code, columns, dead, line, schema_of

IN_BASE = MoneySpec("USD", None, schema_of().money.currencies)  # type: ignore[union-attr]  # that schema has money


def value(field: FieldSpec, **members: Any) -> Any:
    return columns(schema_of(field), line(**members))[field.name]


def refusal(field: FieldSpec, **members: Any) -> str:
    return code(schema_of(field), line(**members))


def raw_value(field: FieldSpec, text: str) -> Any:
    return columns(schema_of(field), line()[:-1] + f', "{field.name}": {text}}}'.encode())[field.name]


def raw_refusal(field: FieldSpec, text: str) -> str:
    return code(schema_of(field), line()[:-1] + f', "{field.name}": {text}}}'.encode())


def test_unknown_fields_are_ignored() -> None:
    assert columns(schema_of(), line(other={"deep": [1, None]}))["transaction_id"] == "T1"


@pytest.mark.parametrize("absent", [..., None])
def test_a_required_field_that_is_absent_or_null_is_bad_input(absent: Any) -> None:
    assert refusal(FieldSpec("n", "int"), n=absent) == "missing_field"


@pytest.mark.parametrize("absent", [..., None])
def test_an_optional_field_may_be_absent_or_null(absent: Any) -> None:
    assert value(FieldSpec("n", "int", optional=True), n=absent) is None


class TestAliases:
    FIELD = FieldSpec("category", "string", optional=True, aliases=("mcc", "kind"), default='"none"')

    def test_the_field_s_own_name_comes_first(self) -> None:
        assert value(self.FIELD, category="a", mcc="b", kind="c") == "a"

    def test_the_first_alias_that_is_present_wins(self) -> None:
        assert value(self.FIELD, kind="c", mcc="b") == "b"
        assert value(self.FIELD, kind="c") == "c"

    def test_null_counts_as_absent(self) -> None:
        assert value(self.FIELD, category=None, mcc=None, kind="c") == "c"

    def test_the_default_comes_last(self) -> None:
        assert value(self.FIELD) == "none"
        assert value(self.FIELD, category=None, mcc=None, kind=None) == "none"

    def test_an_alias_that_is_not_taken_may_hold_anything(self) -> None:
        assert value(self.FIELD, category="a", mcc=5) == "a"

    def test_an_alias_that_is_taken_is_checked(self) -> None:
        assert refusal(self.FIELD, mcc=5, kind="c") == "wrong_type"

    def test_an_empty_string_is_present(self) -> None:
        assert value(self.FIELD, category="", mcc="b") == ""


class TestPaths:
    FIELD = FieldSpec("card_bin", "string", optional=True, path=("card", "bin"), aliases=("bin", "old_bin"))

    def test_a_field_is_read_inside_an_object(self) -> None:
        assert value(self.FIELD, card={"bin": "4111"}, bin="x") == "4111"

    @pytest.mark.parametrize("card", [..., None, {}, {"bin": None}])
    def test_aliases_at_the_top_level_come_next(self, card: Any) -> None:
        assert value(self.FIELD, card=card, old_bin="y") == "y"

    def test_the_field_s_own_name_is_not_read(self) -> None:
        assert value(self.FIELD, card_bin="4111") is None

    @pytest.mark.parametrize("card", ["4111", 5, True, [{"bin": "4111"}]])
    def test_something_on_the_way_that_is_no_object_is_a_wrong_type(self, card: Any) -> None:
        assert refusal(self.FIELD, card=card, bin="x") == "wrong_type"

    def test_the_way_may_be_long(self) -> None:
        field = FieldSpec("deep", "money", optional=True, path=("a", "b", "c"))
        assert columns(schema_of(field, money=IN_BASE), line(a={"b": {"c": 5}}))["deep"] == 500
        assert columns(schema_of(field, money=IN_BASE), line(a={"b": None}))["deep"] is None

    def test_the_last_of_a_repeated_object_counts_whole(self) -> None:
        payload = line(old_bin="y")[:-1] + b', "card": {"bin": "4111"}, "card": {}}'
        assert columns(schema_of(self.FIELD), payload)["card_bin"] == "y"

    def test_one_name_may_be_a_field_and_stand_on_the_way_of_another(self) -> None:
        schema = schema_of(self.FIELD, FieldSpec("card", "string", optional=True))
        assert columns(schema, line(bin="x"))["card_bin"] == "x"
        assert code(schema, line(card="K1")) == "wrong_type"


class TestDefaults:
    def test_a_required_field_with_a_default_may_be_absent(self) -> None:
        assert value(FieldSpec("n", "int", default="7")) == 7

    def test_a_default_amount_is_converted_like_one_that_came(self) -> None:
        schema = schema_of(FieldSpec("fee", "money", default="2.50"))
        read = columns(schema, line(currency="EUR"))
        assert (read["fee"], read["original_fee"]) == (270, "2.50")

    def test_a_default_amount_needs_its_currency(self) -> None:
        schema = schema_of(FieldSpec("fee", "money", default="2.50"))
        assert code(schema, line()) == "missing_field"
        assert code(schema, line(currency="CHF")) == "unknown_currency"
        assert code(schema, line(currency="JPY")) == "money_decimals"


@pytest.mark.parametrize(
    ("type", "text", "expected"),
    [
        ("bool", "true", True),
        ("int", "0", 0),
        ("int", "-0", 0),
        ("int", "9223372036854775807", 2**63 - 1),
        ("int", "-9223372036854775808", -(2**63)),
        ("float", "1", 1.0),
        ("float", "1.5e3", 1500.0),
        ("float", "1e-400", 0.0),
        ("float", "0.30000000000000004", 0.30000000000000004),
        ("float", "123456789012345678901234567890", 1.2345678901234568e29),
        ("string", '"\\ud83d\\ude00\\u0000"', "😀\0"),
        ("string", '""', ""),
        ("timestamp", "0", 0),
        ("timestamp", "253402300799999", 253_402_300_799_999),
        ("timestamp", '"1970-01-01T00:00:01.2345+00:00"', 1_234),
    ],
)
def test_a_value_of_the_field_s_type_is_taken_exactly(type: Any, text: str, expected: Any) -> None:
    taken = raw_value(FieldSpec("x", type), text)
    assert (taken, taken.__class__) == (expected, expected.__class__)


@pytest.mark.parametrize(
    ("type", "texts"),
    [
        ("bool", ["0", "1", '"true"', "{}", "[]"]),
        ("int", ["1.0", "1e0", "true", '"1"', "[]"]),
        ("float", ['"1.5"', "true", "{}"]),
        ("string", ["1", "true", "[]", '{"a": 1}']),
        ("timestamp", ["1.0", "1e3", "true", "{}"]),
    ],
)
def test_a_value_of_another_type_is_not_turned_into_the_field_s(type: Any, texts: list[str]) -> None:
    assert [raw_refusal(FieldSpec("x", type), text) for text in texts] == ["wrong_type"] * len(texts)


@pytest.mark.parametrize(
    ("type", "text", "expected"),
    [
        ("int", "9223372036854775808", "out_of_range"),
        ("int", "-9223372036854775809", "out_of_range"),
        ("int", "18446744073709551615", "out_of_range"),
        ("int", "1" * 5_000, "out_of_range"),
        ("float", "1e400", "out_of_range"),
        ("float", "-1E400", "out_of_range"),
        ("float", "1" * 400, "out_of_range"),
        ("float", "1" * 5_000, "out_of_range"),
        ("float", "1.7976931348623159e308", "out_of_range"),
        ("string", '"\\ud800"', "lone_surrogate"),
        ("string", '"\\udc00 x"', "lone_surrogate"),
        ("string", '"\\ud800\\ud800"', "lone_surrogate"),
        ("timestamp", "-1", "bad_timestamp"),
        ("timestamp", "253402300800000", "bad_timestamp"),
        ("timestamp", "9" * 5_000, "bad_timestamp"),
        ("timestamp", '"2026-03-01T10:00:00"', "bad_timestamp"),
        ("timestamp", '"2026-03-01"', "bad_timestamp"),
        ("timestamp", '"1000"', "bad_timestamp"),
        ("timestamp", '""', "bad_timestamp"),
        ("timestamp", '"1970-01-01T00:00:00+00:01"', "bad_timestamp"),
        ("timestamp", '"9999-12-31T23:59:59-00:01"', "bad_timestamp"),
    ],
)
def test_a_value_outside_the_type_s_limits_is_bad_input(type: Any, text: str, expected: str) -> None:
    assert raw_refusal(FieldSpec("x", type), text) == expected


class TestMoney:
    def read(self, amount: str, currency: str = '"USD"') -> tuple[Any, Any]:
        payload = line()[:-1] + f', "amount": {amount}, "currency": {currency}}}'.encode()
        read = columns(schema_of(), payload)
        return read["amount"], read["original_amount"]

    def refused(self, amount: str, currency: str = '"USD"') -> str:
        return code(schema_of(), line()[:-1] + f', "amount": {amount}, "currency": {currency}}}'.encode())

    def test_a_number_and_a_numeric_string_are_amounts_and_keep_their_text(self) -> None:
        assert self.read("5.10") == (510, "5.10")
        assert self.read('"5.10"') == (510, "5.10")
        assert self.read('"1e2"') == (10_000, "1e2")
        assert self.read("1E+2") == (10_000, "1E+2")
        assert self.read("-0") == (0, "-0")
        assert self.read('"\\u0035"') == (500, "5")

    def test_trailing_zeros_are_no_decimals(self) -> None:
        assert self.read("5.000") == (500, "5.000")

    def test_rates_convert_half_to_even(self) -> None:
        assert self.read("100", '"EUR"') == (10_800, "100")
        assert self.read("1000", '"JPY"') == (670, "1000")

    @pytest.mark.parametrize("amount", ['"+5"', '" 5"', '""', '"5."', '".5"', '"abc"', '"NaN"', "true", "[]", "{}", '"1,000"'])
    def test_what_is_no_number_is_a_wrong_type(self, amount: str) -> None:
        assert self.refused(amount) == "wrong_type"

    def test_decimals_are_those_of_the_transaction_s_currency(self) -> None:
        assert self.refused("5.001") == "money_decimals"
        assert self.refused("5.5", '"JPY"') == "money_decimals"

    def test_an_amount_outside_64_bits_is_bad_input(self) -> None:
        assert self.read("92233720368547758.07") == (2**63 - 1, "92233720368547758.07")
        assert self.refused("92233720368547758.08") == "out_of_range"
        assert self.refused("1e999999999") == "out_of_range"

    def test_the_currency_is_looked_at_only_when_an_amount_is_present(self) -> None:
        assert self.read("null", '"CHF"') == (None, None)
        assert self.read("null", "null") == (None, None)
        assert self.refused("1", '"CHF"') == "unknown_currency"
        assert self.refused("1", "null") == "missing_field"

    def test_without_a_currency_field_amounts_are_in_base(self) -> None:
        read = columns(schema_of(money=IN_BASE), line(amount=5, currency="JPY"))
        assert read["amount"] == 500


class TestIds:
    def test_256_characters_are_an_id_and_257_are_none(self) -> None:
        assert columns(schema_of(), line(transaction_id="é" * 256))["transaction_id"] == "é" * 256
        assert code(schema_of(), line(transaction_id="é" * 257)) == "bad_id"

    def test_characters_are_code_points(self) -> None:
        assert columns(schema_of(), line(transaction_id="😀" * 256))["transaction_id"] == "😀" * 256

    def test_an_empty_id_is_bad_input(self) -> None:
        assert code(schema_of(), line(transaction_id="")) == "bad_id"

    def test_an_id_is_a_string(self) -> None:
        assert code(schema_of(), line(transaction_id=5)) == "wrong_type"
        assert code(schema_of(), line(transaction_id=None)) == "missing_field"


def reason(payload: bytes) -> str:
    return str(
        dead(Feed(schema_of(FieldSpec("n", "int", optional=True), FieldSpec("card", "int", True, ("card", "n")))).records(payload))[0][
            "reason"
        ]
    )


def test_the_sentence_names_the_field_and_the_value() -> None:
    assert reason(line(n="many")) == '`n` is "many", and should be a whole number'
    assert reason(line(n=[1])) == "`n` is an array, and should be a whole number"
    assert reason(line(customer_id={})) == "`customer_id` is an object, and should be a string"
    assert reason(line(card="K1")) == '`card` stands in the object `card`, which is "K1"'
    assert reason(line(event_time=...)) == "`event_time` is missing, and the schema requires it"
    assert reason(line(amount=1.005, currency="USD")) == "`amount` is 1.005, and USD has 2 decimals"
    assert reason(line(amount=1.5, currency="JPY")) == "`amount` is 1.5, and JPY has no decimals"
    assert reason(line(amount=1, currency="CHF")) == '`amount` is 1, and `money:` has no rate for its currency "CHF"'
    assert reason(line(event_time="now")) == '`event_time` is "now", which is no date and time with an offset like 2026-03-01T10:00:00Z'


def test_a_long_value_is_cut_in_the_sentence() -> None:
    assert reason(line(n="x" * 1_000)) == '`n` is "' + "x" * 60 + '…", and should be a whole number'
    assert len(reason(line()[:-1] + b', "n": ' + b"1" * 100_000 + b"}")) < 200


def test_a_sentence_escapes_what_cannot_be_printed() -> None:
    assert shown("a\n\ud800\x00") == '"a\\u000a\\ud800\\u0000"'
    assert [shown(value) for value in (None, True, False, IntText("5"))] == ["null", "true", "false", "5"]


def test_the_first_field_in_declared_order_that_is_bad_names_the_code() -> None:
    assert code(schema_of(), line(event_time=-1, customer_id=5)) == "bad_timestamp"


def test_every_code_has_a_sentence_and_a_name_of_one_word() -> None:
    for name, meaning in BAD_INPUT_CODES.items():
        assert name.isidentifier()
        assert name == name.lower()
        assert json.dumps(meaning)
