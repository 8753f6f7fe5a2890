"""`fraudc test`: the rules' own tests in, which of them fail, and why, out."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudc.cli.compiled import compiled_or_fail, fail_with, readable
from fraudc.cli.failure import FINDINGS, USAGE, Failure
from fraudc.cli.options import Format, Project, Quiet, ResultFormat
from fraudc.cli.progress import steps

if TYPE_CHECKING:
    from fraudc import project as documents
    from fraudc.author.testing import TestFile, Verdict
    from fraudc_runtime.plan import Plan

NAME = "test"


def command(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILES]...", help="Test files, or rule files whose tests are meant; else all.")
    ] = None,
    project: Project = None,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write the results for a CI server too.")] = None,
    format: Format = ResultFormat.text,
    quiet: Quiet = False,
) -> None:
    """Run the rules' own tests: exactly the alerts that they expect."""
    found, plan = compiled_or_fail(project)
    tests = _read(found, plan, files)
    verdicts = _run(plan, tests, quiet)
    if junit is not None:
        _write_junit(junit, verdicts, plan)
    _print(verdicts, plan, format, quiet)
    if not all(verdict.passed for verdict in verdicts):
        raise typer.Exit(FINDINGS)


def _read(project: "documents.Project", plan: "Plan", files: list[Path] | None) -> "list[TestFile]":
    from fraudc.author.testing import read_tests  # noqa: PLC0415  start-up
    from fraudc.author.testing.files import paths_of, test_paths  # noqa: PLC0415  start-up
    from fraudc.diagnostics import Diagnostics  # noqa: PLC0415  start-up

    diagnostics = Diagnostics()
    with readable():
        paths = paths_of(project, files) if files else test_paths(project)
        tests = read_tests(project, plan, paths, diagnostics)
    if diagnostics.errors:
        fail_with(diagnostics)
    return tests


def _run(plan: "Plan", tests: "list[TestFile]", quiet: bool) -> "list[Verdict]":
    from fraudc.author.testing import run_tests  # noqa: PLC0415  start-up

    with steps("testing", sum(len(file.cases) for file in tests), sys.stderr.isatty() and not quiet) as done:
        return run_tests(plan, tests, done)


def _print(verdicts: "list[Verdict]", plan: "Plan", format: ResultFormat, quiet: bool) -> None:
    from fraudc.author.testing import printers  # noqa: PLC0415  start-up

    match format:
        case ResultFormat.text:
            typer.echo(printers.as_text(verdicts, plan.schema.money.base if plan.schema.money else "", quiet), nl=False)
        case ResultFormat.json:
            typer.echo(json.dumps(printers.as_json(verdicts), ensure_ascii=False, indent=2))


def _write_junit(path: Path, verdicts: "list[Verdict]", plan: "Plan") -> None:
    from fraudc.author.testing.printers import as_junit  # noqa: PLC0415  start-up

    partial = path.with_name(f"{path.name}.partial")
    try:
        partial.write_text(as_junit(verdicts, plan.schema.money.base if plan.schema.money else ""), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise Failure(f"{path} cannot be written: {(error.strerror or str(error)).lower()}", USAGE) from error
