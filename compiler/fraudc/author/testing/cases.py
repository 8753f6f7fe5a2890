"""Tests as data: what comes when, and which alerts must come out; between reading, running, reporting and writing."""

from dataclasses import dataclass, field

from fraudc.document import Document, TestFileDocument
from fraudc.load import Scalar
from fraudc.source import Span


@dataclass(frozen=True, slots=True)
class Transaction:
    """`at` is epoch ms; `payload` the JSON that a producer would send; `line` is where it stands, 1-based."""

    id: str
    at: int
    payload: bytes
    line: int


@dataclass(frozen=True, slots=True)
class Expected:
    """An alert that must come out; `number` is its place in the test's `alerts`."""

    rule: str
    transaction: str
    values: dict[str, Scalar]
    mode: str | None
    number: int


@dataclass(frozen=True, slots=True)
class Case:
    """One test. `rules` are the ids that it runs; `rows` profile rows as JSON by entity; `expected` None where it says nothing yet.

    `number` is its place in the file, `start` the epoch ms from which `at` counts.
    """

    name: str
    number: int
    start: int
    rules: tuple[str, ...]
    rows: dict[str, tuple[bytes, ...]]
    transactions: tuple[Transaction, ...]
    expected: tuple[Expected, ...] | None
    span: Span = field(compare=False)

    @property
    def line(self) -> int:
        return self.span.file.position(self.span.start)[0]


@dataclass(frozen=True, slots=True)
class TestFile:
    """A test file: its path as users see it, its document, and its tests without mistakes."""

    __test__ = False  # pytest: no tests of the project's own

    name: str
    document: Document[TestFileDocument]
    cases: tuple[Case, ...]
