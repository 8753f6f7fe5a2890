"""Where a job's checkpoints and savepoints are in, Flink's options and what to begin with out; beside them is kept how the job ran."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from fraudc_runtime.flink.failures import CheckpointUnusable
from fraudc_runtime.flink.folders import Folder
from fraudc_runtime.flink.internals import Internals

_RECORD = "fraudc-job.json"


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """`dir` is a path, or the address of a folder on any file system that Flink knows. Times are milliseconds; `retained` are kept.

    `savepoints` is another such folder; without one a job that is stopped leaves its savepoint with its checkpoints.
    """

    dir: str
    interval: int = 10_000
    timeout: int = 600_000
    retained: int = 3
    savepoints: str | None = None

    def folder(self, job: str) -> str:
        """Where the checkpoints of the job are: whoever has its name, resumes from them."""
        return _address(self.dir, job)

    def folders(self, job: str) -> list[str]:
        """Where to look for what the job begins with."""
        return [self.folder(job), *([_address(self.savepoints, job)] if self.savepoints else [])]

    def stopped(self, job: str) -> str:
        """Where the savepoint of a job goes that is stopped."""
        return _address(self.savepoints, job) if self.savepoints else f"{self.folder(job)}/stopped"

    def options(self, job: str) -> dict[str, str]:
        """Flink's options. Those of a run that ended are taken over: Flink deletes what it no longer needs of them."""
        return {
            "execution.checkpointing.dir": self.folder(job),
            "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
            "execution.checkpointing.incremental": "true",
            "execution.checkpointing.interval": f"{self.interval} ms",
            "execution.checkpointing.mode": "EXACTLY_ONCE",
            "execution.checkpointing.num-retained": str(self.retained),
            "execution.checkpointing.savepoint-dir": self.stopped(job),
            "execution.checkpointing.timeout": f"{self.timeout} ms",
            "execution.checkpointing.tolerable-failed-checkpoints": "3",
            "execution.state-recovery.claim-mode": "CLAIM",
        }


def _address(root: str, job: str) -> str:
    address = root if "://" in root else Path(root).absolute().as_uri()
    return f"{address.rstrip('/')}/{re.sub(r'[^A-Za-z0-9._-]', '_', job)}"


class Record(msgspec.Struct, frozen=True):
    """What a job's state depends on and Flink does not see; `schema` is the fingerprint of its rule sets, None without any."""

    mode: Literal["thread", "process"]
    shards: int
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """The checkpoint or savepoint that a job begins with; Flink deletes an `owned` one once newer ones have taken its place."""

    address: str
    owned: bool


def prepare(internals: Internals, checkpoints: Checkpoints, job: str, now: Record, savepoint: str | None = None) -> Beginning | None:
    """`savepoint`, or else the newest complete checkpoint or savepoint of the job of this name, None if there is none.

    CheckpointUnusable if it is not there, or its state cannot be read as the job runs `now`, which then is noted beside what is to come.
    """
    folders = [Folder(internals.jvm, address) for address in checkpoints.folders(job)]
    found = _named(internals, savepoint) if savepoint else _newest(folders)
    if found:
        _same(found.address, _record(Folder(internals.jvm, found.address)), now)
    for folder in folders:
        folder.write(_RECORD, msgspec.json.encode(now))
    return found


def _newest(folders: list[Folder]) -> Beginning | None:
    """The first of the folders is Flink's to keep tidy, and a savepoint that was asked for is not."""
    found = [(*newest, folder is folders[0]) for folder in folders if (newest := folder.newest_checkpoint())]
    return Beginning(*max(found)[1:]) if found else None


def _named(internals: Internals, savepoint: str) -> Beginning:
    address = savepoint if ":/" in savepoint else Path(savepoint).absolute().as_uri()
    if not Folder(internals.jvm, address).complete():
        raise CheckpointUnusable(f"there is no savepoint in {savepoint}: a complete one has a file _metadata")
    return Beginning(address, owned=False)


def _record(found: Folder) -> Record | None:
    """It stands in the job's folder, one or two above the savepoint or checkpoint. None where it was moved away from there."""
    known = next((content for folder in found.above(2) if (content := folder.read(_RECORD)) is not None), None)
    return msgspec.json.decode(known, type=Record) if known else None


def _same(address: str, before: Record | None, now: Record) -> None:
    if before is None:
        return
    if before.mode != now.mode:
        reason = f"was made in {before.mode} mode, and {now.mode} mode would silently begin without its state"
    elif before.shards != now.shards:
        reason = f"was made with {before.shards} shards, which a job keeps for life, not {now.shards}"
    elif before.schema and now.schema and before.schema != now.schema:
        reason = f"was made by a job of the schema {before.schema}, and the rules are of the schema {now.schema}"
    else:
        return
    raise CheckpointUnusable(f"the state in {address} {reason}; go on as before, or give the job another name")
