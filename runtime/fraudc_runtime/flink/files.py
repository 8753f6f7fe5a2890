"""A bounded run: a plan and files of transactions in, files of alerts and counts out, through Flink's embedded cluster."""

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields
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


def run_files(
    plan: Plan,
    sources: Sequence[tuple[Source, Path]],
    outputs: Outputs,
    settings: Settings | None = None,
    progress: Callable[[Progress], None] | None = None,
    cluster: "Cluster | None" = None,
) -> Counts:
    """Runs the main job to the end of its inputs; returns the sum of all tasks' counts.

    Outputs are written as `<name>.partial` and renamed when everything has succeeded. Failure (see failures.py) names the partial files
    that are left. `cluster` is a running cluster to use instead of one of its own.
    """
    chosen = settings or Settings()
    ordered = sorted(enumerate(sources), key=lambda source: source[1][0].kind != "profile")
    machine = PlanMachine(encode(plan), tuple(source for source, _ in sources), chosen.shards)
    inputs = [(index, path) for index, (_, path) in ordered]
    return run_machine(machine, inputs, outputs, chosen, plan.schema.max_disorder, progress, cluster)


def run_machine(
    machine: Machine,
    inputs: Sequence[tuple[int, Path]],
    outputs: Outputs,
    settings: Settings,
    max_disorder: int,
    progress: Callable[[Progress], None] | None = None,
    cluster: "Cluster | None" = None,
) -> Counts:
    """`run_files` for any machine; inputs are (index of the source, path) in reading order."""
    size = _checked(inputs)
    written = [path for field in fields(outputs) if (path := getattr(outputs, field.name)) is not None]
    for path in written:
        _writable(path)
    try:
        with ExitStack() as stack:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fraudc-run-")))
            watch = _watch(progress, scratch / _PROGRESS, size)
            counts = _execute(stack, scratch, machine, inputs, outputs, settings, max_disorder, watch, cluster)
        for path in written:
            os.replace(partial(path), path)
    except Failure as failure:
        failure.partial = tuple(str(partial(path)) for path in written if partial(path).exists())
        raise
    return counts


def partial(path: Path) -> Path:
    """The name under which an output is written until the run has succeeded."""
    return path.with_name(path.name + ".partial")


def _execute(
    stack: ExitStack,
    scratch: Path,
    machine: Machine,
    inputs: Sequence[tuple[int, Path]],
    outputs: Outputs,
    settings: Settings,
    max_disorder: int,
    watch: Callable[[], None],
    cluster: "Cluster | None",
) -> Counts:
    from fraudc_runtime.flink.cluster import Cluster  # noqa: PLC0415 - pyflink is imported while Java starts

    running = cluster or stack.enter_context(Cluster(settings.parallelism, settings.managed_memory))
    from fraudc_runtime.flink.topology import FilePaths, build  # noqa: PLC0415 - the same

    feeds = stack.enter_context(Feeds(scratch))
    paths = FilePaths(
        inputs=tuple((index, feeds.path(path)) for index, path in inputs),
        alerts=partial(outputs.alerts),
        shadow=outputs.shadow and partial(outputs.shadow),
        dead=outputs.dead and partial(outputs.dead),
        late=outputs.late and partial(outputs.late),
        status=scratch / _STATUS,
        progress=scratch / _PROGRESS,
    )
    running.run(build(running.internals, machine, paths, settings, max_disorder), watch)
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
