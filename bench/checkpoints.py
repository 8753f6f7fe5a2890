"""What checkpoints take: with many keys, and with one key that has as many members in its window."""

import json
from collections.abc import Iterator
from pathlib import Path

import workload
from stage import Figure, bounded, preload, project

from topic_runs import Topics

INTERVAL = "2s"
COUNTING: dict[str, object] = {
    "id": "many",
    "severity": "low",
    "by": "customer",
    "let": {"n": "sum(amount) over 30d"},
    "when": "n >= 1_000_000_000 USD",
}


def measure(servers: str, folder: Path, keys: int = 1_000_000) -> list[Figure]:
    """Checkpoints are taken while the transactions flow; each key has a sum over 30 days."""
    figures = []
    for name, rows in (("keys", _keys(keys)), ("members of one key", _members(keys))):
        topics = Topics(servers, 1)
        preload(topics, [json.dumps(row).encode() for row in rows])
        made = project(folder / name.replace(" ", "-"), topics, INTERVAL, _write)
        figures += _figures(f"{keys:,} {name}", bounded(made)[1])
    return figures


def _write(folder: Path) -> None:
    workload.write_project(folder, 0, others=[COUNTING])


def _keys(count: int) -> Iterator[dict[str, object]]:
    return ({**row, "customer_id": f"C{number:07d}"} for number, row in enumerate(workload.transactions(count, 1)))


def _members(count: int) -> Iterator[dict[str, object]]:
    return workload.transactions(count, 1)


def _figures(name: str, checkpoints: list[dict[str, int]]) -> list[Figure]:
    how = f"{len(checkpoints)} checkpoints, one every {INTERVAL} while transactions flow"
    written = [each["written"] for each in checkpoints]
    return [
        Figure(f"checkpoint, {name}: longest", max(each["ms"] for each in checkpoints), "ms", how),
        Figure(f"checkpoint, {name}: largest", max(written) / 2**20, "MiB", f"{how}; what it wrote"),
        Figure(f"checkpoint, {name}: mean", sum(written) / len(written) / 2**20, "MiB", f"{how}; what it wrote"),
        Figure(f"checkpoint, {name}: held", checkpoints[-1]["held"] / 2**20, "MiB", "all that the last one holds"),
    ]
