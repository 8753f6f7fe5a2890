"""Messages of a profile topic through intake: rows by the message's key, deletions, and what is bad about the others."""

import json
from base64 import b64decode
from typing import Any

import msgspec
import pytest

from fraudc_runtime.frames import DEAD, NEWER_PROFILES, PROFILES, SUBFRAME, read_tagged_frame, row_frame
from fraudc_runtime.intake import Intake, Source
from fraudc_runtime.plan import EntitySpec, FieldSpec, Plan
from intaking import Bound, schema_of

ROW = (FieldSpec("home", "string", True), FieldSpec("limit", "money", True))
ENTITIES = (
    EntitySpec("customer", ("customer_id",), ROW),
    EntitySpec("number", ("n",), ROW),
    EntitySpec("pair", ("customer_id", "n"), ROW),
)
PLAN = Plan(schema_of(FieldSpec("n", "int", True), entities=ENTITIES), {}, (), ())
Message = tuple[bytes | None, bytes]


def taken(entity: str, *messages: Message, newer: bool = False) -> tuple[dict[str, Any], list[dict[str, Any]], list[bytes]]:
    """Rows by key, dead letters, and the kinds of sub-frames; the messages are at offsets 10, 11, ... of partition 3."""
    intake = Intake(Bound(PLAN), (Source("profile", "profiles-x", entity, "json", 0, newer),), 4, topics=True)
    records = [(10 + at, 1_000, key, payload) for at, (key, payload) in enumerate(messages)]
    _, found = read_tagged_frame(intake.frame(row_frame(0, 3, records)))
    frames = [payload for tag, _, payload in found if tag == SUBFRAME]
    rows = {key: row for frame in frames for key, row in msgspec.msgpack.decode(frame[1:])[1]}
    assert (intake.counts.profiles, intake.counts.read) == (len(rows), 0)
    return rows, [json.loads(payload) for tag, _, payload in found if tag == DEAD], [frame[:1] for frame in frames]


def test_the_message_s_key_is_the_key_whether_the_row_repeats_it_or_not() -> None:
    rows, letters, kinds = taken(
        "customer", (b"C1", b'{"home": "FR", "limit": "1.50"}'), ("Zo\u00eb".encode(), '{"customer_id": "Zo\u00eb"}'.encode())
    )
    assert rows == {"C1": {"home": "FR", "limit": 150}, "Zo\u00eb": {"home": None, "limit": None}}
    assert (letters, set(kinds)) == ([], {PROFILES})


def test_an_empty_value_deletes() -> None:
    rows, letters, kinds = taken("customer", (b"C1", b'{"home": "FR"}'), (b"C2", b""), (b"", b""), newer=True)
    assert rows == {"C1": {"home": "FR", "limit": None}, "C2": None, "": None}
    assert (letters, set(kinds)) == ([], {NEWER_PROFILES})


def test_a_number_s_key_is_its_digits_and_a_composite_one_a_compact_array() -> None:
    assert taken("number", (b"-42", b'{"n": -42, "home": "a"}'))[0] == {"-42": {"home": "a", "limit": None}}
    assert taken("pair", (b'["C1",5]', b'{"n": 5}'))[0] == {'["C1",5]': {"home": None, "limit": None}}


@pytest.mark.parametrize(
    ("entity", "key", "row"),
    [
        ("customer", None, b"{}"),
        ("customer", None, b""),
        ("customer", b"\xff", b""),
        ("customer", b"C1", b'{"customer_id": "C2"}'),
        ("number", b"x", b"{}"),
        ("number", b"042", b"{}"),
        ("number", b"9223372036854775808", b"{}"),
        ("number", b"1" * 5_000, b"{}"),
        ("number", b"4", b'{"n": 5}'),
        ("pair", b"C1", b"{}"),
        ("pair", b'["C1"]', b"{}"),
        ("pair", b'["C1", 5]', b"{}"),
        ("pair", b'["C1","5"]', b"{}"),
        ("pair", b'["C1",9223372036854775808]', b"{}"),
        ("pair", b"[" * 100_000, b"{}"),
        ("pair", b'["C1",5]', b'{"customer_id": "C1", "n": 6}'),
    ],
)
def test_a_key_that_is_none_of_the_entity_or_not_the_row_s_is_bad(entity: str, key: bytes | None, row: bytes) -> None:
    rows, letters, _ = taken(entity, (key, row))
    assert rows == {}
    assert [(letter["code"], letter["source"], letter["partition"], letter["offset"]) for letter in letters] == [
        ("bad_key", "profiles-x", 3, 10)
    ]
    assert len(letters[0]["reason"]) < 200


def test_a_bad_row_is_a_dead_letter_with_where_it_stands_and_the_others_go_on() -> None:
    rows, letters, _ = taken("customer", (b"C1", b"{"), (b"C2", b'{"limit": "1.005"}'), (b"C3", b"a\nb"), (b"C4", b'{"home": "DE"}'))
    assert rows == {"C4": {"home": "DE", "limit": None}}
    assert [(letter["code"], letter["offset"]) for letter in letters] == [("not_json", 10), ("money_decimals", 11), ("not_json", 12)]
    assert [b64decode(letter["raw_base64"]) for letter in letters] == [b"{", b'{"limit": "1.005"}', b"a\nb"]
    assert {letter["received"] for letter in letters} == {"1970-01-01T00:00:01.000Z"}
