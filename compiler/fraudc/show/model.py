"""The plan as people look at it: frozen values that every printer reads, and nothing that a printer has to work out."""

from dataclasses import dataclass
from typing import Literal

from fraudc_runtime.graph import Graph


@dataclass(frozen=True, slots=True)
class WindowView:
    """One window aggregate, the unit of state. `name` is w1, w2, … over the whole plan; bytes are for each entity key.

    `where` is the rule's, `inner` the one inside the parentheses, None without. `bytes` = `fixed` + `per_member` x `members`, where `unit`
    says what is counted. `shares` names the window whose members (or panes, or numbers) this one reads.
    """

    name: str
    signature: str
    canonical: str
    entity: str
    aggregate: str
    over: str
    where: str | None
    inner: str | None
    shares: str | None
    fixed: int
    per_member: int
    members: int
    unit: str
    bytes: int
    cost: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a rule shares: the whole of a window, or only the members that `window` keeps, with these other rules."""

    window: str
    what: Literal["window", "members"]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule. Expressions name windows as w1, w2, …; `detector` is its expansion, "" without; durations are spelt, None without.

    `windows` are those it reads, in order. `bytes` is all that it reads and keeps for each key, members of other windows included,
    `shared_bytes` the part of it that other rules use as well, `held_bytes` what each held match adds.
    """

    id: str
    title: str | None
    severity: str
    entity: str | None
    where: str | None
    lets: tuple[tuple[str, str], ...]
    condition: str
    detector: str
    cooldown: str | None
    unless: str | None
    within: str | None
    mode: str
    rollout: str | None
    start: str | None
    end: str | None
    windows: tuple[str, ...]
    shares: tuple[Sharing, ...]
    bytes: int
    shared_bytes: int
    held_bytes: int
    cost: str


@dataclass(frozen=True, slots=True)
class EntityView:
    """One entity that rules are `by`: its key's fields, `bytes` of state for each key, and of these `beside` the windows."""

    name: str
    key: tuple[str, ...]
    bytes: int
    beside: int
    windows: tuple[WindowView, ...]
    rules: tuple[RuleView, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """A whole project's plan. `before_sharing` counts aggregates as the rules write them; `per_day` is the rate behind the bytes."""

    project: str
    revision: int
    fingerprint: str
    per_day: float
    before_sharing: int
    entities: tuple[EntityView, ...]
    stateless: tuple[RuleView, ...]
    unused: tuple[str, ...]
    job: Graph

    @property
    def windows(self) -> tuple[WindowView, ...]:
        return tuple(window for entity in self.entities for window in entity.windows)

    @property
    def rules(self) -> tuple[RuleView, ...]:
        """By entity, the stateless ones last."""
        return tuple(rule for entity in self.entities for rule in entity.rules) + self.stateless
