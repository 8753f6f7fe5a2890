"""Sets of the rules topic and reports of tasks in, what runs on each task, what waits and what was refused out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fraudc.live.status import Report, Roster, Task
from fraudc_runtime.rulesets.acceptance import Refused, Standing
from fraudc_runtime.rulesets.ruleset import RuleSet


@dataclass(frozen=True, slots=True)
class Running:
    """The revision that a task runs, since which event time and when it said so first (ms); None while that is not known.

    `waiting` are the revisions that it holds until their `at`.
    """

    task: Task
    revision: int | None = None
    since: int | None = None
    reported_at: int | None = None
    waiting: tuple[int, ...] = ()
    late: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A set that was refused: by `tasks`, or by whoever reads the rules topic where none. `revision` is None if it cannot be read."""

    revision: int | None
    reason: str
    tasks: tuple[Task, ...]
    reported_at: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """`sets` are those that count, in the order in which they take over."""

    sets: tuple[RuleSet, ...]
    tasks: tuple[Running, ...]
    refused: tuple[Refusal, ...]


def status_of(standing: Standing | None, published: Mapping[int, RuleSet], refused: Iterable[Refused], roster: Roster) -> Status:
    """`published` gives the accepted sets of the rules topic by revision, `refused` those that it holds in vain."""
    held = {ruleset.revision for ruleset in standing.sets[1:]} if standing else set()
    tasks = tuple(_running(task, roster.reports, published, held) for task in roster.tasks())
    return Status(standing.sets if standing else (), tasks, _refusals(refused, roster.reports))


def begun(report: Report, published: Mapping[int, RuleSet]) -> bool:
    """Whether the task runs the set that it accepted; a set that the topic no longer has is taken for one without `at`."""
    ruleset = published.get(report.said.revision or 0)
    at = ruleset.at if ruleset else None
    return at is None or (report.event_time is not None and report.event_time >= at)


def _running(task: Task, reports: Iterable[Report], published: Mapping[int, RuleSet], held: set[int]) -> Running:
    first: Report | None = None
    waiting: set[int] = set()
    for report in reports:
        revision = report.said.revision
        if report.task != task or report.said.state != "accepted" or revision is None:
            continue
        if not begun(report, published):
            waiting.add(revision)
        elif first is None or first.said.revision != revision:
            first = report
    if first is None or first.said.revision is None:
        return Running(task, waiting=tuple(sorted(waiting & held)))
    after = tuple(sorted(revision for revision in waiting & held if revision > first.said.revision))
    return Running(task, first.said.revision, first.event_time, first.reported_at, after, first.said.reason is not None)


def _refusals(read: Iterable[Refused], reports: Iterable[Report]) -> tuple[Refusal, ...]:
    """One a set and reason; what the topic's reader refuses comes first, with the tasks that did the same."""
    found: dict[tuple[int | None, str], tuple[set[Task], int | None]] = {(each.revision, each.reason): (set(), None) for each in read}
    for report in reports:
        if report.said.state == "refused":
            key = (report.said.revision, report.said.reason or "")
            tasks, _ = found.get(key, (set(), None))
            found[key] = (tasks | {report.task}, report.reported_at)
    return tuple(Refusal(revision, reason, tuple(sorted(tasks)), at) for (revision, reason), (tasks, at) in found.items())
