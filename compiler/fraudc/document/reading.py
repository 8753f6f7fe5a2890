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
from fraudc.document.tests import AlertDocument, CaseDocument, TestFileDocument, TransactionDocument
from fraudc.load import Mapping, Node, Path, Scalar, Sequence, follow, head_span, key_at
from fraudc.source import SourceFile, Span
from fraudc.suggest import did_you_mean

Shape = TypeVar("Shape", bound=Model)

_EXAMPLES = {
    "id": "id: card-testing",
    "schema.id": "id: transaction_id",
    "version": "version: 1",
    "when": "when: amount > 1_000 USD",
    "schema": "schema: {id: …, event_time: …, fields: {…}}",
    "rules": 'rules: ["rules/*.yaml"]',
    "event_time": "event_time: event_time",
    "fields": "fields: {transaction_id: string, event_time: timestamp}",
    "type": "type: string",
    "key": "key: customer_id",
    "base": "base: USD",
    "tests": "tests: [{name: …, transactions: […], alerts: […]}]",
    "name": "name: three probes and a large purchase",
    "transactions": "transactions: [{at: 0s, amount: 210}]",
    "rule": "rule: card-testing",
    "transaction": "transaction: t0001",
}  # how the line that is missing could look

# Words that other tools use for what is called otherwise here.
_OTHER_WORDS = {
    **dict.fromkeys(["condition", "if", "expression", "expr", "rule"], "when"),
    **dict.fromkeys(["name", "rule_id", "key"], "id"),
    **dict.fromkeys(["description", "summary"], "title"),
    **dict.fromkeys(["entity", "group_by", "per"], "by"),
    **dict.fromkeys(["filter", "only"], "where"),
    **dict.fromkeys(["level", "priority", "risk"], "severity"),
    **dict.fromkeys(["enabled", "disabled", "active", "status"], "mode"),
    **dict.fromkeys(["tags", "metadata"], "labels"),
    **dict.fromkeys(["variables", "vars", "define", "lets"], "let"),
}
_MOST_LISTED = 8
_ROUNDS = 20  # documents are six levels deep

# What stands in for a required key that is missing or wrong, so that the document around it survives.
_STAND_INS: dict[str, Any] = {
    "id": "unnamed", "event_time": "event_time", "version": "1", "fields": {}, "rules": [], "base": "USD", "name": "unnamed",
    "transactions": [], "tests": [],
}  # fmt: skip


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


def read_test_document(file: SourceFile, root: Node, diagnostics: Diagnostics) -> Document[TestFileDocument] | None:
    """The document of a test file; None if it is no mapping."""
    reader = _Reader(file, root, diagnostics)
    data = plain(root)
    if isinstance(data, dict) and isinstance(data.get("tests"), list):
        data = {**data, "tests": [_case(reader, case, ("tests", index)) for index, case in enumerate(data["tests"])]}
    content = reader.shaped(TestFileDocument, data, ())
    return None if content is None else Document(file, root, content, frozenset(reader.broken))


def _case(reader: "_Reader", data: Any, at: Path) -> CaseDocument | None:
    parts: dict[str, type[Model]] = {"transactions": TransactionDocument, "alerts": AlertDocument}
    for key, model in parts.items() if isinstance(data, dict) else ():
        if isinstance(data.get(key), list):
            data = {**data, key: [reader.shaped(model, part, (*at, key, index)) for index, part in enumerate(data[key])]}
    return reader.shaped(CaseDocument, data, at)


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
        """The model of the data at a path. A round mends one level of it, so that a few are enough."""
        for _ in range(_ROUNDS):
            try:
                return model.model_validate(data)
            except ValidationError as error:
                details = error.errors(include_url=False)
                self._report_missing(at, [detail["loc"] for detail in details if detail["type"] == "missing"])
                for detail in details:
                    if detail["type"] == "missing" and detail["loc"][-1] in _STAND_INS:
                        data = _with(data, detail["loc"], self._stand_in(_STAND_INS[str(detail["loc"][-1])]))
                wrong = {part for detail in details for part in self._wrong(data, at, detail)}
                if () in wrong:
                    return None
                data = _without(data, wrong)
        return None

    def _wrong(self, data: Any, at: Path, detail: ErrorDetails) -> list[Path]:
        """Reports one finding; the parts of the data to leave out for it: () where nothing is left."""
        loc: Path = tuple(detail["loc"])
        if detail["type"] == "unknown_keys":
            unknown: list[Path] = [(*loc, key) for key in detail["ctx"]["unknown"]]
            for path in unknown:
                self._unknown(detail["ctx"]["model"], str(path[-1]), at + path)
                self.broken.add(at + path)
            return [_removable(data, path) for path in unknown]
        if detail["type"] == "missing":
            if loc[-1] in _STAND_INS:
                return []
            self.broken.add(at + loc[:-1])
            return [loc[:-1]]
        if loc and loc[-1] == "[key]":
            loc = loc[:-1]
            self._report(detail, self._key_span(at + loc))
        else:
            self._report(detail, follow(self.root, at + loc).span)
        part = _removable(data, loc)
        self.broken.add(at + part)
        return [part]

    def _report(self, detail: ErrorDetails, span: Span) -> None:
        context = detail.get("ctx", {})
        if detail["type"] == "fraudc":
            self.diagnostics.report(context["code"], context["message"], span, context["label"])
        else:
            wanted = {"list_type": "a list", "dict_type": "a mapping"}.get(detail["type"], "something else")
            example = {"a list": "write `[a, b]`", "a mapping": "write `name: value` lines"}.get(wanted, "")
            if wanted == "a list" and isinstance(detail["input"], Scalar) and 0 < len(detail["input"].text) < 40:
                example = f'write `["{detail["input"].text}"]`'
            self.diagnostics.report(keys.TYPE, f"{kind(detail['input'])} stands where {wanted} belongs", span, example)

    def _unknown(self, model: type[Model], key: str, path: Path) -> None:
        title = model.model_config.get("title", "this part")
        known = model.key_names()
        other = _OTHER_WORDS.get(key.lower())
        label = f"write `{other}`" if other in known else did_you_mean(key, known)
        listed = f"{', '.join(known[:_MOST_LISTED])}{' …' if len(known) > _MOST_LISTED else ''}"
        self.diagnostics.report(
            keys.UNKNOWN, f"{shown(key)} is not a key of {title}", self._key_span(path), label or f"its keys are {listed}"
        )

    def _report_missing(self, at: Path, locs: list[tuple[str | int, ...]]) -> None:
        """One diagnostic for all keys that a part lacks."""
        lacking: dict[Path, list[str]] = {}
        for loc in locs:
            path = at + loc
            if not any(path[:length] in self.broken for length in range(len(path) + 1)):
                self.broken.add(path)
                lacking.setdefault(path[:-1], []).append(str(path[-1]))
        for part, names in lacking.items():
            examples = " and ".join(f"`{_example(part, name)}`" for name in names)
            verb = "is" if len(names) == 1 else "are"
            message = f"{' and '.join(f'`{name}`' for name in names)} {verb} missing"
            self.diagnostics.report(keys.MISSING, message, head_span(self.root, part), f"add {examples}")

    def _stand_in(self, value: Any) -> Any:
        return Scalar(value, "plain", Span(self.file, 0, 0)) if isinstance(value, str) else value

    def _key_span(self, path: Path) -> Span:
        key = key_at(self.root, path)
        return follow(self.root, path).span if key is None else key.span


def _example(part: Path, name: str) -> str:
    return _EXAMPLES.get(".".join(map(str, (*part, name)))) or _EXAMPLES.get(name, f"{name}: …")


def _removable(data: Any, loc: Path) -> Path:
    """The part to leave out: the whole list where an item is wrong, the short form where a part of its long form is."""
    for depth, step in enumerate(loc):
        if not isinstance(data, dict) or step not in data:
            return loc[:depth]
        data = data[step]
    return loc


def _without(data: Any, parts: set[Path]) -> Any:
    """A copy without the parts, each of which stands in the data."""
    below: dict[str | int, set[Path]] = {}
    for part in parts:
        below.setdefault(part[0], set()).add(part[1:])
    kept = {key: value for key, value in data.items() if () not in below.get(key, ())}
    return kept | {key: _without(kept[key], rest) for key, rest in below.items() if key in kept}


def _with(data: Any, loc: Path, value: Any) -> Any:
    step, rest = loc[0], loc[1:]
    if not rest:
        return {**data, step: value}
    return {**data, step: _with(data[step], rest, value)}
