"""Records of the status topic in, which tasks there are and what each did with a revision out."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec
from confluent_kafka import Message

from fraudc.literals.instants import instant
from fraudc.live.connection import Connection
from fraudc.live.publisher import never
from fraudc.live.tail import Tail
from fraudc_runtime.rulesets.acknowledgement import OPERATORS, Acknowledgement, read

MISSING = "`--create-topics` of `fraudc publish` or `fraudc run` makes it"


@dataclass(frozen=True, slots=True, order=True)
class Task:
    """A task by its operator and number, "1/2"; an operator that nothing is known of stands as one task without a number."""

    operator: str
    number: str = ""

    def __str__(self) -> str:
        return f"{self.operator} {self.number}".rstrip()


@dataclass(frozen=True, slots=True)
class Report:
    """What a task wrote; `event_time` and `reported_at`, when the record was written, in epoch ms."""

    task: Task
    said: Acknowledgement
    event_time: int | None
    reported_at: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which tasks have a revision, and which have not; `refused` gives the reasons of those that refused it."""

    acknowledged: tuple[Task, ...]
    missing: tuple[Task, ...]
    refused: Mapping[Task, str]


class Lost(msgspec.Struct, frozen=True, tag_field="state", tag="lost"):
    """A record of the sink `operator`: the broker aborted a transaction of its alerts that a checkpoint had counted on."""

    operator: str
    task: str
    transaction: str
    reason: str


@dataclass(frozen=True, slots=True)
class Roster:
    """All that was reported, in its order. The tasks are those of each operator's newest record, which says how many it has."""

    reports: list[Report] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def hear(self, reports: Iterable[Report]) -> None:
        for report in reports:
            self.reports.append(report)
            self._counts[report.task.operator] = int(report.task.number.partition("/")[2])

    def tasks(self) -> list[Task]:
        """Every task there should be, of the operators that take rules."""
        return [task for operator in OPERATORS for task in self._of(operator)]

    def outcome(self, revision: int, since: int = 0) -> Outcome:
        """What has become of a revision, as far as the reports from the number `since` on tell. Who accepted it once, has it."""
        told = [report for report in self.reports[since:] if report.said.revision == revision]
        accepted = {report.task for report in told if report.said.state == "accepted"}
        refused = {report.task: report.said.reason or "" for report in told if report.said.state == "refused"}
        tasks = self.tasks()
        return Outcome(
            tuple(task for task in tasks if task in accepted),
            tuple(task for task in tasks if task not in accepted),
            {task: refused[task] for task in tasks if task in refused and task not in accepted},
        )

    def _of(self, operator: str) -> list[Task]:
        count = self._counts.get(operator)
        return [Task(operator)] if count is None else [Task(operator, f"{number}/{count}") for number in range(1, count + 1)]


class StatusTopic:
    """The status topic from its first record on; `lost` is, by transaction, what it said when this was made.

    ServerFailure if the cluster cannot be reached or lacks the topic.
    """

    def __init__(self, connection: Connection) -> None:
        topic = connection.topics.status
        self.lost: dict[str, Lost] = {}
        connection.partitions(topic, MISSING)
        self.roster = Roster()
        self._tail = Tail(connection, topic, "beginning")
        try:
            messages = list(self._tail.history())
            self.roster.hear(sorted(reports(messages), key=lambda report: report.reported_at))
            self.lost = {lost.transaction: lost for lost in losses(messages)}
        except BaseException:
            self._tail.__exit__()
            raise

    def __enter__(self) -> "StatusTopic":
        return self

    def __exit__(self, *_: object) -> None:
        self._tail.__exit__()

    def wait(self, revision: int, seconds: float, since: int = 0, stopped: Callable[[], bool] = never) -> Outcome:
        """Returns when every task has acknowledged or refused the revision, when `seconds` are over, or when it is stopped.

        Only reports from the number `since` on count, so that what an earlier job said of the same number does not.
        """
        end = time.monotonic() + seconds
        outcome = self.roster.outcome(revision, since)
        for messages in self._tail.messages():
            if messages:
                self.roster.hear(reports(messages))
                outcome = self.roster.outcome(revision, since)
            if len(outcome.missing) == len(outcome.refused) or time.monotonic() >= end or stopped():
                break
        return outcome


def reports(messages: Iterable[Message]) -> Iterator[Report]:
    """The acknowledgements among the messages; what is none, or names no task out of how many, is left out."""
    for message in messages:
        said = read(message.value())
        if said is None or not _numbered(said.task):
            continue
        _, reported_at = message.timestamp()
        yield Report(Task(said.operator, said.task), said, None if said.event_time is None else instant(said.event_time), reported_at)


def losses(messages: Iterable[Message]) -> Iterator[Lost]:
    """The reports of lost alerts among the messages; a restart can repeat some."""
    for message in messages:
        try:
            yield _LOST.decode(message.value() or b"")
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue


def _numbered(task: str) -> bool:
    number, _, count = task.partition("/")
    return (
        number.isdecimal() and count.isdecimal() and number.isascii() and count.isascii() and 1 <= int(number) <= int(count) <= _MOST_TASKS
    )


_LOST = msgspec.json.Decoder(Lost)
_MOST_TASKS = 32_768  # Flink's limit
