"""A job under load to which twenty sets are published in, all that it wrote and when each set was known to every task out.

Event time is a second a transaction. The script is cut into slots of forty minutes: what is published in slot k - 1 is known to every task
before a transaction of slot k is sent, and what has an `at` begins with slot k unless the script says otherwise.
"""

import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
from confluent_kafka import Message, Producer

from fraudc.live.rules import RulesTopic
from fraudc.live.tail import Tail
from fraudc_runtime.rulesets.acknowledgement import Acknowledgement, read
from fraudc_runtime.rulesets.ruleset import RuleSet, encode
from fraudc_runtime.rulesets.succession import succeed
from publications import compiled, connection, publish
from topic_runs import FRAUDC, PATIENCE, Job, Topics

COUNT, SLOT, CUSTOMERS = 50_000, 2_400, 12
BEGIN = 1_767_225_600_000  # 2026-01-01T00:00:00Z
SECOND, MINUTE = 1_000, 60_000
TASKS = frozenset((operator, f"{number}/2") for operator in ("intake", "detect") for number in (1, 2))

PROJECT = """
version: 1
schema:
  id: id
  event_time: at
  fields: {id: string, at: timestamp, customer: string, amount: %s%s}
  entities: {customer: {key: customer}}
  max_disorder: 0s
  idle: 1m
  retire: 1h
rules: [rules.yaml]
"""
BASE = """
version: 1
rules:
  - {id: seen, when: amount >= 0}
  - {id: large, when: amount >= %d}
  - {id: every, by: customer, let: {n: count() over 1h}, when: n >= 1}
  - {id: burst, by: customer, let: {n: count() over 1h}, when: n >= %d}
"""
HELD = "  - {id: held, by: customer, when: amount == 7, unless: amount == 3, within: 20m}\n"
SPEND = "  - {id: spend, by: customer, let: {s: sum(amount) over 10m}, when: s >= 0}\n"
WIDE = "  - {id: wide, by: customer, let: {m: max(amount) over 2h}, when: m >= 0}\n"
NARROW = "  - {id: narrow, by: customer, let: {l: min(amount) over 5m}, when: l >= 0}\n"
DEVICE = '  - {id: device, when: device == "d3"}\n'


def instant(number: int) -> int:
    """The event time (ms) of a transaction."""
    return BEGIN + number * SECOND


@dataclass(frozen=True, slots=True)
class Payment:
    """A transaction; its number is its place in event time."""

    number: int
    customer: str
    amount: int

    @property
    def id(self) -> str:
        return f"t{self.number:05}"

    @property
    def line(self) -> bytes:
        text = b'{"id":"%s","at":%d,"customer":"%s","amount":%d,"device":"d%d"}'
        return text % (self.id.encode(), instant(self.number), self.customer.encode(), self.amount, self.number % 5)


def payments() -> list[Payment]:
    """Of customers whose names fall on shards of both tasks."""
    chance = random.Random(6)
    customers = [blake2b(b"%d" % number, digest_size=3).hexdigest() for number in range(CUSTOMERS)]
    return [Payment(number, chance.choice(customers), chance.randrange(100)) for number in range(COUNT)]


class Sender(threading.Thread):
    """Sends the payments in their order to two partitions in turn, some thousands a second, never beyond `bound`."""

    def __init__(self, topics: Topics, lines: list[bytes]) -> None:
        super().__init__(daemon=True)
        self.sent = 0
        self.bound = 0
        self._topic, self._lines = topics.names["transactions"], lines
        self._producer = Producer({"bootstrap.servers": topics.servers, "enable.idempotence": True, "linger.ms": 5})
        self._failed: list[object] = []
        self._over = threading.Event()

    def run(self) -> None:
        while self.sent < len(self._lines) and not self._over.wait(0.01):
            until = min(self.sent + 60, self.bound, len(self._lines))
            for number in range(self.sent, until):
                self._producer.produce(self._topic, self._lines[number], partition=number % 2, on_delivery=self._delivered)
            self._producer.poll(0)
            self.sent = until

    def wait_for(self, number: int) -> None:
        """Until so many are sent."""
        deadline = time.monotonic() + PATIENCE
        while self.sent < number:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def end(self) -> None:
        self._over.set()
        self.join()
        assert self._producer.flush(PATIENCE) == 0
        assert self._failed == []

    def _delivered(self, error: object, _: object) -> None:
        if error is not None:
            self._failed.append(error)


@dataclass
class Load:
    """What was published and what came of it. `known` is by revision the number of the first payment sent when every task had the set."""

    topics: Topics
    project: Path
    sender: Sender
    status: Iterator[list[Message]]
    sets: dict[int, RuleSet] = field(default_factory=dict)
    known: dict[int, int] = field(default_factory=dict)
    said: list[Acknowledgement] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)  # offset, code and what the reason holds
    published: int = 1
    stopped: int | None = None
    outputs: dict[str, list[bytes]] = field(default_factory=dict)

    def hear(self, revision: int | None, state: str, times: int = 1) -> None:
        """Until every task has said so of a revision so many times."""
        deadline = time.monotonic() + PATIENCE
        while any(self._count(task, revision, state) < times for task in TASKS):
            self.said += [one for message in next(self.status) if (one := read(message.value()))]
            assert time.monotonic() < deadline, (revision, state, self.said[-8:])

    def _count(self, task: tuple[str, str], revision: int | None, state: str) -> int:
        return sum((one.operator, one.task, one.revision, one.state) == (*task, revision, state) for one in self.said)

    def plan(self, rules: str, amount: str = "int", more: str = "") -> Any:
        (self.project / "fraudc.yaml").write_text(PROJECT % (amount, more) + self.topics.settings(self.project / "checkpoints"))
        return compiled(self.project, rules)

    def accept(self, made: RuleSet) -> None:
        self.published += 1
        self.hear(made.revision, "accepted")
        self.sets[made.revision] = made
        self.known[made.revision] = self.sender.sent

    def at(self, rules: str, number: int, more: str = "") -> None:
        """A set from the event time of a payment on."""
        self.accept(publish(self.topics, self.plan(rules, more=more), at=instant(number), now=instant(self.sender.sent)))

    def send(self, message: bytes, code: str, reason: str) -> None:
        """A message that every task refuses."""
        producer = Producer({"bootstrap.servers": self.topics.servers})
        producer.produce(self.topics.names["rules"], message)
        assert producer.flush(PATIENCE) == 0
        self.refused.append((self.published, code, reason))
        self.published += 1

    def command(self, *arguments: str) -> dict[str, Any]:
        """`fraudc` in a process of its own, with its result."""
        command = [FRAUDC, *arguments, "--project", self.project, "--format", "json"]
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)
        found: dict[str, Any] = msgspec.json.decode(done.stdout)
        return found

    def newest(self) -> RuleSet:
        with RulesTopic(connection(self.topics)) as rules:
            assert rules.newest is not None
            return rules.newest


def _garbage(load: Load) -> None:
    load.send(b"no set", "rules_unreadable", "It is no rule set")
    load.hear(None, "refused")


def _behind_the_first(load: Load) -> None:
    late = succeed(load.sets[1], load.plan(BASE % (1, 1)), 0)
    load.send(encode(late), "rules_follows", "It was made against revision 1, and revision 3 ")
    load.hear(2, "refused")


def _back(load: Load) -> None:
    """The third revision again, by the command line."""
    done = load.command("rollback", "3", "--at", "2026-01-01T04:00:00Z", "--wait", "60")  # slot 6
    assert (done["revision"], len(done["tasks"]["acknowledged"]), done["tasks"]["missing"]) == (5, 4, [])
    load.accept(load.newest())


def _another_schema(load: Load) -> None:
    other = succeed(load.newest(), load.plan(BASE % (1, 1), amount="float"), 0)
    load.send(encode(other), "rules_schema", "amount was int and is float. This needs a redeploy.")
    load.hear(other.revision, "refused")


def _contradictory(load: Load) -> None:
    made = succeed(load.newest(), load.plan(BASE % (1, 1)), 0)
    load.send(encode(msgspec.structs.replace(made, births={})), "rules_unreadable", "It contradicts itself: its births are not those")
    load.hear(None, "refused", 2)


def _at_once(load: Load) -> None:
    """A set without `at`, by the command line, when the one before it runs everywhere."""
    load.hear(7, "accepted", 2)
    load.plan(BASE % (95, 305) + HELD + SPEND)
    done = load.command("publish", "--wait", "60")
    assert (done["revision"], len(done["tasks"]["acknowledged"]), done["tasks"]["missing"]) == (8, 4, [])
    load.accept(load.newest())


def _another_release(load: Load) -> None:
    load.send(encode(msgspec.structs.replace(load.newest(), version=99)), "rules_unreadable", "a rule set of version 99")
    load.hear(None, "refused", 3)


def _overtaken(load: Load) -> None:
    """Two publishers at once: the first to arrive wins."""
    load.hear(11, "accepted", 2)
    before = load.newest()
    rules = BASE % (90, 305) + HELD + SPEND + WIDE
    load.accept(publish(load.topics, load.plan(rules + NARROW), now=instant(15 * SLOT)))
    second = succeed(before, load.plan(rules), instant(15 * SLOT) + 1)
    load.send(encode(second), "rules_follows", f"It was made against revision {before.revision}, and revision 12 runs")
    load.hear(second.revision, "refused")


def _waiting(load: Load) -> None:
    """One waits for slot 15; the next, for slot 14, takes its place."""
    load.at(BASE % (90, 305) + HELD + SPEND + WIDE, 15 * SLOT)
    load.at(BASE % (90, 305) + HELD + SPEND + WIDE + "# again\n", 14 * SLOT)


def _in_a_row(load: Load) -> None:
    """Two wait, one behind the other; then the last message comes once more."""
    rules = BASE % (90, 305) + SPEND + WIDE + NARROW + DEVICE
    load.at(rules, 18 * SLOT, DEVICE_FIELD)
    load.at(rules + HELD, 19 * SLOT, DEVICE_FIELD)
    producer = Producer({"bootstrap.servers": load.topics.servers})
    producer.produce(load.topics.names["rules"], encode(load.newest()))
    assert producer.flush(PATIENCE) == 0


DEVICE_FIELD = ", device: string?"
FIRST = BASE % (98, 300) + HELD
SCRIPT: tuple[tuple[int, Callable[[Load], None]], ...] = (
    (1, lambda load: load.at(BASE % (95, 300) + HELD, 1 * SLOT)),
    (2, _garbage),
    (3, lambda load: load.at(BASE % (95, 300) + HELD + SPEND, 3 * SLOT)),
    (4, _behind_the_first),
    (5, lambda load: load.at(BASE % (95, 300) + HELD, 5 * SLOT)),
    (6, _back),
    (7, _another_schema),
    (8, lambda load: load.at(BASE % (95, 300) + HELD, 8 * SLOT)),
    (9, _contradictory),
    (10, lambda load: load.at(BASE % (95, 300) + HELD + SPEND, 10 * SLOT)),
    (11, _at_once),
    (12, _another_release),
    (13, lambda load: load.at(BASE % (90, 305) + HELD + SPEND, 0)),
    (14, _waiting),
    (16, _overtaken),
    (17, lambda load: load.at(BASE % (90, 305) + HELD + SPEND + WIDE + NARROW + DEVICE, 17 * SLOT, DEVICE_FIELD)),
    (18, _in_a_row),
)
"""By slot, what is published in the slot before it."""


def run(servers: str, project: Path) -> Load:
    """The whole script over a broker, by a job of two tasks an operator; it is stopped when all is decided."""
    topics = Topics(servers, partitions=2)
    found = payments()
    with Tail(connection(topics), topics.names["status"], "beginning") as tail:
        load = Load(topics, project, Sender(topics, [payment.line for payment in found]), tail.messages())
        load.plan(FIRST)
        job = Job(project, "--parallelism", "2")
        try:
            _play(load)
            _decided(load)
            load.stopped = job.stop()[0]
        finally:
            job.kill()
    load.outputs = {kind: [value for _, value in topics.read(kind)] for kind in ("alerts", "dlq", "late")}
    return load


def _play(load: Load) -> None:
    load.hear(1, "accepted")
    load.sets[1], load.known[1] = load.newest(), 0
    load.sender.start()
    try:
        for slot, step in SCRIPT:
            load.sender.bound = slot * SLOT
            load.sender.wait_for((slot - 1) * SLOT + SLOT // 2)
            step(load)
        load.sender.bound = COUNT
        load.sender.wait_for(COUNT)
    finally:
        load.sender.end()


def _decided(load: Load) -> None:
    """Moves event time past all that waits, and returns when every payment's alert of the rule `every` is committed."""
    load.topics.send([Payment(COUNT + 100_000 + last, "END", 0).line for last in (0, 1)])
    deadline, found = time.monotonic() + PATIENCE, 0
    with Tail(connection(load.topics), load.topics.names["alerts"], "beginning") as alerts:
        for messages in alerts.messages():
            found += sum(b'"rule":"every"' in (message.value() or b"") for message in messages)
            if found >= COUNT:
                return
            assert time.monotonic() < deadline, found
