"""What is made when a rule set is bound and what is left until it is needed: transactions wait while a set is taken over."""

from typing import Any

import pytest

from fraudc_runtime.lower.source import Namespace
from machine import FIELDS, Machine, call, constant, item, plan, rule


def test_the_alerts_of_a_rule_are_compiled_when_it_first_fires(monkeypatch: pytest.MonkeyPatch) -> None:
    define, defined = Namespace.define, list[str]()

    def recorded(self: Namespace, name: str, source: str) -> Any:
        defined.append(name)
        return define(self, name, source)

    monkeypatch.setattr(Namespace, "define", recorded)
    rules = [rule(f"r{number}", when=call("==", FIELDS["i"], constant(number))) for number in (1, 2)]
    machine = Machine(plan(*rules))
    assert [name for name in defined if name.startswith("alert")] == []
    found = machine.play([item(1, i=2), item(2, i=2), item(3, i=0)])
    assert [alert["rule"] for alert in found] == ["r2", "r2"]
    assert [name for name in defined if name.startswith("alert")] == ["alert_1"]
