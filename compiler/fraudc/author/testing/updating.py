"""A test file and what came out in, its text with the expectations that come true out; what is right stays as it was written."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fraudc.author.testing.cases import TestFile
from fraudc.author.testing.running import Alert
from fraudc.author.testing.verdicts import Verdict
from fraudc.expressions.spell import spell_duration
from fraudc.load import Mapping, Node, Path, follow
from fraudc.load import Sequence as Items
from fraudc.source import Span
from fraudc_runtime.expr import Type
from fraudc_runtime.plan import Plan, Rule

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_WORDS = ("null", "true", "false")


@dataclass(frozen=True, slots=True)
class Edit:
    """Other text in the place of characters start to end."""

    start: int
    end: int
    text: str


def updated(file: TestFile, verdicts: Iterable[Verdict], plan: Plan) -> str:
    """The file's text with what the failing tests should have expected."""
    rules = {rule.id: rule for rule in plan.rules}
    edits = [edit for verdict in verdicts if not verdict.passed for edit in _Updater(file, verdict, rules).edits()]
    return applied(file.document.file.text, edits)


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with all edits, which do not overlap."""
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


class _Updater:
    """Edits of one test."""

    def __init__(self, file: TestFile, verdict: Verdict, rules: dict[str, Rule]) -> None:
        self.document = file.document
        self.text = file.document.file.text
        self.line_end = "\r\n" if "\r\n" in self.text else "\n"
        self.verdict = verdict
        self.rules = rules
        self.at: Path = ("tests", verdict.case.number)

    def edits(self) -> list[Edit]:
        if self.verdict.unspecified:
            return self._filled([self._item(alert) for alert in self.verdict.outcome.alerts])
        removed = {each.expected.number for each in self.verdict.differences if each.kind == "missing" and each.expected}
        added = [self._item(each.alert) for each in self.verdict.differences if each.kind == "unexpected" and each.alert]
        node = follow(self.document.root, (*self.at, "alerts"))
        assert isinstance(node, Items)  # a test that expects something has a list of it
        flow = self.text[node.span.start : node.span.start + 1] == "["
        listed = self._in_flow(node, removed, added) if flow else self._in_block(node, removed, added)
        return [*listed, *self._values()]

    def _values(self) -> list[Edit]:
        found = []
        for each in self.verdict.differences:
            for wrong in each.values if each.expected else ():
                assert each.expected is not None  # values differ from expected ones
                node = follow(self.document.root, (*self.at, "alerts", each.expected.number, "values", wrong.name))
                found.append(Edit(node.span.start, node.span.end, literal(wrong.type, wrong.got)))
        return found

    def _item(self, alert: Alert) -> str:
        """Floats aside, which nobody writes by hand, the lets stand in it for the reviewer."""
        lets = {let.name: literal(let.type, alert.values[let.name]) for let in self.rules[alert.rule].lets if let.type != "float"}
        values = f", values: {{{', '.join(f'{name}: {value}' for name, value in lets.items())}}}" if lets else ""
        return f"{{rule: {alert.rule}, transaction: {literal('string', alert.transaction)}{values}}}"

    def _filled(self, items: list[str]) -> list[Edit]:
        """`alerts:` behind the last key of the test."""
        node = follow(self.document.root, self.at)
        assert isinstance(node, Mapping)  # what is a test has keys
        if self.text[node.span.start] == "{":
            return [Edit(node.span.end - 1, node.span.end - 1, f", alerts: [{', '.join(items)}]")]
        first = next(iter(node.entries.values()))[0].span
        indent = " " * (self.document.file.position(first.start)[1] - 1)
        text = f"{indent}alerts: []" if not items else f"{indent}alerts:{self._lines(items, indent)}"
        return [self._behind(_last(node), f"{self.line_end}{text}")]

    def _lines(self, items: Iterable[str], indent: str) -> str:
        return "".join(f"{self.line_end}{indent}  - {item}" for item in items)

    def _behind(self, span: Span, text: str) -> Edit:
        """Text behind the line on which something ends, its comment included."""
        at = self.text.find("\n", max(span.end - 1, 0))
        at = len(self.text.rstrip("\r\n")) if at < 0 else at - (self.text[at - 1 : at] == "\r")
        return Edit(at, at, text)

    def _in_flow(self, node: Items, removed: set[int], added: list[str]) -> list[Edit]:
        if not node.items and added:
            key = self.document.key_span((*self.at, "alerts"))
            column = self.document.file.position(key.start)[1]
            if self.text[key.start - column + 1 : key.start].strip(" -") == "":  # its line holds nothing else: a list of lines
                blank = Edit(node.span.start - (self.text[node.span.start - 1] == " "), node.span.end, "")
                return [blank, self._behind(node.span, self._lines(added, " " * (column - 1)))]
        kept = [self.text[item.span.start : item.span.end] for at, item in enumerate(node.items) if at not in removed]
        if not removed:
            at = node.items[-1].span.end if node.items else node.span.end - 1
            return [Edit(at, at, "".join(f"{', ' if kept or number else ''}{item}" for number, item in enumerate(added)))]
        edits = [self._cut(node, at) for at in sorted(removed)]
        at = node.span.end - 1
        return [*edits, Edit(at, at, "".join(f"{', ' if kept or number else ''}{item}" for number, item in enumerate(added)))]

    def _cut(self, node: Items, number: int) -> Edit:
        """An item of a list in brackets, with the comma behind it; of the last one, with the comma before it."""
        items = node.items
        if number + 1 < len(items):
            return Edit(items[number].span.start, items[number + 1].span.start, "")
        start = items[number - 1].span.end if number else items[number].span.start
        return Edit(start, items[number].span.end, "")

    def _in_block(self, node: Items, removed: set[int], added: list[str]) -> list[Edit]:
        dash = self.text.rfind("-", 0, node.items[0].span.start)
        indent = " " * (self.document.file.position(dash)[1] - 1)
        edits = [self._without_line(node.items[number]) for number in sorted(removed)]
        if len(removed) == len(node.items) and not added:
            key = self.document.key_span((*self.at, "alerts"))
            return [*edits, Edit(key.end + 1, key.end + 1, " []")]
        lines = "".join(f"{self.line_end}{indent}- {item}" for item in added)
        return [*edits, self._behind(_last(node.items[-1]), lines)] if added else edits

    def _without_line(self, item: Node) -> Edit:
        """From the line end before an item's dash to the end of its last line."""
        dash = self.text.rfind("-", 0, item.span.start)
        start = self.text.rfind("\n", 0, dash)
        start -= self.text[start - 1 : start] == "\r"
        return Edit(start, self._behind(_last(item), "").start, "")


def _last(node: Node) -> Span:
    """The place of the last scalar or bracketed part: a block's own end may stand further down."""
    match node:
        case Mapping(entries=entries) if entries:
            inner = _last(list(entries.values())[-1][1])
        case Items(items=items) if items:
            inner = _last(items[-1])
        case _:
            return node.span
    return node.span if node.span.file.text[node.span.end - 1 : node.span.end] in ("]", "}") else inner


def literal(type: Type, value: Any) -> str:
    """An alert's value as a test writes it."""
    match type, value:
        case _, None:
            return "null"
        case "bool", _:
            return "true" if value else "false"
        case "string", str():
            return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else json.dumps(value, ensure_ascii=False)
        case "duration", _ if value >= 0:
            return spell_duration(round(value * 1000))
        case _:
            return str(value)
