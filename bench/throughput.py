"""Transactions a second from topic to topic, exactly once, beside `fraudc run --input` over the same transactions: in turn, medians."""

import sys
from pathlib import Path
from statistics import median

import workload
from stage import Figure, Spent, bounded, preload, project, spent

from topic_runs import Topics

KEYS, RULES = 5_000, 20
INTERVAL = "10s"  # from checkpoint to checkpoint: the job's own default


def measure(servers: str, folder: Path, count: int = 500_000, runs: int = 3) -> list[Figure]:
    """Of both, what the same takes over nothing is taken off."""
    rules, full, empty = folder / "rules", folder / "full.jsonl", folder / "empty.jsonl"
    workload.write_project(rules, RULES)
    workload.write_transactions(full, count, KEYS)
    empty.touch()
    sources = {full: Topics(servers, 1), empty: Topics(servers, 1)}
    preload(sources[full], full.read_bytes().splitlines())
    files, jobs = list[Spent](), list[Spent]()
    for number in range(runs):
        files.append(_net(*(_over_file(rules, path, folder) for path in (full, empty))))
        jobs.append(_net(*(_over_topics(sources[path], folder / f"{path.stem}{number}") for path in (full, empty))))
    rates = [count / median(run.wall for run in each) for each in (files, jobs)]
    costs = [1e6 * median(run.processors for run in each) / count for each in (files, jobs)]
    how = f"{count:,} transactions, {RULES} rules, {KEYS:,} keys, median of {runs}, net of start-up"
    return [
        Figure("file to file", rates[0], "tx/s", how),
        Figure("topic to topic, exactly once", rates[1], "tx/s", f"{how}; one partition, preloaded; a checkpoint every {INTERVAL}"),
        Figure("topics against files", 100 * rates[1] / rates[0], "%", "of the rates"),
        Figure("processors, file to file", costs[0], "µs/tx", "all threads of the command"),
        Figure("processors, topic to topic", costs[1], "µs/tx", "the same; the broker's are not in it"),
    ]


def _net(full: Spent, empty: Spent) -> Spent:
    return Spent(full.wall - empty.wall, full.processors - empty.processors, b"")


def _over_file(rules: Path, transactions: Path, folder: Path) -> Spent:
    command = [Path(sys.executable).with_name("fraudc"), "run", "--quiet", "--project", rules]
    return spent([*command, "--input", transactions, "--output", folder / "alerts.jsonl"], folder / "file.log")


def _over_topics(source: Topics, folder: Path) -> Spent:
    topics = Topics(source.servers, 1)
    topics.names["transactions"] = source.names["transactions"]
    return bounded(project(folder, topics, INTERVAL, lambda made: workload.write_project(made, RULES)))[0]
