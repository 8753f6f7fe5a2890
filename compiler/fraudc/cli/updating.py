"""Tests that fail in, their files with what came out written into them out."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from fraudc.cli.failure import USAGE, Failure
from fraudc.cli.files import write

if TYPE_CHECKING:
    from fraudc.author.testing import TestFile, Verdict
    from fraudc_runtime.plan import Plan


def update(root: Path, tests: "Sequence[TestFile]", verdicts: "Sequence[Verdict]", plan: "Plan", quiet: bool) -> None:
    """Writes each file that has failing tests, when they pass with what is to be written; else the command ends and leaves it alone."""
    from fraudc.author.testing.updating import updated  # noqa: PLC0415  start-up

    for file in tests:
        failed = [verdict for verdict in verdicts if verdict.file == file.name and not verdict.passed]
        if not failed:
            continue
        text = "" if file.name.endswith(".json") else updated(file, failed, plan)
        if not _passes(file, text, plan):
            reason = "is JSON, and only YAML is written" if file.name.endswith(".json") else "is written in a way that cannot be updated"
            raise Failure(f"{file.name} {reason}: change its `alerts` by hand", USAGE)
        write(root / file.name, text.encode())
        if not quiet:
            names = ", ".join(verdict.case.name for verdict in failed)
            typer.echo(f"updated {file.name}: {names}; review what is expected now")


def _passes(file: "TestFile", text: str, plan: "Plan") -> bool:
    from fraudc.author.testing import run_tests  # noqa: PLC0415  start-up
    from fraudc.author.testing.files import read_text  # noqa: PLC0415  start-up
    from fraudc.diagnostics import Diagnostics  # noqa: PLC0415  start-up

    diagnostics = Diagnostics()
    again = read_text(file.name, text.encode(), plan, diagnostics)
    if again is None or diagnostics.errors or len(again.cases) != len(file.cases):
        return False
    return all(verdict.passed for verdict in run_tests(plan, [again]))
