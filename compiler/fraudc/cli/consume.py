"""`fraudc consume`: a topic in, its committed messages on standard output, pretty on a terminal, else as they stand."""

import sys
import time
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from fraudc.cli.compiled import colour
from fraudc.cli.failure import FINDINGS, Failure
from fraudc.cli.options import Project, Quiet
from fraudc.cli.topics import Bootstrap, cluster, one_line, plural, stoppable

if TYPE_CHECKING:
    from confluent_kafka import Message

NAME = "consume"


class Start(str, Enum):
    """Where reading begins."""

    beginning = "beginning"
    end = "end"


class Shape(str, Enum):
    """How a message is printed; text is for eyes, json one line a message as it stands in the topic."""

    text = "text"
    json = "json"


def command(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="For example alerts.")],
    start: Annotated[Start, typer.Option("--from", help="Where to begin.")] = Start.end,
    count: Annotated[int | None, typer.Option("--count", metavar="N", min=1, help="Stop after N messages.", show_default=False)] = None,
    timeout: Annotated[
        float | None, typer.Option("--timeout", metavar="S", min=0, help="Stop when S seconds brought none.", show_default=False)
    ] = None,
    project: Project = None,
    bootstrap: Bootstrap = None,
    format: Annotated[Shape | None, typer.Option("--format", help="Else text on a terminal, json elsewhere.", show_default=False)] = None,
    quiet: Quiet = False,
) -> None:
    """Show the messages of a topic as they are committed."""
    with one_line():
        from fraudc.live.tail import Tail  # noqa: PLC0415  start-up

        with Tail(cluster(project, bootstrap), topic, start.value) as tail, stoppable() as stopped:
            if not quiet and sys.stderr.isatty():
                typer.echo(f"{topic}, {plural(len(tail.partitions), 'partition')}, from the {start.value}; Ctrl-C ends it", err=True)
            shown = 0
            heard = time.monotonic()
            for messages in tail.messages():
                for message in messages[: None if count is None else count - shown]:
                    _show(message, format or (Shape.text if sys.stdout.isatty() else Shape.json))
                    shown += 1
                heard = time.monotonic() if messages else heard
                silent = timeout is not None and time.monotonic() - heard >= timeout
                if shown == count or stopped() or silent:
                    break
    if count is not None and shown < count and not stopped():
        raise Failure(f"{plural(shown, 'message')} of {count:,} came", FINDINGS)


def _show(message: "Message", shape: Shape) -> None:
    match shape:
        case Shape.json:
            sys.stdout.buffer.write(_one_line(message.value()) + b"\n")
            sys.stdout.buffer.flush()
        case Shape.text:
            from fraudc.cli.messages import pretty  # noqa: PLC0415  start-up

            typer.echo(pretty(message.key(), message.value(), colour(sys.stdout.isatty())))


def _one_line(value: bytes | None) -> bytes:
    """JSON that is spread over lines, compact; an empty value as null."""
    if value is None:
        return b"null"
    if b"\n" not in value:
        return value
    import msgspec  # noqa: PLC0415  start-up

    try:
        return msgspec.json.format(value, indent=-1)
    except msgspec.DecodeError:
        return value
