"""Transactions that keep coming while a job is killed, what its files and topics say of the moment, and the alerts that must come out."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from fraudc.live.rules import RulesTopic
from fraudc_runtime.frames import source_frame
from fraudc_runtime.intake import Source
from fraudc_runtime.local import Result, Runner
from fraudc_runtime.rulesets.acceptance import Standing, begin
from fraudc_runtime.rulesets.ruleset import RuleSet
from publications import connection
from topic_runs import PATIENCE, Job, Topics

# Silence decides nothing: how long one lasts is not the same the second time.
PROJECT = """
version: 1
schema:
  id: id
  event_time: at
  fields: {id: string, at: timestamp, kind: string, customer: string, amount: int}
  entities: {customer: {key: customer}}
  idle: 1h
rules: [rules.yaml]
"""
RULES = """
version: 1
rules:
  - {id: many, by: customer, let: {n: count() over 10m}, when: n >= 9, cooldown: 30m, message: "{n} payments"}
  - {id: spent, by: customer, let: {total: sum(amount) over 1h}, when: total > 21_000 and amount > 900}
  - {id: kept, by: customer, when: amount >= 995, unless: kind == "refund", within: 5m}
  - {id: large, when: amount >= 996}
  - {id: watched, by: customer, mode: shadow, let: {top: max(amount) over 2h}, when: amount == top and amount > 980}
"""
CHANGED = RULES.replace("n >= 9", "n >= 8").replace("amount >= 996", "amount >= 994") + (
    "  - {id: fresh, by: customer, let: {recent: count() over 20m}, when: recent >= 14, cooldown: 1h}\n"
)
BEGIN = 1_767_225_600_000  # ms
STEP = 2_000  # ms of event time from one transaction to the next
ROUND = 10  # transactions that are sent at once
RATE = 0.02  # seconds from one round to the next


def transactions(seed: int = 6) -> Iterator[bytes]:
    """Without end, of forty customers, in the order of their times."""
    chance = random.Random(seed)
    for number in count():
        kind = "refund" if chance.random() < 0.1 else "payment"
        customer, amount = chance.randrange(40), chance.randint(1, 1000)
        yield b'{"id":"t%d","at":%d,"kind":"%s","customer":"C%d","amount":%d}' % (
            *(number, BEGIN + number * STEP, kind.encode(), customer, amount),
        )


def last(partitions: int, sent: int) -> list[bytes]:
    """One a partition in turn, a day on: behind them everything is decided."""
    at = BEGIN + sent * STEP + 86_400_000
    return [b'{"id":"last%d","at":%d,"kind":"payment","customer":"L","amount":1}' % (number, at) for number in range(partitions)]


class Feeder:
    """A thread that sends transactions to the topic while entered; `sent` counts those that were."""

    def __init__(self, topics: Topics) -> None:
        self.sent = 0
        self._topics = topics
        self._source = transactions()
        self._ended = threading.Event()
        self._failure: BaseException | None = None

    def __enter__(self) -> "Feeder":
        self._thread = threading.Thread(target=self._feed, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Nothing is sent any more. Raises what sending raised."""
        self._ended.set()
        self._thread.join()
        if self._failure:
            raise self._failure

    def send(self, lines: int) -> None:
        """So many more at once, behind `stop`."""
        self._topics.send(list(islice(self._source, lines)))
        self.sent += lines

    def all(self) -> list[bytes]:
        """What was sent, in order."""
        return list(islice(transactions(), self.sent))

    def _feed(self) -> None:
        try:
            while not self._ended.wait(RATE):
                self.send(ROUND)
        except BaseException as failure:
            self._failure = failure


def project(topics: Topics, folder: Path, servers: str = "", interval: str = "1s", timeout: str = "1m") -> Path:
    """A project over these topics, whose job reaches the broker at `servers`."""
    (folder / "fraudc.yaml").write_text(PROJECT + topics.settings(folder / "checkpoints", interval, timeout, servers))
    (folder / "rules.yaml").write_text(RULES)
    return folder


def published(topics: Topics) -> list[RuleSet]:
    """All sets that count, the first first."""
    with RulesTopic(connection(topics)) as rules:
        return list(rules.published.values())


def decided(lines: list[bytes], first: RuleSet, *then: RuleSet) -> Result:
    """What the engine makes of the lines in one process without a stop; all sets stand from the beginning, each from its own time on."""
    runner = Runner(first.plan, (Source("transactions", "transactions", None, "json", 0),))
    known = begin(Standing((first,)))
    runner.stand(known)
    runner.stand(Standing((*known.sets, *then)))
    runner.frame(source_frame(0, 0, lines))
    return runner.end()


@dataclass
class Started:
    """What the checkpoint folder of a job shows of the run that began last."""

    folder: Path
    before: frozenset[Path] = frozenset()

    def __post_init__(self) -> None:
        self.before = frozenset(self.folder.glob("*/*"))

    def begun(self) -> int:
        """The number of the newest checkpoint that was begun, 0 for none."""
        return max((int(path.name[4:]) for path in self._checkpoints("chk-*")), default=0)

    def complete(self) -> int:
        """The number of the newest that is complete, 0 for none."""
        return max((int(path.parent.name[4:]) for path in self._checkpoints("chk-*/_metadata")), default=0)

    def _checkpoints(self, pattern: str) -> list[Path]:
        return [path for run in self.folder.glob("*/*") if run not in self.before for path in run.glob(pattern)]


class Alerts:
    """How far the alerts' topic is written, and how far committed consumers get."""

    def __init__(self, topics: Topics) -> None:
        self._servers = topics.servers
        self._admin = self._client()
        self._partition = TopicPartition(topics.names["alerts"], 0)

    def written(self) -> int:
        return self._end(IsolationLevel.READ_UNCOMMITTED)

    def stable(self) -> int:
        return self._end(IsolationLevel.READ_COMMITTED)

    def open(self) -> bool:
        """Whether a transaction with alerts is neither committed nor aborted."""
        written = self.written()  # first: a marker that comes in between must not count as an alert
        return self.stable() < written

    def _end(self, isolation: IsolationLevel) -> int:
        """Asked anew by another client while the broker cannot tell; one that knew it before it was killed is told that it is behind."""
        deadline = time.monotonic() + PATIENCE
        while True:
            asked = self._admin.list_offsets({self._partition: OffsetSpec.latest()}, isolation_level=isolation, request_timeout=10)
            try:
                offset: int = asked[self._partition].result().offset
            except KafkaException:
                if time.monotonic() > deadline:
                    raise
                self._admin = self._client()
                continue
            return offset

    def _client(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self._servers, "log_level": 0})


def between_checkpoints(started: Started, alerts: Alerts) -> Callable[[], bool]:
    """To be asked again and again: whether the newest checkpoint is complete, its alerts are committed, and none has begun behind it.

    What is written between two checkpoints is of the later one's transaction, but for one marker: the commit of the earlier one's.
    """
    written: dict[int, tuple[int, int]] = {}  # by the newest complete checkpoint, when first and when last asked

    def so() -> bool:
        complete = started.complete()
        if started.begun() != complete:
            return False
        now = alerts.written()
        written[complete] = written.get(complete, (now, now))[0], now
        first, last = written.get(complete - 1, (0, 0))
        return first + 1 < last <= alerts.stable()

    return so


def ends_as_the_engine_does(job: Job, topics: Topics, feeder: Feeder) -> bytes:
    """Ends the load, waits for all alerts, stops the job and compares; what it said."""
    feeder.stop()
    topics.send(last(topics.partitions, feeder.sent))
    expected = decided([*feeder.all(), *last(topics.partitions, feeder.sent)], *published(topics))
    job.wait_until(lambda: len(topics.read("alerts")) >= len(expected.alerts))
    code, _, told = job.stop()
    assert code == 0
    assert sorted(alert for _, alert in topics.read("alerts")) == sorted(expected.alerts)
    assert sorted(alert for _, alert in topics.read("alerts_shadow")) == sorted(expected.shadow)
    assert topics.read("late") == []
    assert b"ALERTS ARE LOST" not in told
    return told
