"""`fraudc compile`: a rules project in, its plan or its compiled set out."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudc.cli.compiled import compile_or_fail, root_of
from fraudc.cli.files import write
from fraudc.cli.options import Project, Quiet

if TYPE_CHECKING:
    pass

NAME = "compile"


class PlanFormat(str, Enum):
    """How the plan is printed."""

    text = "text"
    json = "json"
    mermaid = "mermaid"
    dot = "dot"
    html = "html"


def command(
    project: Project = None,
    plan: Annotated[bool, typer.Option("--plan", help="Print what will run: windows, sharing, state, the Flink graph.")] = False,
    format: Annotated[PlanFormat, typer.Option("--format", help="How the plan is printed.")] = PlanFormat.text,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the compiled rule set (JSON).")] = None,
    quiet: Quiet = False,
) -> None:
    """Compile the rules; show the plan, or write the compiled set."""
    from fraudc.show import PRINTERS  # noqa: PLC0415  start-up
    from fraudc.show.describe import describe  # noqa: PLC0415  start-up
    from fraudc.show.wording import summary_text  # noqa: PLC0415  start-up

    compiled = compile_or_fail(project)
    view = describe(compiled, root_of(project).resolve().name)
    if output is not None:
        from fraudc_runtime.plan import encode  # noqa: PLC0415  start-up

        write(output, encode(compiled))
    if plan or format is not PlanFormat.text:
        typer.echo(PRINTERS[format.value](view), nl=False)
    elif not quiet:
        typer.echo(summary_text(view))
