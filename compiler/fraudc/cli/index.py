"""`fraudc index`: a rules project in, its search job runs until it is stopped: committed alerts into Elasticsearch or OpenSearch."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from fraudc.cli.compiled import root_of
from fraudc.cli.failure import SERVER, Failure
from fraudc.cli.options import Project, Quiet
from fraudc.cli.topics import Bootstrap, Settings, cluster_of, one_line, settings_of, stoppable

if TYPE_CHECKING:
    from fraudc.live.connection import Connection
    from fraudc.live.search import Search
    from fraudc_runtime.flink.cluster import Cluster
    from fraudc_runtime.flink.incidents import Incident
    from fraudc_runtime.flink.searching import SearchJob
    from fraudc_runtime.plan import Schema

NAME = "index"
_TURN = 0.2  # seconds between looks at what the job has told


def command(project: Project = None, bootstrap: Bootstrap = None, quiet: Quiet = False) -> None:
    """Make the alerts topic searchable: committed alerts into Elasticsearch or OpenSearch, as job.elasticsearch says."""
    with one_line():
        settings = settings_of(project)
        connection = cluster_of(settings, bootstrap)
        search = searching(settings, connection, root_of(project), quiet)
        for topic in (connection.topics.alerts, connection.topics.dlq):
            connection.partitions(topic)
        with stoppable() as stopped:
            _index(search, stopped, None)


@dataclass(frozen=True, slots=True)
class Searching:
    """A search job, and the server that must have its index template first."""

    server: "Search"
    schema: "Schema"
    job: "SearchJob"
    quiet: bool


def searching(settings: Settings, connection: "Connection", root: Path, quiet: bool) -> Searching:
    """What the project's job.elasticsearch asks for."""
    from fraudc.document.job import JobDocument  # noqa: PLC0415  start-up
    from fraudc.live.search import search_job, search_of  # noqa: PLC0415  start-up

    found = search_of(settings.job, root)
    return Searching(found, settings.schema, search_job(found, settings.job or JobDocument(), connection, root), quiet)


@contextmanager
def beside(search: Searching, cluster: "Cluster") -> Iterator[None]:
    """The search job in the same cluster while another job runs, which nothing that ails search can disturb; ends it last."""
    over = threading.Event()

    def work() -> None:
        from fraudc.live.failure import LiveFailure  # noqa: PLC0415  start-up

        try:
            _index(search, over.is_set, cluster)
        except (Failure, LiveFailure) as failure:
            _say(False, f"search: {failure}; alerts wait in their topic")

    thread = threading.Thread(target=work, name="search")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _index(search: Searching, stopped: Callable[[], bool], cluster: "Cluster | None") -> None:
    """Beside another job (in its `cluster`) it waits also for what somebody has to put right: it is no reason to end that."""
    from fraudc.live.search import prepared  # noqa: PLC0415  start-up
    from fraudc_runtime.flink import failures  # noqa: PLC0415  start-up
    from fraudc_runtime.flink.resumed import Watch  # noqa: PLC0415  start-up
    from fraudc_runtime.flink.searching import run_search  # noqa: PLC0415  start-up

    name, quiet = search.job.name, search.quiet
    found = prepared(search.server, search.schema, stopped, lambda line: _say(False, line), forever=cluster is not None)
    if found is None:
        return
    _say(quiet, f"search: {found} at {search.server.access.url}")

    def started(checkpoint: str | None) -> None:
        where = f"from checkpoint {checkpoint}" if checkpoint else f"from the beginning of {search.job.alerts}"
        _say(quiet, f"{name}: {where}")

    def wrong(incident: "Incident") -> None:
        _say(False, f"{name} {incident}")

    with tempfile.TemporaryDirectory(prefix="fraudc-index-") as folder:
        told = Path(folder) / "told"
        told.touch()
        with _shown(told):
            try:
                run_search(replace(search.job, told=told), watch=Watch(stopped, started, wrong), cluster=cluster)
            except failures.Failure as failure:
                raise Failure(str(failure), SERVER) from failure
    _say(quiet, f"{name}: stopped; started again, it goes on where it was")


@contextmanager
def _shown(told: Path) -> Iterator[None]:
    """Lines that the job appends to the file go to standard error as they come."""
    over = threading.Event()

    def copy() -> None:
        with told.open(encoding="utf-8") as lines:
            while True:
                ending = over.wait(_TURN)
                for line in lines:
                    _say(False, line.rstrip("\n"))
                if ending:
                    return

    thread = threading.Thread(target=copy, name="told")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _say(quiet: bool, text: str) -> None:
    if not quiet:
        typer.echo(f"fraudc: {text}", err=True)
