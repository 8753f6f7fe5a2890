"""Sixty kinds of malformed payload, and thousands of random ones, through the running job: each is one dead letter, and the job lives."""

import base64
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

from fraudc_runtime.schema import BAD_INPUT_CODES
from servers.fixtures import kafka
from servers.kafka import Kafka
from topic_runs import Topics, running

__all__ = ["kafka"]
PROJECT = """
version: 1
schema:
  id: id
  event_time: at
  fields:
    id: string
    at: timestamp
    card: string?
    amount: money
    currency: string
    count: int?
    score: float?
    flag: bool?
    note: string?
    seen: timestamp?
    bin: {type: string?, path: card_data.bin}
  money: {currency_field: currency, base: USD, rates: {JPY: 0.0067, KWD: 3.25}}
  entities: {card: {key: card}}
  idle: 1h
rules: [rules.yaml]
"""
RULES = "version: 1\nrules:\n  - {id: all, when: 'true'}\n  - {id: counted, by: card, let: {n: count() over 1d}, when: n >= 1}\n"
GOOD: dict[str, Any] = {"id": "X", "at": 1_767_225_600_000, "card": "K", "amount": 5, "currency": "USD"}


def good(**changes: Any) -> bytes:
    """A whole transaction with other members; `...` leaves one out."""
    return json.dumps({name: value for name, value in {**GOOD, **changes}.items() if value is not ...}).encode()


def raw(name: str, text: bytes) -> bytes:
    """A transaction with one member more or in place of its own, as it is written."""
    return good(**{name: ...})[:-1] + b', "%s": %s}' % (name.encode(), text)


# What the language says of each, read by hand: the code of its dead letter.
KINDS: tuple[tuple[str, bytes], ...] = (
    ("empty_line", b""),
    ("empty_line", b" "),
    ("empty_line", b"\r"),
    ("not_json", b"\x00"),
    ("not_json", b"{"),
    ("not_json", good()[:-1]),
    ("not_json", good()[: len(good()) // 2]),
    ("not_json", good() + b"}"),
    ("not_json", good() + good()),
    ("not_json", good() + b","),
    ("not_json", b"{'id': 'X'}"),
    ("not_json", b"{id: 1}"),
    ("not_json", b'{"id": "X",}'),
    ("not_json", b"\xef\xbb\xbf" + good()),
    ("not_json", good() + b"\x00"),
    ("not_json", raw("amount", b"NaN")),
    ("not_json", raw("amount", b"Infinity")),
    ("not_json", raw("amount", b"05")),
    ("not_json", raw("amount", b"+5")),
    ("not_json", raw("amount", b".5")),
    ("not_json", raw("amount", b"5.")),
    ("not_json", raw("amount", b"0x10")),
    ("not_json", raw("note", b"'a'")),
    ("not_json", raw("note", b'"a\nb"')),
    ("not_json", raw("note", b'"\\x41"')),
    ("not_json", raw("flag", b"True")),
    ("not_json", raw("extra", b"[" * 2000)),
    ("not_json", b"<transaction/>"),
    ("not_json", b"id=X&amount=5"),
    ("not_object", b"null"),
    ("not_object", b"5"),
    ("not_object", b'"X"'),
    ("not_object", b"true"),
    ("not_object", b"[]"),
    ("not_object", b"[" + good() + b"]"),
    ("not_utf8", b"\xff"),
    ("not_utf8", good().decode().encode("utf-16")),
    ("not_utf8", raw("note", b'"caf\xe9"')),
    ("not_utf8", raw("note", b'"\xed\xa0\x80"')),
    ("lone_surrogate", raw("note", b'"\\ud800"')),
    ("missing_field", b"{}"),
    ("missing_field", good(id=...)),
    ("missing_field", good(at=...)),
    ("missing_field", good(amount=...)),
    ("missing_field", good(amount=None)),
    ("missing_field", good(currency=...)),
    ("wrong_type", good(id=5)),
    ("wrong_type", good(card=5)),
    ("wrong_type", good(amount=[5])),
    ("wrong_type", good(amount="five")),
    ("wrong_type", good(count=1.5)),
    ("wrong_type", good(count="1")),
    ("wrong_type", good(score="0.5")),
    ("wrong_type", good(flag=1)),
    ("wrong_type", good(flag="true")),
    ("wrong_type", good(note={"a": 1})),
    ("wrong_type", good(card_data={"bin": 4})),
    ("out_of_range", raw("count", b"9223372036854775808")),
    ("out_of_range", raw("score", b"1e999")),
    ("out_of_range", raw("amount", b"1e30")),
    ("bad_timestamp", good(at="2026-01-01T00:00:00")),
    ("bad_timestamp", good(at="yesterday")),
    ("bad_timestamp", good(at="2026-02-30T00:00:00Z")),
    ("bad_timestamp", good(at=-1)),
    ("bad_timestamp", good(at=253402300800000)),
    ("bad_timestamp", good(seen="01/02/2026")),
    ("bad_id", good(id="")),
    ("bad_id", good(id="x" * 257)),
    ("money_decimals", raw("amount", b"5.001")),
    ("money_decimals", good(amount=5.5, currency="JPY")),
    ("unknown_currency", good(currency="EUR")),
    ("unknown_currency", good(currency="usd")),
    ("in_future", good(at=4_102_444_800_000)),
)
FUZZED = 3_000


def fuzzed() -> list[bytes]:
    """Whole transactions with bytes changed, left out and put in; some are still whole."""
    chance = random.Random(60)
    found = []
    for number in range(FUZZED):
        payload = bytearray(good(id=f"F{number}", count=number, note="é", card=chance.choice(["K", "L"])))
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(payload))
            payload[at : at + chance.choice([0, 1, 1])] = bytes([chance.choice(b'{}[]":,0159eE-+.tfn\\u \x00\xff\xc3')])
        found.append(bytes(payload))
    return found


def test_each_malformed_payload_is_one_dead_letter_with_its_code_and_all_others_are_decided(kafka: Kafka, tmp_path: Path) -> None:
    topics = Topics(kafka.servers)
    (tmp_path / "fraudc.yaml").write_text(PROJECT + topics.settings(tmp_path / "checkpoints"))
    (tmp_path / "rules.yaml").write_text(RULES)
    between = [good(id=f"G{number}") for number in range(len(KINDS))]
    random_ones = fuzzed()
    with running(tmp_path, "--parallelism", "2") as job:
        for (_, payload), whole in zip(KINDS, between, strict=True):
            topics.send([payload, whole])
        topics.send(random_ones)
        topics.send([good(id=f"END{day}{number}", at=GOOD["at"] + day * 86_400_000) for day in (1, 2) for number in range(2)])
        job.wait_until(lambda: {"all:END20", "all:END21", "counted:END10", "counted:END11"} <= ids(topics))
        code, _, told = job.stop()
    assert (code, b"Traceback" in told) == (0, False)
    letters = [json.loads(letter) for _, letter in topics.read("dlq")]
    places = [(letter["partition"], letter["offset"]) for letter in letters]
    assert len(set(places)) == len(places)
    assert all(letter["source"] == topics.names["transactions"] and letter["code"] in BAD_INPUT_CODES for letter in letters)
    received = [(letter["code"], base64.b64decode(letter["raw_base64"])) for letter in letters]
    mine = Counter(received) & Counter(KINDS)
    assert list((Counter(KINDS) - mine).elements()) == []
    bad = {payload for _, payload in received}
    whole = [*between, *(payload for payload in random_ones if payload not in bad)]
    assert len(letters) + len(whole) == len(KINDS) + len(between) + len(random_ones)
    accepted = {json.loads(payload)["id"] for payload in whole}
    assert {id.removeprefix("all:") for id in ids(topics) if id.startswith("all:")} == {*accepted, "END10", "END11", "END20", "END21"}


def test_messages_too_large_for_the_topics_are_dead_letters_and_the_job_goes_on(kafka: Kafka, tmp_path: Path) -> None:
    topics = Topics(kafka.servers)
    (tmp_path / "fraudc.yaml").write_text(PROJECT + topics.settings(tmp_path / "checkpoints"))
    (tmp_path / "rules.yaml").write_text('version: 1\nrules:\n  - {id: all, when: note != "x"}\n')
    with running(tmp_path) as job:
        topics.send([b"x" * 800_000, good(id="huge", note="y" * 600_000), good(id="next", note="z")], partition=0)
        job.wait_until(lambda: ids(topics) == {"all:next"} and len(topics.read("dlq")) == 2)
        code, _, told = job.stop()
    assert (code, b"starts again" in told) == (0, False)
    letters = {letter["code"]: letter for _, payload in topics.read("dlq") if (letter := json.loads(payload))}
    assert (letters["not_json"]["offset"], letters["not_json"]["raw_bytes"]) == (0, 800_000)
    assert letters["output_too_large"]["reason"].startswith("the alert about transaction huge has 1,2")
    assert base64.b64decode(letters["output_too_large"]["raw_base64"]).startswith(b'{"alert_id":"all:huge"')


def ids(topics: Topics) -> set[str]:
    return {json.loads(alert)["alert_id"] for _, alert in topics.read("alerts")}


def test_there_are_sixty_kinds_at_least_and_every_code_of_json_is_among_them() -> None:
    assert len(KINDS) >= 60
    elsewhere = {"not_csv", "wrong_columns", "bad_key", "too_large"}  # CSV, profile rows, and what no broker takes by default
    assert {code for code, _ in KINDS} == set(BAD_INPUT_CODES) - elsewhere
