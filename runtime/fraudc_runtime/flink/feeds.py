"""Inputs that Java cannot open itself (standard input, xz files) in, named pipes it reads out."""

import lzma
import os
import shutil
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO

from fraudc_runtime.flink.failures import InputUnreadable

STANDARD_INPUT = Path("-")
_XZ = b"\xfd7zXZ\x00"
_CHUNK = 1 << 20


class Feeds:
    """Threads that copy into named pipes under `scratch`, each waiting until its pipe is opened for reading."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._pipes: list[Path] = []
        self._faults: list[InputUnreadable] = []

    def __enter__(self) -> "Feeds":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for pipe in self._pipes:  # a thread that nobody reads from is waiting to open its pipe
            with suppress(OSError):
                os.close(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))

    def path(self, given: Path) -> Path:
        """The path that Java opens for this input: itself, or a pipe."""
        if given == STANDARD_INPUT:
            return self._pipe(given, lambda: sys.stdin.buffer)
        with given.open("rb") as file:
            compressed = file.read(len(_XZ)) == _XZ
        return self._pipe(given, lambda: lzma.open(given)) if compressed else given

    def check(self) -> None:
        """InputUnreadable if an input broke off: to Java that looked like its end."""
        if self._faults:
            raise self._faults[0]

    def _pipe(self, given: Path, opened: Callable[[], IO[bytes]]) -> Path:
        pipe = self._scratch / f"pipe{len(self._pipes)}"
        os.mkfifo(pipe)
        self._pipes.append(pipe)
        threading.Thread(target=self._copy, args=(given, opened, pipe), daemon=True).start()
        return pipe

    def _copy(self, given: Path, opened: Callable[[], IO[bytes]], pipe: Path) -> None:
        with suppress(BrokenPipeError), pipe.open("wb", buffering=0) as into:
            try:
                shutil.copyfileobj(opened(), into, _CHUNK)
            except (lzma.LZMAError, EOFError) as error:
                told = "the compressed file is cut off" if isinstance(error, EOFError) else str(error)
                self._faults.append(InputUnreadable(f"{given}: {told}"))
