"""What went wrong in a job that goes on: Flink's execution graph in, again and again, each incident once out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fraudc_runtime.flink.failures import Failure, explain

LOST = "lostTransactions"  # codegen/Commits.java: its metric, and the beginning of its accumulators' names
_ENDING = ("Checkpoint Coordinator is suspending", "The job has failed")  # of a checkpoint whose job ends: that is told otherwise


@dataclass(frozen=True, slots=True)
class Restarted:
    """The job failed, and Flink starts it again from its newest checkpoint."""

    failure: Failure

    def __str__(self) -> str:
        return f"failed and starts again: {self.failure}"


@dataclass(frozen=True, slots=True)
class CheckpointFailed:
    """A checkpoint failed, the first since one was complete."""

    number: int
    reason: str

    def __str__(self) -> str:
        return f"checkpoint {self.number} failed, and the job goes on; its alerts wait for the next one: {self.reason}"


@dataclass(frozen=True, slots=True)
class CheckpointsAgain:
    """A checkpoint is complete, the first since one failed."""

    number: int

    def __str__(self) -> str:
        return f"checkpoint {self.number} is complete again"


@dataclass(frozen=True, slots=True)
class AlertsLost:
    """A transaction of a sink that a checkpoint counted on, and the broker had aborted."""

    sink: str
    transaction: str

    def __str__(self) -> str:
        return (
            f"ALERTS ARE LOST: the broker aborted the transaction {self.transaction} of the sink {self.sink} before its commit; "
            "committed consumers will never see its alerts. Raise job.transaction_timeout"
        )


Incident = Restarted | CheckpointFailed | CheckpointsAgain | AlertsLost


@dataclass(slots=True)
class Incidents:
    """Tells each incident once; `cause` makes a Java exception of a serialized one."""

    told: Callable[[Incident], None]
    cause: Callable[[Any], Any]
    _failed_at: int = 0
    _broken: int = 0  # the number of the failed checkpoint that was told, and is not made good yet
    _lost: set[str] = field(default_factory=set)

    def look(self, graph: Any) -> None:
        """At an AccessExecutionGraph of the job."""
        failure = graph.getFailureInfo()
        if failure is not None and failure.getTimestamp() > self._failed_at:
            self._failed_at = failure.getTimestamp()
            self.told(Restarted(explain(self.cause(failure.getException()))))
        self._checkpoints(graph.getCheckpointStatsSnapshot())
        self.losses(graph)

    def losses(self, graph: Any) -> None:
        """The lost alerts alone: what is left to say of a job that has ended."""
        for result in graph.getAccumulatorResultsStringified():
            name = str(result.getName())
            if not name.startswith(LOST):
                continue
            for transaction in str(result.getValue()).strip("[]").split(", "):
                if transaction and transaction not in self._lost:
                    self._lost.add(transaction)
                    self.told(AlertsLost(name.split(":")[1], transaction))

    def _checkpoints(self, snapshot: Any) -> None:
        if snapshot is None:
            return
        failed = snapshot.getHistory().getLatestFailedCheckpoint()
        complete = snapshot.getHistory().getLatestCompletedCheckpoint()
        newest = 0 if complete is None else complete.getCheckpointId()
        if self._broken and newest > self._broken:
            self._broken = 0
            self.told(CheckpointsAgain(newest))
        if self._broken or failed is None or failed.getCheckpointId() < newest:
            return
        reason = str(failed.getFailureMessage())
        if not any(ending in reason for ending in _ENDING):
            self._broken = failed.getCheckpointId()
            self.told(CheckpointFailed(self._broken, reason))
