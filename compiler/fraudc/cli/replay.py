"""`fraudc replay`: a file of transactions in, messages of a topic out."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fraudc.cli.failure import FINDINGS, USAGE, Failure
from fraudc.cli.options import Format, Project, Quiet, ResultFormat
from fraudc.cli.run import InputFormat
from fraudc.cli.topics import INTERRUPTED, Bootstrap, CreateTopics, cluster_of, entity_of, one_line, plural, settings_of, stoppable

if TYPE_CHECKING:
    from fraudc.live.connection import Connection
    from fraudc.live.lines import Lines
    from fraudc.live.replay import Pace, Transaction
    from fraudc_runtime.flink.files import Progress
    from fraudc_runtime.plan import EntitySpec, Schema

NAME = "replay"
_FORMATS: dict[InputFormat, Literal["json", "csv"]] = {InputFormat.json: "json", InputFormat.csv: "csv"}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the file: messages given to the client and taken by the cluster, and the numbers of lines that are too large."""

    sent: int
    acknowledged: int
    too_large: list[int]
    stopped: bool
    seconds: float


def command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Transactions: JSONL or CSV, gzip and xz too; - is standard input.")],
    rate: Annotated[float | None, typer.Option("--rate", metavar="N", help="So many a second, evenly.", show_default=False)] = None,
    speed: Annotated[float | None, typer.Option("--speed", metavar="X", help="At the recorded pace, times X.", show_default=False)] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="TOPIC", help="Else the project's transactions topic.", show_default=False)
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", metavar="ENTITY", help="Whose key the messages get; else the first entity's.", show_default=False)
    ] = None,
    input_format: Annotated[InputFormat | None, typer.Option("--input-format", help="Overrides the file's extension.")] = None,
    project: Project = None,
    bootstrap: Bootstrap = None,
    create_topics: CreateTopics = False,
    format: Format = ResultFormat.text,
    quiet: Quiet = False,
) -> None:
    """Send a file of transactions to Kafka, in order, each exactly once."""
    pace = _pace(rate, speed)
    settings = settings_of(project)
    entity = entity_of(settings.schema, key) if key else next(iter(settings.schema.entities), None)
    with one_line():
        from fraudc.live.lines import Lines  # noqa: PLC0415  start-up

        source = Lines(file)
        connection = cluster_of(settings, bootstrap)
        topic = to or connection.topics.transactions
        if create_topics:
            connection.create([topic])
        connection.partitions(topic, "--create-topics makes it")
        batches = _batches(source, input_format, settings.schema, entity)
        done = _send(connection, topic, batches, source, pace, shown=not quiet and sys.stderr.isatty())
    if done.stopped:
        raise Failure(f"stopped: {topic} has {done.acknowledged:,} of {plural(done.sent, 'transaction')} sent", INTERRUPTED)
    _report(done, topic, entity, format, quiet)
    for number in done.too_large:
        typer.echo(f"{file}:{number}: larger than a message may be; not sent", err=True)
    if done.too_large:
        raise typer.Exit(FINDINGS)


def _pace(rate: float | None, speed: float | None) -> "Pace":
    if rate is not None and speed is not None:
        raise Failure("--rate and --speed exclude each other", USAGE)
    for name, value in (("--rate", rate), ("--speed", speed)):
        if value is not None and not 0 < value < float("inf"):
            raise Failure(f"{name} is above 0, not {value:g}", USAGE)
    from fraudc.live.replay import at_once, evenly, recorded  # noqa: PLC0415  start-up

    if rate is not None:
        return evenly(rate)
    return at_once if speed is None else recorded(speed)


def _batches(
    source: "Lines", format: InputFormat | None, schema: "Schema", entity: "EntitySpec | None"
) -> "Iterator[Iterator[Transaction]]":
    from fraudc.live.replay import Labels  # noqa: PLC0415  start-up
    from fraudc.live.transactions import payloads  # noqa: PLC0415  start-up

    labels = Labels(schema, entity)
    return (labels.label(batch) for batch in payloads(source, _FORMATS[format] if format else None, schema))


def _send(
    connection: "Connection", topic: str, batches: "Iterator[Iterator[Transaction]]", source: "Lines", pace: "Pace", shown: bool
) -> Sent:
    from fraudc.cli.progress import bar  # noqa: PLC0415  start-up
    from fraudc.live.publisher import Publisher  # noqa: PLC0415  start-up
    from fraudc.live.replay import replay  # noqa: PLC0415  start-up

    begun = time.monotonic()
    with stoppable() as stopped, bar("transactions", shown) as told:
        publisher = Publisher(connection, stopped)
        too_large = replay(_watched(batches, source, told), publisher, topic, pace)
        publisher.finish()
        return Sent(publisher.sent, publisher.acknowledged, too_large, stopped(), time.monotonic() - begun)


def _watched(
    batches: "Iterator[Iterator[Transaction]]", source: "Lines", told: "Callable[[Progress], None] | None"
) -> "Iterator[Transaction]":
    from fraudc_runtime.flink.files import Progress  # noqa: PLC0415  start-up

    for batch in batches:
        yield from batch
        if told:
            told(Progress(source.position, source.size))


def _report(done: Sent, topic: str, entity: "EntitySpec | None", format: ResultFormat, quiet: bool) -> None:
    name = entity.name if entity else None
    if format is ResultFormat.json:
        typer.echo(json.dumps({"topic": topic, "acknowledged": done.acknowledged, "seconds": round(done.seconds, 3), "key": name}))
    elif not quiet:
        keyed = f", keyed by {name}" if name else ""
        typer.echo(f"sent {plural(done.acknowledged, 'transaction')} to {topic} in {done.seconds:,.1f} s{keyed}")
