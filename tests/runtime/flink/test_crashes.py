"""The job is killed again and again while transactions come, at chosen moments and at random ones: its alerts are those of no crash."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from crash_runs import (
    BEGIN,
    CHANGED,
    STEP,
    Alerts,
    Feeder,
    Started,
    between_checkpoints,
    decided,
    last,
    project,
    published,
)
from publications import compiled, publish
from servers.fixtures import kafka
from servers.gate import Gate
from servers.kafka import Kafka
from topic_runs import Job, Topics, running

__all__ = ["kafka"]
LEFT_OPEN = 10  # kills at least, with a transaction open
AHEAD = 1_000  # transactions until a published set takes over


@dataclass
class Crashes:
    """One job, killed at one moment after another; each method kills it at one."""

    folder: Path
    topics: Topics
    gate: Gate
    feeder: Feeder
    chance: random.Random = field(default_factory=lambda: random.Random(610))
    left_open: int = 0  # how often a transaction was left open

    def __post_init__(self) -> None:
        self.alerts = Alerts(self.topics)

    def crash(self, moment: Callable[[Job, Started], None]) -> None:
        """Starts the job and, once a checkpoint of this start is complete, kills it: with a transaction open."""
        started = Started(self.folder / "checkpoints")
        with running(self.folder) as job:
            job.wait_until(lambda: started.complete() > 0)
            moment(job, started)
        self.left_open += self.alerts.open()  # but for a request to commit that was on its way to the broker
        assert b"ALERTS ARE LOST" not in job.told()  # what is committed again had been committed before, and is not lost

    def before_the_barrier(self, job: Job, started: Started) -> None:
        """Alerts are in the topic, and no checkpoint has begun behind the one that is committed."""
        self.kill(job, between_checkpoints(started, self.alerts))

    def before_the_metadata(self, job: Job, started: Started) -> None:
        """The barrier is under way or all tasks have stored their state; the checkpoint is not complete."""
        self.kill(job, lambda: started.begun() > started.complete())

    def before_the_commit(self, job: Job, _started: Started) -> None:
        """The checkpoint is complete, and the request to commit has not come to the broker."""
        self.gate.hold()
        self.kill(job, self.gate.held.is_set)
        self.gate.cut()

    def before_a_set_is_seen(self, job: Job, _started: Started) -> None:
        """A set is published that no task has seen; its time comes when the job has been started again."""
        plan = compiled(self.folder, CHANGED)

        def publish_it() -> bool:
            publish(self.topics, plan, BEGIN + (self.feeder.sent + AHEAD) * STEP)
            return True

        self.kill(job, publish_it)

    def when_a_set_is_acknowledged(self, job: Job, _started: Started) -> None:
        job.wait_until(lambda: any(b'"revision":2' in said for _, said in self.topics.read("status")))
        self.kill(job, lambda: True)

    def when_a_set_has_taken_over(self, job: Job, _started: Started) -> None:
        """Its first alerts are in an open transaction, or behind it."""
        self.kill(job, lambda: any(b'"revision":2' in alert for _, alert in self.topics.read("alerts", committed=False)))

    def at_random(self, job: Job, _started: Started) -> None:
        time.sleep(self.chance.uniform(0, 1.2))
        self.kill(job, lambda: True)

    def kill(self, job: Job, so: Callable[[], bool]) -> None:
        """At a moment that is so, with a transaction open."""
        job.freeze_when(lambda: self.alerts.open() and so())
        job.kill()


def test_whenever_the_job_is_killed_no_alert_is_missing_or_double(kafka: Kafka, tmp_path: Path) -> None:
    topics = Topics(kafka.servers)
    with Gate(kafka) as gate, Feeder(topics) as feeder:
        crashes = Crashes(project(topics, tmp_path, gate.servers), topics, gate, feeder)
        for moment in (
            *(crashes.before_the_barrier, crashes.before_the_metadata, crashes.before_the_commit, crashes.at_random),
            *(crashes.before_a_set_is_seen, crashes.when_a_set_is_acknowledged, crashes.when_a_set_has_taken_over),
            *(crashes.before_the_commit, crashes.before_the_metadata, crashes.at_random, crashes.at_random),
        ):
            crashes.crash(moment)
        with running(tmp_path) as job:
            feeder.stop()
            topics.send(last(topics.partitions, feeder.sent))
            expected = decided([*feeder.all(), *last(topics.partitions, feeder.sent)], *published(topics))
            job.wait_until(lambda: len(topics.read("alerts")) >= len(expected.alerts))
            code, _, told = job.stop()
    assert (code, b"failed" in told, b"LOST" in told) == (0, False, False)
    found = [alert for _, alert in topics.read("alerts")]
    assert sorted(found) == sorted(expected.alerts)
    assert sorted(alert for _, alert in topics.read("alerts_shadow")) == sorted(expected.shadow)
    assert len(topics.read("alerts", committed=False)) > len(found)  # aborted ones
    assert topics.read("late") == []
