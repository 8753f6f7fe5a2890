"""The Plan: everything the machine needs to know of a rules project, as frozen values with a versioned JSON form in stable order."""

from typing import Final

import msgspec

from fraudc_runtime.expr import Expr, Type, Value

VERSION = 1


class FieldSpec(msgspec.Struct, frozen=True):
    """A declared field. `path` () means top level under its own name; `default` is JSON text as if it had come in, null for none.

    A required field (`optional` false) that is absent, null and without default is bad input.
    """

    name: str
    type: Type
    optional: bool = False
    path: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    default: str | None = None


class Currency(msgspec.Struct, frozen=True):
    """`decimals` of ISO 4217, and `rate`: the decimal text of units of base for one unit of it ("1" for the base itself)."""

    decimals: int
    rate: str


class MoneySpec(msgspec.Struct, frozen=True):
    """`currencies` are those that can be converted: the base and all with a rate. Without `currency_field` all amounts are in base."""

    base: str
    currency_field: str | None
    currencies: dict[str, Currency]

    @property
    def decimals(self) -> int:
        return self.currencies[self.base].decimals


class EntitySpec(msgspec.Struct, frozen=True):
    """`key` has one field name or several; `forget` is milliseconds or None; `profile` fields may all be missing."""

    name: str
    key: tuple[str, ...]
    profile: tuple[FieldSpec, ...] = ()
    forget: int | None = None


class Schema(msgspec.Struct, frozen=True):
    """The transaction schema; every duration is in milliseconds. `id` and `event_time` are names among `fields`."""

    id: str
    event_time: str
    fields: tuple[FieldSpec, ...]
    money: MoneySpec | None
    entities: tuple[EntitySpec, ...]
    dedupe: int = 3_600_000
    max_disorder: int = 5_000
    idle: int = 10_000
    retire: int = 86_400_000
    max_future: int = 600_000


class Sliding(msgspec.Struct, frozen=True, tag_field="kind", tag="sliding"):
    """`over SIZE`: t - size < s <= t."""

    size: int


class Panes(msgspec.Struct, frozen=True, tag_field="kind", tag="panes"):
    """`over SIZE every STEP`: t//step - size//step < s//step <= t//step."""

    size: int
    step: int


class Tumbling(msgspec.Struct, frozen=True, tag_field="kind", tag="tumbling"):
    """`over tumbling SIZE [in ZONE]`: same pane since the epoch; with a zone, the same group of size/1d local days."""

    size: int
    zone: str | None = None


class All(msgspec.Struct, frozen=True, tag_field="kind", tag="all"):
    """`over all`: every one since the state began."""


Window = Sliding | Panes | Tumbling | All


class Signature(msgspec.Struct, frozen=True):
    """One window aggregate, the unit of state.

    `text` is its canonical form (entity, where, aggregate, argument, inner where, window, exclusion, delay; lets replaced by what
    they stand for): equal texts are equal state. `id` is unique in the plan; after sharing it is a digest of `text`. `where` is the
    rule's, `condition` the one inside the parentheses. `function` is count, sum, avg, min, max, stddev, distinct, first, last,
    percentile, zscore or rising (`prev(x)` arrives as last + excluding, `median(x)` as percentile 50). `parameter` is decimal text:
    percentile's p, zscore's least members, rising's factor; else "". zscore and rising need no `excluding`: they say themselves
    which members they read.
    """

    id: str
    text: str
    entity: str
    where: Expr | None
    function: str
    argument: Expr | None
    parameter: str
    condition: Expr | None
    window: Window
    excluding: bool
    delay: int
    type: Type


class LetSpec(msgspec.Struct, frozen=True):
    """A named value; its expression may read fields, profiles, slots and earlier lets."""

    name: str
    type: Type
    expr: Expr


class Hole(msgspec.Struct, frozen=True, tag_field="kind", tag="hole"):
    """`{name}` in a message: a Field or a Let."""

    expr: Expr


class Text(msgspec.Struct, frozen=True, tag_field="kind", tag="text"):
    """Literal text in a message, braces already undoubled."""

    text: str


class Rule(msgspec.Struct, frozen=True):
    """One rule. `entity` None is a stateless rule. `when` includes the detector's condition, first. `start`/`end` are from/until in ms.

    `values` names the transaction fields that stand in the alert behind the lets. `rollout` is the decimal text of a share from 0 to 1.
    `detector` is the expansion as a rule author would write it, for the plan; "" without one.
    """

    id: str
    title: str | None
    severity: str
    entity: str | None
    where: Expr | None
    lets: tuple[LetSpec, ...]
    when: Expr
    cooldown: int | None
    unless: Expr | None
    within: int | None
    message: tuple[Text | Hole, ...] | None
    mode: str
    rollout: str
    start: int | None
    end: int | None
    labels: dict[str, str]
    values: tuple[str, ...]
    detector: str = ""


class ListValues(msgspec.Struct, frozen=True):
    """A list's items in the run-time form of `type`."""

    type: Type
    values: tuple[Value, ...]


class Plan(msgspec.Struct, frozen=True):
    """A compiled rules project; `signatures` in order of first use. `lists` are keyed by name, one entry a compared type: `name:type`."""

    schema: Schema
    lists: dict[str, ListValues]
    signatures: tuple[Signature, ...]
    rules: tuple[Rule, ...]
    revision: int = 1
    version: int = VERSION


def encode(plan: Plan) -> bytes:
    """The plan as JSON, the same bytes for the same plan."""
    return msgspec.json.encode(plan)


def decode(data: bytes) -> Plan:
    """Reads what `encode` wrote; ValueError if it is no plan of this version."""
    try:
        plan = _DECODER.decode(data)
    except msgspec.MsgspecError as error:
        raise ValueError(f"not a compiled rule set: {error}") from error
    if plan.version != VERSION:
        raise ValueError(f"a compiled rule set of version {plan.version}; this release reads version {VERSION}")
    return plan


_DECODER: Final = msgspec.json.Decoder(Plan)  # made with the module: threads that make a struct's first decoder at once crash msgspec
