"""Lines of a CSV file in, the values of declared fields or bad input out; a file's first line is its header."""

import re
from itertools import accumulate, count
from operator import add
from typing import Any, Final

from fraudc_runtime.formats.json import parse
from fraudc_runtime.plan import FieldSpec, MoneySpec
from fraudc_runtime.schema import LONGEST_PAYLOAD, BadInput, Document, FieldReader, FloatText, IntText, Row, shown

_CELL: Final = re.compile(r'(?:"((?:[^"]|"")*)"|([^",]*))(,|\Z)', re.DOTALL)
_INT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_BYTE_ORDER_MARK: Final = "\ufeff"


class HeaderError(ValueError):
    """The first line of a CSV file names no columns that can be read: a mistake of the job, not of a record."""


class _CellReader(FieldReader):
    """Takes each cell as a JSON document would hold it in a field of that type, so that both formats are checked alike."""

    def located(self, field: FieldSpec, document: Document) -> Any:
        cell = super().located(field, document)
        if type(cell) is not str:  # a default, which is JSON already
            return cell
        match field.type:
            case "bool":
                return {"true": True, "false": False}.get(cell, cell)
            case "int" | "float" | "timestamp" if _INT.fullmatch(cell):
                return IntText(cell)
            case "float" if _NUMBER.fullmatch(cell):
                return FloatText(cell)
            case _:
                return cell


class CsvReader:
    """Reads one source's lines; remembers its header. `required` are columns without which no line could be read."""

    def __init__(
        self, fields: tuple[FieldSpec, ...], money: MoneySpec | None, id: str | None = None, required: tuple[str, ...] = ()
    ) -> None:
        defaults = {field.name: parse(field.default.encode()) for field in fields if field.default is not None}
        columns = tuple(_as_column(field) for field in fields)
        self._fields = _CellReader(columns, money, defaults, id)
        self._required = [column for column in columns if column.name in required]
        self._header: tuple[str, ...] | None = None

    def read(self, offset: int, lengths: tuple[int, ...], joined: bytes, /) -> list[Row]:
        """One row a line after the header, which is the line at offset 0 and gives none; HeaderError where it is wrong."""
        starts = [0, *map(add, accumulate(lengths), count(1))]
        lines = [joined[start : start + length] for start, length in zip(starts, lengths, strict=False)]
        if offset == 0 and lines:
            self._header = self._read_header(lines.pop(0))
        return [self._read_line(line) for line in lines]

    def _read_line(self, line: bytes) -> Row:
        try:
            return self._fields.read(self._document(line))
        except BadInput as error:
            return error

    def _document(self, line: bytes) -> Document:
        header = self._header
        if header is None:
            raise HeaderError("a CSV file begins with a header; its first line was not read")
        cells = split(line)
        if len(cells) != len(header):
            raise BadInput("wrong_columns", f"the line has {len(cells)} cells, and the header names {len(header)} columns")
        return {column: cell for column, cell in zip(header, cells, strict=True) if cell}

    def _read_header(self, line: bytes) -> tuple[str, ...]:
        try:
            header = tuple(split(line))
        except BadInput as error:
            raise HeaderError(f"the header cannot be read: {error.reason}") from None
        header = (header[0].removeprefix(_BYTE_ORDER_MARK), *header[1:])
        named: set[str] = set()
        for column in filter(None, header):
            if column in named:
                raise HeaderError(f"the header names the column {shown(column)} twice")
            named.add(column)
        for field in self._required:
            names = (*(field.path or (field.name,)), *field.aliases)
            if field.default is None and named.isdisjoint(names):
                raise HeaderError(
                    f"the first line is to name the columns, and {shown(names[0])} is not among them: {shown(','.join(header))}"
                )
        return header


def _as_column(field: FieldSpec) -> FieldSpec:
    """The field with its path as one dotted column name."""
    path = (".".join(field.path),) if field.path else ()
    return FieldSpec(field.name, field.type, field.optional, path, field.aliases, field.default)


def split(line: bytes) -> list[str]:
    """The cells of a line as RFC 4180 quotes them; a carriage return that ends the line is no part of it."""
    if len(line) > LONGEST_PAYLOAD:
        raise BadInput("too_large", f"the line has {len(line)} bytes; at most {LONGEST_PAYLOAD} are read")
    try:
        text = line.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        raise BadInput("not_utf8", f"the line is not UTF-8 at byte {error.start + 1} (0x{line[error.start]:02x})") from None
    if not text:
        raise BadInput("empty_line", "the line is empty")
    if '"' not in text:
        return text.split(",")
    return _split_quoted(text)


def _split_quoted(text: str) -> list[str]:
    cells: list[str] = []
    at = 0
    while True:
        cell = _CELL.match(text, at)
        if cell is None or (cell[3] == "" and cell.end() != len(text)):
            raise BadInput("not_csv", f"the quotes of cell {len(cells) + 1} do not match: {shown(text[at:])}")
        quoted, plain, follows = cell.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        if not follows:
            return cells
        at = cell.end()
