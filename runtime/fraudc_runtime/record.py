"""The layout of a transaction inside the machine: columns in, their positions out.

An item is one flat tuple for one entity's view of a transaction, so that sorting items sorts by (event_time, id, partition, offset):

    (event_time, id, partition, offset, entity, key, *columns)

`entity` is the index in `Orders.entities` and `key` the key's text; both are None for the view that stateless rules and late records get.
The columns are those of the orders without id and event_time, so the declared fields in schema order while no other rule set has come; a
money column is followed by the text as it came (None where the field is missing). A later rule set's columns begin with those of an
earlier one, so an item is fitted to another set by cutting it off or filling it up with None.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from fraudc_runtime.plan import Schema

EVENT_TIME, ID, PARTITION, OFFSET, ENTITY, KEY, COLUMNS = range(7)
Item = tuple[Any, ...]  # the type of each position depends on the schema


class Placed(Protocol):
    """What has a place in an item: a declared field, or a column of the orders."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> str: ...


def positions(schema: Schema, columns: Iterable[Placed] | None = None) -> dict[str, int]:
    """Position in an item of each column and of `original_f` for each money column f; without columns, of the declared fields."""
    found = {schema.event_time: EVENT_TIME, schema.id: ID}
    at = COLUMNS
    for column in schema.fields if columns is None else columns:
        if column.name in (schema.id, schema.event_time):
            continue
        found[column.name] = at
        at += 1
        if column.type == "money":
            found[f"original_{column.name}"] = at
            at += 1
    return found


def width(at: dict[str, int]) -> int:
    """How many values an item with these positions has."""
    return max(COLUMNS - 1, *at.values()) + 1


def fitted(items: list[Item], wide: int) -> list[Item]:
    """Items of one width, as a rule set of another width reads them."""
    if not items or len(items[0]) == wide:
        return items
    missing = (None,) * (wide - len(items[0]))
    return [(*item[:wide], *missing) for item in items]
