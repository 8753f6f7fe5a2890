"""Memory of the job's processes over traffic in which another rule set is published again and again."""

import json
import time
from itertools import islice
from pathlib import Path
from statistics import median

import workload
from live import publish, running
from stage import Figure, resident

from fraudc.pipeline import compile_project
from topic_runs import Topics

KEYS = 5_000
SETS = 5  # different ones, in turn: each has a window of its own, which the others retire
STEP = 20  # ms of event time between two transactions, at most: an hour of them is 360,000
ROUND = 1.2  # seconds from swap to swap, at least


def measure(servers: str, folder: Path, swaps: int = 50, transactions: int = 360_000) -> list[Figure]:
    """Medians of the second fifth and of the last, since Java takes its heap as it comes."""
    topics = Topics(servers, 1)
    plans = []
    for number in range(SETS):
        workload.write_project(folder / f"set{number}", 20, others=[_with_a_window(number)])
        plans.append(compile_project(folder / f"set{number}").plan)
    rows = workload.transactions(transactions, KEYS, STEP)
    sizes = []
    with running(folder / "begin", topics, 20) as job:
        for number in range(swaps):
            begun = time.monotonic()
            topics.send([json.dumps(row).encode() for row in islice(rows, transactions // swaps)])
            publish(topics, plans[number % SETS])
            time.sleep(max(0.0, begun + ROUND - time.monotonic()))
            sizes.append(resident(job) / 2**20)
    fifth = len(sizes) // 5
    early, late = median(sizes[fifth : 2 * fifth]), median(sizes[-fifth:])
    minutes = transactions * STEP / 2 / 60_000
    how = f"{swaps} swaps, {minutes:.0f} minutes of event time, {transactions:,} transactions, {KEYS:,} keys"
    return [
        Figure("memory, second fifth", early, "MiB", f"resident, the job's processes; {how}"),
        Figure("memory, last fifth", late, "MiB", "the same"),
        Figure("memory, growth", 100 * (late / early - 1), "%", "of the second fifth"),
    ]


def _with_a_window(number: int) -> dict[str, object]:
    return {"id": "window", "severity": "low", "by": "customer", "let": {"n": f"count() over {11 + number}m"}, "when": "n >= 9"}
