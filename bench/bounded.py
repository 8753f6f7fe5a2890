"""A project in, its job over topics run to where the transactions' topic ends now; printed: what its checkpoints were, as JSON.

python bench/bounded.py PROJECT
"""

import json
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fraudc.live.connection import connection_of
from fraudc.live.job import rules_of, topic_job
from fraudc.live.rules import RulesTopic
from fraudc.pipeline import compile_project
from fraudc_runtime.flink.cluster import Cluster
from fraudc_runtime.flink.connector_jar import connector_jar
from fraudc_runtime.flink.topics import TopicJob, run_topics


@dataclass
class Watched:
    """A cluster that remembers what became of its job."""

    cluster: Cluster
    executed: Any = None

    def __post_init__(self) -> None:
        self.internals = self.cluster.internals

    def run(self, *arguments: Any) -> None:
        self.executed = self.cluster.run(*arguments)


def job_of(folder: Path) -> TopicJob:
    """The project's job as `fraudc run` starts it, but for its end."""
    compiled = compile_project(folder)
    assert compiled.plan is not None
    assert compiled.project is not None
    settings = compiled.project.settings.content.job
    assert settings is not None
    connection = connection_of(settings)
    with RulesTopic(connection) as topic:
        rules = rules_of(topic, compiled.plan, int(time.time() * 1000))
    partitions = len(connection.partitions(connection.topics.transactions))
    job = topic_job(compiled.plan, settings, connection, folder, partitions=partitions, parallelism=None, mode="thread", rules=rules)
    return replace(job, bounded=True)


def checkpoints(executed: Any) -> list[dict[str, int]]:
    """Of each that completed, oldest first: how long it took (ms), the bytes it wrote and those of all that it holds."""
    history = executed.getCheckpointStatsSnapshot().getHistory().getCheckpoints()
    done = [each for each in history if each.getStatus().toString() == "COMPLETED"]
    return [
        {"ms": each.getEndToEndDuration(), "written": each.getCheckpointedSize(), "held": each.getStateSize()} for each in reversed(done)
    ]


def main() -> None:
    job = job_of(Path(sys.argv[1]))
    with Cluster(job.settings.parallelism, job.settings.managed_memory, worker_processes=False, jars=[connector_jar()]) as cluster:
        watched = Watched(cluster)
        run_topics(job, cluster=watched)  # type: ignore[arg-type]  # for a Cluster
        print(json.dumps(checkpoints(watched.executed)))


if __name__ == "__main__":
    main()
