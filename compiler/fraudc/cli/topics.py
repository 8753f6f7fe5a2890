"""What the commands around Kafka topics share: the project's cluster found, failures as one line, Ctrl-C without losing count."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from fraudc.cli.compiled import colour, root_of
from fraudc.cli.failure import FINDINGS, SERVER, USAGE, Failure
from fraudc.cli.progress import PATIENCE

if TYPE_CHECKING:
    from fraudc.document.job import JobDocument
    from fraudc.live.connection import Connection
    from fraudc_runtime.plan import EntitySpec, Schema

INTERRUPTED = 130

Bootstrap = Annotated[
    str | None,
    typer.Option("--bootstrap", metavar="HOST:PORT", help="The Kafka cluster, instead of job.kafka.bootstrap_servers.", show_default=False),
]
CreateTopics = Annotated[bool, typer.Option("--create-topics", help="Make the topic if it is missing.")]


@dataclass(frozen=True, slots=True)
class Settings:
    """What fraudc.yaml says; rule files are not read."""

    schema: "Schema"
    job: "JobDocument | None"


def settings_of(project: Path | None) -> Settings:
    """Mistakes in fraudc.yaml go to standard error and end the command."""
    from fraudc.diagnostics import Diagnostics  # noqa: PLC0415  start-up
    from fraudc.project import PROJECT_FILE, ProjectError, read_project  # noqa: PLC0415  start-up
    from fraudc.render import render_text, summary  # noqa: PLC0415  start-up
    from fraudc.schema import schema_of  # noqa: PLC0415  start-up

    diagnostics = Diagnostics()
    try:
        read = read_project(root_of(project), diagnostics)
    except ProjectError as error:
        raise Failure(str(error), USAGE) from error
    found = [one for one in diagnostics.ordered() if one.span is None or one.span.file.name == PROJECT_FILE]
    if read is None or any(one.code.severity == "error" for one in found):
        typer.echo(render_text(found, colour=colour(sys.stderr.isatty())), err=True)
        typer.echo(summary(found), err=True)
        raise typer.Exit(FINDINGS)
    return Settings(schema_of(read.settings), read.settings.content.job)


def cluster_of(settings: Settings | None, bootstrap: str | None) -> "Connection":
    """The cluster that the project or the option names."""
    from fraudc.live.connection import connection_of  # noqa: PLC0415  start-up

    return connection_of(settings.job if settings else None, bootstrap)


def cluster(project: Path | None, bootstrap: str | None) -> "Connection":
    """The same for a command that needs no schema: outside a project, with --bootstrap, topics have their default names."""
    try:
        settings = settings_of(project)
    except Failure:
        if project is not None or bootstrap is None:
            raise
        settings = None
    return cluster_of(settings, bootstrap)


def entity_of(schema: "Schema", name: str) -> "EntitySpec":
    """The entity with that name."""
    names = [entity.name for entity in schema.entities]
    if name not in names:
        raise Failure(f"the project has no entity {name}; it has {', '.join(names) or 'none'}", USAGE)
    return schema.entities[names.index(name)]


@contextmanager
def one_line() -> Iterator[None]:
    """What goes wrong with a server ends the command with exit code 4, what was asked for wrongly with 2."""
    from fraudc.live.failure import LiveFailure, ServerFailure  # noqa: PLC0415  start-up

    try:
        yield
    except LiveFailure as failure:
        raise Failure(str(failure), SERVER if isinstance(failure, ServerFailure) else USAGE) from failure


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Gives a function that says whether Ctrl-C was pressed or the process told to end; a second time ends it at once."""
    stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        if stopped:
            raise KeyboardInterrupt
        stopped = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def counter(what: str, shown: bool) -> Iterator[Callable[[int], None]]:
    """Gives a function to report a count to; a line on standard error, once it takes longer than two seconds."""
    if not shown:
        yield lambda _count: None
        return
    from rich.console import Console  # noqa: PLC0415  start-up
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415  start-up

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} {task.description}"), TimeElapsedColumn())
    line = Progress(*columns, console=Console(stderr=True), transient=True)
    task = line.add_task(what, total=None)
    begun = time.monotonic()

    def report(count: int) -> None:
        if count % 500 == 0 and time.monotonic() - begun > PATIENCE:
            line.start()
            line.update(task, completed=count)

    try:
        yield report
    finally:
        line.stop()


def plural(count: int, noun: str) -> str:
    """`1 message`, `2,000 messages`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
