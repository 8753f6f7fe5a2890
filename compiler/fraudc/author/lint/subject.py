"""What lints look at: a compiled project with its documents, its tests and the load that is expected."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fraudc import ir
from fraudc.author.proofs.terms import Terms
from fraudc.author.testing.cases import TestFile
from fraudc.document import Document, RuleDocument, RuleFileDocument
from fraudc.planner import plan
from fraudc.project import Project
from fraudc.source import Span
from fraudc_runtime.expr import Expr
from fraudc_runtime.plan import Plan, Rule


@dataclass(frozen=True, slots=True)
class Load:
    """How many keys each entity is expected to have, and how many transactions come in a second."""

    keys: int
    rate: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule of the plan with where it stands; `expansion` is its detector's condition."""

    rule: Rule
    expansion: Expr | None
    document: Document[RuleFileDocument]
    index: int

    def span(self, *keys: str) -> Span:
        """The value at a key; the rule's id where the key is not written."""
        path: tuple[str | int, ...] = ("rules", self.index, *keys)
        return self.document.span(path) if self.document.has(path) else self.document.span(("rules", self.index, "id"))

    @property
    def written(self) -> RuleDocument:
        """The rule as it was read."""
        rule = self.document.content.rules[self.index]
        assert rule is not None  # it has become a rule of the plan
        return rule

    def key_span(self, *keys: str) -> Span:
        """The key itself."""
        return self.document.key_span(("rules", self.index, *keys))

    @property
    def condition(self) -> Span:
        """What decides: `when`, else the detector."""
        return self.span("when" if self.document.has(("rules", self.index, "when")) else "detector")


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
    def terms(self) -> Terms:
        """The plan's expressions for reasoning."""
        return Terms(self.plan)

    def rules(self) -> Iterator[Placed]:
        """Every rule, in the order of the files."""
        by_id = {rule.rule.id: rule for rule in self.typed.rules}
        for document in self.project.files:
            for index, rule in enumerate(document.content.rules):
                if rule is not None and rule.id in by_id:
                    typed = by_id[rule.id]
                    yield Placed(typed.rule, typed.expansion, document, index)
