"""The in-process runner: source frames in, alerts, shadow alerts, dead letters, late records and counts out, by the stages of the job."""

from collections.abc import Iterable

import msgspec

from fraudc_runtime.counts import Counts
from fraudc_runtime.engine import Shard
from fraudc_runtime.frames import (
    ALERT,
    DEAD,
    END,
    END_OF_INPUT,
    LATE,
    MARKER,
    SHADOW,
    STATUS,
    SUBFRAME,
    read_tagged_frame,
    shard_frame,
    source_frame,
)
from fraudc_runtime.intake import Intake, Source
from fraudc_runtime.plan import Plan
from fraudc_runtime.program import Program, bind
from fraudc_runtime.programs import Programs
from fraudc_runtime.rulesets.acceptance import Standing


class Result(msgspec.Struct):
    """What came out, one JSON document an entry, in the order of decision."""

    alerts: list[bytes] = msgspec.field(default_factory=list)
    shadow: list[bytes] = msgspec.field(default_factory=list)
    dead: list[bytes] = msgspec.field(default_factory=list)
    late: list[bytes] = msgspec.field(default_factory=list)
    counts: Counts = msgspec.field(default_factory=Counts)


class Entries(dict[str, bytes]):
    """A store in memory."""

    def put(self, key: str, value: bytes) -> None:
        self[key] = value

    def remove(self, key: str) -> None:
        self.pop(key, None)


class Runner:
    """One intake and its shards. `cut` stores everything and starts again from what was stored, as a restored job does.

    Who runs the same rules many times gives their program, bound once.
    """

    def __init__(self, plan: Plan | Program, sources: tuple[Source, ...], shards: int = 1) -> None:
        self.result = Result()
        self.stores = [Entries() for _ in range(shards)]
        self._program = plan if isinstance(plan, Program) else bind(plan)
        self._intake = Intake(self._program, sources, shards)
        self._counts = Counts()
        self._standing: Standing | None = None
        self._programs = Programs()
        self._shards = self._opened()

    def _opened(self) -> list[Shard]:
        shards = [Shard(self._program, store, self._counts) for store in self.stores]
        if self._standing is not None:
            for shard in shards:
                shard.stand(self._standing, self._programs)
        return shards

    def stand(self, standing: Standing) -> list[int | None]:
        """The rule sets that stand from now on; of each shard, by how many ms it had come past the newest one's `at` already."""
        self._standing = standing
        self._intake.swap(standing, self._programs)
        return [shard.stand(standing, self._programs) for shard in self._shards]

    def frame(self, frame: bytes) -> None:
        """Takes a source frame through intake and every shard."""
        self._forward(frame, 0)

    def end(self) -> Result:
        """The end of input: everything pending is decided."""
        self._forward(source_frame(END_OF_INPUT, 0, []), END)
        self.result.counts.merge(self._counts)
        return self.result

    def cut(self) -> None:
        """A checkpoint and a restore."""
        for shard in self._shards:
            self._collect(shard.frame(shard_frame(shard.watermark, MARKER, [])))
        self._shards = self._opened()

    def _forward(self, frame: bytes, flags: int) -> None:
        watermark, records = read_tagged_frame(self._intake.frame(frame))
        subframes: list[list[bytes]] = [[] for _ in self._shards]
        for tag, key, payload in records:
            if tag == SUBFRAME:
                subframes[int(key or 0)].append(payload)
            else:
                self._sort(tag, payload)
        for shard, parts in zip(self._shards, subframes, strict=True):
            self._collect(shard.frame(shard_frame(watermark, flags, parts)))

    def _collect(self, tagged: bytes) -> None:
        for tag, _, payload in read_tagged_frame(tagged)[1]:
            self._sort(tag, payload)

    def _sort(self, tag: int, payload: bytes) -> None:
        if tag == STATUS:
            self.result.counts.merge(msgspec.json.decode(payload, type=Counts))
            return
        kinds = {ALERT: self.result.alerts, SHADOW: self.result.shadow, DEAD: self.result.dead, LATE: self.result.late}
        kinds[tag].append(payload)


def run(plan: Plan, sources: tuple[Source, ...], frames: Iterable[bytes], shards: int = 1) -> Result:
    """Everything that the frames give, to the end of input."""
    runner = Runner(plan, sources, shards)
    for frame in frames:
        runner.frame(frame)
    return runner.end()
