"""The layout of a transaction inside the machine: a Schema in, column positions out.

An item is one flat tuple for one entity's view of a transaction, so that sorting items sorts by (event_time, id, partition, offset):

    (event_time, id, partition, offset, entity, key, *columns)

`entity` is the index in `Schema.entities` and `key` the key's text; both are None for the view that stateless rules and late records get.
The columns are the declared fields in schema order without id and event_time; a money column is followed by the text as it came (None
where the field is missing).
"""

from typing import Any

from fraudc_runtime.plan import Schema

EVENT_TIME, ID, PARTITION, OFFSET, ENTITY, KEY, COLUMNS = range(7)
Item = tuple[Any, ...]  # the type of each position depends on the schema


def positions(schema: Schema) -> dict[str, int]:
    """Position in an item of each declared field and of `original_f` for each money field f."""
    found = {schema.event_time: EVENT_TIME, schema.id: ID}
    at = COLUMNS
    for field in schema.fields:
        if field.name in (schema.id, schema.event_time):
            continue
        found[field.name] = at
        at += 1
        if field.type == "money":
            found[f"original_{field.name}"] = at
            at += 1
    return found
