"""What a run counted: tasks' numbers in, sums out (read = dead + valid; valid = without key + late + duplicate + evaluated)."""

from collections import Counter

import msgspec


class EntityCounts(msgspec.Struct):
    """Transactions of one entity by what became of them."""

    without_key: int = 0
    late: int = 0
    duplicate: int = 0
    evaluated: int = 0


class RuleCounts(msgspec.Struct):
    """Alerts of one rule by mode, and matches suppressed by its cooldown."""

    live: int = 0
    shadow: int = 0
    suppressed: int = 0


class Counts(msgspec.Struct):
    """One task's counts, or the sum over tasks; `dead` by bad-input code, the rest by name.

    `profiles` are rows loaded and `bad_profiles` rows sent to the dead letters; neither is part of `read`.
    """

    read: int = 0
    valid: int = 0
    dead: dict[str, int] = msgspec.field(default_factory=dict)
    entities: dict[str, EntityCounts] = msgspec.field(default_factory=dict)
    rules: dict[str, RuleCounts] = msgspec.field(default_factory=dict)
    profiles: int = 0
    bad_profiles: int = 0

    def merge(self, other: "Counts") -> None:
        """Adds what another task counted."""
        self.read += other.read
        self.valid += other.valid
        self.profiles += other.profiles
        self.bad_profiles += other.bad_profiles
        self.dead = dict(Counter(self.dead) + Counter(other.dead))
        for name, theirs in other.entities.items():
            _add(self.entities.setdefault(name, EntityCounts()), theirs)
        for name, those in other.rules.items():
            _add(self.rules.setdefault(name, RuleCounts()), those)


def _add(into: EntityCounts | RuleCounts, other: EntityCounts | RuleCounts) -> None:
    for name in into.__struct_fields__:
        setattr(into, name, getattr(into, name) + getattr(other, name))
