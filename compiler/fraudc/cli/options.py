"""Options that several commands share, so that they read the same everywhere."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

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
