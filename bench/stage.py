"""A broker and a rules project in, the job over topics of its own out: bounded, with what it took, or running until it is stopped."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from topic_runs import Job, Topics

_CHUNK = 50_000  # messages that the producer's queue has room for
_PAGE = resource.getpagesize()


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    value: float
    unit: str
    how: str


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the wall, and of all processors, that a command took with everything it started; what it printed."""

    wall: float
    processors: float
    printed: bytes


def spent(command: Sequence[str | Path], log: Path) -> Spent:
    """Runs the command to its end, which must be a good one."""
    begun = time.perf_counter()
    with log.open("wb") as errors:
        process = subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=errors)
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed:\n{log.read_text(errors='replace')}")
    return Spent(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, printed)


def project(folder: Path, topics: Topics, interval: str, write: Callable[[Path], None]) -> Path:
    """The project that `write` makes in the folder, with a job over the topics that has a checkpoint every `interval`."""
    write(folder)
    settings = folder / "fraudc.yaml"
    settings.write_text(settings.read_text() + topics.settings(folder / "checkpoints", interval))
    return folder


def preload(topics: Topics, lines: Sequence[bytes]) -> None:
    """All of them into the transactions' topic."""
    for at in range(0, len(lines), _CHUNK):
        topics.send(lines[at : at + _CHUNK])


def bounded(folder: Path) -> tuple[Spent, list[dict[str, int]]]:
    """The project's job to where its topic ends now; what its checkpoints were."""
    took = spent([sys.executable, Path(__file__).with_name("bounded.py"), folder], folder / "bounded.log")
    return took, json.loads(took.printed.splitlines()[-1])


def resident(job: Job) -> int:
    """Bytes of memory of the job's processes."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE for pid in _tree(job.pid))


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(found for child in children for found in _tree(int(child)))]
