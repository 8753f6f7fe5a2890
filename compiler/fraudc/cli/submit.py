"""`fraudc submit`: a rules project and a running Flink cluster in, the project's job started there out."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudc.cli.compiled import root_of
from fraudc.cli.failure import SERVER, USAGE, Failure
from fraudc.cli.options import Format, Project, Quiet, ResultFormat
from fraudc.cli.run import Mode, Parallelism
from fraudc.cli.stream import Request, job_of, say
from fraudc.cli.topics import Bootstrap, CreateTopics, one_line
from fraudc.cli.topics import settings_of as project_settings

if TYPE_CHECKING:
    from fraudc.live.flink import FlinkCluster
    from fraudc.live.target import Target
    from fraudc_runtime.flink.remote import Submitted
    from fraudc_runtime.flink.topics import TopicJob

NAME = "submit"


def command(
    target: Annotated[
        str,
        typer.Option(
            "--target", metavar="HOST:PORT|CONFIG", envvar="FLINK_CONF_DIR", help="The cluster's REST address, or Flink's configuration."
        ),
    ],
    project: Project = None,
    from_savepoint: Annotated[
        str | None, typer.Option("--from-savepoint", metavar="PATH", help="Begin with this state, not that of the newest checkpoint.")
    ] = None,
    parallelism: Parallelism = None,
    mode: Annotated[Mode, typer.Option("--mode", help="Python inside the task managers, or in processes beside them.")] = Mode.thread,
    define: Annotated[list[str] | None, typer.Option("-D", metavar="NAME=VALUE", help="An option of Flink's; may be repeated.")] = None,
    bootstrap: Bootstrap = None,
    create_topics: CreateTopics = False,
    format: Format = ResultFormat.text,
    quiet: Quiet = False,
) -> None:
    """Start the project's job over Kafka on a Flink cluster, and leave it there."""
    with one_line():
        from fraudc.live.target import target_of  # noqa: PLC0415  start-up

        found = target_of(target, define or [])
        _check(found, project, parallelism, mode)
        job = job_of(Request(project, bootstrap, parallelism, mode.value, False, create_topics, quiet), None)
        submitted = _submit(found, job, from_savepoint)
        found.cluster.begun(submitted.id)
    if job.metrics is not None:
        say(quiet, "job.metrics.port is for `fraudc run`; a cluster's metrics are its own configuration's (metrics.reporter)")
    _report(found, job, submitted, format)


def _check(target: "Target", project: Path | None, parallelism: int | None, mode: Mode) -> None:
    """Whether the cluster can take the job, before anything is made."""
    from fraudc.document.job import JobDocument  # noqa: PLC0415  start-up
    from fraudc.live.job import checkpoints_of, name_of, settings_of  # noqa: PLC0415  start-up

    declared = project_settings(project).job or JobDocument()
    name, settings = name_of(declared), settings_of(declared, parallelism, mode.value)
    mine = {**settings.options(), **checkpoints_of(declared, root_of(project), os.environ).options(name)}
    for option in target.job:
        if (option in mine and not option.startswith("python.")) or option.startswith("restart-strategy."):
            raise Failure(f"-D {option} is for the project to say, in `job:` of fraudc.yaml", USAGE)
    _room(target.cluster, name, settings.parallelism)


def _room(cluster: "FlinkCluster", name: str, parallelism: int) -> None:
    if known := cluster.running(name):
        told = f"{name} is running there already, as {known.id}: stop it first, or give this job another job.name"
        raise Failure(f"{cluster.url}: {told}", SERVER)
    slots = cluster.slots()
    if slots is not None and slots.free < parallelism:
        has = f"{slots.free} of {slots.total} slots free"
        raise Failure(f"{cluster.url} has {has}, and {name} needs {parallelism}: add task managers, or lower --parallelism", SERVER)


def _submit(target: "Target", job: "TopicJob", savepoint: str | None) -> "Submitted":
    from fraudc_runtime.flink.failures import Failure as JobFailure  # noqa: PLC0415  start-up
    from fraudc_runtime.flink.remote import submit_topics  # noqa: PLC0415  start-up

    try:
        return submit_topics(job, target.client, target.job, savepoint)
    except JobFailure as failure:
        raise Failure(str(failure), SERVER) from failure


def _report(target: "Target", job: "TopicJob", submitted: "Submitted", format: ResultFormat) -> None:
    url = f"{target.cluster.url}/#/job/{submitted.id}/overview"
    if format is ResultFormat.json:
        typer.echo(json.dumps({"version": 1, "job": submitted.id, "name": job.name, "from": submitted.restored, "url": url}, indent=2))
        return
    begins = f"with the state of {submitted.restored}" if submitted.restored else f"from the beginning of {job.topics.transactions}"
    typer.echo(f"{job.name} is submitted as job {submitted.id}, {begins}\n{url}")
