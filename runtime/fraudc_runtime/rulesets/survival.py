"""A signature and what conflicts between two schemas in, whether its state survives a redeploy out."""

from collections.abc import Iterable, Iterator

from fraudc_runtime.expr import Expr, Field, InList, Profile, children
from fraudc_runtime.plan import EntitySpec, Schema, Signature
from fraudc_runtime.rulesets.shape import Conflict


def read(signature: Signature) -> Iterator[Expr]:
    """Every node of the expressions that decide what enters the window."""
    waiting = [expr for expr in (signature.where, signature.argument, signature.condition) if expr is not None]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += children(node)


def fields_read(signature: Signature) -> set[str]:
    """Names of the transaction's fields that decide what enters the window."""
    return {node.name for node in read(signature) if isinstance(node, Field)}


def profile_read(signature: Signature) -> set[str]:
    """Names of the entity's profile fields that do."""
    return {node.name for node in read(signature) if isinstance(node, Profile)}


def lists_read(signature: Signature) -> set[str]:
    """Keys in `Plan.lists` of the lists that do."""
    return {node.list for node in read(signature) if isinstance(node, InList)}


def feedable(signature: Signature, schema: Schema) -> bool:
    """Whether the schema still declares all that the window is fed from."""
    entity = next((entity for entity in schema.entities if entity.name == signature.entity), None)
    if entity is None:
        return False
    declared, profile = {field.name for field in schema.fields}, {field.name for field in entity.profile}
    return fields_read(signature) <= declared and profile_read(signature) <= profile


def lost(signature: Signature, found: Iterable[Conflict], entities: tuple[EntitySpec, ...]) -> str | None:
    """Why the state of a window does not survive these conflicts; None when it does. `entities` are those of the old schema."""
    key = next((entity.key for entity in entities if entity.name == signature.entity), ())
    return next((reason for conflict in found if (reason := _lost(signature, conflict, key)) is not None), None)


def _lost(signature: Signature, conflict: Conflict, key: tuple[str, ...]) -> str | None:
    name = conflict.name
    match conflict.part:
        case "event_time":
            return f"its members lie in time by `{conflict.before}`"
        case "key" if name == signature.entity:
            return f"it is kept by {conflict.before}"
        case "field" if name in key:
            return f"it is kept by `{name}`, which was of type {conflict.before}"
        case "field" if name in fields_read(signature):
            return f"it reads `{name}`, which was of type {conflict.before}"
        case "profile" if name in {f"{signature.entity}.{field}" for field in profile_read(signature)}:
            return f"it reads `{name}`, which was of type {conflict.before}"
        case "base" if _holds_amounts(signature):
            return f"it holds amounts in {conflict.before}"
        case _:
            return None


def _holds_amounts(signature: Signature) -> bool:
    """Counting keeps no values: which members count was decided when they came."""
    return signature.function != "count" and signature.argument is not None and signature.argument.type == "money"
