"""An embedded Flink: stream graphs in, finished jobs or failures out; one cluster runs any number of jobs."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

from py4j.protocol import Py4JError

from fraudc_runtime.flink import gateway
from fraudc_runtime.flink.failures import JobFailed, explain
from fraudc_runtime.flink.incidents import Incident, Incidents
from fraudc_runtime.flink.internals import Internals, import_worker_side
from fraudc_runtime.flink.settings import cluster_options

_FASTEST_POLL, _SLOWEST_POLL = 0.005, 0.1
_CANCEL_SECONDS, _FINISH_SECONDS, _LOOK_SECONDS = 3.0, 1.0, 1.0


class Stop(Exception):
    """Raised by `watch` to end a job that would go on: with a savepoint in `folder`, once its last transactions are committed.

    Where that takes longer than `patience` seconds it ends without one.
    """

    def __init__(self, folder: str, patience: float) -> None:
        super().__init__(folder)
        self.folder = folder
        self.patience = patience


class Cluster:
    """A MiniCluster in a Java process of its own, which ends with the context.

    `slots` bounds the sum of parallelisms that run at once; `jars` are added to its classes; `metrics` is a port for Prometheus.
    Without `worker_processes` it starts sooner and runs thread mode only.
    """

    def __init__(
        self,
        slots: int,
        managed_memory: int = 256 << 20,
        heap: str = "768m",
        worker_processes: bool = True,
        jars: Sequence[Path] = (),
        metrics: int | None = None,
    ) -> None:
        self.worker_processes = worker_processes
        reporter = [] if metrics is None else list((gateway.flink_home() / "plugins" / "metrics-prometheus").glob("*.jar"))
        starting = gateway.start(heap, worker_processes=worker_processes, jars=[*jars, *reporter])
        import_worker_side()
        self.gateway = starting.gateway()
        from pyflink.java_gateway import get_gateway  # noqa: PLC0415 - starts a Java of its own unless one is there

        self.internals = Internals(self.gateway.jvm, get_gateway())
        options = cluster_options(str(self.gateway.scratch), slots, managed_memory, metrics)
        # The cluster starts while the first graph is built.
        self._thread = ThreadPoolExecutor(1, "flink-start")
        self._started = self._thread.submit(self.internals.cluster, options, slots)

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends everything the cluster runs."""
        self._thread.shutdown(wait=True)
        self.gateway.close()

    def run(self, graph: Any, watch: Callable[[], None], told: Callable[[Incident], None] | None = None) -> Any:
        """Runs the job to its end and returns Flink's archived graph of it; calls `watch` some times a second. A Failure if it fails.

        `told` hears what goes wrong meanwhile.

        On KeyboardInterrupt, or whatever else `watch` raises, the job is cancelled first; on Stop it ends with a savepoint, if it can.
        """
        try:
            return self._run(graph, watch, told)
        except Py4JError as error:
            if self.gateway.process.poll() is None:
                raise
            raise JobFailed(f"the Java process ended with code {self.gateway.process.returncode}; is there enough memory?") from error

    def _run(self, graph: Any, watch: Callable[[], None], told: Callable[[Incident], None] | None) -> Any:
        cluster = self._started.result()
        job = cluster.submitJob(graph).get().getJobID()
        result = cluster.requestJobResult(job)
        incidents = Incidents(told or (lambda _: None), self._cause)
        try:
            _wait(result, _both(watch, _seldom(lambda: incidents.look(cluster.getExecutionGraph(job).get()))) if told else watch, None)
        except BaseException as reason:
            if isinstance(reason, Stop):
                _wait(cluster.stopWithSavepoint(job, reason.folder, False, self.internals.native_savepoint), lambda: None, reason.patience)
                _wait(result, lambda: None, _FINISH_SECONDS)
            if not result.isDone():
                cluster.cancelJob(job)
                _wait(result, lambda: None, _CANCEL_SECONDS)
            incidents.losses(cluster.getExecutionGraph(job).get())
            raise
        outcome = result.get()
        error = outcome.getSerializedThrowable()
        if error.isPresent():
            raise explain(self._cause(error.get()))
        if not outcome.isSuccess():
            raise JobFailed("the job was cancelled")
        return cluster.getArchivedExecutionGraph(job).get()

    def _cause(self, error: Any) -> Any:
        return error.deserializeError(self.gateway.jvm.java.lang.Thread.currentThread().getContextClassLoader())


def _seldom(look: Callable[[], None]) -> Callable[[], None]:
    """Looks once in a while, however often it is called."""
    next_look = time.monotonic() + _LOOK_SECONDS

    def seldom() -> None:
        nonlocal next_look
        if time.monotonic() >= next_look:
            next_look = time.monotonic() + _LOOK_SECONDS
            look()

    return seldom


def _both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    def both() -> None:
        first()
        second()

    return both


def _wait(result: Any, watch: Callable[[], None], seconds: float | None) -> None:
    """Polls a Java future, at first often: small jobs are over soon."""
    pause, deadline = _FASTEST_POLL, None if seconds is None else time.monotonic() + seconds
    while not result.isDone() and (deadline is None or time.monotonic() < deadline):
        time.sleep(pause)
        pause = min(_SLOWEST_POLL, pause * 1.5)
        watch()
