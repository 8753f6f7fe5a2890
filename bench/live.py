"""The job running, transactions sent at a steady rate and alerts seen from outside in; how late and how far apart they were seen out."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import workload
from stage import Figure, project

from fraudc.live.connection import Connection
from fraudc.live.connection import Topics as ConnectionTopics
from fraudc.live.rules import RulesTopic
from fraudc.pipeline import compile_project
from fraudc_runtime.plan import Plan
from topic_runs import Job, Topics

INTERVAL = "10s"
WARM_UP = 0.3  # of the time: transactions of it count for nothing
TAIL = 1.0  # seconds: nor do the last ones, which wait until the topic counts as silent
EVERY: dict[str, object] = {
    "id": "every",
    "severity": "low",
    "by": "customer",
    "let": {"n": "count() over 10m"},
    "when": "n >= 1",
    "message": "{n}",
}
STATELESS: dict[str, object] = {"id": "stateless", "severity": "low", "when": "amount > 30 USD"}


@dataclass(frozen=True, slots=True)
class Seen:
    """An alert: when it was seen and its transaction due (s since the epoch), whether its rule counts, of which revision it is."""

    at: float
    due: float
    counting: bool
    revision: int


def write(folder: Path, rules: int, *others: dict[str, object]) -> None:
    """A project of which no transaction waits for others."""
    workload.write_project(folder, rules, others=others, max_disorder="0s")


@contextmanager
def running(folder: Path, topics: Topics, rules: int, *others: dict[str, object]) -> Iterator[Job]:
    """The job of the project that `write` makes, once it has said that it runs."""
    job = Job(project(folder, topics, INTERVAL, lambda made: write(made, rules, *others)))
    try:
        job.wait_until(lambda: b"from the beginning" in job.told())
        yield job
    finally:
        job.stop()


def observed(topics: Topics, rate: int, seconds: int, meanwhile: Callable[[], None] = lambda: None) -> list[Seen]:
    """What was seen of transactions between the warm-up and the tail, in the order in which it came."""
    names = [topics.names["transactions"], topics.names["alerts"]]
    command = [sys.executable, str(Path(__file__).with_name("observer.py")), topics.servers, *names, str(rate), str(seconds)]
    with tempfile.TemporaryFile() as printed, subprocess.Popen(command, stdout=printed) as process:
        meanwhile()
        assert process.wait() == 0
        printed.seek(0)
        seen = [Seen(*each) for each in json.load(printed)]
    first, last = (bound(each.due for each in seen) for bound in (min, max))
    return [each for each in seen if first + WARM_UP * seconds <= each.due <= last - TAIL]


def latency(servers: str, folder: Path, rate: int = 2_000, seconds: int = 30) -> list[Figure]:
    """From when a transaction was due until its alert was seen."""
    topics = Topics(servers, 1)
    with running(folder, topics, 20, EVERY, STATELESS):
        seen = observed(topics, rate, seconds)
    how = f"ms from intended send to seen; {rate:,} tx/s, 22 rules, max_disorder 0s, read uncommitted"
    figures = []
    for name, counting in (("latency, counting rules", True), ("latency, stateless rules", False)):
        late = sorted(1000 * (each.at - each.due) for each in seen if each.counting is counting)
        for share in (0.5, 0.99, 0.999):
            figures.append(Figure(f"{name}, p{100 * share:g}", late[int(share * len(late))], "ms", f"{how}, {len(late):,} alerts"))
    return figures


def reload(servers: str, folder: Path, rules: int = 200, sets: int = 3, rate: int = 2_000) -> list[Figure]:
    """The longest time without an alert of a rule that every transaction matches, while sets with changed rules are published."""
    topics = Topics(servers, 1)
    seconds, changed = 20 + 5 * sets, iter(range(sets))
    plans = []
    for number in range(sets):
        made = folder / f"set{number}"
        write(made, rules + 20 * number + 20, EVERY)
        plans.append(compile_project(made).plan)

    def swap() -> None:
        time.sleep(seconds * WARM_UP + 8)
        for _ in changed:
            publish(topics, plans.pop(0))
            time.sleep(4)

    with running(folder / "begin", topics, rules, EVERY):
        seen = observed(topics, rate, seconds, swap)
    around, elsewhere = _gaps(seen)
    swaps = len({each.revision for each in seen}) - 1
    how = f"longest gap between two alerts, {rate:,} tx/s, {swaps} swaps at {rules} rules and more"
    return [
        Figure("reload, pause", 1000 * max(around), "ms", f"{how}, within a second of the swap"),
        Figure("no reload, pause", 1000 * max(elsewhere), "ms", "the same, elsewhere"),
    ]


def _gaps(seen: list[Seen]) -> tuple[list[float], list[float]]:
    """Seconds between alerts within a second of a change of revision, and elsewhere."""
    changes = [later.at for earlier, later in pairwise(seen) if earlier.revision != later.revision]
    around, elsewhere = list[float](), list[float]()
    for earlier, later in pairwise(seen):
        near = any(earlier.at <= change + 1 and later.at >= change - 1 for change in changes)
        (around if near else elsewhere).append(later.at - earlier.at)
    return around, elsewhere


def publish(topics: Topics, plan: Plan | None) -> None:
    """As the next set of the job over the topics."""
    assert plan is not None
    names = ConnectionTopics(**topics.names, profiles="profiles-")
    with RulesTopic(Connection(topics.servers, names)) as topic:
        topic.publish(topic.next(plan, int(time.time() * 1000)))
