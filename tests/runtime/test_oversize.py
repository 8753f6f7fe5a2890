"""Records that no message of a topic can hold: dead letters are cut, all else becomes a dead letter, and what fits stays as it is."""

import json
from base64 import b64decode, b64encode

from fraudc_runtime.frames import ALERT, DEAD, LATE, STATUS, SUBFRAME, read_tagged_frame, tagged_frame
from fraudc_runtime.oversize import fitted

MOST = 1_000
LETTER = {"code": "not_json", "reason": "it is none", "source": "transactions", "partition": 2, "offset": 7, "received": None}


def letter(size: int) -> bytes:
    return json.dumps({**LETTER, "raw_base64": b64encode(b"x" * size).decode()}, separators=(",", ":")).encode()


def test_what_fits_stays_as_it_is() -> None:
    records = [(ALERT, "K", b"a" * 999), (DEAD, None, letter(600)), (SUBFRAME, "1", b"s" * 5_000), (STATUS, None, b"c" * 2_000)]
    frame = tagged_frame(5, records)
    assert fitted(frame, MOST) == frame
    assert fitted(frame, 1 << 20) is frame


def test_a_dead_letter_keeps_the_first_of_its_bytes_and_says_how_many_there_were() -> None:
    ((tag, key, payload),) = read_tagged_frame(fitted(tagged_frame(5, [(DEAD, None, letter(900))]), MOST))[1]
    assert (tag, key) == (DEAD, None)
    assert MOST - 4 < len(payload) <= MOST
    found = json.loads(payload)
    assert {name: found[name] for name in LETTER} == LETTER
    assert found["raw_bytes"] == 900
    assert set(b64decode(found["raw_base64"])) == {ord("x")}


def test_an_alert_and_a_late_record_become_dead_letters_in_their_places() -> None:
    alert, late = (json.dumps({"transaction_id": id, "rest": "y" * 2_000}).encode() for id in ("T1", "T2"))
    watermark, records = read_tagged_frame(fitted(tagged_frame(5, [(ALERT, "K", alert), (LATE, "K", late), (ALERT, "L", b"{}")]), MOST))
    assert watermark == 5
    assert [(tag, key) for tag, key, _ in records] == [(DEAD, None), (DEAD, None), (ALERT, "L")]
    letters = [json.loads(payload) for _, _, payload in records[:2]]
    assert {found["code"] for found in letters} == {"output_too_large"}
    assert letters[0]["reason"] == f"the alert about transaction T1 has {len(alert) + 1:,} bytes, and its topic takes 1,000"
    assert [found["source"] for found in letters] == ["alert", "late record"]
    assert alert.startswith(b64decode(letters[0]["raw_base64"]))
