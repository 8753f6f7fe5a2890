"""The job from topics to topics: a plan and the project's job settings in, a running job out, which resumes from its newest checkpoint."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fraudc_runtime.flink.checkpoints import Checkpoints, Record
from fraudc_runtime.flink.kafka import Cluster as KafkaCluster
from fraudc_runtime.flink.machine import LiveMachine
from fraudc_runtime.flink.resumed import Watch, opened, restarts, run_resumed
from fraudc_runtime.flink.settings import Settings
from fraudc_runtime.rulesets.ruleset import decode

if TYPE_CHECKING:
    from fraudc_runtime.flink.cluster import Cluster


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
    restart-strategy options, in place of the default; `metrics` is the port of the metrics, where this process runs the job; `flink` are
    options of Flink's that stand before all others. Without `rules` the machine's own hold, and nothing can be published to it.
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
    metrics: int | None = None
    flink: dict[str, str] = field(default_factory=dict)
    rules: Rules | None = None
    profiles: tuple[str, ...] = ()
    message_bytes: int = 1_000_000
    settings: Settings = field(default_factory=Settings)

    def options(self) -> dict[str, str]:
        """Flink's options of the job."""
        restart = restarts(self.restart, self.bounded)
        return {**self.settings.options(), **restart, **self.checkpoints.options(self.name), **self.flink}

    def record(self) -> Record:
        """What its state depends on."""
        schema = decode(self.rules.sets[-1]).fingerprint if self.rules else None
        return Record(self.settings.mode, self.settings.shards, schema)


def run_topics(job: TopicJob, *, watch: Watch | None = None, cluster: "Cluster | None" = None) -> bool:
    """Runs the job until it ends (a bounded one) or is stopped, with a savepoint; whether it was stopped.

    `cluster` is a running cluster with the connector's jar to use instead of one of its own. Failure (see failures.py).
    """
    with ExitStack() as stack:
        if cluster is None:
            cluster = stack.enter_context(opened(job.settings, job.settings.parallelism, job.metrics))
        from fraudc_runtime.flink.topology import build_topics  # noqa: PLC0415 - pyflink takes a while to import

        running = cluster
        return run_resumed(running, job, lambda: build_topics(running.internals, job), watch or Watch())
