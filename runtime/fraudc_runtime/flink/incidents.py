"""What went wrong in a job that goes on: Flink's execution graph in, again and again, each incident once out."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fraudc_runtime.flink.failures import Failure, explain

LOST = "lostTransactions"  # codegen/Commits.java: its metric, and the beginning of its accumulators' names
_INTERVALS, _SHORTEST = 3, 5.0  # how long a checkpoint may be under way: so many intervals, and so many seconds at least
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
class CheckpointSlow:
    """A checkpoint has been under way for some intervals: the first since one was complete."""

    number: int
    seconds: int

    def __str__(self) -> str:
        waiting = f"checkpoint {self.number} has been under way for {self.seconds} s, and alerts wait for it"
        return f"{waiting}: is the broker there, and the folder of the checkpoints?"


@dataclass(frozen=True, slots=True)
class CheckpointsAgain:
    """A checkpoint is complete, the first since one failed or was slow."""

    number: int

    def __str__(self) -> str:
        return f"checkpoints are complete again, with number {self.number}"


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


Incident = Restarted | CheckpointFailed | CheckpointSlow | CheckpointsAgain | AlertsLost


@dataclass(slots=True)
class Incidents:
    """Tells each incident once; `cause` makes a Java exception of a serialized one."""

    told: Callable[[Incident], None]
    cause: Callable[[Any], Any]
    _failed_at: int = 0
    _awaited: int = 0  # the number of the checkpoint that makes good what was told, 0 for nothing
    _lost: set[str] = field(default_factory=set)

    def look(self, graph: Any) -> None:
        """At an AccessExecutionGraph of the job."""
        failure = graph.getFailureInfo()
        if failure is not None and failure.getTimestamp() > self._failed_at:
            self._failed_at = failure.getTimestamp()
            self.told(Restarted(explain(self.cause(failure.getException()))))
        snapshot = graph.getCheckpointStatsSnapshot()
        if snapshot is not None:
            interval = graph.getCheckpointCoordinatorConfiguration().getCheckpointInterval() / 1000
            self._checkpoints(snapshot.getHistory(), max(_SHORTEST, _INTERVALS * interval))
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

    def _checkpoints(self, history: Any, patience: float) -> None:
        """`patience` in seconds is how long a checkpoint may be under way."""
        complete = history.getLatestCompletedCheckpoint()
        newest = 0 if complete is None else complete.getCheckpointId()
        if self._awaited and newest >= self._awaited:
            self._awaited = 0
            self.told(CheckpointsAgain(newest))
        failed = history.getLatestFailedCheckpoint()
        if self._awaited:
            return
        if failed is not None and failed.getCheckpointId() > newest:
            self._failed(failed)
        else:
            self._slow(history, patience)

    def _failed(self, failed: Any) -> None:
        reason = str(failed.getFailureMessage())
        if not any(ending in reason for ending in _ENDING):
            self._awaited = failed.getCheckpointId() + 1
            self.told(CheckpointFailed(failed.getCheckpointId(), reason))

    def _slow(self, history: Any, patience: float) -> None:
        for checkpoint in history.getCheckpoints():
            seconds = time.time() - checkpoint.getTriggerTimestamp() / 1000
            if str(checkpoint.getStatus().toString()) == "IN_PROGRESS" and seconds > patience:
                self._awaited = checkpoint.getCheckpointId()
                self.told(CheckpointSlow(self._awaited, round(seconds)))
                return
