"""A tree of nodes in, checked models out: mistakes become diagnostics, and what is wrong is left out so that all the rest is checked."""

from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from fraudc.codes import keys
from fraudc.diagnostics import Diagnostics
from fraudc.document.consistency import check_job, check_rule, check_schema
from fraudc.document.leaves import Model, kind, shown
from fraudc.document.located import Document
from fraudc.document.rules import RuleDocument, RuleFileDocument
from fraudc.document.schema import ProjectDocument
from fraudc.nodes import Mapping, Node, Path, Scalar, Sequence, follow, key_at
from fraudc.source import SourceFile, Span
from fraudc.suggest import did_you_mean

Shape = TypeVar("Shape", bound=Model)

_EXAMPLES = {
    "id": "id: card-testing",
    "version": "version: 1",
    "when": "when: amount > 1_000 USD",
    "schema": "schema: {id: …, event_time: …, fields: {…}}",
    "rules": 'rules: ["rules/*.yaml"]',
    "event_time": "event_time: event_time",
    "fields": "fields: {transaction_id: string, event_time: timestamp}",
    "type": "type: string",
    "key": "key: customer_id",
    "base": "base: USD",
}  # how the line that is missing could look

# What stands in for a required key that is missing or wrong, so that the document around it survives.
_STAND_INS: dict[str, Any] = {"id": "without-id", "event_time": "event_time", "version": "1", "fields": {}, "rules": [], "base": "USD"}


def read_project_document(file: SourceFile, root: Node, diagnostics: Diagnostics) -> Document[ProjectDocument] | None:
    """The document of fraudc.yaml; None if it has no schema at all."""
    reader = _Reader(file, root, diagnostics)
    content = reader.shaped(ProjectDocument, plain(root), ())
    if content is None:
        return None
    document = Document(file, root, content, frozenset(reader.broken))
    check_schema(document, diagnostics)
    check_job(document, diagnostics)
    return document


def read_rule_document(file: SourceFile, root: Node, diagnostics: Diagnostics) -> Document[RuleFileDocument] | None:
    """The document of a rule file; None if it is no mapping."""
    reader = _Reader(file, root, diagnostics)
    data = plain(root)
    if isinstance(data, dict) and isinstance(data.get("rules"), list):
        rules = [reader.shaped(RuleDocument, rule, ("rules", index)) for index, rule in enumerate(data["rules"])]
        data = {**data, "rules": rules}
    content = reader.shaped(RuleFileDocument, data, ())
    if content is None:
        return None
    document = Document(file, root, content, frozenset(reader.broken))
    for index, rule in enumerate(content.rules):
        if rule is not None:
            check_rule(document, index, rule, diagnostics)
    return document


def plain(node: Node) -> Any:
    """Dicts and lists around the scalars, as pydantic takes them."""
    match node:
        case Mapping(entries=entries):
            return {key: plain(value) for key, (_, value) in entries.items()}
        case Sequence(items=items):
            return [plain(item) for item in items]
        case Scalar():
            return node


class _Reader:
    """Validates, reports what pydantic found, leaves it out, and validates what remains."""

    def __init__(self, file: SourceFile, root: Node, diagnostics: Diagnostics) -> None:
        self.file = file
        self.root = root
        self.diagnostics = diagnostics
        self.broken: set[Path] = set()

    def shaped(self, model: type[Shape], data: Any, at: Path) -> Shape | None:
        """The model of the data at a path. Each round leaves out at least one part, so that the rounds end."""
        while True:
            try:
                return model.model_validate(data)
            except ValidationError as error:
                mended = data
                for detail in error.errors(include_url=False):
                    mended = self._mend(mended, at, detail)
                    if mended is None:
                        return None
                if mended is data:
                    return None
                data = mended

    def _mend(self, data: Any, at: Path, detail: ErrorDetails) -> Any:
        """Reports one finding and gives the data without it; None if nothing is left."""
        loc: Path = tuple(detail["loc"])
        if detail["type"] == "unknown_keys":
            for key in detail["ctx"]["unknown"]:
                self._unknown(detail["ctx"]["model"], key, (*at, *loc, key))
                data = _without(data, (*loc, key))
            return data
        if detail["type"] == "missing":
            return self._missing(data, at, loc)
        if loc and loc[-1] == "[key]":
            loc = loc[:-1]
            self._report(detail, self._key_span(at + loc))
        else:
            self._report(detail, follow(self.root, at + loc).span)
        self.broken.add(at + _removable(data, loc))
        return _without(data, loc) if loc else None

    def _report(self, detail: ErrorDetails, span: Span) -> None:
        context = detail.get("ctx", {})
        if detail["type"] == "fraudc":
            self.diagnostics.report(context["code"], context["message"], span, context["label"])
        else:
            wanted = {"list_type": "a list", "dict_type": "a mapping"}.get(detail["type"], "something else")
            example = {"a list": "write `[a, b]`", "a mapping": "write `name: value` lines"}.get(wanted, "")
            self.diagnostics.report(keys.TYPE, f"{kind(detail['input'])} stands where {wanted} belongs", span, example)

    def _unknown(self, model: type[Model], key: str, path: Path) -> None:
        title = model.model_config.get("title", "this part")
        label = did_you_mean(key, model.key_names()) or f"its keys are {', '.join(model.key_names())}"
        self.diagnostics.report(keys.UNKNOWN, f"{shown(key)} is not a key of {title}", self._key_span(path), label)

    def _missing(self, data: Any, at: Path, loc: Path) -> Any:
        key = str(loc[-1])
        if not any((at + loc)[: len(part)] == part for part in self.broken):
            self.broken.add(at + loc)
            label = f"add `{_EXAMPLES.get(key, key + ': …')}`"
            self.diagnostics.report(keys.MISSING, f"`{key}` is missing", self._head(at + loc[:-1]), label)
        if key in _STAND_INS:
            return _with(data, loc, self._stand_in(_STAND_INS[key]))
        self.broken.add(at + loc[:-1])
        return _without(data, loc[:-1]) if len(loc) > 1 else None

    def _stand_in(self, value: Any) -> Any:
        return Scalar(value, "plain", Span(self.file, 0, 0)) if isinstance(value, str) else value

    def _key_span(self, path: Path) -> Span:
        key = key_at(self.root, path)
        return follow(self.root, path).span if key is None else key.span

    def _head(self, path: Path) -> Span:
        """Where something is missing: the key of the part, else the first key in it."""
        key, node = key_at(self.root, path), follow(self.root, path)
        if key is not None:
            return key.span
        if isinstance(node, Mapping) and node.entries:
            return next(iter(node.entries.values()))[0].span
        return Span(self.file, node.span.start, node.span.start)


def _removable(data: Any, loc: Path) -> Path:
    """The part to leave out: the whole list where an item is wrong, the short form where a part of its long form is."""
    for depth, step in enumerate(loc):
        if not isinstance(data, dict) or step not in data:
            return loc[:depth]
        data = data[step]
    return loc


def _without(data: Any, loc: Path) -> Any:
    """A copy without the part that `_removable` names; the data itself if there is none."""
    if not (place := _removable(data, loc)):
        return data
    step, rest = place[0], place[1:]
    if rest:
        return {**data, step: _without(data[step], rest)}
    return {key: value for key, value in data.items() if key != step}


def _with(data: Any, loc: Path, value: Any) -> Any:
    step, rest = loc[0], loc[1:]
    if not rest:
        return {**data, step: value}
    return {**data, step: _with(data[step], rest, value)}
