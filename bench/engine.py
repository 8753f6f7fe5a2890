"""Transactions a second of the engine alone and of `fraudc run`, by rules and keys.

The engine's figure is items in, alert bytes out, on one core: decoding is outside. `fraudc run` is net of start-up: the time of the same
command on an empty file is taken off. p50 and p99 are µs a transaction over slices of a hundred.
"""

import statistics
import sys
import time
from pathlib import Path

import workload
from stage import Figure, spent

from fraudc.pipeline import compile_project
from fraudc_runtime.counts import Counts
from fraudc_runtime.engine import Shard
from fraudc_runtime.flink.collector import relax
from fraudc_runtime.frames import SUBFRAME, read_tagged_frame, shard_frame, source_frame
from fraudc_runtime.intake import Intake, Source
from fraudc_runtime.local import Entries
from fraudc_runtime.plan import Plan
from fraudc_runtime.program import bind

SLICE = 100
RUNS = 3
RULES = (1, 20, 200)
KEYS = (5_000, 500_000)
KEY_BYTES = 768 << 20  # of decoded keys, as in the job


def slices(plan: Plan, transactions: Path) -> list[bytes]:
    """The file as decoded shard frames of a hundred transactions, each with the watermark behind them."""
    intake = Intake(bind(plan), (Source("transactions", "bench", None, "json", 0),), 1)
    lines = transactions.read_bytes().splitlines()
    frames = []
    for at in range(0, len(lines), SLICE):
        watermark, records = read_tagged_frame(intake.frame(source_frame(0, at, lines[at : at + SLICE])))
        frames.append(shard_frame(watermark, 0, [payload for tag, _, payload in records if tag == SUBFRAME]))
    return frames


def engine(plan: Plan, frames: list[bytes]) -> list[float]:
    """Seconds of each slice in one shard."""
    relax()
    shard = Shard(bind(plan), Entries(), Counts(), KEY_BYTES)
    taken = []
    for frame in frames:
        begun = time.perf_counter()
        shard.frame(frame)
        taken.append(time.perf_counter() - begun)
    return taken


def run(project: Path, transactions: Path, folder: Path) -> float:
    """Seconds of `fraudc run` by the wall."""
    command = [Path(sys.executable).with_name("fraudc"), "run", "--quiet", "--project", project, "--input", transactions]
    return spent([*command, "--output", folder / "alerts.jsonl"], folder / "file.log").wall


def median_rate(count: int, seconds: list[float]) -> float:
    return count / statistics.median(seconds)


def measure(folder: Path, count: int = 200_000) -> list[Figure]:
    """Of each number of rules with each number of keys."""
    return [figure for keys in KEYS for rules in RULES for figure in _measured(folder, rules, keys, count)]


def _measured(folder: Path, rules: int, keys: int, count: int) -> list[Figure]:
    project, transactions, empty = folder / f"rules{rules}", folder / f"keys{keys}.jsonl", folder / "empty.jsonl"
    workload.write_project(project, rules)
    empty.touch()
    if not transactions.exists():
        workload.write_transactions(transactions, count, keys)
    plan = compile_project(project).plan
    assert plan is not None
    frames = slices(plan, transactions)
    taken = [engine(plan, frames) for _ in range(RUNS)]
    micros = sorted(1e6 * seconds / SLICE for seconds in taken[0])
    net = [run(project, transactions, folder) - run(project, empty, folder) for _ in range(RUNS)]
    name, how = f"{rules} rules, {keys:,} keys", f"{count:,} transactions, median of {RUNS}"
    return [
        Figure(f"engine, {name}", median_rate(count, [sum(seconds) for seconds in taken]), "tx/s", how),
        Figure(f"engine, {name}, p50", micros[len(micros) // 2], "µs/tx", how),
        Figure(f"engine, {name}, p99", micros[len(micros) * 99 // 100], "µs/tx", how),
        Figure(f"fraudc run, {name}", median_rate(count, net), "tx/s", f"{how}, net of start-up"),
    ]
