"""The search job: the alerts topic, a search server and settings in, a running job out, which resumes from its newest checkpoint."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fraudc_runtime.flink.checkpoints import Checkpoints, Record
from fraudc_runtime.flink.kafka import Cluster as KafkaCluster
from fraudc_runtime.flink.resumed import Watch, opened, restarts, run_resumed
from fraudc_runtime.flink.settings import Settings
from fraudc_runtime.search.server import Access

if TYPE_CHECKING:
    from fraudc_runtime.flink.cluster import Cluster

_PATIENCE = 10.0  # seconds that a stop waits for a search server to answer
_FOR_EVER = str(2**31 - 1)


@dataclass(frozen=True, slots=True)
class SearchJob:
    """A job named `name` from the topic `alerts` into daily indices `<prefix>YYYY.MM.DD`; what they refuse goes to the topic `dlq`.

    `bounded` ends it where the topic ends now. Lines for the person on call go to the end of the file `told`. `restart` as in TopicJob.
    """

    name: str
    cluster: KafkaCluster
    alerts: str
    dlq: str
    access: Access
    prefix: str
    checkpoints: Checkpoints
    bounded: bool = False
    told: Path | None = None
    restart: dict[str, str] = field(default_factory=dict)
    settings: Settings = field(default_factory=lambda: Settings(state_backend="heap"))

    def options(self) -> dict[str, str]:
        """Flink's options of the job. While search is away no checkpoint completes and a task may not be cancelled: both must last."""
        lasting = {"execution.checkpointing.tolerable-failed-checkpoints": _FOR_EVER, "task.cancellation.timeout": "0"}
        return {**self.settings.options(), **restarts(self.restart, self.bounded), **self.checkpoints.options(self.name), **lasting}

    def record(self) -> Record:
        """What its state depends on."""
        return Record(self.settings.mode, self.settings.shards)


def run_search(job: SearchJob, *, watch: Watch | None = None, cluster: "Cluster | None" = None) -> bool:
    """Runs the job until it ends (a bounded one) or is stopped; whether it was stopped. Failure (see failures.py).

    `cluster` is a running cluster with the connector's jar to use instead of one of its own.
    """
    with ExitStack() as stack:
        if cluster is None:
            cluster = stack.enter_context(opened(job.settings, 1))
        from fraudc_runtime.flink.index import build_search  # noqa: PLC0415 - pyflink takes a while to import

        running = cluster
        return run_resumed(running, job, lambda: build_search(running.internals, job), watch or Watch(), _PATIENCE)
