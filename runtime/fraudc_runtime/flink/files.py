"""A bounded run: a plan and files of transactions in, files of alerts and counts out, through Flink's embedded cluster."""

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from fraudc_runtime.counts import Counts
from fraudc_runtime.flink.bound import PlanMachine
from fraudc_runtime.flink.failures import Failure, InputUnreadable, OutputUnwritable
from fraudc_runtime.flink.feeds import STANDARD_INPUT, Feeds
from fraudc_runtime.flink.machine import Machine
from fraudc_runtime.flink.settings import Settings
from fraudc_runtime.intake import Source
from fraudc_runtime.plan import Plan, encode

if TYPE_CHECKING:
    from fraudc_runtime.flink.cluster import Cluster


_PROGRESS, _STATUS = "progress", "status"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the outputs go; None drops one. Without `shadow` shadow alerts stand in `alerts`."""

    alerts: Path
    shadow: Path | None = None
    dead: Path | None = None
    late: Path | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes of the input files read so far, as they stand on disk, and their size; None where it is unknown (standard input)."""

    read: int
    size: int | None


@dataclass(frozen=True, slots=True)
class FileJob:
    """A bounded job: inputs are (index of the source, path) in reading order, `max_disorder` is in milliseconds."""

    machine: Machine
    inputs: tuple[tuple[int, Path], ...]
    outputs: Outputs
    max_disorder: int
    settings: Settings = field(default_factory=Settings)


def run_files(
    plan: Plan,
    sources: Sequence[tuple[Source, Path]],
    outputs: Outputs,
    *,
    settings: Settings | None = None,
    progress: Callable[[Progress], None] | None = None,
    cluster: "Cluster | None" = None,
) -> Counts:
    """Runs the main job to the end of its inputs, profiles first; returns the sum of all tasks' counts.

    Outputs are written as `<name>.partial` and renamed when everything has succeeded. Failure (see failures.py) names the partial files
    that are left. `cluster` is a running cluster to use instead of one of its own.
    """
    chosen = settings or Settings()
    ordered = sorted(enumerate(sources), key=lambda numbered: numbered[1][0].kind != "profile")
    machine = PlanMachine(encode(plan), tuple(source for source, _ in sources), chosen.shards, chosen.key_bytes)
    inputs = tuple((index, path) for index, (_, path) in ordered)
    return run_job(FileJob(machine, inputs, outputs, plan.schema.max_disorder, chosen), progress=progress, cluster=cluster)


def run_job(job: FileJob, *, progress: Callable[[Progress], None] | None = None, cluster: "Cluster | None" = None) -> Counts:
    """`run_files` for any machine. ValueError if the cluster given cannot run the job's worker processes."""
    if cluster and job.settings.worker_processes and not cluster.worker_processes:
        raise ValueError("this cluster runs Python in threads only")
    size = _checked(job.inputs)
    written = [path for output in fields(job.outputs) if (path := getattr(job.outputs, output.name)) is not None]
    for path in written:
        _writable(path)
    try:
        with ExitStack() as stack:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fraudc-run-")))
            counts = _execute(stack, scratch, job, _watch(progress, scratch / _PROGRESS, size), cluster)
        for path in written:
            partial(path).replace(path)
    except Failure as failure:
        failure.partial = tuple(str(partial(path)) for path in written if partial(path).exists())
        raise
    return counts


def partial(path: Path) -> Path:
    """The name under which an output is written until the run has succeeded."""
    return path.with_name(path.name + ".partial")


def _execute(stack: ExitStack, scratch: Path, job: FileJob, watch: Callable[[], None], cluster: "Cluster | None") -> Counts:
    from fraudc_runtime.flink.cluster import Cluster  # noqa: PLC0415 - pyflink takes a while to import

    settings, outputs = job.settings, job.outputs
    if cluster is None:
        cluster = stack.enter_context(Cluster(settings.parallelism, settings.managed_memory, worker_processes=settings.worker_processes))
    from fraudc_runtime.flink.topology import FilePaths, build  # noqa: PLC0415 - Java starts while this is imported

    feeds = stack.enter_context(Feeds(scratch))
    paths = FilePaths(
        inputs=tuple((index, feeds.path(path)) for index, path in job.inputs),
        alerts=partial(outputs.alerts),
        shadow=outputs.shadow and partial(outputs.shadow),
        dead=outputs.dead and partial(outputs.dead),
        late=outputs.late and partial(outputs.late),
        status=scratch / _STATUS,
        progress=scratch / _PROGRESS,
    )
    cluster.run(build(cluster.internals, job.machine, paths, settings, max_disorder=job.max_disorder), watch)
    feeds.check()
    return _total(paths.status)


def _total(status: Path) -> Counts:
    total = Counts()
    with status.open("rb") as lines:
        for line in lines:
            total.merge(msgspec.json.decode(line, type=Counts))
    return total


def _watch(progress: Callable[[Progress], None] | None, path: Path, size: int | None) -> Callable[[], None]:
    def watch() -> None:
        if progress and path.exists() and len(read := path.read_bytes()) == 8:
            progress(Progress(int.from_bytes(read, "big"), size))

    return watch


def _checked(inputs: Sequence[tuple[int, Path]]) -> int | None:
    """The inputs' size together, None with standard input; InputUnreadable for one that cannot be opened as a file."""
    size: int | None = 0
    for _, path in inputs:
        if path == STANDARD_INPUT:
            size = None
            continue
        try:
            with path.open("rb") as file:
                size = None if size is None else size + os.fstat(file.fileno()).st_size
        except OSError as error:
            raise InputUnreadable(f"{path}: {error.strerror}") from error
    return size


def _writable(path: Path) -> None:
    """OutputUnwritable unless the partial file can be created and the final name can be its name."""
    if path.is_dir():
        raise OutputUnwritable(f"{path}: Is a directory")
    try:
        partial(path).open("wb").close()
    except OSError as error:
        raise OutputUnwritable(f"{path}: {error.strerror}") from error
