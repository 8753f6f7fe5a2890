"""YAML 1.2 text in, a tree of nodes out; every fault of the file's form is reported, and hostile files stop early."""

import re
from collections.abc import Iterator
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from fraudc.codes import shape
from fraudc.diagnostics import Code, Diagnostics
from fraudc.load.limits import DEEPEST, LONGEST_SCALAR, MOST_NODES, UnreadableError
from fraudc.load.nodes import Mapping, Node, Scalar, Sequence, Style
from fraudc.load.yaml_faults import report_fault
from fraudc.source import SourceFile, Span

_STYLES: dict[str | None, Style] = {None: "plain", "": "plain", "'": "single", '"': "double", "|": "literal", ">": "folded"}
_PROPERTIES = re.compile(r"(?:[&!]\S*\s*)*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_Events = Iterator[Any]  # ruamel's events; which attributes they have depends on their class


def read_yaml(file: SourceFile, diagnostics: Diagnostics) -> Node | None:
    """The only document of the file, None if it is empty or cannot be read to its end."""
    composer = _Composer(file, diagnostics)
    try:
        # Never libyaml's parser, even where it is installed: its marks differ, and its limits are not these.
        return composer.document(YAML(typ="safe", pure=True).parse(file.text))
    except UnreadableError:
        return None
    except MarkedYAMLError as error:
        report_fault(file, error, diagnostics)
    except (YAMLError, ValueError, OverflowError) as error:  # the last two: \U escapes beyond Unicode
        diagnostics.report(shape.NOT_YAML, "this is not valid YAML", Span(file, 0, 0), str(error).split("\n", 1)[0])
    return None


class _Composer:
    """Composes nodes from events, so that limits hold before anything grows."""

    def __init__(self, file: SourceFile, diagnostics: Diagnostics) -> None:
        self.file = file
        self.diagnostics = diagnostics
        self.anchors: dict[str, tuple[Node, int] | None] = {}  # node and its weight; None while it is being composed
        self.weight = 0

    def document(self, events: _Events) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                self._check_start(event, documents)
            elif isinstance(event, AliasEvent | ScalarEvent | MappingStartEvent | SequenceStartEvent):
                root = self._node(event, events, 1)
        return None if isinstance(root, Scalar) and root.value is None else root

    def stop(self, code: Code, message: str, span: Span, label: str) -> NoReturn:
        self.diagnostics.report(code, message, span, label)
        raise UnreadableError

    def _check_start(self, event: Any, documents: int) -> None:
        span = self._span(event)
        if documents > 1:
            self.stop(
                shape.DOCUMENTS,
                "a second document starts here",
                Span(self.file, span.start, span.start + 3),
                "put it into a file of its own",
            )
        if event.tags or event.version not in (None, (1, 2)):
            self.stop(shape.NOT_YAML, "a `%` directive stands before the document", span, "remove the directive")

    def _node(self, event: Any, events: _Events, depth: int) -> Node:
        span = self._span(event)
        first = Span(self.file, span.start, span.start + 1)
        if isinstance(event, AliasEvent):
            return self._alias(event.anchor, span)
        self._count(1, first)
        if depth > DEEPEST:
            self.stop(shape.DEEP, f"this is nested more than {DEEPEST} levels deep", first, "write it flatter")
        properties = _PROPERTIES.match(self.file.text, span.start, span.end)
        if properties is not None and "!" in properties.group() and not self._is_negation(event, span):
            self.diagnostics.report(shape.TAG, "a tag like `!!str` has no meaning here", first, "remove the tag; put a text in quotes")
        before = self.weight
        if event.anchor:
            self.anchors[event.anchor] = None
        node = self._content(event, events, depth, span)
        if event.anchor:
            self.anchors[event.anchor] = (node, self.weight - before + 1)
        return node

    def _content(self, event: Any, events: _Events, depth: int, span: Span) -> Node:
        if isinstance(event, ScalarEvent):
            return self._scalar(event, span)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(events, depth, span)
        return self._mapping(events, depth, span)

    def _is_negation(self, event: Any, span: Span) -> bool:
        """Whether a local tag is a `!` that was meant as part of the text, as in `when: !blocked`."""
        raw = self.file.text[span.start : span.end]
        return isinstance(event, ScalarEvent) and not event.style and raw[:1] == "!" and raw[1:2].isalnum() and "\n" not in raw

    def _scalar(self, event: Any, span: Span) -> Scalar:
        if self._is_negation(event, span):
            text = self.file.text[span.start : span.end].rstrip()
            return Scalar(text, "tagged", Span(self.file, span.start, span.start + len(text)))
        properties = _PROPERTIES.match(self.file.text, span.start, span.end)
        bare = Span(self.file, properties.end() if properties else span.start, span.end)
        if len(event.value) > LONGEST_SCALAR:
            first = Span(self.file, bare.start, bare.start + 1)
            self.stop(shape.LONG, f"this text is longer than {LONGEST_SCALAR:,} characters", first, "make it shorter")
        style: Style = "tagged" if event.tag and not event.style else _STYLES[event.style]
        return Scalar(self._paired(event.value, bare), style, bare)

    def _paired(self, text: str, span: Span) -> str:
        """The text with escaped surrogate pairs made one character each, as in JSON."""
        if not _SURROGATE.search(text):
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self.stop(shape.CONTROL, "half of a character is escaped here", span, "write both halves, or the character itself")

    def _sequence(self, events: _Events, depth: int, start: Span) -> Sequence:
        items: list[Node] = []
        event = next(events)
        while not isinstance(event, SequenceEndEvent):
            items.append(self._node(event, events, depth + 1))
            event = next(events)
        return Sequence(tuple(items), self._whole(start, event, items))

    def _mapping(self, events: _Events, depth: int, start: Span) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        nodes: list[Node] = []
        event = next(events)
        while not isinstance(event, MappingEndEvent):
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if value.span.start == value.span.end:  # an empty value's mark is wherever the next token stands
                value = Scalar("", "plain", Span(self.file, key.span.end, min(key.span.end + 1, len(self.file.text))))
            nodes += (key, value)
            self._enter(entries, key, value)
            event = next(events)
        return Mapping(entries, self._whole(start, event, nodes))

    def _enter(self, entries: dict[str, tuple[Scalar, Node]], key: Node, value: Node) -> None:
        if not isinstance(key, Scalar) or not key.text:
            self.diagnostics.report(shape.KEY, "a key is a single name", key.span, "write a name before the `:`")
        elif key.text == "<<" and key.style == "plain":
            self.diagnostics.report(shape.MERGE, "`<<` would merge another mapping in here", key.span, "write the keys out")
        elif key.text in entries:
            line = self.file.position(entries[key.text][0].span.start)[0]
            self.diagnostics.report(
                shape.DUPLICATE, f"`{key.text[:60]}` stands here twice", key.span, f"keep one; the first is on line {line}"
            )
        else:
            entries[key.text] = (key, value)

    def _alias(self, anchor: str, span: Span) -> Node:
        known = self.anchors.get(anchor)
        if known is None:
            problem = "contains itself" if anchor in self.anchors else "is not defined above"
            self.stop(shape.ALIAS, f"`*{anchor[:60]}` {problem}", span, "write the value out")
        self._count(known[1], span)
        return known[0]

    def _count(self, nodes: int, span: Span) -> None:
        self.weight += nodes
        if self.weight > MOST_NODES:
            message = f"this file holds more than {MOST_NODES:,} values, each alias counted in full"
            self.stop(shape.LARGE, message, span, "split the file, or keep a long list in a file of its own")

    def _span(self, event: Any) -> Span:
        return Span(self.file, event.start_mark.index, event.end_mark.index)

    def _whole(self, start: Span, end: Any, nodes: list[Node]) -> Span:
        """From the first to the last character: a block collection's own end mark stands at the next token."""
        last = end.end_mark.index
        if self.file.text[last - 1 : last] not in ("]", "}") or end.start_mark.index == last:
            last = nodes[-1].span.end if nodes else start.end
        return Span(self.file, start.start, last)
