"""Profile rows in the running job: what a topic holds and what comes later, deletions, bad rows, a restart at another parallelism."""

import json
from pathlib import Path
from typing import Any

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from fraudc_runtime.frames import source_frame
from fraudc_runtime.intake import Source
from fraudc_runtime.local import Runner
from publications import compiled
from servers.fixtures import kafka
from servers.kafka import Kafka
from topic_runs import PATIENCE, Job, Topics, running, wait_until

__all__ = ["kafka"]
PROJECT = """
version: 1
schema:
  id: id
  event_time: at
  fields: {id: string, at: timestamp, customer: string, amount: money, currency: string}
  money: {currency_field: currency, base: USD, rates: {EUR: 1.5}}
  entities: {customer: {key: customer, profile: {limit: money?, home: string?}}}
  max_disorder: 0s
  idle: 1s
rules: [rules.yaml]
"""
RULES = """
version: 1
rules:
  - {id: all, by: customer, let: {limit: customer.limit, home: customer.home}, when: "true"}
  - {id: above, by: customer, let: {n: count() over 1d}, when: amount > customer.limit}
"""
BEGIN, DAY = 1_767_225_600_000, 86_400_000


def payment(id: str, at: int, customer: str, amount: int) -> bytes:
    return json.dumps({"id": id, "at": at, "customer": customer, "amount": amount, "currency": "USD"}).encode()


class Shop:
    """The project's topics, and what its job knows of customers."""

    def __init__(self, kafka: Kafka, folder: Path) -> None:
        self.topics = Topics(kafka.servers, partitions=1)
        self.folder = folder
        (folder / "fraudc.yaml").write_text(PROJECT + self.topics.settings(folder / "checkpoints"))
        (folder / "rules.yaml").write_text(RULES)
        self._producer = Producer({"bootstrap.servers": kafka.servers, "enable.idempotence": True})
        self._sent = 0

    def row(self, key: str | None, row: dict[str, Any] | bytes | None) -> None:
        payload = json.dumps(row).encode() if isinstance(row, dict) else row
        self._producer.produce(self.topics.names["profiles-customer"], payload, key)
        assert self._producer.flush(PATIENCE) == 0

    def known(self, job: Job, customer: str) -> dict[str, Any]:
        """What a transaction of the customer reads now, by an alert about it."""
        self._sent += 1
        id = f"{customer}-{self._sent}"
        lines = [self.line(id if number == 0 else f"clock-{self._sent}", customer if number == 0 else "clock") for number in range(2)]
        self.topics.send(lines)
        found: dict[str, dict[str, Any]] = {}

        def decided() -> bool:
            alerts = [json.loads(alert) for _, alert in self.topics.read("alerts", committed=False)]
            found.update({alert["alert_id"]: alert["values"] for alert in alerts})
            return f"all:{id}" in found

        job.wait_until(decided)
        return found[f"all:{id}"]

    def line(self, id: str, customer: str) -> bytes:
        return payment(id, BEGIN + self._sent * 60_000, customer, 50)

    def letters(self) -> list[tuple[str, str, str]]:
        found = [json.loads(letter) for _, letter in self.topics.read("dlq")]
        return sorted((letter["code"], letter["source"], letter["raw_base64"]) for letter in found)


def test_rows_are_there_change_go_and_survive_a_restart_with_more_tasks(kafka: Kafka, tmp_path: Path) -> None:
    shop = Shop(kafka, tmp_path)
    rows = shop.topics.names["profiles-customer"]
    shop.row("C1", {"limit": "40", "home": "CH"})
    shop.row("C2", {"limit": 60, "currency": "USD"})
    with running(tmp_path) as job:
        job.wait_until(lambda: shop.known(job, "C1") == {"limit": "40.00", "home": "CH"})
        job.wait_until(lambda: shop.known(job, "C2") == {"limit": "60.00", "home": None})
        assert shop.known(job, "C3") == {"limit": None, "home": None}
        shop.row("C1", {"limit": 45})  # the whole row is new
        shop.row(None, {"limit": 1})
        shop.row("C3", b"{")
        shop.row("C3", {"customer": "C4", "limit": 1})
        shop.row("C3", {"limit": "much"})
        job.wait_until(lambda: shop.known(job, "C1") == {"limit": "45.00", "home": None})
        shop.row("C2", None)
        job.wait_until(lambda: shop.known(job, "C2") == {"limit": None, "home": None})
        wait_until(lambda: len(shop.letters()) == 4)
        assert job.stop()[0] == 0
    assert [(code, source) for code, source, _ in shop.letters()] == [
        (code, rows) for code in ("bad_key", "bad_key", "not_json", "wrong_type")
    ]
    with running(tmp_path, "--parallelism", "2") as job:
        assert shop.known(job, "C1") == {"limit": "45.00", "home": None}  # from state: before anything can have been read anew
        assert shop.known(job, "C2") == {"limit": None, "home": None}
        shop.row("C3", {"home": "FR"})
        job.wait_until(lambda: shop.known(job, "C3") == {"limit": None, "home": "FR"})
        assert job.stop()[0] == 0


def test_once_rows_are_known_alerts_are_those_of_the_engine(kafka: Kafka, tmp_path: Path) -> None:
    shop = Shop(kafka, tmp_path)
    plan = compiled(tmp_path, RULES)
    limits = {f"C{number}": {"customer": f"C{number}", "limit": number * 10} for number in range(10)}
    for customer, row in limits.items():
        shop.row(customer, row)
    lines = [payment(f"t{n}", BEGIN + 10 * DAY + n * 1_000, f"C{n % 10}", n % 97) for n in range(3_000)]
    sources = (Source("profile", "rows", "customer", "json", 0), Source("transactions", "transactions", None, "json", 0))
    runner = Runner(plan, sources)
    runner.frame(source_frame(0, 0, [json.dumps(row).encode() for row in limits.values()]))
    runner.frame(source_frame(1, 0, lines))
    expected = runner.end().alerts
    with running(tmp_path) as job:
        job.wait_until(lambda: shop.known(job, "C9")["limit"] is not None)  # the last of the topic's only partition
        shop.topics.send(lines, partition=0)
        shop.topics.send([payment(f"end{number}", BEGIN + 20 * DAY, "clock", 0) for number in range(2)])
        job.wait_until(lambda: b"all:end0" in b"".join(alert for _, alert in shop.topics.read("alerts", committed=False)))
        assert job.stop()[0] == 0
    alerts = [alert for _, alert in shop.topics.read("alerts")]
    assert sorted(alert for alert in alerts if json.loads(alert)["transaction_id"].startswith("t")) == sorted(expected)


def test_profile_topics_are_made_compacted_and_one_that_is_missing_is_named(kafka: Kafka, tmp_path: Path) -> None:
    shop = Shop(kafka, tmp_path)
    rows = shop.topics.names["profiles-customer"]
    admin = AdminClient({"bootstrap.servers": kafka.servers})
    admin.delete_topics([rows])[rows].result()
    with running(tmp_path) as job:
        code, told = job.ended()
    assert (code, f"has no topic {rows}" in told.decode()) == (4, True)
    with running(tmp_path, "--create-topics") as job:
        job.wait_until(lambda: rows in admin.list_topics(timeout=PATIENCE).topics)
        settings = admin.describe_configs([ConfigResource(ResourceType.TOPIC, rows)])
        (found,) = settings.values()
        assert found.result()["cleanup.policy"].value == "compact"
