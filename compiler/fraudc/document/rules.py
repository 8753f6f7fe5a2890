"""The shape of a rule file: version, lists and rules."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from fraudc.document.leaves import (
    Duration,
    Expression,
    Instant,
    Model,
    Name,
    NameKey,
    PositiveDecimal,
    PositiveInt,
    RuleId,
    Share,
    Text,
    Version,
    one_of,
)  # fmt: skip
from fraudc.document.lists import ListDocument

SEVERITIES = ("low", "medium", "high", "critical")
MODES = ("live", "shadow", "off")

# Parameters of each named detector: those it needs, and those it may have besides.
DETECTORS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "high_value": (("limit",), ("field",)),
    "velocity": (("limit", "window"), ()),
    "spending_velocity": (("limit", "window"), ("field",)),
    "customer_profile": ((), ("threshold", "min_samples", "window", "field")),
    "rapid_escalation": ((), ("steps", "window", "factor", "field")),
}
PARAMETERS = frozenset(name for needed, possible in DETECTORS.values() for name in needed + possible)


class RuleDocument(Model):
    """One rule. Expressions, the message and a detector's window are fragments of the file; durations and times are milliseconds.

    Parameters of detectors that are not given are None: the defaults belong to the detectors.
    """

    model_config = ConfigDict(title="a rule")

    id: RuleId
    title: Text | None = None
    severity: Annotated[str, BeforeValidator(one_of("severity", SEVERITIES))] = "medium"
    by: Text | None = None
    where: Expression | None = None
    let: dict[NameKey, Expression] = Field(default_factory=dict)
    when: Expression | None = None
    detector: Annotated[str, BeforeValidator(one_of("detector", tuple(DETECTORS)))] | None = None
    limit: Expression | None = None
    threshold: Expression | None = None
    window: Expression | None = None
    field: Name | None = None
    min_samples: PositiveInt | None = None
    steps: PositiveInt | None = None
    factor: PositiveDecimal | None = None
    cooldown: Duration | None = None
    unless: Expression | None = None
    within: Duration | None = None
    message: Expression | None = None
    mode: Annotated[str, BeforeValidator(one_of("mode", MODES))] = "live"
    rollout: Share | None = None
    start: Instant | None = Field(default=None, alias="from")
    end: Instant | None = Field(default=None, alias="until")
    labels: dict[str, Text] = Field(default_factory=dict)


class RuleFileDocument(Model):
    """`rules` has None for a rule whose mistakes leave nothing to check, so that indices stay those of the file."""

    model_config = ConfigDict(title="a rule file")

    version: Version
    lists: dict[NameKey, ListDocument] = Field(default_factory=dict)
    rules: list[RuleDocument | None] = Field(default_factory=list)
