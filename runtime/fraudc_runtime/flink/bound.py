"""The machine of a compiled plan: its JSON travels to the workers, which bind it once a task."""

from dataclasses import dataclass

from fraudc_runtime.counts import Counts
from fraudc_runtime.engine import Shard
from fraudc_runtime.flink.machine import IntakePart, ShardPart, Shards, Store
from fraudc_runtime.intake import Intake, Source
from fraudc_runtime.plan import decode
from fraudc_runtime.program import bind


@dataclass(frozen=True, slots=True)
class PlanMachine:
    """The machine that runs a plan: `plan` is its JSON."""

    plan: bytes
    sources: tuple[Source, ...]
    count: int

    def intake(self) -> IntakePart:
        """The one intake of the task that calls this."""
        return Intake(bind(decode(self.plan)), self.sources, self.count)

    def shards(self) -> Shards:
        """A maker of shards with the plan bound once."""
        return _PlanShards(self.plan)


class _PlanShards:
    def __init__(self, plan: bytes) -> None:
        self._program = bind(decode(plan))

    def shard(self, store: Store, counts: Counts) -> ShardPart:
        return Shard(self._program, store, counts)
