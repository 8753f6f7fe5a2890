"""The machine of a compiled plan: its JSON travels to the workers, which bind it once a task."""

from dataclasses import dataclass

from fraudc_runtime.counts import Counts
from fraudc_runtime.engine import Shard
from fraudc_runtime.flink.machine import LiveShards, Store
from fraudc_runtime.intake import Intake, Source
from fraudc_runtime.plan import decode
from fraudc_runtime.program import Program, bind


@dataclass(frozen=True, slots=True)
class PlanMachine:
    """The machine that runs a plan: `plan` is its JSON, `key_bytes` what all shards together may keep of keys' state.

    `topics`: frames come from topics, not from files. `shown`: intake sends on what it has decoded.
    """

    plan: bytes
    sources: tuple[Source, ...]
    count: int
    key_bytes: int
    topics: bool = False
    shown: bool = False

    def intake(self) -> Intake:
        """The one intake of the task that calls this."""
        return Intake(bind(decode(self.plan)), self.sources, self.count, topics=self.topics, shown=self.shown)

    def shards(self) -> LiveShards:
        """A maker of shards with the plan bound once."""
        program = bind(decode(self.plan))
        return _PlanShards(program, self.key_bytes // (self.count * max(1, len(program.entities))))


@dataclass(frozen=True, slots=True)
class _PlanShards:
    program: Program
    budget: int  # bytes of one entity's keys in one shard

    def shard(self, store: Store, counts: Counts) -> Shard:
        return Shard(self.program, store, counts, self.budget)
