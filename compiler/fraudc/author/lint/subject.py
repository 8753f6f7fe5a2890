"""What lints look at: a compiled project with its documents, its tests and the load that is expected."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fraudc import ir
from fraudc.author.places import Places
from fraudc.author.proofs.terms import Terms
from fraudc.author.rule_keys import window_texts
from fraudc.author.testing.cases import TestFile
from fraudc.document import RuleDocument
from fraudc.planner import plan
from fraudc.project import Project
from fraudc.source import Span
from fraudc_runtime.plan import Plan, Rule


@dataclass(frozen=True, slots=True)
class Load:
    """How many keys each entity is expected to have, and how many transactions come in a second."""

    keys: int
    rate: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule with where it stands and as it was read."""

    rule: Rule
    places: Places
    written: RuleDocument

    @property
    def condition(self) -> Span:
        """What decides: `when`, else the detector."""
        return self.places.key("when" if self.written.when else "detector")


@dataclass(frozen=True)
class Subject:
    """A project without errors. Its plan is as the rules are written: nothing is folded or shared."""

    project: Project
    typed: ir.Project
    tests: list[TestFile]
    load: Load | None

    @cached_property
    def plan(self) -> Plan:
        """The plan before any pass."""
        return plan(self.typed)

    @cached_property
    def texts(self) -> dict[str, str]:
        """How windows are written, by signature."""
        return window_texts(self.plan)

    @cached_property
    def terms(self) -> Terms:
        """The plan's expressions for reasoning."""
        return Terms(self.plan)

    def rules(self) -> Iterator[Placed]:
        """Every rule, in the order of the files."""
        typed = {rule.rule.id: rule.rule for rule in self.typed.rules}
        for document in self.project.files:
            for index, written in enumerate(document.content.rules):
                if written is not None and written.id in typed:
                    yield Placed(typed[written.id], Places(document, ("rules", index)), written)
