"""`fraudc replay` against a broker: every line once, in order, with the key that the job computes."""

import gzip
import json
import lzma
import os
import signal
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from compiler.live.conftest import Fraudc, Shop
from fraudc.live.publisher import Publisher
from fraudc.live.replay import Transaction, at_once, evenly, recorded, replay
from servers.kafka import Kafka


def partitioned(shop: Shop, topic: str, partitions: int) -> None:
    admin = AdminClient({"bootstrap.servers": shop.connection.servers})
    for made in admin.create_topics([NewTopic(topic, partitions, 1)]).values():
        made.result()


def transaction(number: int) -> bytes:
    return b'{"id": "t%d", "at": %d, "customer_id": "c%d"}' % (number, 1_000_000 + number, number % 17)


def test_every_line_arrives_once_and_each_key_keeps_its_order(shop: Shop, fraudc: Fraudc, tmp_path: Path) -> None:
    partitioned(shop, shop.topics.transactions, 4)
    lines = [transaction(number) for number in range(3_000)]
    (tmp_path / "tx.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    ended = fraudc("replay", tmp_path / "tx.jsonl", "--project", shop.root, "--format", "json")
    assert (ended.code, json.loads(ended.out)["acknowledged"], json.loads(ended.out)["key"]) == (0, 3_000, "customer")
    found = shop.has(shop.topics.transactions)
    assert sorted(message.value() or b"" for message in found) == sorted(lines)
    assert {message.partition() for message in found} == {0, 1, 2, 3}
    for key in range(17):
        mine = [message for message in found if message.key() == b"c%d" % key]
        assert len({message.partition() for message in mine}) == 1
        assert [message.value() for message in mine] == [line for number, line in enumerate(lines) if number % 17 == key]


@pytest.mark.parametrize(("name", "compress"), [("tx.jsonl.gz", gzip.compress), ("tx.jsonl.xz", lzma.compress)])
def test_compressed_files_are_opened(shop: Shop, fraudc: Fraudc, tmp_path: Path, name: str, compress: "type[bytes]") -> None:
    (tmp_path / name).write_bytes(compress(transaction(1) + b"\n" + transaction(2)))
    ended = fraudc("replay", tmp_path / name, "--project", shop.root, "--create-topics")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"sent 2 transactions to {shop.topics.transactions} in ")
    assert [message.value() for message in shop.has(shop.topics.transactions)] == [transaction(1), transaction(2)]


def test_bytes_that_are_no_transaction_go_as_they_are_without_a_key(shop: Shop, fraudc: Fraudc, tmp_path: Path) -> None:
    lines = [b"{oops", b"", b"\xff\xfe", b'{"id": "t", "at": 5, "merchant_id": "m"}', b'{"customer_id": 7}\r']
    (tmp_path / "tx.jsonl").write_bytes(b"\n".join(lines))
    assert fraudc("replay", tmp_path / "tx.jsonl", "--project", shop.root, "--create-topics").code == 0
    found = shop.has(shop.topics.transactions)
    assert sorted((message.value() or b"", message.key()) for message in found) == sorted((line, None) for line in lines)


def test_the_key_of_several_fields_is_its_text(shop: Shop, fraudc: Fraudc, tmp_path: Path) -> None:
    (tmp_path / "tx.jsonl").write_bytes(b'{"customer_id": "c\\u00e9", "merchant_id": "m"}')
    fraudc(
        "replay", tmp_path / "tx.jsonl", "--project", shop.root, "--create-topics", "--key", "customer_at_merchant", "--to", "other-topic"
    )
    assert [message.key() for message in shop.has("other-topic")] == ['["cé","m"]'.encode()]


def test_csv_rows_become_json_objects_of_the_schema(shop: Shop, fraudc: Fraudc, tmp_path: Path) -> None:
    rows = ["id,at,customer_id,value,visits,score,trusted,card.bin,note", 't1,5,c1,1.50,3,0.5,true,4000,"a ""b"""', "t2,,c2,,x,,,,", "t3,1"]
    (tmp_path / "tx.csv").write_text("\n".join(rows))
    assert fraudc("replay", tmp_path / "tx.csv", "--project", shop.root, "--create-topics").code == 0
    third, first, second = (
        message.value() or b"" for message in sorted(shop.has(shop.topics.transactions), key=lambda m: m.value() or b"")
    )
    assert first == (
        b'{"id":"t1","at":5,"customer_id":"c1","value":"1.50","visits":3,"score":0.5,"trusted":true,"card":{"bin":"4000"},'
        b'"note":"a \\"b\\""}'
    )
    assert second == b'{"id":"t2","customer_id":"c2","visits":"x"}'
    assert third == b"t3,1"


def test_a_line_that_is_too_large_is_named_and_the_others_go(shop: Shop, fraudc: Fraudc, tmp_path: Path) -> None:
    (tmp_path / "tx.jsonl").write_bytes(transaction(1) + b"\n" + b"x" * 1_100_000 + b"\n" + transaction(2))
    ended = fraudc("replay", tmp_path / "tx.jsonl", "--project", shop.root, "--create-topics")
    assert ended.code == 1
    assert ended.out.startswith("sent 2 transactions")
    assert ended.err == f"{tmp_path / 'tx.jsonl'}:2: larger than a message may be; not sent\n"


def test_ctrl_c_tells_how_many_are_acknowledged(shop: Shop, fraudc: Fraudc, tmp_path: Path) -> None:
    """At one in ten minutes the first line goes at once, the second never within the test."""
    shop.connection.create([shop.topics.transactions])
    (tmp_path / "tx.jsonl").write_bytes(transaction(1) + b"\n" + transaction(2))

    def interrupt_when_the_first_is_there() -> None:
        while not shop.has(shop.topics.transactions):
            pass
        os.kill(os.getpid(), signal.SIGINT)

    watching = threading.Thread(target=interrupt_when_the_first_is_there)
    watching.start()
    ended = fraudc("replay", tmp_path / "tx.jsonl", "--project", shop.root, "--rate", 1 / 600)
    watching.join()
    assert (ended.code, ended.out) == (130, "")
    assert ended.err == f"fraudc: stopped: {shop.topics.transactions} has 1 of 1 transaction sent\n"
    assert len(shop.has(shop.topics.transactions)) == 1


def test_a_broker_that_is_killed_in_mid_replay_loses_and_repeats_nothing(shop: Shop, kafka: Kafka) -> None:
    partitioned(shop, shop.topics.transactions, 2)
    lines = [transaction(number) for number in range(2_000)]
    publisher = Publisher(shop.connection)

    def with_a_restart() -> Iterator[Transaction]:
        for number, line in enumerate(lines):
            if number == 1_000:  # what was sent before is partly on its way
                kafka.kill()
            yield Transaction(b"c%d" % (number % 17), None, line)
        kafka.start()

    replay(with_a_restart(), publisher, shop.topics.transactions)
    publisher.finish()
    assert publisher.acknowledged == 2_000
    found = shop.has(shop.topics.transactions)
    for partition in (0, 1):
        numbers = [lines.index(message.value() or b"") for message in found if message.partition() == partition]
        assert numbers == sorted(set(numbers))
    assert len(found) == 2_000


def test_a_truncated_file_is_one_line(shop: Shop, fraudc: Fraudc, tmp_path: Path) -> None:
    (tmp_path / "tx.jsonl.gz").write_bytes(gzip.compress(b"\n".join(transaction(number) for number in range(99)))[:-20])
    ended = fraudc("replay", tmp_path / "tx.jsonl.gz", "--project", shop.root, "--create-topics")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "cannot be read beyond line" in ended.err


@pytest.mark.parametrize("options", [["--rate", "0"], ["--speed", "-1"], ["--rate", "1", "--speed", "1"], ["--key", "nobody"]])
def test_wrong_options_exit_2(shop: Shop, fraudc: Fraudc, tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "tx.jsonl").write_bytes(transaction(1))
    ended = fraudc("replay", tmp_path / "tx.jsonl", "--project", shop.root, *options)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)


def test_a_rate_spreads_evenly() -> None:
    pace = evenly(4)
    assert [pace(number, None) for number in range(3)] == [0.0, 0.25, 0.5]


def test_the_recorded_pace_is_divided_by_the_speed_and_never_goes_back() -> None:
    pace = recorded(2)
    assert [pace(number, at) for number, at in zip(count(), [10_000, 11_000, None, 10_500, 14_000], strict=False)] == [
        0.0,
        0.5,
        0.5,
        0.5,
        2.0,
    ]
    assert at_once(7, 5) == 0.0
