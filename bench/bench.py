"""Prints transactions per second of the engine alone and of `fraudc run`, by rules and keys, and the machine they were measured on.

    python bench/bench.py [--transactions 200000] [--rules 1 20 200] [--keys 5000 500000] [--engine-only]

The engine's figure is items in, alert bytes out, on one core: decoding is outside. `fraudc run` is net of start-up: the time of the same
command on an empty file is taken off. p50 and p99 are µs a transaction over slices of a hundred.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import workload

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
    command = [str(Path(sys.executable).with_name("fraudc")), "run", "--quiet", "--project", str(project)]
    begun = time.perf_counter()
    subprocess.run(
        [*command, "--input", str(transactions), "--output", str(folder / "alerts.jsonl")], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - begun


def median_rate(count: int, seconds: list[float]) -> float:
    return count / statistics.median(seconds)


def measure(folder: Path, rules: int, keys: int, count: int, engine_only: bool) -> str:
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
    cells = [median_rate(count, [sum(seconds) for seconds in taken]), micros[len(micros) // 2], micros[len(micros) * 99 // 100]]
    row = f"{rules:6} {keys:9,} {cells[0]:14,.0f} {cells[1]:7.1f} {cells[2]:7.1f}"
    if engine_only:
        return row
    net = [run(project, transactions, folder) - run(project, empty, folder) for _ in range(RUNS)]
    return f"{row} {median_rate(count, net):16,.0f}"


def cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--transactions", type=int, default=200_000)
    options.add_argument("--rules", type=int, nargs="+", default=[1, 20, 200])
    options.add_argument("--keys", type=int, nargs="+", default=[5_000, 500_000])
    options.add_argument("--engine-only", action="store_true")
    chosen = options.parse_args()
    model = next((line.split(":")[1].strip() for line in cpu_lines() if line.startswith("model name")), platform.processor())
    print(f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}")
    print(f"{chosen.transactions:,} transactions, median of {RUNS} runs")
    print(f"{'rules':>6} {'keys':>9} {'engine tx/s':>14} {'p50 µs':>7} {'p99 µs':>7} {'fraudc run tx/s':>16}")
    with tempfile.TemporaryDirectory() as folder:
        for keys in chosen.keys:
            for rules in chosen.rules:
                print(measure(Path(folder), rules, keys, chosen.transactions, chosen.engine_only), flush=True)


if __name__ == "__main__":
    main()
