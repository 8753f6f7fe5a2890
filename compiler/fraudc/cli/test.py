"""`fraudc test`: the rules' own tests in, which of them fail, and why, out."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fraudc.cli.compiled import compiled_or_fail, fail_with, readable
from fraudc.cli.failure import FINDINGS
from fraudc.cli.files import write
from fraudc.cli.options import Format, Project, Quiet, ResultFormat
from fraudc.cli.progress import steps
from fraudc.cli.updating import update as write_expectations

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
    update: Annotated[bool, typer.Option("--update", help="Write what comes out into the tests that fail, for you to review.")] = False,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write the results for a CI server too.")] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Show what of the rules no test touches.")] = False,
    lcov: Annotated[Path | None, typer.Option("--lcov", metavar="FILE", help="Write the coverage for editors too.")] = None,
    mutate: Annotated[bool, typer.Option("--mutate", help="Change each rule on purpose, and list what no test notices.")] = False,
    format: Format = ResultFormat.text,
    quiet: Quiet = False,
) -> None:
    """Run the rules' own tests: exactly the alerts that they expect."""
    found, plan = compiled_or_fail(project)
    tests = _read(found, plan, files)
    verdicts = _run(plan, tests, quiet)
    if update and not all(verdict.passed for verdict in verdicts):
        write_expectations(found.root, tests, verdicts, plan, quiet or format is ResultFormat.json)
        tests = _read(found, plan, files)
        verdicts = _run(plan, tests, quiet)
    reports: list[tuple[str, str, dict[str, Any]]] = []
    if junit is not None:
        from fraudc.author.testing.printers import as_junit  # noqa: PLC0415  start-up

        write(junit, as_junit(verdicts, _base(plan)).encode())
    if coverage or lcov is not None:
        reports += _covered(found, tests, lcov, coverage, quiet)
    passed = all(verdict.passed for verdict in verdicts)
    if mutate and passed:
        reports.append(_mutated(found, tests, quiet))
    _print(verdicts, plan, format, quiet, reports)
    if not passed:
        if mutate:
            typer.echo("fraudc: rules are changed on purpose only when all tests pass", err=True)
        raise typer.Exit(FINDINGS)


def tests_pass(project: "documents.Project", plan: "Plan", quiet: bool) -> None:
    """Ends the command with the failures on standard error where a test of the project's rules fails."""
    from fraudc.author.testing import printers  # noqa: PLC0415  start-up

    verdicts = _run(plan, _read(project, plan, None), quiet)
    failed = sum(not verdict.passed for verdict in verdicts)
    if failed:
        typer.echo(printers.as_text(verdicts, _base(plan), True), err=True, nl=False)
        typer.echo(f"fraudc: nothing is published: {failed} of {len(verdicts)} tests fail; --no-test publishes all the same", err=True)
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


def _covered(
    project: "documents.Project", tests: "list[TestFile]", lcov: Path | None, shown: bool, quiet: bool
) -> list[tuple[str, str, dict[str, Any]]]:
    from fraudc.author.coverage import Rules, measure, printers  # noqa: PLC0415  start-up

    rules = Rules.of(project)
    with steps("measuring", len(rules.plan.rules), sys.stderr.isatty() and not quiet) as done:
        found = measure(rules, tests, done)
    if lcov is not None:
        write(lcov, printers.as_lcov(found, project.root).encode())
    return [("coverage", printers.as_text(found), printers.as_json(found))] if shown else []


def _mutated(project: "documents.Project", tests: "list[TestFile]", quiet: bool) -> tuple[str, str, dict[str, Any]]:
    from fraudc.author.coverage import Rules  # noqa: PLC0415  start-up
    from fraudc.author.mutation import printers, unnoticed  # noqa: PLC0415  start-up

    rules = Rules.of(project)
    with steps("changing rules", len(rules.plan.rules), sys.stderr.isatty() and not quiet) as done:
        found = unnoticed(rules, tests, done)
    return "mutations", printers.as_text(found), printers.as_json(found)


def _print(
    verdicts: "list[Verdict]", plan: "Plan", format: ResultFormat, quiet: bool, reports: list[tuple[str, str, dict[str, Any]]]
) -> None:
    from fraudc.author.testing import printers  # noqa: PLC0415  start-up

    match format:
        case ResultFormat.text:
            texts = [printers.as_text(verdicts, _base(plan), quiet), *(text for _, text, _ in reports)]
            typer.echo("\n".join(text for text in texts if text), nl=False)
        case ResultFormat.json:
            found = printers.as_json(verdicts) | {name: document for name, _, document in reports}
            typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


def _base(plan: "Plan") -> str:
    return plan.schema.money.base if plan.schema.money else ""
