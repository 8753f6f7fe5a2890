"""A checked document with its tree: paths in, spans and fragments out."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from fraudc.load import Node, Path, Scalar, follow, head_span, key_at
from fraudc.source import Fragment, SourceFile, Span

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Document(Generic[Content]):
    """`content` is the checked model; parts of the file with mistakes are left out of it, and their paths stand in `broken`.

    Paths use the keys as they stand in the file: `("rules", 0, "when")`.
    """

    file: SourceFile
    root: Node
    content: Content
    broken: frozenset[Path]

    def span(self, path: Path) -> Span:
        """The place of the value at a path, or of the nearest value around it."""
        return follow(self.root, path).span

    def key_span(self, path: Path) -> Span:
        """The place of the key at a path; the value's where it has no key."""
        key = key_at(self.root, path)
        return self.span(path) if key is None else key.span

    def head_span(self, path: Path) -> Span:
        """Where to say that something is missing in a part: at its key, else at the first key in it."""
        return head_span(self.root, path)

    def has(self, path: Path) -> bool:
        """Whether the key that the path ends with stands in the file, its value right or wrong."""
        return key_at(self.root, path) is not None

    def fragment(self, path: Path) -> Fragment:
        """The text of the scalar at a path with the place of each character. KeyError if no scalar stands there."""
        node = follow(self.root, path)
        if not isinstance(node, Scalar):
            raise KeyError(path)
        return node.fragment()

    def is_broken(self, path: Path) -> bool:
        """Whether the value at a path, or a part that holds it, was left out for a mistake that is reported already."""
        return any(path[:length] in self.broken for length in range(len(path) + 1))
