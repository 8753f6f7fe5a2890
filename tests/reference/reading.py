"""One line of input in, a transaction of typed values out, or BadInput; profile rows likewise."""

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from reference.document import NumberText
from reference.project import Entity, FieldType, Project
from reference.values import LAST_MILLISECOND, BadInput, Timestamp, in_64_bits, key_text, timestamp_ms


@dataclass(frozen=True, slots=True, eq=False)
class Transaction:
    """`fields` has every declared field, None where it is missing; `originals` the text of each money field as it came."""

    line: int
    id: str
    time: int
    fields: dict[str, Any]
    originals: dict[str, str | None]


def read_transaction(project: Project, line: int, raw: bytes) -> Transaction:
    if len(raw) > 1 << 20:
        raise BadInput("over 1 MiB")
    found = _json_object(raw)
    given = {name: _given(field, found) for name, field in project.fields.items()}
    values = {name: _value(project, field, given) for name, field in project.fields.items()}
    originals = {name: None if given[name] is None else str(given[name]) for name, field in project.fields.items() if field.kind == "money"}
    identity = values[project.id]
    if not 1 <= len(identity) <= 256:
        raise BadInput("an id of no or too many characters")
    return Transaction(line, identity, values[project.event_time].ms, values, originals)


def entity_key(entity: Entity, transaction: Transaction) -> str | None:
    return key_text([transaction.fields[name] for name in entity.key])


def read_profiles(project: Project, rows: dict[str, list[dict[str, Any]]], csv: bool = False) -> dict[str, dict[str, dict[str, Any]]]:
    """entity -> key -> profile field -> value, of rows that have the key's fields as columns; `csv`: every cell is text, "" is absent."""
    found: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in project.entities}
    for name, entity_rows in rows.items():
        entity = project.entities[name]
        fields = {key: project.fields[key] for key in entity.key} | entity.profile
        for row in entity_rows:
            given = {field: _cell(spec, row.get(field)) if csv else row.get(field) for field, spec in fields.items()}
            values = {field: _typed(project, spec, given[field], project.base) for field, spec in fields.items()}
            key = key_text([values[field] for field in entity.key])
            if key is not None:
                found[name][key] = {field: values[field] for field in entity.profile}
    return found


def _cell(field: FieldType, text: str | None) -> Any:
    if not text:
        return None
    if field.kind == "bool":
        return {"true": True, "false": False}[text]
    return NumberText(text) if field.kind in ("int", "float") or (text.isdigit() and field.kind == "timestamp") else text


def _json_object(raw: bytes) -> dict[str, Any]:
    def no_constant(text: str) -> NoReturn:
        raise BadInput(f"{text} is no JSON")

    try:
        text = raw.decode("utf-8")
        found = json.loads(text, parse_int=NumberText, parse_float=NumberText, parse_constant=no_constant)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadInput(f"no JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadInput("no JSON object")
    return found


def _given(field: FieldType, found: dict[str, Any]) -> Any:
    for place in field.places:
        value: Any = found
        for step in place:
            if value is not None and not isinstance(value, dict):
                raise BadInput(f"{field.name}: neither object nor null on the way")
            value = None if value is None else value.get(step)
        if value is not None:
            return value
    return field.default


def _value(project: Project, field: FieldType, given: dict[str, Any]) -> Any:
    value = given[field.name]
    if value is None:
        if not field.optional:
            raise BadInput(f"{field.name} is missing")
        return None
    currency = project.base
    if field.kind == "money" and project.currency_field is not None:
        currency = given[project.currency_field]
        if not isinstance(currency, str) or isinstance(currency, NumberText):
            raise BadInput("no currency")
    return _typed(project, field, value, currency)


def _typed(project: Project, field: FieldType, value: Any, currency: str) -> Any:
    match field.kind, value:
        case _, None:
            return None
        case "money", str():
            return project.money(str(value), currency)
        case "int", NumberText():
            return _int(value)
        case "float", NumberText() if math.isfinite(float(value)):
            return float(value)
        case "bool", bool():
            return value
        case "timestamp", str():
            return Timestamp(_millisecond(value))
        case "string", str() if not isinstance(value, NumberText):
            if any("\ud800" <= character <= "\udfff" for character in value):
                raise BadInput(f"{field.name}: a lone surrogate")
            return str(value)
    raise BadInput(f"{field.name}: a wrong type")


def _int(text: str) -> int:
    if not text.removeprefix("-").isdigit() or len(text) > 20 or not in_64_bits(int(text)):
        raise BadInput(f"no 64 bit int: {text}")
    return int(text)


def _millisecond(value: str) -> int:
    ms = _int(value) if isinstance(value, NumberText) else timestamp_ms(value)
    if not 0 <= ms <= LAST_MILLISECOND:
        raise BadInput(f"outside years 1970 to 9999: {value}")
    return ms
