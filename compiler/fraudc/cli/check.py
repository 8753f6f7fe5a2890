"""`fraudc check`: a rules project in, its diagnostics out."""

import sys
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudc.cli.compiled import colour, compilation_of, readable, root_of
from fraudc.cli.failure import FINDINGS, USAGE, WARNINGS, Failure
from fraudc.cli.options import Project, Quiet

if TYPE_CHECKING:
    from fraudc.diagnostics import Diagnostic
    from fraudc.pipeline import Compilation

NAME = "check"


class DiagnosticFormat(str, Enum):
    """How diagnostics are printed."""

    text = "text"
    json = "json"
    sarif = "sarif"
    github = "github"


class FailLevel(str, Enum):
    """The least severity that makes the command fail."""

    error = "error"
    warning = "warning"


def command(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILES]...", help="Show the diagnostics of these files only.")] = None,
    project: Project = None,
    format: Annotated[DiagnosticFormat, typer.Option("--format", help="How diagnostics are printed.")] = DiagnosticFormat.text,
    fail_level: Annotated[FailLevel, typer.Option("--fail-level", help="warning: exit 3 if there are warnings.")] = FailLevel.error,
    keys: Annotated[int | None, typer.Option("--keys", min=1, help="How many keys each entity has, for warnings about cost.")] = None,
    rate: Annotated[float | None, typer.Option("--rate", min=0, help="How many transactions come in a second, with --keys.")] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Show in text what may well be meant, too; other formats always have it.")] = False,
    quiet: Quiet = False,
) -> None:
    """Check the rules: every mistake with its place and what to write instead, and what may not be meant."""
    if (keys is None) is not (rate is None):
        raise Failure("--keys and --rate go together", USAGE)
    compilation = compilation_of(project)
    _lint(compilation, (keys, rate) if keys is not None and rate is not None else None)
    found = compilation.diagnostics.ordered()
    if files:
        found = _of_files(found, files, root_of(project))
    hidden = [one for one in found if one.code.note and format is DiagnosticFormat.text and not notes]
    _print([one for one in found if one not in hidden], format)
    severities = {diagnostic.code.severity for diagnostic in found}
    if format is DiagnosticFormat.text and not quiet:
        _summarise(found, len(compilation.plan.rules) if compilation.plan else None, len(hidden))
    if "error" in severities:
        raise typer.Exit(FINDINGS)
    if "warning" in severities and fail_level is FailLevel.warning:
        raise typer.Exit(WARNINGS)


def _lint(compilation: "Compilation", load: tuple[int, float] | None) -> None:
    """What tests say of rules that compile is checked too."""
    from fraudc.author.lint import Load, lint  # noqa: PLC0415  start-up
    from fraudc.author.testing.files import read_tests, test_paths  # noqa: PLC0415  start-up

    if compilation.plan is not None and compilation.project is not None:
        with readable():
            tests = read_tests(compilation.project, compilation.plan, test_paths(compilation.project), compilation.diagnostics)
        lint(compilation, tests, Load(*load) if load else None)


def _of_files(found: "list[Diagnostic]", files: list[Path], root: Path) -> "list[Diagnostic]":
    for file in files:
        if not file.is_file():
            raise Failure(f"{file} cannot be read", USAGE)
    wanted = {file.resolve() for file in files}
    return [d for d in found if d.span is not None and (root / d.span.file.name).resolve() in wanted]


def _print(found: "list[Diagnostic]", format: DiagnosticFormat) -> None:
    from fraudc import render  # noqa: PLC0415  start-up

    match format:
        case DiagnosticFormat.text:
            text = render.render_text(found, colour=colour(sys.stdout.isatty()))
        case DiagnosticFormat.json:
            text = render.render_json(found)
        case DiagnosticFormat.sarif:
            text = render.render_sarif(found, version("fraudc"))
        case DiagnosticFormat.github:
            text = render.render_github(found)
    typer.echo(text, nl=False)


def _summarise(found: "list[Diagnostic]", rules: int | None, hidden: int) -> None:
    from fraudc.render import summary  # noqa: PLC0415  start-up
    from fraudc.show.amounts import counted  # noqa: PLC0415  start-up

    shown = [one for one in found if not one.code.note or not hidden]
    more = f" ({counted(hidden, 'note')}: see --notes)" if hidden else ""
    if any(not one.code.note for one in found):
        typer.echo(f"\n{summary(shown)}{more}")
    elif rules is not None:
        typer.echo(f"{counted(rules, 'rule')}, no mistakes" + (more or (f" ({summary(shown)})" if shown else "")))
