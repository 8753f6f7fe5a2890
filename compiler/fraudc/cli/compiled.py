"""A project named by options in, its compilation out; mistakes in the rules go to standard error and end the command."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from fraudc.cli.failure import FINDINGS, USAGE, Failure

if TYPE_CHECKING:
    from fraudc.diagnostics import Diagnostics
    from fraudc.pipeline import Compilation
    from fraudc.project import Project
    from fraudc_runtime.plan import Plan


def root_of(project: Path | None) -> Path:
    """The project's folder: the one named, or the nearest upward."""
    from fraudc.project import PROJECT_FILE, find_project  # noqa: PLC0415  start-up

    if project is None:
        with readable():
            return find_project(Path.cwd())
    if not (project / PROJECT_FILE).exists():
        raise Failure(f"{project} has no {PROJECT_FILE}", USAGE)
    return project


def compilation_of(project: Path | None) -> "Compilation":
    """Compiles; a file that cannot be read ends the command."""
    from fraudc.pipeline import compile_project  # noqa: PLC0415  start-up

    root = root_of(project)
    with readable():
        return compile_project(root)


@contextmanager
def readable() -> Iterator[None]:
    """A file of the project that cannot be read ends the command with its reason."""
    from fraudc.project import ProjectError  # noqa: PLC0415  start-up

    try:
        yield
    except ProjectError as error:
        raise Failure(str(error), USAGE) from error


def compile_or_fail(project: Path | None) -> "Plan":
    """The plan of a project without errors (`check` shows warnings); else its diagnostics on standard error, and exit code 1."""
    return compiled_or_fail(project)[1]


def compiled_or_fail(project: Path | None) -> "tuple[Project, Plan]":
    """Likewise, with the documents that the plan was made of."""
    compilation = compilation_of(project)
    if compilation.plan is None or compilation.project is None:
        fail_with(compilation.diagnostics)
    return compilation.project, compilation.plan


def fail_with(diagnostics: "Diagnostics") -> NoReturn:
    """Mistakes on standard error, and exit code 1."""
    from fraudc.render import render_text, summary  # noqa: PLC0415  start-up

    found = diagnostics.ordered()
    typer.echo(f"{render_text(found, colour=colour(sys.stderr.isatty()))}\n{summary(found)}", err=True)
    raise typer.Exit(FINDINGS)


def colour(terminal: bool) -> bool:
    """Colours only on a terminal, and never with NO_COLOR."""
    return terminal and not os.environ.get("NO_COLOR")
