"""The table of builtins: what it says is what the checker accepts and the machine can do."""

import msgspec
import pytest

from compiling import SCHEMA, checked
from fraudc.builtins import AGGREGATES, FUNCTIONS
from fraudc_runtime.functions import BOUND
from fraudc_runtime.functions import FUNCTIONS as IMPLEMENTED
from fraudc_runtime.plan import FieldSpec, Schema


def example_schema() -> Schema:
    names = {
        "event_time": "timestamp",
        "last_time": "timestamp",
        "avg_amount": "money",
        "ratio": "float",
        "score": "float",
        "merchant_id": "string",
        "card_bin": "string",
        "email": "string",
        "ip": "string",
        "lat": "float",
        "lon": "float",
        "last_lat": "float",
        "last_lon": "float",
    }
    fields = (FieldSpec(name, type_, optional=True) for name, type_ in names.items())  # type: ignore[arg-type]  # each is a Type
    return msgspec.structs.replace(SCHEMA, fields=(*SCHEMA.fields, *fields))


@pytest.mark.parametrize("builtin", [*FUNCTIONS.values(), *AGGREGATES.values()], ids=lambda builtin: builtin.name)
def test_every_builtin_has_a_sentence_and_an_example_that_compiles(builtin: object) -> None:
    doc, example = builtin.doc, builtin.example  # type: ignore[attr-defined]  # a Function or an Aggregate
    assert doc.endswith(".")
    assert doc[0].isupper() or doc.startswith("e ")
    _, found = checked({"by": "customer", "let": {"value": example}, "when": "true"}, schema=example_schema())
    assert not found


def test_the_machine_implements_every_function() -> None:
    assert {*FUNCTIONS} - {"if"} == {*IMPLEMENTED} | {*BOUND}


def test_no_name_is_a_function_and_an_aggregate() -> None:
    assert not {*FUNCTIONS} & {*AGGREGATES}
