"""Values are written as alerts carry them."""

import json

import pytest

from fraudc_runtime.plan import FieldSpec
from fraudc_runtime.render import money_text, seconds, timestamp_text, transaction_renderer
from intaking import MONEY, schema_of


@pytest.mark.parametrize(
    ("minor", "decimals", "text"),
    [
        (21_000, 2, "210.00"),
        (210, 0, "210"),
        (5, 2, "0.05"),
        (0, 2, "0.00"),
        (-5, 2, "-0.05"),
        (-21_050, 2, "-210.50"),
        (1, 3, "0.001"),
        (-7, 0, "-7"),
        (2**63 - 1, 2, "92233720368547758.07"),
        (-(2**63), 2, "-92233720368547758.08"),
    ],
)
def test_money_is_written_with_all_its_decimals(minor: int, decimals: int, text: str) -> None:
    assert money_text(minor, decimals) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_772_359_200_123, "2026-03-01T10:00:00.123Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (253_402_300_800_000, "+010000-01-01T00:00:00.000Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        (-62_135_596_800_001, "0000-12-31T23:59:59.999Z"),
        (-62_167_219_200_001, "-000001-12-31T23:59:59.999Z"),
    ],
)
def test_a_timestamp_is_written_in_utc_with_milliseconds(ms: int, text: str) -> None:
    assert timestamp_text(ms) == text


@pytest.mark.parametrize(("ms", "value"), [(0, "0"), (2_000, "2"), (250, "0.25"), (-1_500, "-1.5"), (90_061_001, "90061.001")])
def test_a_duration_is_written_in_seconds(ms: int, value: str) -> None:
    assert json.dumps(seconds(ms)) == value


def test_a_transaction_is_written_in_declared_order_with_each_amount_as_it_came() -> None:
    schema = schema_of(FieldSpec("share", "float"), FieldSpec("n", "int"), FieldSpec("ok", "bool"), FieldSpec("settled", "timestamp", True))
    item = (1_772_359_200_000, "T1", 0, 4, None, None, "C1", 108, "1", "EUR", 0.1, -3, True, None)
    assert transaction_renderer(schema)(item) == (
        b'{"transaction_id":"T1","event_time":"2026-03-01T10:00:00.000Z","customer_id":"C1","amount":"1.08","original_amount":"1",'
        b'"currency":"EUR","share":0.1,"n":-3,"ok":true,"settled":null}'
    )


def test_missing_fields_are_null_and_characters_beyond_ascii_stay() -> None:
    item = (0, "Tü", 0, 0, None, None, None, None, None, None)
    assert (
        transaction_renderer(schema_of())(item)
        == (
            '{"transaction_id":"Tü","event_time":"1970-01-01T00:00:00.000Z","customer_id":null,"amount":null,"original_amount":null,'
            '"currency":null}'
        ).encode()
    )


def test_floats_are_written_as_the_shortest_text_that_reads_back() -> None:
    render = transaction_renderer(schema_of(FieldSpec("x", "float"), money=MONEY))
    for value in (0.1, 1e300, 5e-324, 1.0, -0.0, 123456789.12345679, 2**53 + 2.0):
        written = render((0, "T", 0, 0, None, None, None, None, None, None, value)).split(b'"x":')[1][:-1]
        assert float(written) == value
        assert len(written) <= len(repr(value))
