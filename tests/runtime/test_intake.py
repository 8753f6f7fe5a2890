"""Frames of payloads become items by shard, dead letters, late records, alerts of stateless rules, and counts that add up."""

import base64
import json
from typing import Any
from zlib import crc32

import msgspec
import pytest

from fraudc_runtime.counts import Counts, EntityCounts, RuleCounts
from fraudc_runtime.frames import (
    ALERT,
    END_OF_INPUT,
    LATE,
    MAX_WATERMARK,
    MIN_WATERMARK,
    PROFILES,
    STATUS,
    SUBFRAME,
    TRANSACTIONS,
    read_tagged_frame,
    source_frame,
)
from fraudc_runtime.intake import Intake, Record, Source
from fraudc_runtime.plan import EntitySpec, FieldSpec, Plan
from fraudc_runtime.record import Item
from fraudc_runtime.routing import composite_key, shard_of
from intaking import CUSTOMER, MONEY, Bound, Feed, dead, late, line, schema_of

PAIR = EntitySpec("pair", ("customer_id", "n"))
NUMBER = EntitySpec("number", ("n",))
WITH_NUMBER = schema_of(FieldSpec("n", "int", optional=True), entities=(CUSTOMER, PAIR, NUMBER))


def at(event_time: Any, id: str = "T1", **members: Any) -> bytes:
    return line(event_time=event_time, transaction_id=id, **members)


class TestItems:
    def test_an_item_has_the_columns_in_declared_order_with_each_amount_s_text_behind_it(self) -> None:
        items = Feed(schema_of(FieldSpec("ok", "bool"))).items(at(1_000, amount=1.5, currency="EUR", ok=True))
        assert items == [[1_000, "T1", 0, 0, 0, "C1", "C1", 162, "1.5", "EUR", True]]

    def test_offsets_go_on_from_frame_to_frame(self) -> None:
        feed = Feed(schema_of())
        feed.records(at(1_000), b"bad")
        assert [item[3] for item in feed.items(at(1_000, "T2"), at(1_000, "T3"))] == [2, 3]

    def test_there_is_one_item_for_each_entity_whose_key_is_present(self) -> None:
        feed = Feed(WITH_NUMBER)
        assert [(item[4], item[5]) for item in feed.items(at(1_000, n=7))] == [(0, "C1"), (1, '["C1",7]'), (2, "7")]
        assert [(item[4], item[5]) for item in feed.items(at(1_000, "T2"))] == [(0, "C1")]
        assert [(item[4], item[5]) for item in feed.items(at(1_000, "T3", customer_id=None, n=0))] == [(2, "0")]
        assert {name: counts.without_key for name, counts in feed.intake.counts.entities.items()} == {"customer": 1, "pair": 2, "number": 1}

    def test_an_empty_key_is_a_key_like_any_other(self) -> None:
        assert [item[5] for item in Feed(schema_of()).items(at(1_000, customer_id=""))] == [""]

    def test_a_composite_key_is_compact_json_and_keeps_characters_beyond_ascii(self) -> None:
        items = Feed(WITH_NUMBER).items(at(1_000, customer_id='é"\\\n\x7f/', n=-1))
        assert items[1][5] == '["é\\"\\\\\\n\x7f/",-1]'

    def test_a_composite_key_is_what_the_standard_library_writes(self) -> None:
        every = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x10000)]))
        assert composite_key([every, 5]) == json.dumps([every, 5], ensure_ascii=False, separators=(",", ":"))

    def test_items_stand_in_the_shard_of_entity_and_key(self) -> None:
        feed = Feed(WITH_NUMBER, shards=128)
        for tag, shard, payload in feed.records(*(at(1_000, f"T{n}", customer_id=f"C{n}", n=n) for n in range(50))):
            assert (tag, payload[:1]) == (SUBFRAME, TRANSACTIONS)
            for item in msgspec.msgpack.decode(payload[1:]):
                name = WITH_NUMBER.entities[item[4]].name
                assert shard == str(crc32(f"{name}\0{item[5]}".encode()) % 128)

    def test_the_shard_of_a_key_is_fixed(self) -> None:
        assert shard_of("customer", "C1", 128) == crc32(b"customer\x00C1") % 128
        assert crc32(b"123456789") == 0xCBF43926  # the checksum's published check value

    def test_a_schema_may_have_no_entities(self) -> None:
        feed = Feed(schema_of(entities=()))
        assert feed.records(at(100_000), at(1, "T2")) == []
        assert (feed.intake.counts.read, feed.intake.counts.valid, feed.watermark) == (2, 2, 94_999)


class TestDeadLetters:
    def test_a_dead_letter_holds_code_sentence_place_and_raw_bytes(self) -> None:
        raw = b'{"transaction_id": \xff'
        letter = dead(Feed(schema_of(), offset=7).records(raw))[0]
        assert list(letter) == ["code", "reason", "source", "offset", "received", "raw_base64"]
        assert (letter["code"], letter["source"], letter["offset"], letter["received"]) == ("not_utf8", "in.jsonl", 7, None)
        assert base64.b64decode(letter["raw_base64"]) == raw

    def test_each_dead_letter_of_a_frame_has_its_own_bytes(self) -> None:
        raws = [b"x", b"", b"{}", at(1_000), b"[1]"]
        letters = dead(Feed(schema_of()).records(*raws))
        assert [base64.b64decode(letter["raw_base64"]) for letter in letters] == [b"x", b"", b"{}", b"[1]"]

    def test_a_file_s_name_that_is_no_utf8_is_escaped(self) -> None:
        intake = Intake(Bound(Plan(schema_of(), {}, (), ())), (Source("transactions", "a\udcff.jsonl", None, "json", 0),), 1)
        records = read_tagged_frame(intake.frame(source_frame(0, 0, [b"bad"])))[1]
        assert dead(records)[0]["source"] == "a\\udcff.jsonl"

    def test_bad_input_moves_no_watermark_and_is_not_late(self) -> None:
        feed = Feed(schema_of())
        feed.records(at(100_000))
        records = feed.records(at(900_000, amount=1, currency="CHF"), at(1, amount=1, currency="CHF"), at(95_000, "T2"))
        assert [letter["code"] for letter in dead(records)] == ["unknown_currency"] * 2
        assert late(records) == []
        assert feed.watermark == 94_999

    def test_an_empty_frame_is_no_payload(self) -> None:
        assert Feed(schema_of()).records() == []

    def test_every_bad_line_is_counted_by_code(self) -> None:
        feed = Feed(schema_of())
        feed.records(at(1_000), b"", b"x", b"y", at(-1))
        assert (feed.intake.counts.read, feed.intake.counts.valid) == (5, 1)
        assert feed.intake.counts.dead == {"empty_line": 1, "not_json": 2, "bad_timestamp": 1}


class TestLateness:
    """max_disorder is 5 s; the largest event time is 1970-01-01T00:01:40Z."""

    @pytest.mark.parametrize("event_time", [95_000, 95_001, 100_000])
    def test_within_the_disorder_nothing_is_late(self, event_time: int) -> None:
        feed = Feed(schema_of())
        assert late(feed.records(at(100_000), at(event_time, "T2"))) == []

    def test_one_millisecond_beyond_the_disorder_is_late(self) -> None:
        feed = Feed(schema_of())
        records = feed.records(at(100_000), at(94_999, "T2", amount=2))
        assert [payload for tag, _, payload in records if tag == LATE] == []
        assert [letter["code"] for letter in dead(records)] == ["missing_field"]  # no currency: bad, so not late
        records = feed.records(at(94_999, "T3", amount=2, currency="USD"))
        assert late(records) == [
            {
                "transaction_id": "T3",
                "entity": "customer",
                "event_time": "1970-01-01T00:01:34.999Z",
                "watermark": "1970-01-01T00:01:34.999Z",
                "late_by_ms": 1,
                "transaction": {
                    "transaction_id": "T3",
                    "event_time": "1970-01-01T00:01:34.999Z",
                    "customer_id": "C1",
                    "amount": "2.00",
                    "original_amount": "2",
                    "currency": "USD",
                },
            }
        ]
        assert [(tag, key) for tag, key, _ in records] == [(LATE, "C1")]

    def test_lateness_is_measured_against_the_lines_before_in_the_same_frame_too(self) -> None:
        records = Feed(schema_of()).records(at(94_999, "T1"), at(100_000, "T2"), at(94_999, "T3"), at(94_990, "T4"))
        assert [(record["transaction_id"], record["late_by_ms"]) for record in late(records)] == [("T3", 1), ("T4", 10)]

    def test_a_late_line_is_late_for_each_entity_whose_key_it_has(self) -> None:
        feed = Feed(WITH_NUMBER)
        feed.records(at(100_000, n=1))
        records = feed.records(at(1, "T2"), at(2, "T3", n=5))
        assert [(record["transaction_id"], record["entity"]) for record in late(records)] == [
            ("T2", "customer"),
            ("T3", "customer"),
            ("T3", "pair"),
            ("T3", "number"),
        ]
        assert [key for tag, key, _ in records if tag == LATE] == ["C1", "C1", '["C1",5]', "5"]
        assert feed.intake.counts.entities == {
            "customer": EntityCounts(late=2),
            "pair": EntityCounts(without_key=1, late=1),
            "number": EntityCounts(without_key=1, late=1),
        }

    def test_a_late_line_enters_no_shard(self) -> None:
        feed = Feed(schema_of())
        feed.records(at(100_000))
        assert [tag for tag, _, _ in feed.records(at(1, "T2"))] == [LATE]

    def test_without_disorder_the_largest_time_itself_is_in_time(self) -> None:
        feed = Feed(schema_of(max_disorder=0))
        records = feed.records(at(1_000, "T1"), at(1_000, "T2"), at(999, "T3"))
        assert [(record["transaction_id"], record["late_by_ms"]) for record in late(records)] == [("T3", 1)]


class TestWatermark:
    def test_it_is_the_largest_event_time_less_the_disorder_and_a_millisecond(self) -> None:
        feed = Feed(schema_of())
        feed.records(at(100_000), at(99_000, "T2"))
        assert feed.watermark == 94_999

    def test_before_the_first_transaction_there_is_none(self) -> None:
        feed = Feed(schema_of())
        feed.records(b"bad")
        assert feed.watermark == MIN_WATERMARK

    def test_at_the_end_of_input_it_is_the_end_of_time_with_the_counts(self) -> None:
        feed = Feed(schema_of())
        feed.records(at(1_000), b"bad")
        watermark, records = read_tagged_frame(feed.intake.frame(source_frame(END_OF_INPUT, 0, [])))
        assert watermark == MAX_WATERMARK
        assert [(tag, key) for tag, key, _ in records] == [(STATUS, None)]
        assert msgspec.json.decode(records[0][2], type=Counts) == Counts(
            read=2, valid=1, dead={"not_json": 1}, entities={"customer": EntityCounts()}
        )


def test_stateless_rules_see_every_valid_transaction_as_it_comes_late_ones_too() -> None:
    seen: list[Item] = []

    def rules(item: Item, counts: Counts) -> list[Record]:
        seen.append(item)
        counts.rules["big"] = RuleCounts()
        return [(ALERT, item[1], b"{}")]

    feed = Feed(schema_of(), stateless=rules)
    records = feed.records(at(100_000, "T1", customer_id=None), b"bad", at(1, "T2"))
    assert [(tag, key) for tag, key, _ in records if tag == ALERT] == [(ALERT, "T1"), (ALERT, "T2")]
    assert seen == [
        (100_000, "T1", 0, 0, None, None, None, None, None, None),
        (1, "T2", 0, 2, None, None, "C1", None, None, None),
    ]
    assert list(feed.intake.counts.rules) == ["big"]


class TestProfiles:
    ENTITY = EntitySpec(
        "customer",
        ("customer_id",),
        (FieldSpec("home", "string", True), FieldSpec("limit", "money", True), FieldSpec("level", "int", True)),
    )
    SCHEMA = schema_of(FieldSpec("n", "int", True), entities=(NUMBER, ENTITY, EntitySpec("pair", ("customer_id", "n"), ENTITY.profile)))

    def read(self, format: Any, *payloads: bytes, entity: str = "customer") -> tuple[list[Any], list[dict[str, Any]], Intake]:
        intake = Intake(Bound(Plan(self.SCHEMA, {}, (), ())), (Source("profile", "customers", entity, format, 0),), 1)
        watermark, records = read_tagged_frame(intake.frame(source_frame(0, 0, list(payloads))))
        assert watermark == MIN_WATERMARK
        frames = [payload for tag, _, payload in records if tag == SUBFRAME]
        assert all(frame[:1] == PROFILES for frame in frames)
        decoded = [msgspec.msgpack.decode(frame[1:]) for frame in frames]
        assert {name for name, _ in decoded} <= {entity}
        return [row for _, rows in decoded for row in rows], dead(records), intake

    def test_a_csv_row_is_the_key_and_the_profile_s_fields_by_name_with_money_in_base(self) -> None:
        rows, letters, _ = self.read("csv", b"limit,customer_id,home,level", b"1.50,C1,FR,3", b",C2,,")
        assert rows == [["C1", {"home": "FR", "limit": 150, "level": 3}], ["C2", {"home": None, "limit": None, "level": None}]]
        assert letters == []

    def test_a_json_row_likewise(self) -> None:
        rows, _, _ = self.read("json", b'{"customer_id": "C1", "limit": "7", "home": null, "currency": "JPY"}')
        assert rows == [["C1", {"home": None, "limit": 700, "level": None}]]

    def test_a_composite_key_has_one_column_for_each_field(self) -> None:
        rows, _, _ = self.read("csv", b"n,customer_id,home", b"5,C1,FR", entity="pair")
        assert rows == [['["C1",5]', {"home": "FR", "limit": None, "level": None}]]

    def test_bad_rows_are_dead_letters_and_count_as_no_transactions(self) -> None:
        rows, letters, intake = self.read("csv", b"customer_id,level", b"C1,1", b",1", b"C2,x", b"C3,2")
        assert [row[0] for row in rows] == ["C1", "C3"]
        assert [(letter["code"], letter["source"], letter["offset"]) for letter in letters] == [
            ("missing_field", "customers", 2),
            ("wrong_type", "customers", 3),
        ]
        assert (intake.counts.read, intake.counts.valid, intake.counts.dead) == (0, 0, {})
        assert (intake.counts.profiles, intake.counts.bad_profiles) == (2, 2)

    def test_rows_of_one_key_keep_their_order(self) -> None:
        rows, _, _ = self.read("csv", b"customer_id,home", b"C1,FR", b"C1,DE")
        assert [row[1]["home"] for row in rows] == ["FR", "DE"]

    def test_a_row_stands_in_its_key_s_shard(self) -> None:
        intake = Intake(Bound(Plan(self.SCHEMA, {}, (), ())), (Source("profile", "customers", "customer", "json", 0),), 64)
        records = read_tagged_frame(intake.frame(source_frame(0, 0, [b'{"customer_id": "C9"}'])))[1]
        assert [key for _, key, _ in records] == [str(crc32(b"customer\x00C9") % 64)]


def test_money_stays_with_its_own_currency_across_frames() -> None:
    feed = Feed(schema_of(money=MONEY))
    for currency, minor in (("USD", 100), ("EUR", 108), ("JPY", 1), ("USD", 100)):
        assert feed.items(at(1_000, amount=1, currency=currency))[0][7] == minor
