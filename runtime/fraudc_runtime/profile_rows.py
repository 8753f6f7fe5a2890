"""Payloads of an entity's profile rows in, the values of each key out: by a column of a file, or by the key of a topic's message."""

from typing import Any, Final

import msgspec

from fraudc_runtime.payloads import Payloads
from fraudc_runtime.plan import EntitySpec, Schema
from fraudc_runtime.readers import Format, profile_reader, profile_values
from fraudc_runtime.routing import composite_key, key_text
from fraudc_runtime.schema import LARGEST_INT, SMALLEST_INT, BadInput, Row, shown

Values = dict[str, Any] | None  # by the names of the profile fields; None deletes the row
_JSON: Final = msgspec.json.Decoder()


class ProfileRows:
    """Reads the rows of one source.

    `keyed` ones are a topic's: the message's key is the key, whether the row repeats it or not, and an empty payload deletes.
    """

    def __init__(self, format: Format, schema: Schema, entity: EntitySpec, keyed: bool) -> None:
        self.entity = entity.name
        self._entity = entity
        self._reader = profile_reader(format, schema, entity, keyed=keyed)
        self._values = profile_values(entity)
        types = {field.name: field.type for field in schema.fields}
        self._types = [int if types[name] == "int" else str for name in entity.key]

    def read(self, payloads: Payloads) -> list[tuple[str, Values] | BadInput]:
        """In their order; a CSV file's header gives no row. HeaderError when that is not usable."""
        first = payloads.offsets[0] if payloads.offsets else 0
        rows = self._reader.read(first, payloads.lengths, payloads.joined)
        if payloads.keys is None:
            return [row if isinstance(row, BadInput) else (self._key(row), self._row(row)) for row in rows]
        return [self._keyed(*each) for each in zip(payloads.keys, payloads.lengths, rows, strict=True)]

    def _key(self, row: tuple[Any, ...]) -> str:
        key = key_text(self._entity, list(row[: len(self._types)]))
        assert key is not None  # the key's columns are required
        return key

    def _row(self, row: tuple[Any, ...]) -> Values:
        return {name: row[at] for name, at in self._values}

    def _keyed(self, key: bytes | None, length: int, row: Row) -> tuple[str, Values] | BadInput:
        try:
            text, parts = self._message_key(key)
        except BadInput as bad:
            return bad
        if length == 0:
            return text, None
        if isinstance(row, BadInput):
            return row
        for name, part, own in zip(self._entity.key, parts, row, strict=False):
            if own is not None and own != part:
                return BadInput("bad_key", f"the message's key is {shown(text)}, and the row's own `{name}` is {shown(own)}")
        return text, self._row(row)

    def _message_key(self, key: bytes | None) -> tuple[str, list[str | int]]:
        """The key's text and the values of its fields. BadInput unless a transaction can have that key."""
        entity = self._entity.name
        if key is None:
            raise BadInput("bad_key", f"the message has no key, which names the {entity}")
        try:
            text = key.decode()
            parts: list[Any] = [text] if len(self._types) == 1 else _JSON.decode(text)
            if self._types == [int]:
                parts = [int(text)]
        except (ValueError, RecursionError):
            parts, text = [], key.decode(errors="backslashreplace")
        if not isinstance(parts, list) or not self._fits(text, parts):
            raise BadInput("bad_key", f"the message's key {shown(text)} is no key of {entity}")
        return text, parts

    def _fits(self, text: str, parts: list[Any]) -> bool:
        if [type(part) for part in parts] != self._types:
            return False
        if any(isinstance(part, int) and not SMALLEST_INT <= part <= LARGEST_INT for part in parts):
            return False
        return text == (str(parts[0]) if len(parts) == 1 else composite_key(parts))
