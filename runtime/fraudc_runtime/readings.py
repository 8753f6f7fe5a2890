"""What several rule sets read in the same payloads in, which of them each payload is for out: the one in force at its event time."""

from dataclasses import dataclass

from fraudc_runtime.plan import Schema
from fraudc_runtime.readers import Reader
from fraudc_runtime.routing import Route
from fraudc_runtime.schema import Row


@dataclass(frozen=True, slots=True)
class Reading:
    """How a set reads transactions, and where it sends them. It is in force from `start` on, up to the next one's (ms of event time)."""

    start: int
    schema: Schema
    reader: Reader
    route: Route


def alike(one: Schema, other: Schema) -> bool:
    """Whether both read every transaction alike."""
    return (one.fields, one.money, one.entities) == (other.fields, other.money, other.entities)


def divided(readings: list[Reading], rows: list[list[Row]]) -> list[list[int]]:
    """Of each reading, the numbers of the payloads that it is for; `rows` are what each has read, all in the same order.

    Readings are in the order of their starts. A payload that none can read is the newest one's; one that some can, even if that which is
    in force at its event time cannot, is that one's.
    """
    places = [_time_place(reading.schema) for reading in readings]
    found: list[list[int]] = [[] for _ in readings]
    for number, each in enumerate(zip(*rows, strict=True)):
        times = [row[place] if isinstance(row, tuple) else None for row, place in zip(each, places, strict=True)]
        found[_owner(readings, times)].append(number)
    return found


def _owner(readings: list[Reading], times: list[int | None]) -> int:
    """The newest reading that is in force at the time it reads; else the one in force at the time that the newest of the others reads."""
    known = [(at, _in_force(readings, time)) for at, time in enumerate(times) if time is not None]
    own = [at for at, in_force in known if at == in_force]
    if own:
        return own[-1]
    return known[-1][1] if known else len(readings) - 1


def _in_force(readings: list[Reading], time: int) -> int:
    return max((at for at, reading in enumerate(readings) if reading.start <= time), default=0)


def _time_place(schema: Schema) -> int:
    """Where the event time stands in a row: an amount takes two places."""
    names = [field.name for field in schema.fields]
    return sum(2 if field.type == "money" else 1 for field in schema.fields[: names.index(schema.event_time)])
