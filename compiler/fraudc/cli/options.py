"""Options that several commands share, so that they read the same everywhere."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from fraudc.cli.failure import USAGE, Failure

Project = Annotated[
    Path | None,
    typer.Option("--project", metavar="DIR", help="The rules project; else the nearest fraudc.yaml upward from here.", show_default=False),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results and errors only.")]


class ResultFormat(str, Enum):
    """How a command prints its results."""

    text = "text"
    json = "json"


Format = Annotated[ResultFormat, typer.Option("--format", help="How results are printed.")]


def instant_of(at: str | None) -> int | None:
    """What --at says, in epoch ms; None where it is not given."""
    from fraudc.literals.instants import instant  # noqa: PLC0415  start-up

    found = None if at is None else instant(at)
    if at is not None and found is None:
        raise Failure(f"--at takes a time like 2026-03-01T10:00:00Z, not {at}", USAGE)
    return found
