"""The bytes of a rule file in, its text and its tree of nodes out, every scalar with its place."""

from fraudc.load.limits import LARGEST_FILE
from fraudc.load.nodes import Mapping, Node, Path, Scalar, Sequence, follow, head_span, key_at
from fraudc.load.reading import load

__all__ = ["LARGEST_FILE", "Mapping", "Node", "Path", "Scalar", "Sequence", "follow", "head_span", "key_at", "load"]
