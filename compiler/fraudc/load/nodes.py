"""The tree of a rule file: scalars, sequences and mappings with their places, whatever the file was written in."""

import re
from dataclasses import dataclass
from typing import Literal

from fraudc.load.fragments import fragment_of
from fraudc.source import Fragment, Span

Style = Literal["plain", "single", "double", "literal", "folded", "tagged", "json", "json_token"]

_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LONGEST_NUMBER = 400  # digits; int() of a longer text is slow, and no such number is used


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """One scalar: its decoded text, how it was written and where."""

    text: str
    style: Style
    span: Span

    @property
    def value(self) -> str | int | float | bool | None:
        """The text by YAML 1.2's core schema without octal and hexadecimal (`NO`, `off` and `0x1F` are strings); quoted text as it is."""
        if self.style not in ("plain", "json_token") or len(self.text) > _LONGEST_NUMBER:
            return self.text
        if self.text in _WORDS:
            return _WORDS[self.text]
        if _INT.fullmatch(self.text):
            return int(self.text)
        return float(self.text) if _FLOAT.fullmatch(self.text) else self.text

    def fragment(self) -> Fragment:
        """The text with the source offset of each of its characters."""
        return fragment_of(self.text, self.style, self.span)


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """A list, from its first item to its last."""

    items: "tuple[Node, ...]"
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """A mapping in file order; of a repeated key, the first."""

    entries: "dict[str, tuple[Scalar, Node]]"
    span: Span


Node = Scalar | Sequence | Mapping
Path = tuple[str | int, ...]


def follow(root: Node, path: Path) -> Node:
    """The node at a path, or the deepest one on the way that exists (a short form stands for its longer one)."""
    node = root
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
            node = node.entries[step][1]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
    return node


def key_at(root: Node, path: Path) -> Scalar | None:
    """The key that the last step of a path names, if it stands in a mapping."""
    parent = follow(root, path[:-1]) if path else root
    step = path[-1] if path else None
    if isinstance(parent, Mapping) and isinstance(step, str) and step in parent.entries:
        return parent.entries[step][0]
    return None


def head_span(root: Node, path: Path) -> Span:
    """The key at a path, else the first key in the mapping there, else where the value starts."""
    key, node = key_at(root, path), follow(root, path)
    if key is None and isinstance(node, Mapping) and node.entries:
        key = next(iter(node.entries.values()))[0]
    return Span(node.span.file, node.span.start, node.span.start) if key is None else key.span
