"""CSV lines are read cell by cell into the fields' types, under the names of the file's first line."""

from typing import Any

import pytest

from fraudc_runtime.formats.csv import HeaderError, split
from fraudc_runtime.plan import EntitySpec, FieldSpec, Schema
from fraudc_runtime.record import positions
from fraudc_runtime.schema import BadInput
from intaking import CUSTOMER, MONEY, Feed, dead, schema_of

EACH = EntitySpec("each", ("transaction_id",))  # so that every line gives an item


def csv_schema(*fields: FieldSpec) -> Schema:
    return schema_of(*fields, entities=(EACH,))


PLAIN = csv_schema()
HEADER = b"transaction_id,event_time,customer_id,amount,currency"


def read(schema: Schema, *lines: bytes) -> list[dict[str, Any]]:
    items = Feed(schema, "csv").items(*lines)
    return [{name: item[at] for name, at in positions(schema).items()} for item in items]


def codes(schema: Schema, *lines: bytes) -> list[str]:
    return [letter["code"] for letter in dead(Feed(schema, "csv").records(*lines))]


def cell(type: Any, text: bytes, optional: bool = True) -> Any:
    schema = csv_schema(FieldSpec("x", type, optional))
    return read(schema, HEADER + b",x", b"T1,1000,,,," + text)[0]["x"]


def refused(type: Any, text: bytes) -> str:
    (code,) = codes(csv_schema(FieldSpec("x", type, True)), HEADER + b",x", b"T1,1000,,,USD," + text)
    return code


def test_the_first_line_names_the_columns_in_any_order() -> None:
    rows = read(PLAIN, b"currency,amount,event_time,transaction_id,customer_id,other", b"EUR,1.50,2000,T1,C1,x")
    assert rows == [
        {"transaction_id": "T1", "event_time": 2000, "customer_id": "C1", "amount": 162, "original_amount": "1.50", "currency": "EUR"}
    ]


def test_the_header_is_that_of_the_source_s_first_frame() -> None:
    feed = Feed(PLAIN, "csv")
    assert feed.items(HEADER) == []
    assert [item[1] for item in feed.items(b"T1,1000,C1,,", b"T2,1001,C1,,")] == ["T1", "T2"]
    assert feed.intake.counts.read == 2


def test_offsets_count_the_header_line() -> None:
    feed = Feed(PLAIN, "csv")
    records = feed.records(HEADER, b"T1,1000,C1,,", b"T2,x,C1,,")
    assert [(letter["offset"], letter["code"], letter["raw_base64"]) for letter in dead(records)] == [(2, "bad_timestamp", "VDIseCxDMSws")]


def test_an_empty_cell_is_absent() -> None:
    (row,) = read(PLAIN, HEADER, b'T1,1000,"",,')
    assert (row["customer_id"], row["amount"], row["currency"]) == (None, None, None)
    assert codes(PLAIN, HEADER, b",1000,C1,,", b"T1,,C1,,") == ["missing_field", "missing_field"]


def test_an_absent_cell_falls_back_to_aliases_and_the_default() -> None:
    schema = csv_schema(FieldSpec("kind", "string", aliases=("mcc",), default='"none"'))
    rows = read(schema, HEADER + b",mcc,kind", b"T1,1000,,,,a,b", b"T2,1000,,,,a,", b"T3,1000,,,,,")
    assert [row["kind"] for row in rows] == ["b", "a", "none"]


def test_a_field_with_a_path_is_the_column_of_its_dotted_path() -> None:
    schema = csv_schema(FieldSpec("card_bin", "string", True, ("card", "bin"), ("bin",)))
    rows = read(schema, HEADER + b",card.bin,bin,card_bin", b"T1,1000,,,,1,2,3", b"T2,1000,,,,,2,3", b"T3,1000,,,,,,3")
    assert [row["card_bin"] for row in rows] == ["1", "2", None]


@pytest.mark.parametrize(
    ("type", "text", "expected"),
    [
        ("bool", b"true", True),
        ("bool", b"false", False),
        ("int", b"-5", -5),
        ("int", b"9223372036854775807", 2**63 - 1),
        ("float", b"5", 5.0),
        ("float", b"-1.5e3", -1500.0),
        ("string", b"5", "5"),
        ("string", b" a ", " a "),
        ("string", b"null", "null"),
        ("timestamp", b"1000", 1000),
        ("timestamp", b"1970-01-01T00:00:01Z", 1000),
    ],
)
def test_a_cell_is_read_by_the_field_s_type(type: Any, text: bytes, expected: Any) -> None:
    value = cell(type, text)
    assert (value, value.__class__) == (expected, expected.__class__)


@pytest.mark.parametrize(
    ("type", "text", "code"),
    [
        ("bool", b"True", "wrong_type"),
        ("bool", b"1", "wrong_type"),
        ("int", b"5.0", "wrong_type"),
        ("int", b"05", "wrong_type"),
        ("int", b"+5", "wrong_type"),
        ("int", b" 5", "wrong_type"),
        ("int", b"9223372036854775808", "out_of_range"),
        ("float", b".5", "wrong_type"),
        ("float", b"NaN", "wrong_type"),
        ("float", b"1e400", "out_of_range"),
        ("money", b"x", "wrong_type"),
        ("money", b"1.001", "money_decimals"),
        ("timestamp", b"1970-01-01T00:00:01", "bad_timestamp"),
        ("timestamp", b"1.5", "bad_timestamp"),
    ],
)
def test_a_cell_that_the_type_cannot_read_is_bad_input(type: Any, text: bytes, code: str) -> None:
    assert refused(type, text) == code


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        (b"a,b", ["a", "b"]),
        (b"a,", ["a", ""]),
        (b",", ["", ""]),
        (b'"a,b",c', ["a,b", "c"]),
        (b'"say ""hi""",', ['say "hi"', ""]),
        (b'"",""', ["", ""]),
        (b'""""', ['"']),
        (b'a,"b"\r', ["a", "b"]),
        (b"a,b\r", ["a", "b"]),
        ("é,😀".encode(), ["é", "😀"]),
    ],
)
def test_cells_are_quoted_as_rfc_4180_says(line: bytes, cells: list[str]) -> None:
    assert split(line) == cells


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'"a', "not_csv"),
        (b'a,"b""', "not_csv"),
        (b'"a"b,c', "not_csv"),
        (b'a"b,c', "not_csv"),
        (b'"a" ,c', "not_csv"),
        (b"", "empty_line"),
        (b"\r", "empty_line"),
        (b"a,\xff", "not_utf8"),
        (b"x" * ((1 << 20) + 1), "too_large"),
    ],
)
def test_a_line_that_is_no_csv_is_bad_input(line: bytes, code: str) -> None:
    with pytest.raises(BadInput) as bad:
        split(line)
    assert bad.value.code == code


def test_a_line_with_more_or_fewer_cells_than_the_header_is_bad_input() -> None:
    assert codes(PLAIN, HEADER, b"T1,1000,C1,", b"T1,1000,C1,,,", b"") == ["wrong_columns", "wrong_columns", "empty_line"]


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (b"", "the line is empty"),
        (b"transaction_id,event_time,transaction_id", 'the column "transaction_id" twice'),
        (b"T1,1000,C1,5,USD", '"transaction_id" is not among them'),
        (b"transaction_id,customer_id", '"event_time" is not among them'),
        (b'transaction_id,"event_time', "the quotes of cell 2 do not match"),
        (b"transaction_id,event_time,\xff", "not UTF-8"),
    ],
)
def test_a_header_that_names_no_columns_is_a_mistake_of_the_job(header: bytes, sentence: str) -> None:
    with pytest.raises(HeaderError, match=sentence):
        Feed(PLAIN, "csv").records(header, b"T1,1000,C1,5,USD")


def test_a_byte_order_mark_and_a_carriage_return_are_no_part_of_the_header() -> None:
    (row,) = read(PLAIN, b"\xef\xbb\xbf" + HEADER + b"\r", b"T1,1000,C1,,USD\r")
    assert (row["transaction_id"], row["currency"]) == ("T1", "USD")


def test_columns_without_a_name_are_ignored() -> None:
    assert read(PLAIN, HEADER + b",,", b"T1,1000,C1,,,x,y")[0]["transaction_id"] == "T1"


def test_an_id_column_may_be_named_by_an_alias() -> None:
    fields = (FieldSpec("transaction_id", "string", aliases=("txn",)), FieldSpec("event_time", "timestamp", default="0"), PLAIN.fields[2])
    schema = Schema("transaction_id", "event_time", fields, MONEY, (CUSTOMER,))
    assert read(schema, b"txn,customer_id", b"T1,C1") == [{"transaction_id": "T1", "event_time": 0, "customer_id": "C1"}]
