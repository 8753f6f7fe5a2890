"""A rule's documents in, the places of its clauses, windows and keys out."""

from dataclasses import dataclass

from fraudc.diagnostics import Diagnostics
from fraudc.document import Document, RuleFileDocument
from fraudc.load import Path
from fraudc.parse import parse_expression
from fraudc.project import Project
from fraudc.source import Span
from fraudc.syntax import Chain, Expression, Not


@dataclass(frozen=True, slots=True)
class Places:
    """Where a rule stands: its file's document and the path there."""

    document: Document[RuleFileDocument]
    at: Path

    def key(self, name: str, inner: str = "") -> Span:
        """The place of a key's value (of one in a mapping); of the rule's id where it has no such key."""
        path = (*self.at, name, *([inner] if inner else []))
        return self.document.span(path) if self.document.has(path) else self.document.span((*self.at, "id"))

    def let(self, name: str) -> Span:
        """The place of a let's name."""
        return self.document.key_span((*self.at, "let", name))

    def clauses(self, name: str, number: int) -> list[Span]:
        """The places of the clauses under `where` or `when`, that many; what a detector stands for is at its name."""
        found: list[Span] = []
        if name == "when" and self.document.has((*self.at, "detector")):
            found.append(self.document.span((*self.at, "detector")))
        if self.document.has((*self.at, name)):
            node = parse_expression(self.document.fragment((*self.at, name)), Diagnostics())
            found += [] if node is None else _leaves(node)
        return found if len(found) == number else [self.key(name)] * number


def places(project: Project) -> dict[str, Places]:
    """By rule id."""
    return {
        rule.id: Places(document, ("rules", at))
        for document in project.files
        for at, rule in enumerate(document.content.rules)
        if rule is not None
    }


def _leaves(node: Expression) -> list[Span]:
    match node:
        case Chain(operands=operands, operators=operators) if operators[0].text in ("and", "or"):
            return [leaf for operand in operands for leaf in _leaves(operand)]
        case Not(operand=operand):
            return _leaves(operand)
        case _:
            return [node.span]
