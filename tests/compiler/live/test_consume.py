"""`fraudc consume` against a broker: committed messages only, as they stand when piped, readable on a terminal."""

import pytest
from confluent_kafka import Producer

from compiler.live.conftest import Fraudc, Shop
from fraudc.cli.messages import pretty


def test_aborted_transactions_are_not_seen(shop: Shop, fraudc: Fraudc) -> None:
    shop.connection.create([shop.topics.alerts])
    producer = Producer({"bootstrap.servers": shop.connection.servers, "transactional.id": shop.topics.alerts})
    producer.init_transactions(30)
    for value, committed in ((b'{"n": 1}', True), (b'{"n": 2}', False), (b'{"n":\n3}', True)):
        producer.begin_transaction()
        producer.produce(shop.topics.alerts, value)
        producer.flush(30)
        if committed:
            producer.commit_transaction(30)
        else:
            producer.abort_transaction(30)
    ended = fraudc("consume", shop.topics.alerts, "--from", "beginning", "--count", "2", "--project", shop.root)
    assert (ended.code, ended.out, ended.err) == (0, '{"n": 1}\n{"n":3}\n', "")
    assert [message.value() for message in shop.has(shop.topics.alerts)] == [b'{"n": 1}', b'{"n":\n3}']


def test_what_was_there_before_is_not_shown_from_the_end(shop: Shop, fraudc: Fraudc) -> None:
    shop.connection.create([shop.topics.alerts])
    shop.fill(shop.topics.alerts, [b"old"])
    ended = fraudc("consume", shop.topics.alerts, "--timeout", "0", "--project", shop.root)
    assert (ended.code, ended.out) == (0, "")


def test_too_few_messages_before_the_timeout_exit_1(shop: Shop, fraudc: Fraudc) -> None:
    shop.connection.create([shop.topics.alerts])
    shop.fill(shop.topics.alerts, [b"{}"])
    ended = fraudc("consume", shop.topics.alerts, "--from", "beginning", "--count", "2", "--timeout", "1", "--project", shop.root)
    assert (ended.code, ended.out, ended.err) == (1, "{}\n", "fraudc: 1 message of 2 came\n")


def test_outside_a_project_the_cluster_is_named(shop: Shop, fraudc: Fraudc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    shop.connection.create([shop.topics.alerts])
    shop.fill(shop.topics.alerts, [b"{}"])
    ended = fraudc("consume", shop.topics.alerts, "--from", "beginning", "--count", "1", "--bootstrap", shop.connection.servers)
    assert (ended.code, ended.out) == (0, "{}\n")
    assert fraudc("consume", shop.topics.alerts).code == 2


def test_an_alert_is_two_lines_on_a_terminal() -> None:
    alert = (
        b'{"alert_id":"large:t1","rule":"large","revision":1,"severity":"high","mode":"live","entity":"card","key":"K42","transaction_id":"t1",'
        b'"event_time":"2026-03-01T10:00:00.000Z","values":{"probes":3,"spent":"214.00"},"message":"3 probes"}'
    )
    assert pretty(b"K42", alert, False) == "2026-03-01T10:00:00.000Z  high      large  card K42  t1  3 probes\n  probes 3, spent 214.00"
    assert "\x1b[" in pretty(b"K42", alert, True)


@pytest.mark.parametrize(
    ("value", "shown"), [(b"\x1b[2Jgone", "\N{REPLACEMENT CHARACTER}[2Jgone"), (b'{"a": 1}', '{\n  "a": 1\n}'), (None, "k removed")]
)
def test_a_message_cannot_command_the_terminal(value: bytes | None, shown: str) -> None:
    assert pretty(b"k", value, False) == shown
