"""What a test says of a transaction or a profile row in, the JSON that a producer would send out; mistakes are reported."""

import json
import re
from dataclasses import dataclass
from typing import Any

import msgspec

from fraudc.codes import tests as codes
from fraudc.diagnostics import Diagnostics
from fraudc.document import FieldType
from fraudc.document.defaults import FITTING, default_text
from fraudc.document.leaves import shown
from fraudc.load import Mapping, Scalar, Sequence
from fraudc.source import Span
from fraudc.suggest import did_you_mean
from fraudc_runtime.plan import FieldSpec, Schema
from fraudc_runtime.readers import Reader
from fraudc_runtime.schema import BadInput

_NAMED = re.compile(r"`([^`]+)`")
_MADE_UP = {"bool": "false", "int": "0", "float": "0", "money": "0", "string": '"any"', "timestamp": "0"}


@dataclass(frozen=True, slots=True)
class Given:
    """A value for a field: where in the JSON document it goes, its JSON text and its place in the file."""

    path: tuple[str, ...]
    json: str
    span: Span


Values = dict[str, Given]  # by field


class Fields:
    """The fields that a document can have, under all their names."""

    def __init__(self, fields: tuple[FieldSpec, ...], diagnostics: Diagnostics, others: dict[str, str] | None = None) -> None:
        self._diagnostics = diagnostics
        self._others = others or {}  # names that are written otherwise here, with how
        self._by_name = {field.name: field for field in fields if field.name not in self._others}
        self._by_path: dict[tuple[str, ...], FieldSpec] = {(alias,): field for field in fields for alias in field.aliases}
        self._by_path |= {field.path or (field.name,): field for field in fields}

    def read(self, node: Mapping, skip: frozenset[str] = frozenset(), within: tuple[str, ...] = ()) -> Values | None:
        """The values by field, of all names but those to skip; None if one is wrong."""
        found: Values = {}
        fine = True
        for name, (key, value) in node.entries.items():
            path = (*within, name)
            if name in skip or isinstance(value, Sequence):  # which the document's shape does not allow
                continue
            below = self.read(value, within=path) if isinstance(value, Mapping) else self._value(value, path, key.span)
            fine = fine and below is not None
            found |= below or {}
        return found if fine else None

    def _value(self, node: Scalar, path: tuple[str, ...], key: Span) -> Values | None:
        field = self._field(path)
        if field is None:
            name = ".".join(path)
            label = self._others.get(name) or did_you_mean(name, self._by_name) or f"the fields are {', '.join(list(self._by_name)[:8])}…"
            self._diagnostics.report(codes.UNKNOWN_FIELD, f"there is no field {shown(name)} here", key, label)
            return None
        text = "null" if node.value is None else default_text(node, FieldType(field.type, field.optional))
        if text is None:
            label = f"write {FITTING[field.type]}"
            self._diagnostics.report(codes.WRONG_VALUE, f"`{field.name}` is {field.type}, and {shown(node.text)} is not", node.span, label)
            return None
        own = len(path) == 1 and path[0] == field.name
        return {field.name: Given((field.path or path) if own else path, text, node.span)}

    def _field(self, path: tuple[str, ...]) -> FieldSpec | None:
        own = self._by_name.get(path[0]) if len(path) == 1 else None
        found = own or self._by_path.get(path)
        return None if found is None or found.name in self._others else found


def document(values: Values) -> dict[str, Any]:
    """The nested document, its leaves as raw JSON."""
    root: dict[str, Any] = {}
    for given in values.values():
        at = root
        for step in given.path[:-1]:
            at = at.setdefault(step, {})
        at[given.path[-1]] = msgspec.Raw(given.json.encode())
    return root


def made_up(schema: Schema, given: Values, read: frozenset[str], whole: Span) -> tuple[Values, list[str]]:
    """Values for required fields that a test leaves out, and the names of those that it may not, as a rule reads them.

    Amounts need their currency: where a test says none, it is the base.
    """
    found: Values = {}
    lacking: list[str] = []
    amounts = any(field.type == "money" and field.name in given for field in schema.fields)
    for field in schema.fields:
        currency = schema.money is not None and field.name == schema.money.currency_field
        needed = not field.optional or (currency and amounts)
        if not needed or field.name in given or field.default is not None or field.name in (schema.id, schema.event_time):
            continue
        if field.name in read and not field.optional:
            lacking.append(field.name)
        else:
            text = json.dumps(schema.money.base) if currency and schema.money else _MADE_UP[field.type]
            found[field.name] = Given(field.path or (field.name,), text, whole)
    return found, lacking


def bad_input(reader: Reader, payload: bytes, values: Values, whole: Span, diagnostics: Diagnostics) -> bool:
    """Whether the job would not take the payload, which is reported at the value that is to blame."""
    (row,) = reader.read(0, (len(payload),), payload)
    if not isinstance(row, BadInput):
        return False
    blamed = next((values[name].span for name in _NAMED.findall(row.reason) if name in values), whole)
    diagnostics.report(codes.BAD_INPUT, row.reason, blamed, "no rule would see this")
    return True
