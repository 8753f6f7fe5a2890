"""A project named by options in, its compilation out; mistakes in the rules go to standard error and end the command."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from fraudc.cli.failure import FINDINGS, USAGE, Failure

if TYPE_CHECKING:
    from fraudc.pipeline import Compilation
    from fraudc_runtime.plan import Plan


def root_of(project: Path | None) -> Path:
    """The project's folder: the one named, or the nearest upward."""
    from fraudc.project import PROJECT_FILE, ProjectError, find_project  # noqa: PLC0415  start-up

    if project is None:
        try:
            return find_project(Path.cwd())
        except ProjectError as error:
            raise Failure(str(error), USAGE) from error
    if not (project / PROJECT_FILE).exists():
        raise Failure(f"{project} has no {PROJECT_FILE}", USAGE)
    return project


def compilation_of(project: Path | None) -> "Compilation":
    """Compiles; a file that cannot be read ends the command."""
    from fraudc.pipeline import compile_project  # noqa: PLC0415  start-up
    from fraudc.project import ProjectError  # noqa: PLC0415  start-up

    try:
        return compile_project(root_of(project))
    except ProjectError as error:
        raise Failure(str(error), USAGE) from error


def compile_or_fail(project: Path | None) -> "Plan":
    """The plan of a project without errors (`check` shows warnings); else its diagnostics on standard error, and exit code 1."""
    from fraudc.render import render_text, summary  # noqa: PLC0415  start-up

    compilation = compilation_of(project)
    if compilation.plan is None:
        found = compilation.diagnostics.ordered()
        typer.echo(f"{render_text(found, colour=colour(sys.stderr.isatty()))}\n{summary(found)}", err=True)
        raise typer.Exit(FINDINGS)
    return compilation.plan


def colour(terminal: bool) -> bool:
    """Colours only on a terminal, and never with NO_COLOR."""
    return terminal and not os.environ.get("NO_COLOR")
