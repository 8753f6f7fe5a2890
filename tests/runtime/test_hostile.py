"""Rule sets of great length, strange names and hostile lines: every plan becomes Python that runs, every line is counted."""

import json

import pytest

from fraudc_runtime.expr import Field, Let
from fraudc_runtime.frames import source_frame
from fraudc_runtime.intake import Source
from fraudc_runtime.local import run
from fraudc_runtime.lower.source import concatenated
from fraudc_runtime.plan import Hole, Sliding, Text
from machine import FIELDS, aggregate, alerts, call, constant, item, let, plan, rule

NAMES = [
    "class",
    "def",
    "None",
    "True",
    "print",
    "S",
    "P",
    "R",
    "T",
    "t",
    "id_",
    "key",
    "item",
    "send",
    "k_1",
    "l_1",
    "t1",
    "alert_0",
    "self",
]


def test_thousands_of_lets_stand_in_one_alert() -> None:
    lets = {"x0": call("+", FIELDS["n"], constant(1), type="int")}
    lets |= {f"x{i}": call("+", Let(f"x{i - 1}", "int"), constant(1), type="int") for i in range(1, 3_000)}
    (alert,) = alerts(plan(rule(lets=lets)), item(1, n=0))
    assert alert["values"]["x2999"] == 3_000
    assert list(alert["values"]) == list(lets)


def test_thousands_of_holes_stand_in_one_message() -> None:
    parts = (Text("{'\\\"\n"), Hole(FIELDS["i"])) * 3_000
    assert alerts(plan(rule(message=parts)), item(1, i=7))[0]["message"] == "{'\\\"\n7" * 3_000


def test_a_let_may_have_any_name() -> None:
    lets = {name: call("+", FIELDS["i"], constant(at), type="int") for at, name in enumerate(NAMES)}
    (alert,) = alerts(plan(rule(lets=lets)), item(1))
    assert alert["values"] == {name: at for at, name in enumerate(NAMES)}


@pytest.mark.parametrize("text", ["{0}", "{x}", "}", "'\"\\\n%s"])
def test_an_item_of_a_list_is_only_text(text: str) -> None:
    membership = call("in", FIELDS["s"], Field("s", "string", True), constant("a", "string"), constant(text, "string"))
    assert len(alerts(plan(rule(when=membership)), item(1, s=text))) == 1


def test_rules_of_many_wheres_compile_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    from fraudc_runtime.lower import identity  # noqa: PLC0415  its calls are counted

    calls = 0
    real = identity.spell

    def counting(expr: object) -> str:
        nonlocal calls
        calls += 1
        return real(expr)  # type: ignore[arg-type]  # passed on as it came

    for module in ("identity", "entity", "where", "rules"):
        monkeypatch.setattr(f"fraudc_runtime.lower.{module}.spell", counting)
    wheres = [call(">", FIELDS["i"], constant(number)) for number in range(100)]
    counted = [aggregate("count", None, Sliding(1_000), where=where) for where in wheres]
    rules = [rule(f"r{at}", call(">=", let("c", each), constant(1)), {"c": each}, where=each.where) for at, each in enumerate(counted)]
    assert len(alerts(plan(*rules, signatures=counted), item(1, i=50))) == 50
    assert calls < 20 * len(rules)


def test_a_sum_of_many_texts_is_shallow() -> None:
    text = concatenated([f"'{number},'" for number in range(5_000)])
    assert eval(text) == "".join(f"{number}," for number in range(5_000))
    assert max(text[:at].count("(") - text[:at].count(")") for at in range(0, 500)) < 5


LINES = [
    b"[" * 900_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'{"id":"d","at":1,"k":"K","x":' + b"[" * 300_000 + b"]" * 300_000 + b"}",
    b'{"id":"d","at":1,"k":"K","i":' + b"9" * 900_000 + b"}",
    b'{"id":"d","at":1,"k":"K","i":1,"m":1e999999999}',
    b'{"id":"d","at":1,"k":"K","i":1,"m":0.' + b"0" * 900_000 + b"1}",
    b'{"id":"d","at":1,"k":"K","i":1,"f":1e999999}',
    b'{"id":"d","at":1,"k":"\\ud800","i":1}',
    b'{"id":"d","at":1,"k":"K","i":1,"s":"' + b"x" * 2_000_000 + b'"}',
    b"\0",
    b"",
    bytes(range(256)).replace(b"\n", b""),
]


@pytest.mark.parametrize("format", ["json", "csv"])
def test_every_hostile_line_is_a_dead_letter(format: str) -> None:
    header = [b"id,at,k,i"] if format == "csv" else []
    source = Source("transactions", "lines", None, format, 0)  # type: ignore[arg-type]  # one of the two formats
    result = run(plan(rule()), (source,), [source_frame(0, 0, header + LINES)])
    assert result.counts.read == len(LINES)
    assert sum(result.counts.dead.values()) == len(LINES)
    assert len([json.loads(letter) for letter in result.dead]) == len(LINES)


def test_a_header_may_have_a_hundred_thousand_columns() -> None:
    header = ",".join(["id", "at", "k", "i", *(f"c{number}" for number in range(100_000))])
    source = Source("transactions", "lines", None, "csv", 0)
    result = run(plan(rule()), (source,), [source_frame(0, 0, [header.encode(), b"t,1,K,7" + b"," * 100_000])])
    assert result.counts.rules["r"].live == 1
