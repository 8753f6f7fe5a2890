"""`fraudc dlq` against a broker: letters counted once, the fault pointed at, payloads sent back as they came."""

import json
from base64 import b64encode

import pytest

from compiler.live.conftest import Fraudc, Shop
from fraudc.live.letters import Letter, Place, fault


def letter(shop: Shop, code: str, reason: str, raw: bytes, offset: int, source: str = "") -> bytes:
    written = {
        "code": code,
        "reason": reason,
        "source": source or shop.topics.transactions,
        "partition": 0,
        "offset": offset,
        "received": 1_767_225_600_000,
        "raw_base64": b64encode(raw).decode(),
    }
    return json.dumps(written).encode()


@pytest.fixture
def letters(shop: Shop) -> Shop:
    """Four letters of transactions, one of them written twice, one of another topic, and one message that is no letter."""
    shop.connection.create([shop.topics.dlq, shop.topics.transactions])
    not_json = 'the payload is not JSON: Expecting value at character 12, near ", "'
    shop.fill(
        shop.topics.dlq,
        [
            letter(shop, "not_json", not_json, b'{"amount": , "x": 1}', 3),
            letter(shop, "wrong_type", "`amount` is true, and should be an amount", b'{"customer_id": "c", "amount": true}', 5),
            letter(shop, "not_json", not_json, b'{"amount": , "x": 1}', 3),
            letter(shop, "not_utf8", "the payload is not UTF-8 at byte 2 (0xff)", b"a\xffb", 6),
            letter(shop, "not_json", not_json, b'{"amount": ]', 8),
            letter(shop, "bad_set", "it does not follow revision 3", b"{}", 1, "rules"),
            b"no letter",
        ],
    )
    return shop


def test_letters_are_counted_by_code_each_once(letters: Shop, fraudc: Fraudc) -> None:
    ended = fraudc("dlq", "list", "--project", letters.root)
    assert (ended.code, ended.err) == (0, "")
    assert [line.split()[:2] for line in ended.out.splitlines()] == [
        ["2", "not_json"],
        ["1", "bad_set"],
        ["1", "not_utf8"],
        ["1", "wrong_type"],
        ["5", "in"],
    ]
    counted = json.loads(fraudc("dlq", "list", "--project", letters.root, "--format", "json").out)
    assert counted[0] == {"code": "not_json", "letters": 2}


def test_a_letter_is_shown_with_a_caret_under_the_fault(letters: Shop, fraudc: Fraudc) -> None:
    ended = fraudc("dlq", "show", "--offset", "3", "--project", letters.root)
    assert ended.code == 0
    assert ended.out == (
        'not_json: the payload is not JSON: Expecting value at character 12, near ", "\n'
        f"  --> {letters.topics.transactions}, partition 0, offset 3, received 2026-01-01T00:00:00.000Z\n"
        "   |\n"
        '   | {"amount": , "x": 1}\n'
        "   |            ^\n"
    )


def test_the_newest_letter_of_a_code_is_shown_as_json(letters: Shop, fraudc: Fraudc) -> None:
    shown = json.loads(fraudc("dlq", "show", "--code", "not_json", "--format", "json", "--project", letters.root).out)
    assert (shown["offset"], shown["code"]) == (8, "not_json")
    ended = fraudc("dlq", "show", "--code", "bad_id", "--project", letters.root)
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)


def test_payloads_go_back_byte_for_byte_and_letters_of_other_topics_stay(letters: Shop, fraudc: Fraudc) -> None:
    ended = fraudc("dlq", "replay", "--project", letters.root)
    assert (ended.code, ended.out) == (0, f"sent 4 transactions to {letters.topics.transactions}\n")
    assert "too late for windows" in ended.err
    assert [(message.key(), message.value()) for message in letters.has(letters.topics.transactions)] == [
        (None, b'{"amount": , "x": 1}'),
        (b"c", b'{"customer_id": "c", "amount": true}'),
        (None, b"a\xffb"),
        (None, b'{"amount": ]'),
    ]


@pytest.mark.parametrize(("chosen", "sent"), [(["--code", "not_json"], 2), (["--offset", "6"], 1), (["--code", "x"], 0)])
def test_letters_are_chosen_by_code_and_place(letters: Shop, fraudc: Fraudc, chosen: list[str], sent: int) -> None:
    ended = fraudc("dlq", "replay", *chosen, "--project", letters.root, "--format", "json", "--quiet")
    assert (json.loads(ended.out)["acknowledged"], ended.err) == (sent, "")
    assert len(letters.has(letters.topics.transactions)) == sent


@pytest.mark.parametrize(
    ("reason", "raw", "place"),
    [
        ("it ends at character 5, at its end", b"{\n", Place("", 0, 1)),
        ("wrong at character 4, near", b"a\nbcd\ne", Place("bcd", 1, 2)),
        ("not UTF-8 at byte 4 (0xff)", "é\n".encode() + b"\xff", Place("\N{REPLACEMENT CHARACTER}", 0, 1)),
        ('`a` is "x, y", and', b'{"b": 1, "a": "x, y"}', Place('{"b": 1, "a": "x, y"}', 14, 20)),
        ("`a` is 1, and", b'{"a": 1, "a": 1}', Place('{"a": 1, "a": 1}')),
        ("the line is empty", b"", Place("")),
    ],
)
def test_the_fault_is_where_the_reason_says(reason: str, raw: bytes, place: Place) -> None:
    assert fault(Letter("code", reason, "source", b64encode(raw).decode())) == place
