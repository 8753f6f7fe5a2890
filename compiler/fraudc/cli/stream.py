"""`fraudc run` without --input: a rules project in, its job from topics to topics runs until it is stopped."""

import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from fraudc.cli.compiled import compile_or_fail, root_of
from fraudc.cli.failure import SERVER, Failure
from fraudc.cli.index import Searching, beside, searching
from fraudc.cli.topics import cluster_of, one_line, settings_of, stoppable

if TYPE_CHECKING:
    from fraudc.live.connection import Connection
    from fraudc_runtime.flink.incidents import Incident
    from fraudc_runtime.flink.settings import Mode
    from fraudc_runtime.flink.topics import Rules, TopicJob
    from fraudc_runtime.plan import Plan


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for; None where the project decides."""

    project: Path | None
    bootstrap: str | None
    parallelism: int | None
    mode: "Mode"
    show: bool
    create_topics: bool
    quiet: bool


def stream(request: Request) -> None:
    """Returns when SIGINT or SIGTERM has stopped the job, with a savepoint."""
    with ExitStack() as stack:
        stack.enter_context(one_line())
        shown = stack.enter_context(_shown()) if request.show else None
        search = _search(request)
        job = job_of(request, shown.pipe if shown else None)
        told = stack.enter_context(stoppable())
        _run(job, search, lambda: told() or (shown is not None and shown.unread.is_set()), request.quiet)


def _search(request: Request) -> "Searching | None":
    """The job that writes alerts to search, where the project names a server."""
    settings = settings_of(request.project)
    if settings.job is None or settings.job.elasticsearch is None:
        return None
    return searching(settings, cluster_of(settings, request.bootstrap), root_of(request.project), request.quiet)


def job_of(request: Request, pipe: Path | None) -> "TopicJob":
    """The project's job, whose topics are there and whose rules are published."""
    from fraudc.document.job import JobDocument  # noqa: PLC0415  start-up
    from fraudc.live.job import topic_job  # noqa: PLC0415  start-up

    plan = compile_or_fail(request.project)
    settings = settings_of(request.project)
    connection = cluster_of(settings, request.bootstrap)
    partitions = _topics(connection, request, plan)
    rules, newest = _rules(connection, plan, request.quiet)
    return topic_job(
        newest,
        settings.job or JobDocument(),
        connection,
        root_of(request.project),
        partitions=partitions,
        parallelism=request.parallelism,
        mode=request.mode,
        shown=pipe,
        rules=rules,
    )


def _rules(connection: "Connection", plan: "Plan", quiet: bool) -> "tuple[Rules, Plan]":
    """What the job begins with, and the plan of the newest set of it: the rules topic decides, and not the project, unless it is empty."""
    from fraudc.live.job import rules_of  # noqa: PLC0415  start-up
    from fraudc.live.rules import RulesTopic  # noqa: PLC0415  start-up

    now = int(time.time() * 1000)
    with RulesTopic(connection) as topic:
        rules = rules_of(topic, plan, now)
        newest = topic.newest
        assert newest is not None  # rules_of has seen to it
        differs = "" if topic.settled(plan, now) else "; the project says something else: `fraudc diff` and `fraudc publish`"
        say(quiet, f"rules: revision {newest.revision} of {topic.topic}{differs}")
        return rules, newest.plan


def _topics(connection: "Connection", request: Request, plan: "Plan") -> int:
    """How many partitions of transactions there are, once every topic of the job is there."""
    from fraudc.live.job import profile_topics, topics_of  # noqa: PLC0415  start-up
    from fraudc.live.rules import create_rules_topic  # noqa: PLC0415  start-up

    topics = topics_of(connection)
    names = (topics.transactions, topics.alerts, topics.alerts_shadow, topics.dlq, topics.late, topics.status)
    rows = profile_topics(connection, plan).values()
    if request.create_topics:
        if create_rules_topic(connection):
            say(request.quiet, f"made the topic {connection.topics.rules}")
        for name in (*connection.create(names), *connection.create(rows, "compact")):
            say(request.quiet, f"made the topic {name}")
    for name in (*names[1:], *rows):
        connection.partitions(name)
    return len(connection.partitions(topics.transactions))


def _run(job: "TopicJob", search: "Searching | None", stopping: Callable[[], bool], quiet: bool) -> None:
    from fraudc_runtime.flink import failures  # noqa: PLC0415  start-up
    from fraudc_runtime.flink.resumed import Watch, opened  # noqa: PLC0415  start-up
    from fraudc_runtime.flink.topics import run_topics  # noqa: PLC0415  start-up

    def started(checkpoint: str | None) -> None:
        where = f"from checkpoint {checkpoint}" if checkpoint else f"from the beginning of {job.topics.transactions}"
        say(quiet, f"{job.name}: {where}")

    def told(incident: "Incident") -> None:
        say(False, f"{job.name} {incident}")

    try:
        with ExitStack() as stack:
            slots = job.settings.parallelism + (1 if search else 0)
            cluster = stack.enter_context(opened(job.settings, slots, job.metrics))
            if search:
                stack.enter_context(beside(search, cluster))
            run_topics(job, watch=Watch(stopping, started, told), cluster=cluster)
    except failures.Failure as failure:
        raise Failure(str(failure), SERVER) from failure
    say(quiet, f"{job.name}: stopped; started again, it goes on where it was")


def say(quiet: bool, text: str) -> None:
    """A line for whoever watches."""
    if not quiet:
        typer.echo(f"fraudc: {text}", err=True)


_END = b"\0"  # no line of JSON holds it


@dataclass(frozen=True, slots=True)
class _Shown:
    """A named pipe whose lines go to standard output as they come, until nobody reads that any more: then `unread` is set."""

    pipe: Path
    unread: threading.Event

    def copy(self, descriptor: int) -> None:
        """Returns at `_END`; what cannot be shown is dropped, for the job must be able to write until it has stopped."""
        while True:
            found = os.read(descriptor, 1 << 16)
            try:
                sys.stdout.buffer.write(found.removesuffix(_END))
                sys.stdout.buffer.flush()
            except BrokenPipeError:
                self.unread.set()
            if found.endswith(_END):
                return


@contextmanager
def _shown() -> Iterator[_Shown]:
    """What was written is shown when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="fraudc-shown-"))
    shown = _Shown(folder / "decoded", threading.Event())
    os.mkfifo(shown.pipe)
    descriptor = os.open(shown.pipe, os.O_RDWR)  # a writer of our own: the job may close its end and open it again, when it is restarted
    copying = threading.Thread(target=shown.copy, args=[descriptor], daemon=True)
    copying.start()
    try:
        yield shown
    finally:
        os.write(descriptor, _END)
        copying.join()
        os.close(descriptor)
        shutil.rmtree(folder, ignore_errors=True)
