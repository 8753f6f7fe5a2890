"""`fraudc diff`: two projects or compiled sets in, what differs and what becomes of running state out."""

import time
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudc.cli.compiled import compile_or_fail, root_of
from fraudc.cli.failure import FINDINGS, USAGE, Failure
from fraudc.cli.options import Project, Quiet, instant_of

if TYPE_CHECKING:
    from fraudc_runtime.plan import Plan
    from fraudc_runtime.rulesets.ruleset import RuleSet

NAME = "diff"


class DiffFormat(str, Enum):
    """How the difference is printed."""

    text = "text"
    json = "json"
    markdown = "markdown"


def command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A project's folder, or a compiled set (`compile -o`).")],
    new: Annotated[Path | None, typer.Argument(metavar="[NEW]", help="The same; else the project.")] = None,
    project: Project = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 if there are differences.")] = False,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="Event time of the swap (RFC 3339); else now.")] = None,
    format: Annotated[DiffFormat, typer.Option("--format", help="How the difference is printed.")] = DiffFormat.text,
    quiet: Quiet = False,
) -> None:
    """Compare two rule sets: which rules change, and what becomes of every window."""
    from fraudc.author.diff import compare  # noqa: PLC0415  start-up
    from fraudc.author.printers import PRINTERS  # noqa: PLC0415  start-up

    swap = instant_of(at)
    found = compare(_read(old), compile_or_fail(project) if new is None else _read(new), time.time_ns() // 1_000_000, swap)
    if found.differs or not quiet or format is not DiffFormat.text:
        typer.echo(PRINTERS[format.value](found), nl=False)
    if exit_code and found.differs:
        raise typer.Exit(FINDINGS)


def _read(path: Path) -> "Plan | RuleSet":
    """What a folder compiles to, or what a file of a compiled or published set holds."""
    if path.is_dir():
        return compile_or_fail(root_of(path))
    from fraudc_runtime import plan  # noqa: PLC0415  start-up
    from fraudc_runtime.rulesets import ruleset  # noqa: PLC0415  start-up

    try:
        data = path.read_bytes()
        return ruleset.decode(data) if ruleset.is_compressed(data) else plan.decode(data)
    except OSError as error:
        raise Failure(f"{path} cannot be read: {(error.strerror or str(error)).lower()}", USAGE) from error
    except ValueError as error:
        raise Failure(f"{path} is neither a project nor a compiled set: {error}", USAGE) from error
