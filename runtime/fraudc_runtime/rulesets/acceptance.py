"""The sets that a task knows and an incoming one in, whether it takes it over, and which set is in force at an event time, out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from fraudc_runtime.rulesets.ruleset import Birth, RuleSet, Unreadable, decode
from fraudc_runtime.rulesets.shape import Conflict, conflicts


@dataclass(frozen=True, slots=True)
class Standing:
    """The sets a task knows, in the order in which they take over: the first is in force from the beginning, each other from its `at`."""

    sets: tuple[RuleSet, ...]

    @property
    def newest(self) -> RuleSet:
        """The last accepted set, which the next one must follow: the waiting one if one waits."""
        return self.sets[-1]

    def in_force(self, t: int) -> RuleSet:
        """The set by which a transaction of event time t (ms) is evaluated."""
        return next((found for found in reversed(self.sets[1:]) if found.begins <= t), self.sets[0])

    def waiting(self, t: int) -> tuple[RuleSet, ...]:
        """The sets that are in force only after event time t (ms)."""
        return tuple(found for found in self.sets[1:] if found.begins > t)

    def before(self, begins: int) -> RuleSet:
        """The set from which one that begins at event time `begins` (ms) takes over: those that would begin no earlier never do."""
        return self.in_force(begins - 1)

    def past(self, t: int) -> "Standing":
        """Without the sets that no transaction at or behind event time t (ms) needs."""
        needed = self.in_force(t)
        return Standing(self.sets[self.sets.index(needed) :])


@dataclass(frozen=True, slots=True)
class Accepted:
    """`standing` with the incoming set; `again` when it was known already (a restored or freshly submitted job reads it once more)."""

    standing: Standing
    again: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """`reason` is a sentence for whoever published it; `revision` is None when the set cannot be read."""

    code: Literal["unreadable", "schema", "follows"]
    reason: str
    revision: int | None


def receive(standing: Standing | None, message: bytes) -> Accepted | Refused:
    """Reads a message of the rules topic and accepts or refuses it; without a standing, the first that can be read is accepted."""
    try:
        incoming = decode(message)
    except Unreadable as error:
        return Refused("unreadable", f"{str(error)[:1].upper()}{str(error)[1:]}.", None)
    return Accepted(Standing((incoming,))) if standing is None else accept(standing, incoming)


def accept(standing: Standing, incoming: RuleSet) -> Accepted | Refused:
    """Whether the set may take over. Of two sets made against the same one, the first to arrive wins.

    While a set waits for its `at`, only one made against it is accepted. It replaces the waiting sets that would begin no earlier.
    """
    newest = standing.newest
    if any(_same(incoming, known) for known in standing.sets):
        return Accepted(standing, again=True)
    found = conflicts(newest.shape, incoming.shape)
    if incoming.fingerprint != newest.fingerprint or found:
        return Refused("schema", _schema_reason(newest, incoming, found), incoming.revision)
    if incoming.follows != newest.revision:
        what = "waits" if len(standing.sets) > 1 else "runs"
        reason = f"It was made against revision {incoming.follows}, and revision {newest.revision} {what}: compare, and publish again."
        return Refused("follows", reason, incoming.revision)
    incoming = _carried(standing.sets, incoming)
    if incoming.at is None:
        return Accepted(Standing((incoming,)))
    begins = incoming.begins
    before = (standing.sets[0], *(known for known in standing.sets[1:] if known.begins < begins))
    return Accepted(Standing((*before, incoming)))


def from_topic(messages: Iterable[bytes]) -> tuple[Standing | None, tuple[Refused, ...]]:
    """What stands after all messages of the rules topic, as every task that read them has it; None when none can be read."""
    standing: Standing | None = None
    refused: list[Refused] = []
    for message in messages:
        found = receive(standing, message)
        if isinstance(found, Refused):
            refused.append(found)
        else:
            standing = found.standing
    return standing, tuple(refused)


def begin(standing: Standing) -> Standing:
    """The sets that a new job begins with: windows of the first have been fed since the job's first transaction."""
    sets = [begun(standing.sets[0])]
    for later in standing.sets[1:]:
        sets.append(_carried(sets, later))
    return Standing(tuple(sets))


def begun(ruleset: RuleSet) -> RuleSet:
    """The set as a job begins with it: whatever its revision, its windows have been fed since the job's first transaction."""
    births = {id: Birth(birth.since, None) for id, birth in ruleset.births.items()}
    return replace(ruleset, births=births, retired=tuple(replace(r, birth=Birth(r.birth.since, None)) for r in ruleset.retired))


def _carried(known: Sequence[RuleSet], incoming: RuleSet) -> RuleSet:
    """A window that goes on keeps the birth that this job knows, which `begun` may have changed."""
    births: dict[tuple[str, int], Birth] = {}
    for ruleset in known:
        found = {**{retired.signature.id: retired.birth for retired in ruleset.retired}, **ruleset.births}
        births |= {(id, birth.since): birth for id, birth in found.items()}

    def of(id: str, birth: Birth) -> Birth:
        return births.get((id, birth.since), birth)

    return replace(
        incoming,
        births={id: of(id, birth) for id, birth in incoming.births.items()},
        retired=tuple(replace(r, birth=of(r.signature.id, r.birth)) for r in incoming.retired),
    )


def _same(a: RuleSet, b: RuleSet) -> bool:
    """Whether it is one publication; births apart, which a job may know better."""
    return (a.revision, a.published_at, a.at, a.fingerprint, a.plan) == (b.revision, b.published_at, b.at, b.fingerprint, b.plan)


def _schema_reason(newest: RuleSet, incoming: RuleSet, found: tuple[Conflict, ...]) -> str:
    made = f"It was made for the schema {incoming.fingerprint}, and {newest.fingerprint} runs"
    if not found:
        return f"{made}."
    return f"{made}: {'; '.join(f'{c.name} was {c.before} and is {c.after}' for c in found)}. This needs a redeploy."
