"""The job from topics to topics: a plan and the project's job settings in, a running job out, which resumes from its newest checkpoint."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fraudc_runtime.flink.checkpoints import Checkpoints, prepare
from fraudc_runtime.flink.connector_jar import connector_jar
from fraudc_runtime.flink.failures import Failure
from fraudc_runtime.flink.kafka import Cluster as KafkaCluster
from fraudc_runtime.flink.machine import LiveMachine
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


@dataclass(frozen=True, slots=True)
class Topics:
    """Names of the topics."""

    transactions: str = "transactions"
    alerts: str = "alerts"
    alerts_shadow: str = "alerts-shadow"
    dlq: str = "dlq"
    late: str = "late"
    status: str = "fraudc-status"


@dataclass(frozen=True, slots=True)
class Rules:
    """A job's rules topic: `sets` (messages) are what a job without state begins with, and `behind` is the offset behind them."""

    topic: str
    behind: int
    sets: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class TopicJob:
    """A job named `name` over `partitions` partitions of transactions. Times are milliseconds.

    `bounded` ends it where the topic ends now. Lines of decoded transactions go to the file (a pipe) `shown`. `restart` are Flink's
    restart-strategy options, in place of the default. Without `rules` the machine's own hold, and nothing can be published to it.
    """

    name: str
    machine: LiveMachine
    cluster: KafkaCluster
    topics: Topics
    partitions: int
    checkpoints: Checkpoints
    transaction_prefix: str
    transaction_timeout: int
    max_disorder: int
    idle: int
    linger: int = 20
    bounded: bool = False
    shown: Path | None = None
    restart: dict[str, str] = field(default_factory=dict)
    rules: Rules | None = None
    settings: Settings = field(default_factory=lambda: Settings(batch_bytes=4 << 20))

    def options(self) -> dict[str, str]:
        """Flink's options of the job."""
        chosen = {"type": "none"} if self.bounded else self.restart or _RESTART
        restart = {f"restart-strategy.{name}": value for name, value in chosen.items()}
        return {**self.settings.options(), **restart, **self.checkpoints.options(self.name)}


@dataclass(frozen=True, slots=True)
class Watch:
    """What is asked and told while the job runs: whether it is to stop, where it begins (a checkpoint, None: the topic's beginning), and
    each failure that it is restarted after.
    """

    stopping: Callable[[], bool] = lambda: False
    started: Callable[[str | None], None] = lambda _: None
    failed: Callable[[Failure], None] = lambda _: None


def run_topics(job: TopicJob, *, watch: Watch | None = None, cluster: "Cluster | None" = None) -> bool:
    """Runs the job until it ends (a bounded one) or is stopped, with a savepoint; whether it was stopped.

    `cluster` is a running cluster with the connector's jar to use instead of one of its own. Failure (see failures.py).
    """
    watching = watch or Watch()
    with ExitStack() as stack:
        if cluster is None:
            jar = connector_jar()
            from fraudc_runtime.flink.cluster import Cluster  # noqa: PLC0415 - pyflink takes a while to import

            settings = job.settings
            cluster = stack.enter_context(
                Cluster(settings.parallelism, settings.managed_memory, worker_processes=settings.worker_processes, jars=[jar])
            )
        from fraudc_runtime.flink.cluster import Stop  # noqa: PLC0415 - as above
        from fraudc_runtime.flink.topology import build_topics  # noqa: PLC0415 - as above

        restored = prepare(cluster.internals, job.checkpoints, job.name, job.settings)
        graph = build_topics(cluster.internals, job)
        if restored:
            cluster.internals.restore(graph, restored)
        watching.started(restored)

        def look() -> None:
            if watching.stopping():
                raise Stop(f"{job.checkpoints.folder(job.name)}/stopped")

        try:
            cluster.run(graph, look, watching.failed)
        except Stop:
            return True
        return False
