"""How a job runs as values: parallelism, shards, frame sizes and modes in, Flink's options out."""

import os
import sys
from dataclasses import dataclass
from typing import Literal

Mode = Literal["thread", "process"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What file jobs and Kafka jobs have in common. Sizes are bytes, times milliseconds.

    `mode` says where Python runs: in threads of Flink's own process, or in processes beside it. `intake_mode` is the mode of `intake` alone
    (None: the same); in a process of its own it shares no interpreter lock with `detect`, at the price of a slower start.

    `shards` is also the job's max parallelism, so that shard i lives in key group i. `frame_lines` and `frame_bytes` bound what Python is
    called with at `intake`: what fits a processor's cache is fastest. `batch_bytes` is the most that each `coalesce` gathers under load
    before `detect` sees it: the longer a shard's turn, the more its keys' state is at hand. `key_bytes` is how much state of keys all
    shards together keep decoded; the rest waits in RocksDB.
    """

    parallelism: int = 1
    shards: int = 128
    state_backend: Literal["rocksdb", "heap"] = "rocksdb"
    mode: Mode = "thread"
    intake_mode: Mode | None = None
    frame_lines: int = 2_048
    frame_bytes: int = 512 << 10
    batch_bytes: int = 16 << 20
    key_bytes: int = 768 << 20
    buffer_timeout: int = 5
    managed_memory: int = 256 << 20

    def __post_init__(self) -> None:
        if not 1 <= self.parallelism <= self.shards:
            raise ValueError(f"parallelism must be from 1 to the number of shards ({self.shards}), not {self.parallelism}")

    @property
    def worker_processes(self) -> bool:
        """Whether any Python runs outside Flink's process."""
        return "process" in (self.mode, self.intake_mode)

    def options(self) -> dict[str, str]:
        """Flink's options of the job: no restart, aligned barriers."""
        return {
            "execution.buffer-timeout.interval": f"{self.buffer_timeout} ms",
            "execution.checkpointing.unaligned.enabled": "false",
            "parallelism.default": "1",
            "pipeline.max-parallelism": str(self.shards),
            "pipeline.object-reuse": "true",
            "python.client.executable": sys.executable,
            "python.executable": sys.executable,
            "python.fn-execution.bundle.size": "100",
            "python.fn-execution.bundle.time": "10",
            "restart-strategy.type": "none",
            "state.backend.rocksdb.thread.num": "2",
            "state.backend.rocksdb.writebuffer.size": "32mb",
            "state.backend.type": {"rocksdb": "rocksdb", "heap": "hashmap"}[self.state_backend],
        }


def cluster_options(scratch: str, slots: int, managed_memory: int, metrics: int | None = None) -> dict[str, str]:
    """Flink's options of an embedded cluster whose files stay under `scratch`; Prometheus finds its metrics at the port `metrics`."""
    reporting = {
        "metrics.reporters": "prometheus",
        "metrics.reporter.prometheus.factory.class": "org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
        "metrics.reporter.prometheus.port": str(metrics),
    }
    return {
        **(reporting if metrics is not None else {}),
        "heartbeat.interval": "1000",  # ms: accumulators, which tell of lost alerts, travel with it
        "io.tmp.dirs": scratch,
        "jobmanager.rpc.address": "localhost",
        "rest.bind-port": "0",
        "rest.address": "localhost",
        "state.backend.rocksdb.localdir": os.path.join(scratch, "rocksdb"),
        "taskmanager.memory.framework.off-heap.size": "64m",
        "taskmanager.memory.managed.size": f"{managed_memory}b",
        "taskmanager.memory.network.max": "128m",
        "taskmanager.memory.network.min": "128m",
        "taskmanager.numberOfTaskSlots": str(slots),
    }
