"""A schema in, the short text out by which two schemas are told apart where it matters to running state."""

from hashlib import blake2b

import msgspec

from fraudc_runtime.plan import Schema


def fingerprint(schema: Schema) -> str:
    """Six hexadecimal digits over what a redeploy is needed for: id, event time, dedupe, money base, field types, entities' keys."""
    parts = (
        schema.id,
        schema.event_time,
        schema.dedupe,
        schema.money.base if schema.money else None,
        sorted((field.name, field.type) for field in schema.fields),
        sorted((entity.name, entity.key) for entity in schema.entities),
    )
    return blake2b(msgspec.json.encode(parts), digest_size=3).hexdigest()
