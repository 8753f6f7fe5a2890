"""`fraudc profiles load`: reference rows of a file or a database in, messages of an entity's profile topic out."""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from fraudc.cli.failure import FINDINGS, USAGE, Failure
from fraudc.cli.options import Format, Project, Quiet, ResultFormat
from fraudc.cli.topics import (
    INTERRUPTED,
    Bootstrap,
    CreateTopics,
    Settings,
    cluster_of,
    counter,
    entity_of,
    one_line,
    plural,
    settings_of,
    stoppable,
)

if TYPE_CHECKING:
    from fraudc.live.profiles import BadRow, Profile
    from fraudc_runtime.plan import EntitySpec

NAME = "profiles"
_MOST_NAMED = 20
app = typer.Typer(help="Reference rows that rules read as `entity.field`.", no_args_is_help=True)


@app.callback()
def profiles() -> None:
    """Reference rows that rules read as `entity.field`."""  # a callback keeps `load` a word of its own


@app.command("load")
def load_command(
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="For example customer.")],
    source: Annotated[str, typer.Option("--from", metavar="FILE.csv|postgresql://…", help="Where the rows are.")],
    query: Annotated[
        str | None,
        typer.Option("--query", metavar="SQL", help="What to ask the database; else the table named like the entity.", show_default=False),
    ] = None,
    project: Project = None,
    bootstrap: Bootstrap = None,
    create_topics: CreateTopics = False,
    format: Format = ResultFormat.text,
    quiet: Quiet = False,
) -> None:
    """Publish reference rows; the running job reads them as they come."""
    settings = settings_of(project)
    spec = entity_of(settings.schema, entity)
    if not spec.profile:
        raise Failure(f"the entity {entity} declares no profile fields", USAGE)
    with one_line():
        from fraudc.live.profiles import load  # noqa: PLC0415  start-up
        from fraudc.live.publisher import Publisher  # noqa: PLC0415  start-up

        rows = _rows(settings, spec, source, query)
        connection = cluster_of(settings, bootstrap)
        topic = f"{connection.topics.profiles}{entity}"
        if create_topics:
            connection.create([topic], "compact")
        connection.partitions(topic, "--create-topics makes it")
        with stoppable() as stopped, counter("profile rows", shown=not quiet and sys.stderr.isatty()) as told:
            publisher = Publisher(connection, stopped)
            bad = load(rows, publisher, topic, told)
            publisher.finish()
    _name(bad, source)
    if stopped():
        raise Failure(f"stopped: {plural(publisher.acknowledged, 'row')} published to {topic}", INTERRUPTED)
    _report(len(bad), publisher.acknowledged, topic, format, quiet)


def _rows(settings: Settings, spec: "EntitySpec", source: str, query: str | None) -> "Iterator[Profile | BadRow]":
    from fraudc.live import postgres  # noqa: PLC0415  start-up
    from fraudc.live.lines import Lines  # noqa: PLC0415  start-up
    from fraudc.live.profiles import ProfileRows  # noqa: PLC0415  start-up

    reader = ProfileRows(settings.schema, spec)
    if postgres.is_address(source):
        columns = tuple(field.name for field in reader.fields)
        asked = query or postgres.table_query(spec.name, columns)
        return reader.of_columns(postgres.rows(source, asked, spec.key))
    if query is not None:
        raise Failure("--query goes with --from postgresql://…", USAGE)
    return reader.of_csv(Lines(source).batches())


def _name(bad: "list[BadRow]", source: str) -> None:
    from fraudc.live import postgres  # noqa: PLC0415  start-up

    where = "row " if postgres.is_address(source) else f"{source}:"
    for row in bad[:_MOST_NAMED]:
        typer.echo(f"{where}{row.number}: {row.code}: {row.reason}", err=True)
    if len(bad) > _MOST_NAMED:
        typer.echo(f"and {plural(len(bad) - _MOST_NAMED, 'bad row')} more", err=True)


def _report(bad: int, acknowledged: int, topic: str, format: ResultFormat, quiet: bool) -> None:
    if format is ResultFormat.json:
        typer.echo(json.dumps({"topic": topic, "acknowledged": acknowledged, "bad": bad}))
    elif not quiet:
        left_out = f"; {plural(bad, 'bad row')} left out" if bad else ""
        typer.echo(f"published {plural(acknowledged, 'row')} to {topic}{left_out}")
    if bad:
        raise typer.Exit(FINDINGS)
