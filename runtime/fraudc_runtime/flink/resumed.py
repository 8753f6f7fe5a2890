"""A job over topics in, run until it ends or is stopped out: it goes on from its newest checkpoint, and leaves a savepoint."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from fraudc_runtime.flink.checkpoints import Checkpoints, Record, prepare
from fraudc_runtime.flink.connector_jar import connector_jar
from fraudc_runtime.flink.incidents import Incident
from fraudc_runtime.flink.settings import Settings

if TYPE_CHECKING:
    from fraudc_runtime.flink.cluster import Cluster

_RESTART = {
    "type": "exponential-delay",
    "exponential-delay.attempts-before-reset-backoff": "10",
    "exponential-delay.backoff-multiplier": "2",
    "exponential-delay.initial-backoff": "1 s",
    "exponential-delay.max-backoff": "1 min",
    "exponential-delay.reset-backoff-threshold": "10 min",
}


class Job(Protocol):
    """What a job that resumes has."""

    @property
    def name(self) -> str: ...
    @property
    def checkpoints(self) -> Checkpoints: ...
    def record(self) -> Record: ...


@dataclass(frozen=True, slots=True)
class Watch:
    """What is asked and told while the job runs: whether it is to stop, where it begins (a checkpoint, None: the topic's beginning), and
    what goes wrong meanwhile.
    """

    stopping: Callable[[], bool] = lambda: False
    started: Callable[[str | None], None] = lambda _: None
    told: Callable[[Incident], None] = lambda _: None


def restarts(chosen: dict[str, str], bounded: bool) -> dict[str, str]:
    """Flink's restart options: none for a bounded job, else those chosen, else our own."""
    found = {"type": "none"} if bounded else chosen or _RESTART
    return {f"restart-strategy.{name}": value for name, value in found.items()}


@contextmanager
def opened(settings: Settings, slots: int, metrics: int | None = None) -> "Iterator[Cluster]":
    """An embedded cluster with the Kafka connector for jobs like these: as much managed memory a slot as a job alone would have.

    `metrics` is a port for Prometheus.
    """
    jar = connector_jar()
    from fraudc_runtime.flink.cluster import Cluster  # noqa: PLC0415 - pyflink takes a while to import

    managed = settings.managed_memory * slots // settings.parallelism
    with Cluster(slots, managed, worker_processes=settings.worker_processes, jars=[jar], metrics=metrics) as running:
        yield running


def run_resumed(cluster: "Cluster", job: Job, build: Callable[[], Any], watching: Watch, patience: float = 60.0) -> bool:
    """Runs the job whose graph `build` makes until it ends by itself or is stopped; whether it was stopped.

    A stop waits `patience` seconds for its savepoint; without one the job goes on from its newest checkpoint.
    """
    from fraudc_runtime.flink.cluster import Stop  # noqa: PLC0415 - as above

    restored = prepare(cluster.internals, job.checkpoints, job.name, job.record())
    graph = build()
    if restored:
        cluster.internals.restore(graph, restored.address, owned=restored.owned)
    watching.started(restored.address if restored else None)

    def look() -> None:
        if watching.stopping():
            raise Stop(job.checkpoints.stopped(job.name), patience)

    try:
        cluster.run(graph, look, watching.told)
    except Stop:
        return True
    return False
