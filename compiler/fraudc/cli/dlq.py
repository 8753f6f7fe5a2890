"""`fraudc dlq`: the dead letter topic in; its letters counted, one of them shown, or their payloads back in the transactions topic."""

import json
import sys
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from fraudc.cli.failure import FINDINGS, Failure
from fraudc.cli.options import Format, Project, Quiet, ResultFormat
from fraudc.cli.topics import INTERRUPTED, Bootstrap, cluster, cluster_of, counter, one_line, plural, settings_of, stoppable

if TYPE_CHECKING:
    from fraudc.live.connection import Connection
    from fraudc.live.letters import Letter, Selection

NAME = "dlq"
app = typer.Typer(help="Dead letters: bad input by code, one of them, and back into the input.", no_args_is_help=True)

Code = Annotated[str | None, typer.Option("--code", metavar="CODE", help="Only letters with this code.", show_default=False)]
Partition = Annotated[int | None, typer.Option("--partition", min=0, help="Only what stood in this partition.", show_default=False)]
Offset = Annotated[int | None, typer.Option("--offset", min=0, help="Only what stood at this offset.", show_default=False)]


@app.command("list")
def list_command(project: Project = None, bootstrap: Bootstrap = None, format: Format = ResultFormat.text, quiet: Quiet = False) -> None:
    """Count the letters by code."""
    with one_line():
        from fraudc.live.letters import Selection, by_code  # noqa: PLC0415  start-up

        counts = by_code(_letters(cluster(project, bootstrap), Selection(), quiet))
    if format is ResultFormat.json:
        typer.echo(json.dumps([{"code": count.code, "letters": count.letters} for count in counts]))
        return
    for count in counts:
        typer.echo(f"{count.letters:>9,}  {count.code:17} newest: {_place(count.newest)}")
    total = sum(count.letters for count in counts)
    typer.echo(f"{total:>9,}  in all" if counts else "no dead letters")


@app.command("show")
def show_command(
    code: Code = None,
    partition: Partition = None,
    offset: Offset = None,
    project: Project = None,
    bootstrap: Bootstrap = None,
    format: Format = ResultFormat.text,
    quiet: Quiet = False,
) -> None:
    """Show the newest letter that is chosen, with a caret under the fault."""
    with one_line():
        from fraudc.live.letters import Selection  # noqa: PLC0415  start-up

        chosen = _letters(cluster(project, bootstrap), Selection(code, None, partition, offset), quiet)
        found = next(iter(deque(chosen, maxlen=1)), None)
    if found is None:
        raise Failure("no dead letter is like that; `fraudc dlq list` counts those that are", FINDINGS)
    if format is ResultFormat.json:
        import msgspec  # noqa: PLC0415  start-up

        typer.echo(msgspec.json.encode(found))
    else:
        typer.echo(_shown(found))


@app.command("replay")
def replay_command(
    code: Code = None,
    partition: Partition = None,
    offset: Offset = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="TOPIC", help="Else the project's transactions topic.", show_default=False)
    ] = None,
    project: Project = None,
    bootstrap: Bootstrap = None,
    format: Format = ResultFormat.text,
    quiet: Quiet = False,
) -> None:
    """Send the transactions in the letters that are chosen into the input again, as they came."""
    with one_line():
        from fraudc.live.letters import Selection  # noqa: PLC0415  start-up
        from fraudc.live.publisher import Publisher  # noqa: PLC0415  start-up
        from fraudc.live.replay import Labels, replay  # noqa: PLC0415  start-up

        settings = settings_of(project)
        connection = cluster_of(settings, bootstrap)
        topic = to or connection.topics.transactions
        connection.partitions(topic)
        chosen = list(_letters(connection, Selection(code, connection.topics.transactions, partition, offset), quiet))
        found = [letter for letter in chosen if letter.whole]
        labels = Labels(settings.schema, next(iter(settings.schema.entities), None))
        with stoppable() as stopped:
            publisher = Publisher(connection, stopped)
            too_large = replay(labels.label([letter.payload for letter in found]), publisher, topic)
            publisher.finish()
    _tell_unsent([found[number - 1] for number in too_large], [letter for letter in chosen if not letter.whole], topic)
    if publisher.acknowledged < len(chosen):
        stop = INTERRUPTED if stopped() else FINDINGS
        raise Failure(f"stopped: {publisher.acknowledged:,} of {plural(len(chosen), 'transaction')} sent to {topic}", stop)
    if format is ResultFormat.json:
        typer.echo(json.dumps({"topic": topic, "acknowledged": publisher.acknowledged}))
    elif not quiet:
        typer.echo(f"sent {plural(publisher.acknowledged, 'transaction')} to {topic}")
    if found and not quiet:
        typer.echo("what is older than the newest transaction by more than max_disorder comes too late for windows", err=True)


def _tell_unsent(too_large: "list[Letter]", cut: "list[Letter]", topic: str) -> None:
    for letter in too_large:
        typer.echo(f"fraudc: {_place(letter)}: the payload is larger than {topic} takes", err=True)
    for letter in cut:
        typer.echo(f"fraudc: {_place(letter)}: only a part of its {letter.raw_bytes:,} bytes is here, and it is not sent", err=True)


def _letters(connection: "Connection", selection: "Selection", quiet: bool) -> "Iterator[Letter]":
    from fraudc.live.letters import read_letters  # noqa: PLC0415  start-up
    from fraudc.live.tail import Tail  # noqa: PLC0415  start-up

    shown = not quiet and sys.stderr.isatty()
    with Tail(connection, connection.topics.dlq, "beginning") as tail, counter("dead letters read", shown) as told:
        for number, letter in enumerate(read_letters(message.value() for message in tail.history()), 1):
            told(number)
            if selection.takes(letter):
                yield letter


def _place(letter: "Letter") -> str:
    from fraudc.render.columns import cells  # noqa: PLC0415  start-up

    parts = [cells(letter.source).text]
    if letter.partition is not None:
        parts.append(f"partition {letter.partition}")
    if letter.offset is not None:
        parts.append(f"offset {letter.offset}")
    return ", ".join(parts)


def _shown(letter: "Letter") -> str:
    from fraudc.live.letters import fault  # noqa: PLC0415  start-up
    from fraudc.render.columns import cells, clip  # noqa: PLC0415  start-up

    received = "" if letter.received is None else f", received {_instant(letter.received)}"
    head = f"{cells(letter.code).text}: {cells(letter.reason).text}\n  --> {_place(letter)}{received}\n   |\n"
    place = fault(letter)
    if place.start is None or place.end is None:
        lines = place.line.split("\n")
        return head + "\n".join(f"   | {cells(line).text}" for line in lines)
    line, start, end = clip(place.line, place.start, place.end)
    before, at = cells(line[:start]), cells(line[start:end])
    return f"{head}   | {cells(line).text}\n   | {' ' * before.width}{'^' * max(at.width, 1)}"


def _instant(received: int | str) -> str:
    from fraudc_runtime.render import timestamp_text  # noqa: PLC0415  start-up

    return timestamp_text(received) if isinstance(received, int) else received
