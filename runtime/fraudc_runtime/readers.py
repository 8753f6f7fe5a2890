"""A schema and a format in, readers of transactions and profile rows out."""

from itertools import accumulate
from typing import Literal, Protocol

from msgspec import structs
from typing_extensions import assert_never

from fraudc_runtime.formats.csv import CsvReader
from fraudc_runtime.formats.json import JsonReader
from fraudc_runtime.plan import EntitySpec, FieldSpec, MoneySpec, Schema
from fraudc_runtime.schema import Row

Format = Literal["json", "csv"]


class Reader(Protocol):
    """A format's reader of one source."""

    def read(self, offset: int, lengths: tuple[int, ...], joined: bytes, /) -> list[Row]: ...


def transaction_reader(format: Format, schema: Schema) -> Reader:
    """Rows hold the values of the schema's fields in order, each amount followed by its text as it came."""
    required = (schema.id, schema.event_time)
    fields = tuple(structs.replace(field, optional=False) if field.name in required else field for field in schema.fields)
    return _reader(format, fields, schema.money, schema.id, required)


def profile_reader(format: Format, schema: Schema, entity: EntitySpec, *, keyed: bool = False) -> Reader:
    """Rows hold the entity's key fields and then its profile fields, likewise; money is in base. `keyed` rows need not repeat their key."""
    types = {field.name: field.type for field in schema.fields}
    fields = (*(FieldSpec(name, types[name], optional=keyed) for name in entity.key), *entity.profile)
    in_base = schema.money and MoneySpec(schema.money.base, None, schema.money.currencies)
    return _reader(format, fields, in_base, None, entity.key)


def profile_values(entity: EntitySpec) -> list[tuple[str, int]]:
    """Names of the profile fields and where their values stand in a row: an amount's text as it came is not kept."""
    widths = [2 if field.type == "money" else 1 for field in entity.profile]
    ends = accumulate(widths, initial=len(entity.key))
    return [(field.name, start) for field, start in zip(entity.profile, ends, strict=False)]


def _reader(format: Format, fields: tuple[FieldSpec, ...], money: MoneySpec | None, id: str | None, required: tuple[str, ...]) -> Reader:
    match format:
        case "json":
            return JsonReader(fields, money, id)
        case "csv":
            return CsvReader(fields, money, id, required)
        case unknown:
            assert_never(unknown)
