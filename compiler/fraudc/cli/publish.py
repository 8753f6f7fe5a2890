"""`fraudc publish`: a rules project in, its set in the rules topic that a running job takes over out."""

from typing import Annotated

import typer

from fraudc.cli.compiled import compiled_or_fail
from fraudc.cli.options import Format, Project, Quiet, ResultFormat, instant_of
from fraudc.cli.publication import At, DryRun, Request, Wait, publish
from fraudc.cli.test import tests_pass
from fraudc.cli.topics import Bootstrap, CreateTopics, cluster_of, one_line, settings_of

NAME = "publish"


def command(
    at: At = None,
    wait: Wait = None,
    dry_run: DryRun = False,
    no_test: Annotated[bool, typer.Option("--no-test", help="Publish although the rules' tests are not run.")] = False,
    create_topics: CreateTopics = False,
    project: Project = None,
    bootstrap: Bootstrap = None,
    format: Format = ResultFormat.text,
    quiet: Quiet = False,
) -> None:
    """Compile the rules, run their tests, show what changes against those that are live, and publish them."""
    request = Request(instant_of(at), wait, dry_run, format, quiet)
    found, plan = compiled_or_fail(project)
    if not no_test:
        tests_pass(found, plan, quiet)
    with one_line():
        from fraudc.live.rules import create_rules_topic  # noqa: PLC0415  start-up

        connection = cluster_of(settings_of(project), bootstrap)
        if create_topics and not dry_run:
            create_rules_topic(connection)
            connection.create([connection.topics.status])
        publish(connection, lambda _rules: plan, request)
