"""`fraudc rollback`: an earlier revision in, its rules as a new set in the rules topic out."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from fraudc.cli.failure import USAGE, Failure
from fraudc.cli.options import Format, Project, Quiet, ResultFormat, instant_of
from fraudc.cli.publication import At, DryRun, Request, Wait, publish
from fraudc.cli.topics import Bootstrap, cluster, one_line

if TYPE_CHECKING:
    from fraudc.live.rules import RulesTopic
    from fraudc_runtime.plan import Plan

NAME = "rollback"


def command(
    revision: Annotated[
        int | None, typer.Argument(metavar="REVISION", help="Else the one before the running one.", show_default=False, min=1)
    ] = None,
    at: At = None,
    wait: Wait = None,
    dry_run: DryRun = False,
    project: Project = None,
    bootstrap: Bootstrap = None,
    format: Format = ResultFormat.text,
    quiet: Quiet = False,
) -> None:
    """Publish an earlier set again, as a new revision."""
    request = Request(instant_of(at), wait, dry_run, format, quiet)
    with one_line():
        publish(cluster(project, bootstrap), lambda rules: _earlier(rules, revision), request)


def _earlier(rules: "RulesTopic", revision: int | None) -> "Plan":
    if rules.standing is None:
        raise Failure(f"{rules.topic} has no set to go back to", USAGE)
    running = rules.standing.in_force(time.time_ns() // 1_000_000)
    found = rules.before(running) if revision is None else rules.published.get(revision)
    if found is None:
        known = ", ".join(str(number) for number in sorted(rules.published))
        what = f"no set before revision {running.revision}" if revision is None else f"no revision {revision}"
        raise Failure(f"{rules.topic} has {what}; it has {known}", USAGE)
    return found.plan
