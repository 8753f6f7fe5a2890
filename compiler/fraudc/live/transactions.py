"""Lines of a file of transactions in, message payloads out: JSON lines as they stand, CSV rows as JSON objects."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from fraudc.live.failure import RequestFailure
from fraudc.live.lines import Lines
from fraudc_runtime.formats.csv import split
from fraudc_runtime.plan import FieldSpec, Schema
from fraudc_runtime.schema import BadInput

_INT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS: Final = {"true": b"true", "false": b"false"}


def payloads(file: Lines, format: Literal["json", "csv"] | None, schema: Schema) -> Iterator[list[bytes]]:
    """The payloads in the order of the lines, some at once; the format goes by the file's extension where none is given."""
    if (format or format_of(Path(file.name))) == "json":
        return file.batches()
    return file.batches(_json_rows(file.lines(), schema, file.name))


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
