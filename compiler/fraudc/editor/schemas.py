"""The models of documents in, JSON Schemas (draft 2020-12) of the files that authors write out."""

from collections.abc import Callable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from fraudc.document import (
    EntityDocument,
    FieldDocument,
    ListDocument,
    ProjectDocument,
    RuleFileDocument,
    TestFileDocument,
    TransactionDocument,
    leaves,
    tests,
)
from fraudc.editor.descriptions import DESCRIPTIONS

Schema = dict[str, Any]
FILES: Final[Mapping[str, type[leaves.Model]]] = {"project": ProjectDocument, "rules": RuleFileDocument, "tests": TestFileDocument}
"""The kinds of files, as `fraudc schema` names them."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Final[Schema] = {"type": "string"}
_VALUE: Final[Schema] = {"type": ["string", "number", "boolean", "null"]}
_DURATION: Final[Schema] = {"type": "string", "pattern": r"^([0-9][0-9_]*(ms|s|m|h|d|w))+$"}
_TYPE: Final[Schema] = {"type": "string", "enum": [f"{name}{mark}" for name in leaves.TYPES for mark in ("", "?")]}
_LEAVES: Final[Mapping[Callable[[Any], Any], Schema]] = {
    leaves.text: _TEXT,
    leaves.name: {"type": "string", "pattern": f"^{leaves.NAME.pattern}$"},
    leaves.rule_id: {"type": "string", "pattern": f"^{leaves.RULE_ID.pattern}$"},
    leaves.fragment: {"type": ["string", "number", "boolean"]},
    leaves.duration: _DURATION,
    leaves.positive_duration: _DURATION,
    leaves.moment: {"type": "string", "format": "date-time"},
    leaves.share: {"type": ["string", "number"]},
    leaves.positive_decimal: {"type": ["string", "number"]},
    leaves.positive_int: {"type": "integer", "minimum": 1},
    leaves.field_type: _TYPE,
    leaves.port: {"type": "integer", "minimum": 1, "maximum": 65_535},
    leaves.version: {"const": 1},
    tests.tree: {"type": "object"},
}
_SHORT: Final[Mapping[type[leaves.Model], Schema]] = {  # what may stand in place of the mapping
    FieldDocument: _TYPE,
    ListDocument: {"type": "array", "items": _VALUE},
}
_OTHERS: Final = (TransactionDocument,)  # the fields of a transaction stand beside its own keys
_KEYS: Final[Mapping[tuple[type[leaves.Model], str], Schema]] = {
    (EntityDocument, "key"): {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
}


def schema_of(kind: str) -> Schema:
    """The schema of a kind of FILES. KeyError for another."""
    model = FILES[kind]
    return {"$schema": _DIALECT, "title": str(model.model_config["title"]).replace("`", ""), **_mapping(model)}


def _mapping(model: type[leaves.Model]) -> Schema:
    own = [name for name in model.model_fields if not (model in _OTHERS and name == "fields")]
    keys = {model.model_fields[name].alias or name: model.model_fields[name] for name in own}
    full: Schema = {
        "type": "object",
        "properties": {key: _described(model, key, field) for key, field in keys.items()},
        "additionalProperties": model in _OTHERS,
    }
    if required := [key for key, field in keys.items() if field.is_required()]:
        full["required"] = required
    return {"anyOf": [_SHORT[model], full]} if model in _SHORT else full


def _described(model: type[leaves.Model], key: str, field: FieldInfo) -> Schema:
    found = _KEYS.get((model, key)) or _of_field(field)
    return {"description": DESCRIPTIONS[model.__name__][key], **found}


def _of_field(field: FieldInfo) -> Schema:
    return _leaf(field.metadata) or _of(field.annotation)


def _leaf(metadata: Any) -> Schema | None:
    """By the function that reads it; a choice carries what it chooses from."""
    for each in metadata:
        if isinstance(each, BeforeValidator):
            choices = getattr(each.func, "choices", None)
            return {"type": "string", "enum": list(choices)} if choices else dict(_LEAVES.get(each.func, _VALUE))  # type: ignore[arg-type]  # ours take one argument
    return None


def _of(annotation: Any) -> Schema:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _leaf(parts[1:]) or _of(parts[0])
    if origin in (Union, UnionType):
        return _of(next(part for part in parts if part is not NoneType))
    if origin in (list, tuple):
        return {"type": "array", "items": _of(parts[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(parts[1])}
    if isinstance(annotation, type) and issubclass(annotation, leaves.Model):
        return _mapping(annotation)
    return {}
