"""A file in, its lines out; gzip and xz are known by content."""

import gzip
import lzma
import os
import stat
import sys
import zlib
from collections.abc import Iterable, Iterator
from io import BufferedReader
from itertools import islice
from typing import Final

from fraudc.live.failure import RequestFailure

STANDARD_INPUT: Final = "-"
_AT_ONCE: Final = 500


class Lines:
    """Reads a file once. RequestFailure where it cannot be read, also in the middle."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._live = name == STANDARD_INPUT
        self._raw: BufferedReader | None = None
        try:
            found = None if self._live else os.stat(name)
        except OSError as error:
            raise RequestFailure(f"{name} cannot be read: {(error.strerror or str(error)).lower()}") from error
        self.size = found.st_size if found and stat.S_ISREG(found.st_mode) else None

    @property
    def position(self) -> int:
        """Bytes read so far, as they stand on disk; 0 where that is unknown, as the size is."""
        return self._raw.tell() if self._raw and self.size is not None else 0

    def batches(self, lines: Iterator[bytes] | None = None) -> Iterator[list[bytes]]:
        """The lines, or what was made of them, a few hundred at once; one at once from standard input: none waits for the next."""
        lines = self.lines() if lines is None else lines
        while batch := list(islice(lines, 1 if self._live else _AT_ONCE)):
            yield batch

    def lines(self) -> Iterator[bytes]:
        """What stands between newlines; a last newline begins no line."""
        if self._live:
            yield from (line.removesuffix(b"\n") for line in sys.stdin.buffer)
            return
        number = 0
        try:
            with open(self.name, "rb") as self._raw:
                for number, line in enumerate(_opened(self._raw), 1):  # noqa: B007  the number is told where reading breaks off
                    yield line.removesuffix(b"\n")
        except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
            reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
            beyond = f" beyond line {number:,}" if number else ""
            raise RequestFailure(f"{self.name} cannot be read{beyond}: {reason.lower()}") from error
        finally:
            self._raw = None


def _opened(raw: BufferedReader) -> Iterable[bytes]:
    start = raw.peek(6)
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=raw)
    if start.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(raw)
    return raw
