"""Schemas in, what of them running state rests on out: compared piece by piece, with a short digest for people to read.

A digest alone cannot say both that a new optional field is welcome and that another type of a known field is not: the first changes what
is hashed as much as the second. So a set carries its shape in full, and two shapes are compared by what they have in common. The digest
is that of the schema a job began with and travels on unchanged with every set that the job can take over.
"""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Literal

import msgspec
from msgspec.structs import replace

from fraudc_runtime.expr import Type
from fraudc_runtime.plan import EntitySpec, FieldSpec, Schema

Part = Literal["id", "event_time", "dedupe", "base", "field", "profile", "key"]


class Column(msgspec.Struct, frozen=True):
    """A field of the transaction. `sure` when every set so far requires it, so that no transaction under way can lack it."""

    name: str
    type: Type
    sure: bool


class EntityShape(msgspec.Struct, frozen=True):
    """An entity's key fields, and the types of its profile fields by name."""

    name: str
    key: tuple[str, ...]
    profile: dict[str, Type]


class Shape(msgspec.Struct, frozen=True):
    """`columns` and `entities` are in the order in which sets brought them and never leave: transactions under way are read by position.

    `base` is the currency of amounts in state, None while there are none; `dedupe` is in ms.
    """

    id: str
    event_time: str
    dedupe: int
    base: str | None
    columns: tuple[Column, ...]
    entities: tuple[EntityShape, ...]


class Conflict(msgspec.Struct, frozen=True):
    """A difference that state does not survive in place. `name` is the field, `entity.field` of a profile, or the entity of a key."""

    part: Part
    name: str
    before: str
    after: str


def shape(schema: Schema) -> Shape:
    """The shape of the schema that a job begins with."""
    return Shape(
        schema.id,
        schema.event_time,
        schema.dedupe,
        schema.money.base if schema.money else None,
        tuple(Column(field.name, field.type, not field.optional) for field in schema.fields),
        tuple(_entity(entity, {}) for entity in schema.entities),
    )


def _entity(entity: EntitySpec, known: dict[str, Type]) -> EntityShape:
    return EntityShape(entity.name, entity.key, {**known, **{field.name: field.type for field in entity.profile}})


def extended(known: Shape, schema: Schema) -> Shape:
    """The shape of a schema behind a known one: what is known keeps its place, what is new comes last."""
    declared = {field.name: field for field in schema.fields}
    kept = [_column(column, declared.get(column.name)) for column in known.columns]
    names = {column.name for column in known.columns}
    new = [Column(field.name, field.type, False) for field in schema.fields if field.name not in names]
    entities = {entity.name: entity for entity in known.entities}
    for entity in schema.entities:
        entities[entity.name] = _entity(entity, entities[entity.name].profile if entity.name in entities else {})
    base = schema.money.base if schema.money else known.base
    return Shape(schema.id, schema.event_time, schema.dedupe, base, (*kept, *new), tuple(entities.values()))


def _column(known: Column, field: FieldSpec | None) -> Column:
    """Once a set was in force that did without the field, a transaction under way may lack it."""
    return replace(known, sure=False) if field is None else Column(field.name, field.type, known.sure and not field.optional)


def conflicts(running: Shape, other: Shape) -> tuple[Conflict, ...]:
    """What both have, and differently; nothing when a job that runs one can take over the other."""
    return tuple(_conflicts(running, other))


def _conflicts(a: Shape, b: Shape) -> Iterator[Conflict]:
    if a.id != b.id:
        yield Conflict("id", "id", a.id, b.id)
    if a.event_time != b.event_time:
        yield Conflict("event_time", "event_time", a.event_time, b.event_time)
    if a.dedupe != b.dedupe:
        yield Conflict("dedupe", "dedupe", str(a.dedupe), str(b.dedupe))
    if a.base is not None and b.base is not None and a.base != b.base:
        yield Conflict("base", "base", a.base, b.base)
    types = {column.name: column.type for column in b.columns}
    for column in a.columns:
        if types.get(column.name, column.type) != column.type:
            yield Conflict("field", column.name, column.type, types[column.name])
    others = {entity.name: entity for entity in b.entities}
    for entity in a.entities:
        if entity.name in others:
            yield from _entity_conflicts(entity, others[entity.name])


def _entity_conflicts(a: EntityShape, b: EntityShape) -> Iterator[Conflict]:
    if a.key != b.key:
        yield Conflict("key", a.name, ", ".join(a.key), ", ".join(b.key))
    for name, type in a.profile.items():
        if b.profile.get(name, type) != type:
            yield Conflict("profile", f"{a.name}.{name}", type, b.profile[name])


def fingerprint(shape: Shape) -> str:
    """Six hexadecimal digits over id, event time, dedupe, money base, types of fields, entities' keys and profiles, in any order."""
    parts = (
        shape.id,
        shape.event_time,
        shape.dedupe,
        shape.base,
        sorted((column.name, column.type) for column in shape.columns),
        sorted((entity.name, entity.key, sorted(entity.profile.items())) for entity in shape.entities),
    )
    return blake2b(msgspec.json.encode(parts), digest_size=3).hexdigest()
