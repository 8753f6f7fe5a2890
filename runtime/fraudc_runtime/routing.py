"""Valid rows in, items of each entity grouped by shard out: the one loop that every transaction passes, generated for a schema."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from zlib import crc32

import msgspec

from fraudc_runtime.frames import MIN_WATERMARK
from fraudc_runtime.plan import EntitySpec, Schema
from fraudc_runtime.record import Item
from fraudc_runtime.rulesets.swapping import Orders
from fraudc_runtime.schema import Row

NO_TIME = MIN_WATERMARK
"""The largest event time before the first transaction."""


class Shards(NamedTuple):
    """A frame's items by shard, how many of each entity's transactions had no key, and the largest event time so far."""

    items: list[list[Item]]
    without_key: list[int]
    latest: int


Route = Callable[[list[Row], int, Sequence[int], int, int], Shards]


def shard_of(entity: str, key: str, shards: int) -> int:
    """The shard that holds the state of an entity key: stable for ever, since state lies there."""
    return crc32(key.encode(), crc32(f"{entity}\0".encode())) % shards


def composite_key(values: list[Any]) -> str:
    """The key text of several fields: a compact JSON array, characters beyond ASCII kept."""
    return msgspec.json.encode(values).decode()


def key_text(entity: EntitySpec, values: list[Any]) -> str | None:
    """The key's text, from the key fields' values in order; None when one is missing."""
    if None in values:
        return None
    return str(values[0]) if len(entity.key) == 1 else composite_key(values)


def router(
    orders: Orders,
    shards: int,
    dead: Callable[[int, Any], None],
    late: Callable[[Item, int], None] | None,
    future: Callable[[int, int], bool] | None,
    stateless: Callable[[Item], None] | None,
) -> Route:
    """A function of (rows, partition, offsets, largest event time before them, largest event time that needs no look).

    It calls `dead` with the offset and the bad input; `stateless` with every valid item. Given `late`, it calls it with the item and the
    largest event time before it when that is more than `max_disorder` ahead. Given `future`, it calls it with the offset and the event
    time when that is larger than the last argument; if the answer is true, the row is bad input and has been dealt with.
    """
    names: dict[str, Any] = {"dead": dead, "late": late, "future": future, "stateless": stateless}
    names |= {"crc32": crc32, "composite_key": composite_key, "Shards": Shards}
    schema = orders.plan.schema
    variables, columns = _variables(orders)
    item = "({}, {}, partition, offset, {{}}, {{}}{})".format(
        variables[schema.event_time], variables[schema.id], "".join(f", {column}" for column in columns)
    )
    body = ["if row.__class__ is not tuple:", "    dead(offset, row)", "    continue", f"{_targets(schema)} = row"]
    time = variables[schema.event_time]
    if future is not None:
        body += [f"if {time} > unlikely and future(offset, {time}):", "    continue"]
    if stateless is not None:
        body.append(f"stateless({item.format(None, None)})")
    body += [f"if {time} > latest:", f"    latest = {time}"]
    if late is not None:
        body += [f"elif {time} < latest - {schema.max_disorder}:", f"    late({item.format(None, None)}, latest)", "    continue"]
    for at, entity in enumerate(schema.entities):
        body += _placed(at, entity, orders, item, shards)
    source = _function(body, len(schema.entities), shards)
    exec(compile(source, "<router of transactions>", "exec"), names)  # the schema's names enter it as positions only
    return names["route"]  # type: ignore[no-any-return]  # the function that the source defines


def _variables(orders: Orders) -> tuple[dict[str, str], list[str]]:
    """The variable of each field, and what stands in the item's columns in order: nothing where the schema has no such field any more."""
    schema = orders.plan.schema
    variables = {field.name: f"v{index}" for index, field in enumerate(schema.fields)}
    columns: list[str] = []
    for column in orders.columns:
        if column.name in (schema.id, schema.event_time):
            continue
        variable = variables.get(column.name)
        columns.append(variable or "None")
        if column.type == "money":
            columns.append("None" if variable is None else f"t{variable[1:]}")
    return variables, columns


def _targets(schema: Schema) -> str:
    return "".join(f"v{index}, t{index}, " if field.type == "money" else f"v{index}, " for index, field in enumerate(schema.fields)).strip()


def _placed(at: int, entity: EntitySpec, orders: Orders, item: str, shards: int) -> list[str]:
    fields = {field.name: field for field in orders.plan.schema.fields}
    variables = _variables(orders)[0]
    values = [variables[name] for name in entity.key]
    key = values[0]
    if len(values) > 1:
        key = f"composite_key([{', '.join(values)}])"
    elif fields[entity.key[0]].type == "int":
        key = f"str({key})"
    start = crc32(f"{entity.name}\0".encode())
    place = [
        f"k = {key}",
        f"items[crc32(k.encode(), {start}) % {shards}].append({item.format(orders.entities.index(entity.name), 'k')})",
    ]
    missing = [f"{variables[name]} is None" for name in entity.key if fields[name].optional]
    if not missing:
        return place
    return [f"if {' or '.join(missing)}:", f"    without{at} += 1", "else:", *(f"    {line}" for line in place)]


def _function(body: list[str], entities: int, shards: int) -> str:
    counters = [f"without{index}" for index in range(entities)]
    lines = ["def route(rows, partition, offsets, latest, unlikely):", f"    items = [[] for _ in range({shards})]"]
    lines += [f"    {counter} = 0" for counter in counters]
    lines.append("    for offset, row in zip(offsets, rows):")
    lines += [f"        {line}" for line in body]
    lines.append(f"    return Shards(items, [{', '.join(counters)}], latest)")
    return "\n".join(lines)
