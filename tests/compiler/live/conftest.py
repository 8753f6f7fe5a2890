"""A project whose job runs on the session's broker, with topics of the test's own, and the command line called in this process."""

import sys
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from confluent_kafka import Message, Producer

from fraudc.cli.main import main
from fraudc.live.connection import Connection, Topics
from fraudc.live.tail import Tail
from servers.fixtures import kafka, postgres
from servers.kafka import Kafka

__all__ = ["kafka", "postgres"]  # fixtures of the tests beside this file

PROJECT = """\
version: 1
schema:
  id: id
  event_time: at
  fields:
    id: string
    at: timestamp
    customer_id: string?
    merchant_id: string?
    amount: {{type: money?, aliases: [value]}}
    visits: int?
    score: float?
    trusted: bool?
    bin: {{type: string?, path: card.bin}}
  money: {{base: USD}}
  entities:
    customer: {{key: customer_id, profile: {{segment: string?, credit_limit: money?, since: timestamp?, visits_a_year: int?}}}}
    customer_at_merchant: {{key: [customer_id, merchant_id]}}
rules: [rules.yaml]
job:
  kafka: {{bootstrap_servers: "{servers}"}}
  topics: {{transactions: tx-{name}, alerts: alerts-{name}, dlq: dlq-{name}, profiles: profiles-{name}-,
           rules: rules-{name}, status: status-{name}}}
"""


_PREFIXES = {"transactions": "tx", "alerts": "alerts", "dlq": "dlq", "rules": "rules", "status": "status"}


@dataclass(frozen=True, slots=True)
class Shop:
    """A project and its cluster."""

    root: Path
    connection: Connection

    @property
    def topics(self) -> Topics:
        return self.connection.topics

    def has(self, topic: str) -> list[Message]:
        """The committed messages of a topic, each partition in its order."""
        with Tail(self.connection, topic, "beginning") as tail:
            return list(tail.history())

    def fill(self, topic: str, values: Sequence[bytes]) -> None:
        producer = Producer({"bootstrap.servers": self.connection.servers})
        for value in values:
            producer.produce(topic, value)
        assert producer.flush(30) == 0


@pytest.fixture
def shop(kafka: Kafka, tmp_path: Path) -> Shop:
    name = uuid.uuid4().hex[:8]
    (tmp_path / "fraudc.yaml").write_text(PROJECT.format(servers=kafka.servers, name=name))
    (tmp_path / "rules.yaml").write_text("version: 1\nrules:\n  - {id: large, when: amount > 700 USD}\n")
    own = {part: f"{prefix}-{name}" for part, prefix in _PREFIXES.items()}
    topics = replace(Topics.of(), **own, profiles=f"profiles-{name}-")
    return Shop(tmp_path, Connection(kafka.servers, topics))


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


Fraudc = Callable[..., Ended]


@pytest.fixture
def fraudc(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Fraudc:
    """Runs a command of the command line."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["fraudc", *map(str, arguments)])
        capfd.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        assert isinstance(code, int)
        said = capfd.readouterr()
        return Ended(code, said.out, said.err)

    return run
