"""An alert's index and id, and the body of a bulk request."""

import json
from hashlib import blake2b

import pytest

from fraudc_runtime.search.documents import Document, NoAlert, body, document, newest
from runtime.search.bulks import alert


def of(message: bytes, offset: int = 0) -> Document:
    return document(message, "alerts-", 0, offset, None)


@pytest.mark.parametrize(
    ("event_time", "index"),
    [
        ("2026-02-28T23:59:59.999Z", "alerts-2026.02.28"),
        ("2026-03-01T00:00:00.000Z", "alerts-2026.03.01"),
        ("1970-01-01T00:00:00.000Z", "alerts-1970.01.01"),
        ("9999-12-31T23:59:59.999Z", "alerts-9999.12.31"),
    ],
)
def test_an_alert_belongs_to_the_day_of_its_event_time(event_time: str, index: str) -> None:
    assert of(alert("T1", event_time)).index == index


@pytest.mark.parametrize(
    ("alert_id", "id"),
    [
        ("r:" + "x" * 510, "r:" + "x" * 510),
        ("r:" + "x" * 511, blake2b(b"r:" + b"x" * 511).hexdigest()),
        ("r:" + "é" * 255, "r:" + "é" * 255),  # two bytes each
        ("r:" + "é" * 256, blake2b(("r:" + "é" * 256).encode()).hexdigest()),
        ('r:"\\\n', 'r:"\\\n'),
    ],
)
def test_an_id_of_more_than_512_bytes_is_its_digest(alert_id: str, id: str) -> None:
    assert of(alert("T1", alert_id=alert_id)).id == id


def test_a_body_holds_each_alert_as_it_stands_in_the_topic() -> None:
    first, second = alert("T1"), alert('T"2', "2026-03-02T00:00:00.000Z")
    lines = body([of(first), of(second)]).split(b"\n")
    assert [json.loads(line) for line in lines[0:4:2]] == [
        {"index": {"_index": "alerts-2026.03.01", "_id": "large:T1"}},
        {"index": {"_index": "alerts-2026.03.02", "_id": 'large:T"2'}},
    ]
    assert lines[1::2] == [first, second]
    assert lines[4] == b""


def test_an_alert_over_several_lines_becomes_one() -> None:
    spread = json.dumps(json.loads(alert("T1")), indent=2).encode()
    assert of(spread).alert == alert("T1")


@pytest.mark.parametrize(
    "message",
    [b"", b"nonsense", b"\xff", b"[]", b'{"alert_id":1,"event_time":"2026-03-01T10:00:00.000Z"}', alert("T", alert_id="")]
    + [alert("T", event_time) for event_time in ("", "yesterday", "2026-13-01T00:00:00.000Z", "2026-03-01T10:00:00.000+01:00")],
)
def test_what_is_no_alert_is_said_to_be_none(message: bytes) -> None:
    with pytest.raises(NoAlert, match="no alert"):
        of(message)


def test_of_two_with_one_id_and_day_the_later_stays() -> None:
    first, other, last = of(alert("T1"), 1), of(alert("T1", "2026-03-02T10:00:00.000Z"), 2), of(alert("T1", suppressed=3), 3)
    assert newest([first, other, last]) == [last, other]
