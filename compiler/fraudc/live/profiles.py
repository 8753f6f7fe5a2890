"""Reference rows of an entity in, messages of its compacted profile topic out; rows that do not fit the entity are named and left out."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from fraudc.live.failure import RequestFailure
from fraudc.live.publisher import Publisher
from fraudc_runtime.formats.csv import CsvReader, HeaderError
from fraudc_runtime.formats.json import JsonReader
from fraudc_runtime.plan import EntitySpec, FieldSpec, MoneySpec, Schema
from fraudc_runtime.routing import key_text
from fraudc_runtime.schema import BadInput, Row

_ENCODE = msgspec.json.Encoder().encode


class Profile(NamedTuple):
    """A row to publish: the key's text and the row as JSON."""

    key: bytes
    value: bytes


class BadRow(NamedTuple):
    """A row that does not fit; `number` is its line in a file, or its number in a result, from 1."""

    number: int
    code: str
    reason: str


class ProfileRows:
    """Reads rows of an entity as the job will: amounts are in the base currency."""

    def __init__(self, schema: Schema, entity: EntitySpec) -> None:
        types = {declared.name: declared.type for declared in schema.fields}
        self._entity = entity
        self.fields = (*(FieldSpec(name, types[name]) for name in entity.key), *entity.profile)
        self._money = schema.money and MoneySpec(schema.money.base, None, schema.money.currencies)

    def of_csv(self, batches: Iterable[list[bytes]]) -> Iterator[Profile | BadRow]:
        """Lines of a file, the header first. RequestFailure if it names no columns that can be read."""
        reader = CsvReader(self.fields, self._money, None, self._entity.key)
        first = 0
        for lines in batches:
            try:
                rows = reader.read(first, tuple(map(len, lines)), b"\n".join(lines))
            except HeaderError as error:
                raise RequestFailure(str(error)) from error
            start = first + len(lines) - len(rows) + 1
            yield from (self._judged(number, row) for number, row in enumerate(rows, start))
            first += len(lines)

    def of_columns(self, batches: Iterable[list[dict[str, Any]]]) -> Iterator[Profile | BadRow]:
        """Rows of a database."""
        reader = JsonReader(self.fields, self._money)
        number = 0
        for batch in batches:
            for columns in batch:
                number += 1
                try:
                    payload = _ENCODE({spec.name: _column(spec, columns[spec.name]) for spec in self.fields if spec.name in columns})
                except (ValueError, TypeError, OverflowError) as error:
                    yield BadRow(number, "wrong_type", str(error))
                    continue
                yield self._judged(number, reader.read(0, (len(payload),), payload)[0])

    def _judged(self, number: int, row: Row) -> Profile | BadRow:
        if isinstance(row, BadInput):
            return BadRow(number, row.code, row.reason)
        values: dict[str, object] = {}
        at = 0
        for spec in self.fields:
            money = spec.type == "money"
            values[spec.name] = row[at + 1] if money else row[at]  # an amount as it came
            at += 2 if money else 1
        key = key_text(self._entity, [values[name] for name in self._entity.key])
        assert key is not None  # the key's columns are required
        return Profile(key.encode(), _ENCODE({name: value for name, value in values.items() if value is not None}))


def _column(spec: FieldSpec, value: Any) -> object:
    """A database's value as JSON would hold it in a field of that type. ValueError for a time without a zone."""
    if value is None or isinstance(value, bool):
        return value
    match spec.type:
        case "money":
            return value if isinstance(value, str) else format(Decimal(str(value)), "f")
        case "timestamp":
            return _instant(spec.name, value)
        case "int" if not isinstance(value, int | str) and value == int(value):
            return int(value)
        case "float" if not isinstance(value, str):
            return float(value)
        case "string":
            return str(value)
        case _:
            return value


def _instant(name: str, value: Any) -> object:
    if hasattr(value, "utcoffset"):
        if value.utcoffset() is None:
            raise ValueError(f"`{name}` is {value}, a time without a zone; select it `at time zone` its own")
        return value.isoformat()
    return value


def load(
    rows: Iterable[Profile | BadRow], publisher: Publisher, topic: str, told: Callable[[int], None] = lambda _rows: None
) -> list[BadRow]:
    """Publishes in order what fits, and returns what does not; `told` hears how many rows have been looked at.

    What was sent is acknowledged only when the publisher has finished.
    """
    bad = []
    for number, row in enumerate(rows, 1):
        if publisher.stopped():
            break
        if isinstance(row, BadRow):
            bad.append(row)
        elif publisher.send(topic, row.key, row.value) == "too large":
            bad.append(BadRow(number, "too_large", f"the row of {row.key.decode()[:60]} is larger than the topic's messages may be"))
        told(number)
    return bad
