"""A folder on any file system that Flink knows: its address in, a job's checkpoints and small files in it out."""

from collections.abc import Iterator
from typing import Any

from py4j.protocol import Py4JJavaError

from fraudc_runtime.flink.failures import CheckpointUnusable

_METADATA = "_metadata"  # a checkpoint that is complete has it
_PREFIXES = ("chk-", "savepoint-")


class Folder:
    """CheckpointUnusable from every method that cannot reach it."""

    def __init__(self, jvm: Any, address: str) -> None:
        self._jvm = jvm
        self._address = address
        self._path = jvm.org.apache.flink.core.fs.Path(address)

    def newest_checkpoint(self) -> tuple[int, str] | None:
        """(completed at ms, address) of the newest complete checkpoint or savepoint in it or in its folders, of which each run has one."""
        try:
            return max(self._checkpoints(), default=None)
        except Py4JJavaError as error:
            raise self._unusable(error) from error

    def complete(self) -> bool:
        """Whether it is a complete checkpoint or savepoint."""
        try:
            return bool(self._system().exists(self._child(self._path, _METADATA)))
        except Py4JJavaError as error:
            raise self._unusable(error) from error

    def above(self, levels: int) -> Iterator["Folder"]:
        """The folder that it stands in, and so on upward."""
        path = self._path
        for _ in range(levels):
            path = path.getParent()
            if path is None:
                return
            yield Folder(self._jvm, str(path.toString()))

    def read(self, name: str) -> bytes | None:
        """A file's content; None if there is no such file."""
        try:
            path = self._child(self._path, name)
            if not self._system().exists(path):
                return None
            stream = self._system().open(path)
            try:
                return bytes(stream.readAllBytes())
            finally:
                stream.close()
        except Py4JJavaError as error:
            raise self._unusable(error) from error

    def write(self, name: str, content: bytes) -> None:
        """Writes or replaces a file."""
        try:
            self._system().mkdirs(self._path)
            overwrite = getattr(self._jvm.org.apache.flink.core.fs, "FileSystem$WriteMode").OVERWRITE
            stream = self._system().create(self._child(self._path, name), overwrite)
            stream.write(bytearray(content))
            stream.close()
        except Py4JJavaError as error:
            raise self._unusable(error) from error

    def _checkpoints(self) -> Iterator[tuple[int, str]]:
        """(when it was completed, its address)"""
        here = self._folders(self._path)
        for candidate in [*here, *(inner for folder in here for inner in self._folders(folder))]:
            metadata = self._child(candidate, _METADATA)
            if candidate.getName().startswith(_PREFIXES) and self._system().exists(metadata):
                yield self._system().getFileStatus(metadata).getModificationTime(), str(candidate.toString())

    def _folders(self, path: Any) -> list[Any]:
        if not self._system().exists(path):
            return []
        return [status.getPath() for status in self._system().listStatus(path) or () if status.isDir()]

    def _system(self) -> Any:
        return self._path.getFileSystem()

    def _child(self, path: Any, name: str) -> Any:
        return self._jvm.org.apache.flink.core.fs.Path(path, name)

    def _unusable(self, error: Py4JJavaError) -> CheckpointUnusable:
        return CheckpointUnusable(f"checkpoints cannot be kept in {self._address}: {error.java_exception.getMessage()}")
