"""`fraudc init`: a folder's name in, a rules project in it out."""

from pathlib import Path
from typing import Annotated

import typer

from fraudc.cli.failure import USAGE, Failure
from fraudc.cli.options import Quiet
from fraudc.cli.schema import write_schemas

NAME = "init"


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the project goes: a new or an empty folder.")], quiet: Quiet = False
) -> None:
    """Write a new rules project that runs: three rules, their tests, and a sample of transactions."""
    from fraudc.author.starting import NotEmptyError, start  # noqa: PLC0415  start-up

    try:
        written = [*start(folder), *write_schemas(folder)]
    except NotEmptyError as error:
        raise Failure(str(error), USAGE) from error
    except OSError as error:
        raise Failure(f"{folder} cannot be written: {(error.strerror or str(error)).lower()}", USAGE) from error
    if not quiet:
        lines = [*(f"wrote {path}" for path in written), "", "next:", f"  cd {folder}", "  fraudc check", "  fraudc test"]
        typer.echo("\n".join([*lines, "  fraudc run --input transactions.jsonl --output alerts.jsonl"]))
