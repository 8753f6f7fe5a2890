"""The main job's graph on one screen: settings, a machine and files in, Flink's stream graph out.

files -> intake -> split -> by shard -> coalesce -> detect -> explode -> alerts, shadow, dlq, late, status
                     `-------------------------------------------------^   (stateless alerts, dead letters, late transactions)
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyflink.common import Types
from pyflink.datastream import DataStream, KeyedStream, StreamExecutionEnvironment

from fraudc_runtime.flink.detect import DetectFunction
from fraudc_runtime.flink.intake import IntakeFunction
from fraudc_runtime.flink.internals import Generated, Internals, shard_names
from fraudc_runtime.flink.machine import Machine
from fraudc_runtime.flink.settings import Settings
from fraudc_runtime.frames import ALERT, DEAD, LATE, SHADOW, STATUS, SUBFRAME

# Each operator's uid, which is its name too, and what it does; savepoints hold on to the uids.
UIDS = {
    "inputs": "the names of the files",
    "files": "bytes -> source frames",
    "intake": "decode, stateless rules, group by shard (Python)",
    "split": "tagged frame -> sub-frames by shard; the watermark",
    "coalesce": "sub-frames -> shard frames",
    "detect": "order, duplicates, windows, rules (Python; keyed by shard, RocksDB)",
    "explode": "tagged frame -> outputs",
    "alerts": "lines of a file",
    "shadow": "lines of a file",
    "dlq": "lines of a file",
    "late": "lines of a file",
    "status": "lines of a file",
}
_SIDES = {ALERT: "alerts", SHADOW: "shadow", DEAD: "dlq", LATE: "late", STATUS: "status"}


@dataclass(frozen=True, slots=True)
class FilePaths:
    """Where a bounded run reads and writes: (source, path) in reading order, and a path for each output; None drops it.

    Without `shadow` its alerts stand in `alerts`. `progress` is a file of eight bytes: how many bytes of input were read.
    """

    inputs: tuple[tuple[int, Path], ...]
    alerts: Path
    shadow: Path | None
    dead: Path | None
    late: Path | None
    status: Path
    progress: Path


def build(internals: Internals, machine: Machine, paths: FilePaths, settings: Settings, *, max_disorder: int) -> Any:
    """Flink's StreamGraph of the bounded job; `max_disorder` in milliseconds is what `coalesce` waits before it asks a shard again."""
    j_env = internals.environment(settings.options())
    env = StreamExecutionEnvironment(j_env)
    bytes_type, row_type, side_names = internals.bytes_type, internals.row_type, ("subframes", *(_SIDES[tag] for tag in sorted(_SIDES)))
    sides = [internals.side(name) for name in side_names]

    inputs = internals.elements(j_env, [f"{source}:{path}" for source, path in paths.inputs]).name("inputs").uid("inputs")
    limits = [str(settings.frame_lines), str(settings.frame_bytes), str(paths.progress)]
    files = internals.operator(j_env, inputs, Generated("files", "Files", limits, bytes_type))
    internals.execution_mode(j_env, settings.intake_mode or settings.mode)
    intake = _python(DataStream(files).process(IntakeFunction(machine), _bytes()), "intake", 1)
    keys = ",".join(shard_names(settings.shards))
    split = internals.operator(j_env, intake, Generated("split", "Route", [str(SUBFRAME), keys, *sides], row_type))

    gathered = [str(settings.batch_bytes), str(max_disorder)]
    coalesce = internals.operator(
        j_env, internals.keyed(split), Generated("coalesce", "Coalesce", gathered, row_type, settings.parallelism)
    )
    by_shard = KeyedStream(internals.already_keyed(coalesce), Types.ROW([Types.STRING(), _bytes()]), DataStream(coalesce))
    internals.execution_mode(j_env, settings.mode)
    detect = _python(by_shard.process(DetectFunction(machine, bounded=True), _bytes()), "detect", settings.parallelism)
    explode = internals.operator(j_env, detect, Generated("explode", "Route", [str(ALERT), "", *sides], row_type, settings.parallelism))

    def write(name: str, path: Path | None, *streams: Any) -> None:
        if path is not None:
            internals.operator(j_env, internals.union(streams), Generated(name, "Lines", [str(path)], row_type))

    alerts = [explode, split.getSideOutput(sides[ALERT])]
    shadow = [explode.getSideOutput(sides[SHADOW]), split.getSideOutput(sides[SHADOW])]
    write("alerts", paths.alerts, *alerts, *([] if paths.shadow else shadow))
    write("shadow", paths.shadow, *shadow)
    write("dlq", paths.dead, split.getSideOutput(sides[DEAD]))
    write("late", paths.late, split.getSideOutput(sides[LATE]), explode.getSideOutput(sides[LATE]))
    write("status", paths.status, split.getSideOutput(sides[STATUS]), explode.getSideOutput(sides[STATUS]))
    return env._generate_stream_graph(clear_transformations=True, job_name="fraud-detection")


def _python(stream: DataStream, uid: str, parallelism: int) -> Any:
    return stream.name(uid).uid(uid).set_parallelism(parallelism)._j_data_stream


def _bytes() -> Any:
    """Raw bytes both ways: in thread mode one copy, in process mode no coder but a length."""
    return Types.PRIMITIVE_ARRAY(Types.BYTE())
