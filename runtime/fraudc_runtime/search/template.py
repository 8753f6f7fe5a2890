"""The transaction schema in, the index template of the daily indices out; pure.

Every value of a document is found: in `values`, where rules choose names and types, each is a keyword with a `number` beside it, so that
two rules may give one name two types. What does not fit its field's type is left out of the index and stays in the document.
"""

from typing import Any, Final

from typing_extensions import assert_never

from fraudc_runtime.plan import FieldSpec, Schema

VERSION: Final = 1
"""Of the mapping's form. A greater one replaces a lesser, never the reverse."""

_PRIORITY: Final = 300
_FIELDS: Final = 50_000  # that an index may have: a let of a rule is two
_LONGEST_KEYWORD: Final = 8_191  # characters: four bytes each fit the longest term that can be indexed

_KEYWORD: Final = {"type": "keyword", "ignore_above": _LONGEST_KEYWORD}
_DATE: Final = {"type": "date", "ignore_malformed": True}
_NUMBER: Final = {"type": "double", "ignore_malformed": True}
_EITHER: Final = {**_KEYWORD, "fields": {"number": _NUMBER}}
_ANY: Final = {"type": "object", "dynamic": True}
_ALERT: Final[dict[str, Any]] = {
    "alert_id": _KEYWORD,
    "rule": _KEYWORD,
    "revision": {"type": "long"},
    "severity": _KEYWORD,
    "mode": _KEYWORD,
    "entity": _KEYWORD,
    "key": _KEYWORD,
    "transaction_id": _KEYWORD,
    "event_time": _DATE,
    "decided_at": _DATE,
    "message": {"type": "text"},
    "suppressed": {"type": "long"},
    "warm": {"type": "boolean"},
    "values": _ANY,
    "labels": _ANY,
}


def name(prefix: str) -> str:
    """The template's own name."""
    return f"fraudc-{prefix.rstrip('-')}"


def template(schema: Schema, prefix: str, scaled: bool) -> dict[str, Any]:
    """The body of `PUT _index_template/<name>`. Without `scaled` the server knows no `scaled_float`, and money is a double."""
    free = [{part: {"path_match": f"{part}.*", "match_mapping_type": "*", "mapping": _EITHER}} for part in ("values", "transaction")]
    labels = {"labels": {"path_match": "labels.*", "match_mapping_type": "*", "mapping": _KEYWORD}}
    transaction = {**_ANY, "properties": _transaction(schema, scaled)}
    return {
        "index_patterns": [f"{prefix}*.*.*"],
        "priority": _PRIORITY,
        "version": VERSION,
        "_meta": {"written_by": "fraudc"},
        "template": {
            "settings": {"index": {"mapping": {"total_fields": {"limit": str(_FIELDS)}}}},
            "mappings": {
                "dynamic": "strict",
                "dynamic_templates": [*free, labels],
                "properties": {**_ALERT, "transaction": transaction},
            },
        },
    }


def _transaction(schema: Schema, scaled: bool) -> dict[str, Any]:
    decimals = schema.money.decimals if schema.money else 0
    found: dict[str, Any] = {}
    for field in schema.fields:
        found[field.name] = _typed(field, decimals, scaled)
        if field.type == "money":
            found[f"original_{field.name}"] = _KEYWORD
    return found


def _typed(field: FieldSpec, decimals: int, scaled: bool) -> dict[str, Any]:
    match field.type:
        case "string" | "bool":  # a boolean field would refuse a document from a time when it was another type
            return _KEYWORD
        case "int":
            return {"type": "long", "ignore_malformed": True}
        case "float":
            return _NUMBER
        case "money":
            return {"type": "scaled_float", "scaling_factor": 10**decimals, "ignore_malformed": True} if scaled else _NUMBER
        case "timestamp":
            return _DATE
        case "duration":
            return _EITHER
        case _:
            assert_never(field.type)
