"""A schema in, a generated reader of JSON frames out that takes only lines it can prove valid; the strict reader gets the others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from fraudc_runtime.money import AmountError, Converter
from fraudc_runtime.plan import FieldSpec, MoneySpec
from fraudc_runtime.schema import LARGEST_INT, LONGEST_ID, LONGEST_PAYLOAD, SMALLEST_INT, BadInput, FieldReader, Row
from fraudc_runtime.timestamps import LATEST, Instants

_NOTHING: Final = msgspec.Raw(b"")
_TYPES: Final[dict[str, Any]] = {
    "bool": bool | None,
    "int": int | None,
    "float": float | None,
    "string": str | None,
    "timestamp": int | str | None,
    "money": msgspec.Raw,
}
_KEPT_AMOUNTS: Final = 131_072  # of all currencies together
_KEPT_LENGTH: Final = 32
_DOUBTS: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Amounts(dict[bytes, tuple[int, str] | None]):
    """Raw JSON of an amount -> (minor units of base, text), or None where the strict reader must look; of one currency."""

    def __init__(self, converter: Converter, currency: str, kept: int) -> None:
        super().__init__()
        self._kept = kept
        self._converter = converter
        self._currency = currency

    def __missing__(self, raw: bytes) -> tuple[int, str] | None:
        amount = self._read(raw)
        if len(raw) <= _KEPT_LENGTH:
            if len(self) >= self._kept:
                self.clear()
            self[raw] = amount
        return amount

    def _read(self, raw: bytes) -> tuple[int, str] | None:
        quoted = raw[:1] == b'"'
        try:
            text = (raw[1:-1] if quoted else raw).decode("ascii")
            return self._converter.minor(text, self._currency), text
        except (AmountError, UnicodeDecodeError):
            return None


class _Clash(Exception):
    """The schema reads one name in two ways; no msgspec type holds both."""


@dataclass(slots=True)
class _Members:
    """The names read in one object: a leaf's type of the schema, or the members of an object inside it."""

    inside: "dict[str, str | _Members]"

    def add(self, path: tuple[str, ...], type: str) -> None:
        name, rest = path[0], path[1:]
        if not rest:
            if self.inside.setdefault(name, type) != type:
                raise _Clash
            return
        below = self.inside.setdefault(name, _Members({}))
        if not isinstance(below, _Members):
            raise _Clash
        below.add(rest, type)

    def struct(self) -> Any:
        """The msgspec type: attribute f<i> is the i-th name; absent is None, or empty for a raw amount."""
        fields: list[tuple[str, Any, Any]] = []
        for index, member in enumerate(self.inside.values()):
            if isinstance(member, _Members):
                fields.append((f"f{index}", member.struct() | None, None))
            else:
                fields.append((f"f{index}", _TYPES[member], _NOTHING if member == "money" else None))
        names = {f"f{index}": name for index, name in enumerate(self.inside)}
        return msgspec.defstruct("Members", fields, rename=names, gc=False)

    def access(self, path: tuple[str, ...], type: str) -> str:
        """Python that reads the value at a path out of `row`."""
        members, code = self, "row"
        for depth, name in enumerate(path):
            step = f"f{list(members.inside).index(name)}"
            absent = "NOTHING" if type == "money" and depth == len(path) - 1 else "None"
            code = f"row.{step}" if not depth else f"({absent} if (n{depth} := {code}) is None else n{depth}.{step})"
            below = members.inside[name]
            members = below if isinstance(below, _Members) else members
        return f"bytes({code})" if type == "money" else code


def _places(field: FieldSpec) -> list[tuple[str, ...]]:
    return [field.path or (field.name,), *((alias,) for alias in field.aliases)]


@dataclass(frozen=True, slots=True)
class FastReader:
    """`decode` and `decode_lines` are msgspec's; `take` is generated: decoded structs (None: doubtful) in, rows out."""

    decode: Callable[[bytes], Any]
    decode_lines: Callable[[bytes], list[Any]]
    take: Callable[[list[Any], Callable[[int], Row]], list[Row]]

    @staticmethod
    def of(fields: tuple[FieldSpec, ...], money: MoneySpec | None, id: str | None, strict: FieldReader) -> "FastReader | None":
        """None where only the strict reader can read the schema.

        So it is with a name that is read in two ways or that msgspec does not take, a default that is bad input, and a path of hundreds.
        """
        members = _Members({})
        try:
            for field in fields:
                for place in _places(field):
                    members.add(place, field.type)
            decoder = msgspec.json.Decoder(members.struct())
            take = _generate(fields, members, money, id, strict)
        except (_Clash, BadInput, ValueError, SyntaxError, RecursionError):
            return None
        return FastReader(decoder.decode, decoder.decode_lines, take)

    def read(self, starts: list[int], lengths: tuple[int, ...], joined: bytes, strict: Callable[[int], Row]) -> list[Row]:
        """Rows of a frame's payloads, which begin at `starts`; `strict` reads the payload of an index."""
        if max(lengths) <= LONGEST_PAYLOAD and _is_utf8(joined) and _objects(starts, joined):
            try:
                decoded = self.decode_lines(joined)
            except _DOUBTS:
                pass
            else:
                if len(decoded) == len(lengths):
                    return self.take(decoded, strict)
        return self.take([self._one(joined[start : start + length]) for start, length in zip(starts, lengths, strict=False)], strict)

    def _one(self, payload: bytes) -> Any:
        if len(payload) > LONGEST_PAYLOAD or not _is_utf8(payload):
            return None
        try:
            return self.decode(payload)
        except _DOUBTS:
            return None


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _objects(starts: list[int], joined: bytes) -> bool:
    """True if every payload begins and ends with a brace, or each has a carriage return behind it.

    Inside one JSON value no `}` is followed by a `{`, so each border of payloads is then a border of values, and as many values as
    payloads means one value in each.
    """
    at = joined.__getitem__
    n = len(starts) - 1
    try:
        if bytes(map(at, starts[:n])) != b"{" * n:
            return False
        ends = bytes(map(at, [start - 2 for start in starts[1:]]))
        if ends == b"\r" * n:
            ends = bytes(map(at, [start - 3 for start in starts[1:]]))
        return ends == b"}" * n
    except IndexError:  # an empty payload at the end
        return False


def _instants() -> Callable[[str | None], int]:
    """A function to the milliseconds of a timestamp that came as text; -1, which is out of range, for what is none."""
    instants = Instants()

    def instant(value: str | None) -> int:
        read = None if value is None else instants.read(value)
        return -1 if read is None else read

    return instant


def _generate(
    fields: tuple[FieldSpec, ...], members: _Members, money: MoneySpec | None, id: str | None, strict: FieldReader
) -> Callable[[list[Any], Callable[[int], Row]], list[Row]]:
    names: dict[str, Any] = {"NOTHING": _NOTHING, "instant": _instants(), "amounts": _amounts(money)}
    plain, doubts, amounts, values = [], [], [], []
    currency = repr(money.base) if money else "None"
    for index, field in enumerate(fields):
        if money and field.name == money.currency_field:
            currency = f"v{index}"
        reads = [members.access(place, field.type) for place in _places(field)]
        if field.type == "money":
            amounts.append((index, field, reads))
            values.append(f"v{index}, t{index}")
            continue
        values.append(f"v{index}")
        names[f"default{index}"] = strict.default(field)
        plain += _plain(index, field, reads)
        doubts += _doubts(f"v{index}", field, field.name == id)
    lines = plain + _unless_doubtful(" or ".join(doubts))
    for index, field, reads in amounts:
        lines += _amount(index, field, reads, currency)
    loop = ["if row is None:", "    append(strict(len(rows)))", "    continue", *lines, f"append(({', '.join(values)},))"]
    source = "\n".join(
        [
            "def take(decoded, strict):",
            "    rows = []",
            "    append = rows.append",
            "    for row in decoded:",
            *(f"        {line}" for line in loop),
            "    return rows",
        ]
    )
    exec(compile(source, "<reader of JSON transactions>", "exec"), names)  # the schema's names enter it as positions only
    return names["take"]  # type: ignore[no-any-return]  # the function that the source defines


def _unless_doubtful(doubt: str) -> list[str]:
    return [f"if {doubt}:", "    append(strict(len(rows)))", "    continue"] if doubt else []


def _amounts(money: MoneySpec | None) -> dict[str, _Amounts]:
    if money is None:
        return {}
    converter = Converter(money)
    kept = _KEPT_AMOUNTS // len(money.currencies) + 1
    return {currency: _Amounts(converter, currency, kept) for currency in money.currencies}


def _plain(index: int, field: FieldSpec, reads: list[str]) -> list[str]:
    lines = [f"v{index} = {reads[0]}"]
    fallbacks = reads[1:] + ([f"default{index}"] if field.default is not None else [])
    for fallback in fallbacks:
        lines += [f"if v{index} is None:", f"    v{index} = {fallback}"]
    if field.type == "timestamp":
        unless_missing = f"v{index} is not None and " if field.optional else ""
        lines += [f"if {unless_missing}v{index}.__class__ is not int:", f"    v{index} = instant(v{index})"]
    return lines


def _doubts(value: str, field: FieldSpec, is_id: bool) -> list[str]:
    """Conditions under which the strict reader must look at the line."""
    valid = {
        "int": f"{SMALLEST_INT} <= {value} <= {LARGEST_INT}",
        "timestamp": f"0 <= {value} <= {LATEST}",
        "string": f"0 < len({value}) <= {LONGEST_ID}" if is_id else "",
    }.get(field.type, "")
    missing = [] if field.optional else [f"{value} is None"]
    if not valid:
        return missing
    return [*missing, f"{value} is not None and not {valid}" if field.optional else f"not {valid}"]


def _amount(index: int, field: FieldSpec, reads: list[str], currency: str) -> list[str]:
    absent = 'm == b"" or m == b"null"'
    lines = [f"m = {reads[0]}"]
    fallbacks = reads[1:] + ([repr(field.default.strip().encode())] if field.default is not None else [])
    for fallback in fallbacks:
        lines += [f"if {absent}:", f"    m = {fallback}"]
    look = [
        f"c = amounts.get({currency})",
        "p = None if c is None else c[m]",
        *_unless_doubtful("p is None"),
        f"v{index}, t{index} = p",
    ]
    if not field.optional:
        return lines + look
    return [*lines, f"if {absent}:", f"    v{index} = t{index} = None", "else:", *(f"    {line}" for line in look)]
