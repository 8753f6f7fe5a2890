"""A file of transactions in, message payloads out: JSON lines as they stand, CSV rows as JSON objects; gzip and xz are opened by content."""

import gzip
import lzma
import os
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, Literal

import msgspec

from fraudc.live.failure import RequestFailure
from fraudc_runtime.formats.csv import split
from fraudc_runtime.plan import FieldSpec, Schema
from fraudc_runtime.schema import BadInput

STANDARD_INPUT: Final = "-"
_AT_ONCE: Final = 500
_INT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS: Final = {"true": b"true", "false": b"false"}


class TransactionsFile:
    """Reads a file once. RequestFailure where it cannot be read, also in the middle."""

    def __init__(self, name: str, format: Literal["json", "csv"] | None, schema: Schema) -> None:
        self._name = name
        self._csv = (format or format_of(Path(name))) == "csv"
        self._schema = schema
        self._live = name == STANDARD_INPUT
        try:
            self._raw: BinaryIO = sys.stdin.buffer if self._live else open(name, "rb")  # noqa: SIM115  open as long as it is read
            self.size = None if self._live else os.fstat(self._raw.fileno()).st_size
        except OSError as error:
            raise RequestFailure(f"{name} cannot be read: {(error.strerror or str(error)).lower()}") from error

    @property
    def position(self) -> int:
        """Bytes read so far, as they stand on disk."""
        return 0 if self._live else self._raw.tell()

    def payloads(self) -> Iterator[list[bytes]]:
        """The payloads in order, a few hundred at once; one at once from standard input, so that none waits for the next."""
        lines = self._lines()
        if self._csv:
            lines = _json_rows(lines, self._schema, self._name)
        while batch := list(islice(lines, 1 if self._live else _AT_ONCE)):
            yield batch

    def _lines(self) -> Iterator[bytes]:
        """What stands between newlines; a last newline begins no line."""
        number = 0
        try:
            for number, line in enumerate(self._opened(), 1):  # noqa: B007  the number is told where reading breaks off
                yield line.removesuffix(b"\n")
        except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
            raise RequestFailure(f"{self._name} cannot be read beyond line {number}: {str(error).lower()}") from error

    def _opened(self) -> BinaryIO:
        if self._live:
            return self._raw
        start = self._raw.read(6)
        self._raw.seek(0)
        if start.startswith(b"\x1f\x8b"):
            return gzip.GzipFile(fileobj=self._raw)  # type: ignore[return-value]  # a binary stream, though not declared as one
        if start == b"\xfd7zXZ\x00":
            return lzma.LZMAFile(self._raw)
        return self._raw


def format_of(path: Path) -> Literal["json", "csv"]:
    """By extension, a compression's aside; JSON lines unless it says CSV."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in (".gz", ".xz")]
    return "csv" if suffixes and suffixes[-1] == ".csv" else "json"


def _json_rows(lines: Iterator[bytes], schema: Schema, name: str) -> Iterator[bytes]:
    """The rows behind a header; a line that is no row of it goes as it stands, for the job to say what is wrong with it."""
    try:
        header = split(next(lines, b""))
    except BadInput as error:
        raise RequestFailure(f"{name} has no header that can be read: {error.reason}") from error
    header[0] = header[0].removeprefix("\ufeff")
    types = _types(schema.fields)
    columns = [(tuple(column.split(".")), types.get(column, "string")) for column in header]
    for line in lines:
        try:
            cells = split(line)
        except BadInput:
            yield line
            continue
        yield _object(columns, cells) if len(cells) == len(columns) else line


def _types(fields: Sequence[FieldSpec]) -> dict[str, str]:
    """The type that a column's cells are read by, under each name that the column may have."""
    return {name: field.type for field in fields for name in (".".join(field.path) or field.name, *field.aliases)}


def _object(columns: list[tuple[tuple[str, ...], str]], cells: list[str]) -> bytes:
    row: dict[str, object] = {}
    for (path, type), cell in zip(columns, cells, strict=True):
        if cell and path[-1]:
            at = row
            for step in path[:-1]:
                inner = at.setdefault(step, {})
                at = inner if isinstance(inner, dict) else {}
            at[path[-1]] = _value(type, cell)
    return msgspec.json.encode(row)


def _value(type: str, cell: str) -> object:
    """A cell as JSON would hold it; text where it is none of its type, for the job to refuse it."""
    if type == "bool" and cell in _WORDS:
        return msgspec.Raw(_WORDS[cell])
    if (type in ("int", "float", "timestamp") and _INT.fullmatch(cell)) or (type == "float" and _NUMBER.fullmatch(cell)):
        return msgspec.Raw(cell.encode())
    return cell
