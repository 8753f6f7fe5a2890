"""The shape of a test file: what transactions come when, and which alerts must come out."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from fraudc.codes import keys
from fraudc.document.leaves import Duration, Instant, Model, PositiveInt, RuleId, Text, kind, mistake, one_of, scalar, text
from fraudc.load import Scalar

START = 1_767_571_200_000  # 2026-01-05T00:00:00Z, a Monday
ALERT_MODES = ("live", "shadow")

Tree = dict[str, Any]  # names to scalars, or to trees of them


def tree(data: Any) -> Tree:
    if not isinstance(data, dict):
        raise mistake(keys.TYPE, f"{kind(data)} stands where fields belong", "write `field: value` lines")
    for value in data.values():
        if isinstance(value, dict):
            tree(value)
        elif not isinstance(value, Scalar):
            raise mistake(keys.TYPE, f"{kind(value)} cannot be the value of a field", "write a single value")
    return data


def _value(node: Any) -> Scalar:
    if isinstance(node, Scalar):
        return node
    return scalar(node, "a single value")


def _id(node: Any) -> str:
    found = text(node)
    if not 0 < len(found) <= 256:
        raise mistake(keys.TYPE, "an id has 1 to 256 characters", "like `id: big`")
    return found


Values = Annotated[Tree, BeforeValidator(tree)]


class TransactionDocument(Model):
    """One transaction, or `times` of them `every` so many ms apart. `at` is in ms from the file's start; `fields` are all other keys."""

    model_config = ConfigDict(title="a transaction")

    at: Duration = 0
    times: PositiveInt = 1
    every: Duration = 0
    id: Annotated[str, BeforeValidator(_id)] | None = None
    fields: Values = Field(default_factory=dict)

    @classmethod
    def longhand(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        own = {key: value for key, value in data.items() if key in _OWN_KEYS}
        return {**own, "fields": {key: value for key, value in data.items() if key not in _OWN_KEYS}}


_OWN_KEYS = ("at", "times", "every", "id")


class AlertDocument(Model):
    """An alert that must come out. `values` lists what is compared; without `mode` a shadow alert does too."""

    model_config = ConfigDict(title="an expected alert")

    rule: RuleId
    transaction: Text
    values: dict[str, Annotated[Scalar, BeforeValidator(_value)]] = Field(default_factory=dict)
    mode: Annotated[str, BeforeValidator(one_of("mode of an alert", ALERT_MODES))] | None = None


class CaseDocument(Model):
    """One test. `transactions` and `alerts` have None for one with mistakes; without `alerts`, nothing is expected yet."""

    model_config = ConfigDict(title="a test")

    name: Text
    rules: list[RuleId] | None = None
    defaults: Values = Field(default_factory=dict)
    profiles: dict[str, list[Values]] = Field(default_factory=dict)
    transactions: list[TransactionDocument | None]
    alerts: list[AlertDocument | None] | None = None


class TestFileDocument(Model):
    """`tests` has None for one whose mistakes leave nothing to run. `start` is in epoch ms."""

    __test__ = False  # pytest: no tests of the project's own

    model_config = ConfigDict(title="a test file")

    start: Instant = START
    tests: list[CaseDocument | None]
