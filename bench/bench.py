"""Prints one table of what was measured and on which machine, and writes the same as JSON.

    PYTHONPATH=tests python bench/bench.py [--only throughput latency] [--size 0.1] [--json out/bench.json]

Parts: engine, throughput, latency, reload, checkpoints, memory; all but the first start a Kafka broker on loopback. `--size` makes
everything that much smaller: for a look, not for figures to keep.
"""

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import checkpoints
import engine
import live
import memory
import throughput
from stage import Figure

from servers.kafka import Kafka

Part = Callable[[str, Path, float], list[Figure]]
PARTS: dict[str, Part] = {
    "throughput": lambda servers, folder, size: throughput.measure(servers, folder, int(500_000 * size)),
    "latency": lambda servers, folder, size: live.latency(servers, folder, seconds=max(10, int(60 * size))),
    "reload": lambda servers, folder, size: live.reload(servers, folder, sets=max(1, int(6 * size))),
    "checkpoints": lambda servers, folder, size: checkpoints.measure(servers, folder, int(1_000_000 * size)),
    "memory": lambda servers, folder, size: memory.measure(servers, folder, max(10, int(50 * size)), int(360_000 * size)),
}


def machine() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def show(figures: list[Figure]) -> None:
    for figure in figures:
        print(f"{figure.name:50} {figure.value:12,.1f} {figure.unit:6} {figure.how}", flush=True)


def measured(chosen: list[str], size: float, folder: Path) -> list[Figure]:
    """Shown as they come."""
    figures: list[Figure] = []
    if "engine" in chosen:
        (folder / "engine").mkdir()
        figures += engine.measure(folder / "engine", int(200_000 * size))
        show(figures)
    for name in (name for name in PARTS if name in chosen):
        (folder / name).mkdir()
        with Kafka() as kafka:
            found = PARTS[name](kafka.servers, folder / name, size)
        show(found)
        figures += found
    return figures


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", choices=["engine", *PARTS], nargs="+", default=["engine", *PARTS])
    options.add_argument("--size", type=float, default=1.0)
    options.add_argument("--json", type=Path, default=Path("out/bench.json"))
    chosen = options.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(chosen.only, chosen.size, Path(folder))
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    document = {"machine": machine(), "size": chosen.size, "figures": [asdict(figure) for figure in figures]}
    chosen.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print(f"written to {chosen.json}")


if __name__ == "__main__":
    main()
