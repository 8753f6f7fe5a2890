"""What the operators need of the engine, as protocols: a picklable machine in, the engine's two halves on the worker out."""

from typing import Protocol

from fraudc_runtime.counts import Counts
from fraudc_runtime.programs import Programs
from fraudc_runtime.rulesets.acceptance import Standing


class Store(Protocol):
    """Bytes by key: what PyFlink's MapState offers."""

    def get(self, key: str) -> bytes | None: ...
    def put(self, key: str, value: bytes) -> None: ...
    def remove(self, key: str) -> None: ...


class IntakePart(Protocol):
    """Source frames in, tagged frames out."""

    def frame(self, frame: bytes) -> bytes: ...


class ShardPart(Protocol):
    """Shard frames in, tagged frames out; see fraudc_runtime.engine.Shard."""

    def frame(self, frame: bytes) -> bytes: ...
    def due(self) -> int | None: ...
    def on_time(self, watermark: int) -> bytes: ...
    def flush(self) -> None: ...
    def pending_until(self) -> int | None: ...


class Shards(Protocol):
    """Makes the shards of one task; they share the task's program and counts."""

    def shard(self, store: Store, counts: Counts) -> ShardPart: ...


class Machine(Protocol):
    """A picklable description of the engine's two halves."""

    def intake(self) -> IntakePart: ...
    def shards(self) -> Shards: ...


class LiveIntake(IntakePart, Protocol):
    """One that rules are published to; see fraudc_runtime.intake.Intake."""

    def swap(self, standing: Standing, programs: Programs) -> None: ...


class LiveShard(ShardPart, Protocol):
    """One that rules are published to; see fraudc_runtime.engine.Shard."""

    def stand(self, standing: Standing, programs: Programs) -> int | None: ...


class LiveShards(Protocol):
    """Makes shards that rules are published to."""

    def shard(self, store: Store, counts: Counts) -> LiveShard: ...


class LiveMachine(Protocol):
    """A picklable description of an engine that rules are published to."""

    def intake(self) -> LiveIntake: ...
    def shards(self) -> LiveShards: ...
