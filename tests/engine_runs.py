"""A rules project as data, lines and profile rows in; what compiler and engine make of them out, in the form that scenarios compare.

The driver stands where Flink stands: it hands frames of intake to shards, fires timers, stops shards and starts others on their state.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fraudc.diagnostics import Diagnostics
from fraudc.pipeline import check_rules, compile_project
from fraudc.planner import plan as planned
from fraudc.project import read_project
from fraudc_runtime import local
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
    SUBFRAME,
    read_tagged_frame,
    shard_frame,
    source_frame,
)
from fraudc_runtime.intake import Intake, Source
from fraudc_runtime.plan import Plan
from fraudc_runtime.program import Program, bind
from reference.document import as_json
from scenarios import Observed, write_project


def never(_step: int) -> bool:
    """No stop before any step."""
    return False


Rows = dict[str, list[dict[str, Any]]]


def compiled(root: Path, project: dict[str, Any], rule_files: Iterable[dict[str, Any]]) -> Plan:
    """The optimised plan of a project that is laid out in the folder; AssertionError with the diagnostics if it has errors."""
    write_project(root, project, rule_files)
    compilation = compile_project(root)
    assert compilation.plan is not None, [(found.code.code, found.message, found.label) for found in compilation.diagnostics.errors]
    return compilation.plan


def unoptimized(root: Path, project: dict[str, Any], rule_files: Iterable[dict[str, Any]]) -> Plan:
    """The same project's plan before any pass."""
    write_project(root, project, rule_files)
    diagnostics = Diagnostics()
    found = read_project(root, diagnostics)
    assert found is not None
    rules = check_rules(found, diagnostics)
    assert not diagnostics.errors
    return planned(rules)


@dataclass(slots=True)
class Task:
    """The shards of a detect task, each over a map, and what has come out; `stop_before` a step, a shard is stopped and started again."""

    program: Program
    shards: int = 1
    stop_before: Callable[[int], bool] = never
    budget: int = 64 << 20
    counts: Counts = field(default_factory=Counts)
    stores: list[dict[str, bytes]] = field(default_factory=list)
    records: list[tuple[int, str | None, bytes]] = field(default_factory=list)
    running: list[Shard] = field(default_factory=list)
    step: int = 0

    def __post_init__(self) -> None:
        self.stores = [{} for _ in range(self.shards)]
        self.running = [self.started(number) for number in range(self.shards)]

    def started(self, number: int) -> Shard:
        return Shard(self.program, _Map(self.stores[number]), self.counts, self.budget)

    def take(self, tagged: bytes, flags: int = 0) -> None:
        """One frame of intake: its sub-frames to their shards, the watermark to those that wait for it."""
        watermark, records = read_tagged_frame(tagged)
        subframes: list[list[bytes]] = [[] for _ in range(self.shards)]
        for tag, key, payload in records:
            if tag == SUBFRAME:
                subframes[int(key or 0)].append(payload)
            else:
                self.records.append((tag, key, payload))
        for number in range(self.shards):
            self.step += 1
            if self.stop_before(self.step):
                self.restart(number, self.step)
            self.turn(self.running[number], watermark, flags, subframes[number])

    def turn(self, shard: Shard, watermark: int, flags: int, subframes: list[bytes]) -> None:
        due = shard.due()
        if subframes or flags or shard.pending_until() is not None:
            self.records += read_tagged_frame(shard.frame(shard_frame(watermark, flags, subframes)))[1]
        elif due is not None and due <= watermark:
            self.records += read_tagged_frame(shard.on_time(watermark))[1]

    def restart(self, number: int, step: int) -> None:
        """Stops a shard at a checkpoint: behind a marker, or just flushed; another one goes on from its state."""
        if step % 2:
            self.running[number].flush()
        else:
            self.records += read_tagged_frame(self.running[number].frame(shard_frame(-(2**63), MARKER, [])))[1]
        self.running[number] = self.started(number)


class _Map:
    """A store over a dict: exactly get, put and remove."""

    def __init__(self, entries: dict[str, bytes]) -> None:
        self.entries = entries

    def get(self, key: str) -> bytes | None:
        return self.entries.get(key)

    def put(self, key: str, value: bytes) -> None:
        self.entries[key] = value

    def remove(self, key: str) -> None:
        self.entries.pop(key, None)


def sources_of(profiles: Rows) -> tuple[Source, ...]:
    """Profile sources first, then the transactions, all of JSON lines."""
    rows = [Source("profile", f"{name}.jsonl", name, "json", 0) for name in profiles]
    return (*rows, Source("transactions", "transactions.jsonl", None, "json", 0))


def frames_of(lines: Sequence[bytes], profiles: Rows, frame_lines: int) -> Iterator[bytes]:
    """The source frames of a bounded run, the end of input aside."""
    for number, rows in enumerate(profiles.values()):
        yield source_frame(number, 0, [as_json(row).encode() for row in rows])
    for at in range(0, len(lines), frame_lines):
        yield source_frame(len(profiles), at, list(lines[at : at + frame_lines]))


def run_locally(plan: Plan, lines: Sequence[bytes], profiles: Rows) -> Observed:
    """The same by the in-process runner."""
    result = local.run(plan, sources_of(profiles), frames_of(lines, profiles, 100))
    tagged = [(ALERT, alert) for alert in result.alerts] + [(SHADOW, alert) for alert in result.shadow]
    tagged += [(DEAD, dead) for dead in result.dead] + [(LATE, late) for late in result.late]
    return _observed([(tag, None, payload) for tag, payload in tagged], result.counts)


def run_engine(
    plan: Plan,
    lines: Sequence[bytes],
    profiles: Rows,
    shards: int = 1,
    frame_lines: int = 1000,
    stop_before: Callable[[int], bool] = never,
    budget: int = 64 << 20,
) -> Observed:
    """A bounded run over one file, `frame_lines` lines a frame."""
    program = bind(plan)
    intake, task = Intake(program, sources_of(profiles), shards), Task(program, shards, stop_before, budget)
    for frame in frames_of(lines, profiles, frame_lines):
        task.take(intake.frame(frame))
    task.take(intake.frame(source_frame(END_OF_INPUT, 0, [])), END)
    counts = intake.counts
    counts.merge(task.counts)
    return _observed(task.records, counts)


def _observed(records: list[tuple[int, str | None, bytes]], counts: Counts) -> Observed:
    def payloads(*tags: int) -> list[dict[str, Any]]:
        return [json.loads(payload) for tag, _, payload in records if tag in tags]

    return Observed(
        payloads(ALERT, SHADOW),
        payloads(LATE),
        [dead["offset"] for dead in payloads(DEAD) if dead["source"] == "transactions.jsonl"],
        {name: rule.suppressed for name, rule in counts.rules.items()},
        {name: {part: getattr(entity, part) for part in entity.__struct_fields__} for name, entity in counts.entities.items()},
    )
