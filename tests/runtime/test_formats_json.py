"""JSON payloads are read strictly as RFC 8259 says, and the fast reader differs from the strict one in nothing but speed."""

import random
from typing import Any

import pytest

from fraudc_runtime.formats import json as formats_json
from fraudc_runtime.formats.json import JsonReader, parse
from fraudc_runtime.plan import FieldSpec
from fraudc_runtime.schema import BadInput
from intaking import MONEY, Feed, code, columns, dead, line, schema_of

SCHEMA = schema_of(FieldSpec("note", "string", optional=True))


def with_member(member: bytes) -> bytes:
    return line()[:-1] + b", " + member + b"}"


@pytest.mark.parametrize(
    "payload",
    [
        b'"T1"',
        b"5",
        b"null",
        b"true",
        b"[]",
        b"[" + line() + b"]",
    ],
)
def test_json_that_is_no_object_is_bad_input(payload: bytes) -> None:
    assert code(SCHEMA, payload) == "not_object"


@pytest.mark.parametrize(
    "payload",
    [
        b"\xef\xbb\xbf" + line(),
        line() + b" x",
        line() + line(),
        line() + b"\x00",
        b"\x00" + line(),
        b"\x0b" + line(),
        line()[:-1],
        line()[1:],
        b"{",
        b"{,}",
        b"'x'",
        with_member(b'"x": NaN'),
        with_member(b'"x": [Infinity]'),
        with_member(b'"x": -Infinity'),
        with_member(b'"x": nan'),
        with_member(b'"x": 01'),
        with_member(b'"x": -01'),
        with_member(b'"x": +1'),
        with_member(b'"x": .5'),
        with_member(b'"x": 5.'),
        with_member(b'"x": 1e'),
        with_member(b'"x": 0x1'),
        with_member(b'"x": -'),
        with_member(b'"x": tru'),
        with_member(b'"x": [1,]'),
        with_member(b'"x": {"a": 1,}'),
        with_member(b'"x": "\x01"'),
        with_member(b'"x": "\t"'),
        with_member(b'"x": "\\x"'),
        with_member(b'"x": "\\u12G4"'),
        with_member(b'"x": /**/ 1'),
        with_member(b"x: 1"),
        with_member(b"'x': 1"),
        with_member(b'"note": NaN'),
        with_member(b'"amount": NaN'),
        with_member(b'"amount": 01'),
    ],
)
def test_what_rfc_8259_does_not_allow_is_bad_input_even_in_ignored_fields(payload: bytes) -> None:
    assert code(SCHEMA, payload) == "not_json"


@pytest.mark.parametrize("raw", [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"])
def test_what_is_not_utf8_is_bad_input_even_in_ignored_fields(raw: bytes) -> None:
    assert code(SCHEMA, with_member(b'"x": "' + raw + b'"')) == "not_utf8"
    assert code(SCHEMA, with_member(b'"' + raw + b'": 1')) == "not_utf8"
    assert code(SCHEMA, with_member(b'"note": "' + raw + b'"')) == "not_utf8"


@pytest.mark.parametrize(
    "member",
    [b'"x": "\\ud800"', b'"\\udc00": 1', b'"x": 1e999999999', b'"x": ' + b"1" * 5_000, b'"x": "\x7f"', b'"x": {"x": {"x": []}}'],
)
def test_what_json_allows_is_ignored_in_unknown_fields(member: bytes) -> None:
    assert columns(SCHEMA, with_member(member))["transaction_id"] == "T1"


@pytest.mark.parametrize("around", [b" ", b"\t", b"\r", b"\n", b" \r\n\t "])
def test_whitespace_around_tokens_is_no_matter(around: bytes) -> None:
    payload = around + line().replace(b":", around + b":" + around).replace(b",", around + b"," + around) + around
    assert columns(SCHEMA, payload)["customer_id"] == "C1"


def test_the_last_of_a_repeated_name_counts() -> None:
    assert columns(SCHEMA, with_member(b'"note": "a", "note": "b"'))["note"] == "b"
    assert columns(SCHEMA, with_member(b'"note": 5, "note": "b"'))["note"] == "b"
    assert columns(SCHEMA, with_member(b'"note": "a", "note": null'))["note"] is None
    assert columns(SCHEMA, with_member(b'"note": "a", "n\\u006fte": "c"'))["note"] == "c"
    assert code(SCHEMA, with_member(b'"note": "b", "note": 5')) == "wrong_type"


def test_an_empty_payload_is_bad_input() -> None:
    assert code(SCHEMA, b"") == "empty_line"
    assert code(SCHEMA, b" \r") == "empty_line"


def test_a_payload_of_one_mebibyte_is_read_and_a_longer_one_is_bad_input() -> None:
    room = (1 << 20) - len(with_member(b'"x": ""'))
    assert columns(SCHEMA, with_member(b'"x": "' + b"x" * room + b'"'))["transaction_id"] == "T1"
    assert code(SCHEMA, with_member(b'"x": "' + b"x" * (room + 1) + b'"')) == "too_large"


@pytest.mark.parametrize("depth", [200, 2_000, 100_000])
def test_deep_nesting_is_ignored_in_unknown_fields_and_a_wrong_type_in_declared_ones(depth: int) -> None:
    for opened, closed in ((b"[", b"]"), (b'{"x": ', b"}")):
        deep = opened * depth + b"1" + closed * depth
        assert columns(SCHEMA, with_member(b'"x": ' + deep))["transaction_id"] == "T1"
        assert code(SCHEMA, with_member(b'"note": ' + deep)) == "wrong_type"
        assert code(SCHEMA, with_member(b'"x": ' + deep[:-1])) == "not_json"


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        ' [1, 2.50, "a", null, true, false] ',
        '{"a": {"b": [1, {}], "c": []}, "a": 2, "d": "\\ud800"}',
        '[[[["x"]], {"y": {"z": [-0]}}]]',
    ],
)
def test_reading_without_recursion_gives_what_the_standard_library_gives(text: str) -> None:
    assert formats_json._parse_deep(text) == parse(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "[",
        "[1",
        "[1 2]",
        "[1,]",
        "{",
        '{"a"',
        '{"a":',
        '{"a":1',
        '{"a":1,',
        '{"a":1,}',
        "{a:1}",
        "[1]]",
        "[}",
        '{"a":1]',
        "[01]",
        "[NaN]",
    ],
)
def test_reading_without_recursion_refuses_what_the_standard_library_refuses(text: str) -> None:
    with pytest.raises(BadInput) as deep:
        formats_json._parse_deep(text)
    with pytest.raises(BadInput) as shallow:
        parse(text.encode())
    assert deep.value.code == shallow.value.code == "not_json"


def test_a_fault_is_named_with_its_place() -> None:
    letter = dead(Feed(SCHEMA).records(b'{"a": 1, "b" 2}'))[0]
    assert letter["reason"] == "the payload is not JSON: Expecting ':' delimiter at character 14, near \"2}\""


def test_payloads_of_one_frame_are_never_mixed_up() -> None:
    """Each of these would be read as so many objects by a reader that joins lines."""
    whole, half, rest = line(), b'{"transaction_id":', b'"T2","event_time":2000}'
    for payloads in (
        [whole + whole, b""],
        [whole + b"\n" + half, rest],
        [whole + whole, half, rest],
        [b"{}" + whole, half, rest],
        [half, rest, whole + whole],
        [b"\n" + whole, b""],
    ):
        letters = dead(Feed(SCHEMA).records(*payloads))
        alone = [dead(Feed(SCHEMA).records(payload)) for payload in payloads]
        assert [letter["code"] for letter in letters] == [letter["code"] for found in alone for letter in found]


def test_a_newline_inside_a_payload_is_whitespace() -> None:
    feed = Feed(SCHEMA)
    items = feed.items(line().replace(b", ", b",\n"), line(transaction_id="T2"))
    assert [item[1] for item in items] == ["T1", "T2"]


def test_lines_may_end_with_a_carriage_return_too() -> None:
    payloads = [line(transaction_id=f"T{n}") + b"\r" for n in range(3)]
    assert [item[1] for item in Feed(SCHEMA).items(*payloads)] == ["T0", "T1", "T2"]
    letters = dead(Feed(SCHEMA).records(b"{}{}\r", b"{\r", b"\r", b"}\r"))
    assert [letter["code"] for letter in letters] == ["not_json", "not_json", "empty_line", "not_json"]


def test_one_bad_line_leaves_the_others_of_its_frame_alone() -> None:
    feed = Feed(SCHEMA)
    records = feed.records(line(transaction_id="T1"), b"no", line(transaction_id="T3"), line(event_time="x"))
    assert [(letter["code"], letter["offset"]) for letter in dead(records)] == [("not_json", 1), ("bad_timestamp", 3)]
    assert feed.intake.counts.valid == 2


def test_exponents_are_not_carried_out() -> None:
    """Each of these would fill the memory first."""
    for text in (b"1e999999999999", b"1e-999999999999", b"9" * 1_000_000, b"0." + b"0" * 1_000_000 + b"1", b"1e" + b"9" * 1_000_000):
        assert code(SCHEMA, with_member(b'"currency": "USD", "amount": ' + text)) in ("out_of_range", "money_decimals")


FIELDS = (
    FieldSpec("id", "string"),
    FieldSpec("t", "timestamp"),
    FieldSpec("s", "string", optional=True),
    FieldSpec("n", "int"),
    FieldSpec("f", "float", default="2.5"),
    FieldSpec("b", "bool", optional=True),
    FieldSpec("m", "money"),
    FieldSpec("p", "money", optional=True, aliases=("pp", "q")),
    FieldSpec("d", "money", default=' "3.10"'),
    FieldSpec("currency", "string", optional=True),
    FieldSpec("bin", "string", optional=True, path=("card", "bin"), aliases=("old",)),
    FieldSpec("deep", "money", optional=True, path=("card", "x", "amount")),
    FieldSpec("u", "timestamp", optional=True),
    FieldSpec("category", "string", default='"none"', aliases=("mcc", "kind")),
)
NAMES = [*(field.name for field in FIELDS), "pp", "q", "card", "old", "mcc", "kind", "other", "\\u0069d", "\\ud800"]
VALUES = """
null true false 0 -0 -0.0 1.0 1e0 1e2 1E400 1e-400 9223372036854775807 9223372036854775808 -9223372036854775808
-9223372036854775809 18446744073709551616 0.1 5.000 5.001 1e999999999999 0e99999999999 "1e2" "+5" "" "5." ".5" "5.00"
"\\u0035" NaN Infinity "\\ud800" "\\udc00" "\\ud83d\\ude00" "\\u0000" "\x01" "\x7f" "\\n" "\\x" "é" {} [] [1,2]
[{"a":NaN}] {"bin":"B"} {"bin":null} {"bin":5,"x":{"amount":3}} {"x":{"amount":"7.25"},"bin":"z"} {"x":5} {"x":null}
"USD" "JPY" "EUR" "CHF" "2026-03-01T10:00:00Z" "2026-03-01T10:00:00" "1969-12-31T23:59:59Z" "9999-12-31T23:59:59.9999Z"
253402300799999 253402300800000 -1 1767000000000 "x" 01 1. .5 +1 - 1e tru [1,] [ ] } 92233720368547758.07
92233720368547758.08 1.7976931348623159e308 2.5e-324 0.005 1.005 9007199254740993
"""
RAW = [
    *(value.encode() for value in VALUES.split()),
    b'"\xff"',
    b'"\xed\xa0\x80"',
    b'" 5"',
    b'"\n"',
    b"[" * 1_200 + b"]" * 1_200,
    b"1" * 400,
]
RAW += [b'"' + b"i" * 256 + b'"', b'"' + b"i" * 257 + b'"']
BASE = {"id": b'"T1"', "t": b"1000", "s": b'"s"', "n": b"5", "m": b"12.50", "currency": b'"USD"', "card": b'{"bin":"B","x":{"amount":5}}'}


def mutated(chance: random.Random) -> bytes:
    """A transaction with members added, taken out, exchanged or broken."""
    members = list(BASE.items())
    for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
        members.insert(chance.randrange(len(members) + 1), (chance.choice(NAMES), chance.choice(RAW)))
    if chance.random() < 0.3:
        members.pop(chance.randrange(len(members)))
    payload = b"{" + b",".join(b'"' + name.encode() + b'":' + raw for name, raw in members) + b"}"
    fate = chance.random()
    if fate < 0.1:
        at = chance.randrange(len(payload))
        return payload[:at] + bytes([chance.choice(b'{}[]",:\\0123eE+-. \n\r\t\xff\xc3ntf')]) + payload[at + chance.choice([0, 1]) :]
    if fate < 0.15:
        return chance.choice(
            [payload[: chance.randrange(len(payload))], b"", b" ", payload + payload, payload + b"\r", b" " + payload, b"[]"]
        )
    return payload


@pytest.mark.parametrize("name", ['say "hi"', "back\\slash", "tab\t", "é", "", "a.b", "f0"])
def test_any_name_may_stand_on_a_path(name: str) -> None:
    schema = schema_of(FieldSpec("x", "int", True, ("top", name)))
    assert columns(schema, line(top={name: 5}))["x"] == 5


def test_a_path_may_be_longer_than_generated_code_can_nest() -> None:
    schema = schema_of(FieldSpec("x", "int", True, ("a",) * 400))
    value: Any = 5
    for _ in range(400):
        value = {"a": value}
    assert columns(schema, line(**value))["x"] == 5


def told(row: Any) -> Any:
    return (row.code, row.reason) if isinstance(row, BadInput) else [(type(value).__name__, repr(value)) for value in row]


@pytest.mark.parametrize("seed", range(20))
def test_the_fast_reader_gives_what_the_strict_one_gives(seed: int) -> None:
    chance = random.Random(seed)
    reader = JsonReader(FIELDS, MONEY, "id")
    taken = 0
    for _ in range(150):
        payloads = [mutated(chance) for _ in range(chance.choice([1, 2, 5]))]
        rows = reader.read(0, tuple(map(len, payloads)), b"\n".join(payloads))
        assert list(map(told, rows)) == [told(reader.read_one(payload)) for payload in payloads], payloads
        taken += sum(isinstance(row, tuple) for row in rows)
    assert taken > 50  # the mutations leave valid ones
