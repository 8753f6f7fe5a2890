"""Where a job's checkpoints are in, Flink's options and the newest complete one out; with them is kept how the job ran."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from fraudc_runtime.flink.failures import CheckpointUnusable
from fraudc_runtime.flink.folders import Folder
from fraudc_runtime.flink.internals import Internals
from fraudc_runtime.flink.settings import Settings

_RECORD = "fraudc-job.json"


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """`dir` is a path, or the address of a folder on any file system that Flink knows. Times are milliseconds; `retained` are kept."""

    dir: str
    interval: int = 10_000
    timeout: int = 600_000
    retained: int = 3

    def folder(self, job: str) -> str:
        """Where the checkpoints of the job are: whoever has its name, resumes from them."""
        root = self.dir if "://" in self.dir else Path(self.dir).absolute().as_uri()
        return f"{root.rstrip('/')}/{re.sub(r'[^A-Za-z0-9._-]', '_', job)}"

    def options(self, job: str) -> dict[str, str]:
        """Flink's options. Those of a run that ended are taken over: Flink deletes what it no longer needs of them."""
        return {
            "execution.checkpointing.dir": self.folder(job),
            "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
            "execution.checkpointing.incremental": "true",
            "execution.checkpointing.interval": f"{self.interval} ms",
            "execution.checkpointing.mode": "EXACTLY_ONCE",
            "execution.checkpointing.num-retained": str(self.retained),
            "execution.checkpointing.timeout": f"{self.timeout} ms",
            "execution.checkpointing.tolerable-failed-checkpoints": "3",
            "execution.state-recovery.claim-mode": "CLAIM",
        }


class Record(msgspec.Struct, frozen=True):
    """What a job's state depends on and Flink does not see."""

    mode: Literal["thread", "process"]
    shards: int


def prepare(internals: Internals, checkpoints: Checkpoints, job: str, settings: Settings) -> str | None:
    """The newest complete checkpoint of the job of this name, None if there is none.

    CheckpointUnusable if its state cannot be read as the job runs now. Else how it runs is noted beside the checkpoints.
    """
    folder = Folder(internals.jvm, checkpoints.folder(job))
    found = folder.newest_checkpoint()
    now = Record(settings.mode, settings.shards)
    known = folder.read(_RECORD)
    if found and known:
        _same(msgspec.json.decode(known, type=Record), now, checkpoints.folder(job))
    folder.write(_RECORD, msgspec.json.encode(now))
    return found


def _same(before: Record, now: Record, folder: str) -> None:
    if before.mode != now.mode:
        reason = f"were made in {before.mode} mode, and {now.mode} mode would silently begin without their state"
    elif before.shards != now.shards:
        reason = f"were made with {before.shards} shards, which a job keeps for life, not {now.shards}"
    else:
        return
    raise CheckpointUnusable(f"the checkpoints in {folder} {reason}; go on as before, or give the job another name")
