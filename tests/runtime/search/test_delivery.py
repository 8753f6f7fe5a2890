"""How documents reach a server: how large requests are, in which order what was refused comes again, and when."""

import json
import random
from itertools import count

from fraudc_runtime.search.delivery import LARGEST, Delivery, Pace, wait
from fraudc_runtime.search.documents import Document, body, document
from fraudc_runtime.search.replies import Answer, Lost
from runtime.search.bulks import alert


def documents(count: int) -> list[Document]:
    return [document(alert(f"T{number:04}"), "alerts-", 0, number, None) for number in range(count)]


def offsets(request: bytes) -> list[int]:
    return [int(json.loads(line)["transaction_id"][1:]) for line in request.split(b"\n")[1::2]]


def taken(request: bytes, *, rejecting: int | None = None) -> Answer:
    """Every document is taken but the one at that place."""
    statuses = [429 if at == rejecting else 201 for at in range(len(offsets(request)))]
    return Answer(200, json.dumps({"items": [{"index": {"status": status}} for status in statuses]}).encode())


def test_a_request_never_has_more_bytes_than_its_pace_and_never_no_document() -> None:
    sent = documents(10)
    size = len(body(sent[:1]))
    delivery, pace = Delivery(sent, Pace(3 * size)), Pace(1)
    request = delivery.request()
    assert offsets(request) == [0, 1, 2]
    assert len(request) <= 3 * size
    assert offsets(Delivery(sent, pace).request()) == [0]


def test_what_was_refused_comes_again_before_the_rest() -> None:
    delivery = Delivery(documents(5), Pace(3 * len(body(documents(1)))))
    delivery.reply(taken(delivery.request(), rejecting=1))
    request = delivery.request()
    assert offsets(request) == [1, 3, 4]
    delivery.reply(taken(request))
    assert delivery.request() == b""


def test_a_server_with_room_for_little_gets_everything_in_requests_that_fit() -> None:
    """It answers 429 to a request of more than 64 KiB as often as it comes, as an honest server does."""
    sent, pace, room = documents(2000), Pace(), 64 << 10
    delivery = Delivery(sent, pace)
    seen: list[int] = []
    refusals = 0
    while request := delivery.request():
        if len(request) > room:
            refusals += 1
            delivery.reply(Answer(429, b'{"error":{"type":"rejected_execution_exception","reason":"no"}}'))
            continue
        seen += offsets(request)
        delivery.reply(taken(request))
    assert seen == list(range(2000))
    requests = len(body(sent)) / room
    assert refusals < 5 + requests / 4  # it does not run against the limit again and again


def test_requests_grow_again_once_they_are_taken() -> None:
    pace = Pace()
    pace.refused(1 << 20)
    assert pace.bytes == 1 << 19
    for _ in count():
        before = pace.bytes
        pace.taken()
        if pace.bytes == before:
            break
    assert pace.bytes == LARGEST


def test_a_lost_request_is_sent_again_as_it_was() -> None:
    delivery = Delivery(documents(3), Pace())
    request = delivery.request()
    delivery.reply(Lost("gone"))
    assert delivery.request() == request


def test_waits_double_up_to_half_a_minute_and_never_are_the_same_for_all() -> None:
    chance = random.Random(1)
    for attempt, longest in ((1, 0.1), (2, 0.2), (5, 1.6), (9, 25.6), (10, 30.0), (1_000_000, 30.0)):
        found = [wait(attempt, chance) for _ in range(200)]
        assert longest / 2 <= min(found)
        assert max(found) <= longest
        assert max(found) - min(found) > longest / 4
