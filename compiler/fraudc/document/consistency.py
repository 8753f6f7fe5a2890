"""What keys of one document mean together: a checked document in, diagnostics about keys that do not fit each other out."""

import re
from collections.abc import Iterator

from fraudc.codes import keys
from fraudc.diagnostics import Diagnostics
from fraudc.document.defaults import FITTING, default_text
from fraudc.document.leaves import shown
from fraudc.document.located import Document
from fraudc.document.rules import DETECTORS, PARAMETERS, RuleDocument, RuleFileDocument
from fraudc.document.schema import EntityDocument, FieldDocument, MoneyDocument, ProjectDocument, SchemaDocument
from fraudc.literals.currencies import decimals, known_currencies
from fraudc.load import Path
from fraudc.source import SourceFile, Span
from fraudc.suggest import did_you_mean

_SECRET = re.compile(r"password|secret|jaas|credential|token|\.key$", re.IGNORECASE)
_REFERENCE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


def check_rule(document: Document[RuleFileDocument], index: int, rule: RuleDocument, diagnostics: Diagnostics) -> None:
    """A detector with its own parameters, or a `when`."""
    at: Path = ("rules", index)
    given = [key for key in RuleDocument.key_names() if document.has((*at, key))]
    if "detector" in given and rule.detector is not None:
        _check_parameters(document, at, rule.detector, given, diagnostics)
    elif "detector" not in given:
        for key in given:
            if key in PARAMETERS:
                diagnostics.report(
                    keys.PARAMETER,
                    f"`{key}` belongs to a detector",
                    document.key_span((*at, key)),
                    "name the detector, like `detector: velocity`",
                )
        if "when" not in given:
            label = "say when it fires: `when: amount > 1_000 USD`, or name a `detector`"
            diagnostics.report(keys.NO_CONDITION, "this rule has no condition", document.head_span(at), label)


def _check_parameters(document: Document[RuleFileDocument], at: Path, detector: str, given: list[str], diagnostics: Diagnostics) -> None:
    needed, possible = DETECTORS[detector]
    for key in given:
        if key in PARAMETERS and key not in needed + possible:
            label = f"its parameters are {', '.join(f'`{p}`' for p in needed + possible)}"
            diagnostics.report(keys.PARAMETER, f"`{key}` is no parameter of `{detector}`", document.key_span((*at, key)), label)
    if missing := [key for key in needed if key not in given]:
        examples = {"limit": "`limit: 5`", "window": "`window: 10m`"}
        label = f"add {' and '.join(examples[key] for key in missing)}"
        message = f"`{detector}` needs {' and '.join(f'`{key}`' for key in missing)}"
        diagnostics.report(keys.MISSING, message, document.span((*at, "detector")), label)


def check_job(document: Document[ProjectDocument], diagnostics: Diagnostics) -> None:
    """Secrets come from the environment or a file."""
    job = document.content.job
    given = job.kafka.security if job and job.kafka else {}
    names = [name for name, value in given.items() if _SECRET.search(name) and not _REFERENCE.search(value)]
    spans = [document.span(("job", "kafka", "security", name)) for name in names]
    covered = _covered(document.file, spans)
    for name, span in zip(names, spans, strict=True):
        message = f"{shown(name)} would stand in the file for all to read"
        place = Span(covered, span.start, span.end)
        diagnostics.report(keys.SECRET, message, place, "name an environment variable: `${KAFKA_PASSWORD}`")


def _covered(file: SourceFile, secrets: list[Span]) -> SourceFile:
    """A copy of the file that has asterisks in the place of all secrets: none is ever printed."""
    characters = list(file.text)
    for span in secrets:
        characters[span.start : span.end] = ["\n" if character == "\n" else "*" for character in characters[span.start : span.end]]
    return SourceFile(file.name, "".join(characters))


def check_schema(document: Document[ProjectDocument], diagnostics: Diagnostics) -> None:
    """The fields that others name, defaults, money and entities."""
    _SchemaCheck(document, diagnostics).run()


class _SchemaCheck:
    """Reports on `schema:`; silent on what stands in `Document.broken`."""

    def __init__(self, document: Document[ProjectDocument], diagnostics: Diagnostics) -> None:
        self.document = document
        self.schema: SchemaDocument = document.content.transactions
        self.diagnostics = diagnostics

    def run(self) -> None:
        self._named("id", "string")
        self._named("event_time", "timestamp")
        for name, field in self.schema.fields.items():
            self._field(name, field)
        self._money(self.schema.money)
        for name, entity in self.schema.entities.items():
            self._entity(name, entity)

    def _field_named(self, name: str, path: Path) -> FieldDocument | None:
        """The declared field that the value at a path names; reports one that is not declared."""
        field = self.schema.fields.get(name)
        if field is None and not self.document.is_broken(("schema", "fields")) and not self.document.is_broken(("schema", "fields", name)):
            label = did_you_mean(name, self.schema.fields) or "declare it under `fields`"
            self.diagnostics.report(keys.FIELD, f"{shown(name)} is not among the fields", self.document.span(path), label)
        return field

    def _named(self, key: str, wanted: str) -> None:
        path: Path = ("schema", key)
        name: str = getattr(self.schema, key)
        if self.document.is_broken(path) or (field := self._field_named(name, path)) is None:
            return
        place: Path = ("schema", "fields", name)
        if field.type.type != wanted or field.type.optional:
            found = field.type.type + "?" * field.type.optional
            self.diagnostics.report(
                keys.IDENTITY,
                f"`{name}` is the {key}, and {found} does not do for it",
                self.document.span((*place, "type")),
                f"write `{wanted}`",
            )
        for inner in ("path", "default"):
            if getattr(field, inner):
                message = f"`{name}` is the {key}, and has a `{inner}`"
                self.diagnostics.report(
                    keys.IDENTITY, message, self.document.key_span((*place, inner)), "every transaction brings it, at the top level"
                )

    def _field(self, name: str, field: FieldDocument) -> None:
        place: Path = ("schema", "fields", name)
        for other in self._clashes(name, field):
            self.diagnostics.report(
                keys.CLASH,
                f"`{other}` stands for two things in an alert",
                self.document.key_span(("schema", "fields", other)),
                f"rename it: `{other}` holds the text of `{name}` as it came",
            )
        if field.default is not None and default_text(field.default, field.type) is None:
            message = f"{shown(field.default.text)} is no default for {field.type.type}"
            self.diagnostics.report(keys.DEFAULT, message, self.document.span((*place, "default")), f"write {FITTING[field.type.type]}")
        seen = set() if field.path else {name}
        for index, alias in enumerate(field.aliases):
            if alias in seen:
                self.diagnostics.report(
                    keys.PATH, f"{shown(alias)} is looked at already", self.document.span((*place, "aliases", index)), "remove it"
                )
            seen.add(alias)
        self._needs_money(field.type.type, (*place, "type"))

    def _clashes(self, name: str, field: FieldDocument) -> Iterator[str]:
        if field.type.type == "money" and f"original_{name}" in self.schema.fields:
            yield f"original_{name}"

    def _needs_money(self, type: str, path: Path) -> None:
        if type == "money" and self.schema.money is None and not self.document.is_broken(("schema", "money")):
            self.diagnostics.report(
                keys.NO_MONEY, "money needs a base currency", self.document.span(path), "add `money: {base: USD}` under `schema`"
            )

    def _money(self, money: MoneyDocument | None) -> None:
        if money is None:
            return
        path: Path = ("schema", "money")
        if not self.document.is_broken((*path, "base")):
            self._currency(money.base, self.document.span((*path, "base")))
        for code, rate in money.rates.items():
            self._currency(code, self.document.key_span((*path, "rates", code)))
            if code == money.base and rate != "1":
                message = f"a {code} is one {code}"
                self.diagnostics.report(
                    keys.CURRENCY, message, self.document.span((*path, "rates", code)), "remove the rate of the base currency"
                )
        if money.currency_field is not None:
            field = self._field_named(money.currency_field, (*path, "currency_field"))
            if field is not None and field.type.type != "string":
                message = f"`{money.currency_field}` is {field.type.type}, and a currency is a text"
                self.diagnostics.report(keys.FIELD, message, self.document.span((*path, "currency_field")), "name a string field")

    def _currency(self, code: str, span: Span) -> None:
        if decimals(code) is None:
            label = did_you_mean(code, known_currencies()) if len(code) == 3 else ""
            self.diagnostics.report(
                keys.CURRENCY, f"{shown(code)} is not a currency of ISO 4217", span, label or "three capital letters, like `EUR`"
            )

    def _entity(self, name: str, entity: EntityDocument) -> None:
        place: Path = ("schema", "entities", name)
        if not entity.key:
            self.diagnostics.report(
                keys.KEY_FIELD, f"`{name}` has no key field", self.document.span((*place, "key")), "name the field that holds the key"
            )
        for index, key in enumerate(entity.key):
            at: Path = (*place, "key", index)
            field = self._field_named(key, at)
            if field is not None and field.type.type not in ("string", "int"):
                self.diagnostics.report(
                    keys.KEY_FIELD,
                    f"`{key}` is {field.type.type}, and a key is a string or an int",
                    self.document.span(at),
                    "name another field",
                )
            if key in entity.key[:index]:
                self.diagnostics.report(keys.KEY_FIELD, f"`{key}` stands in the key twice", self.document.span(at), "remove it")
        for column, column_type in entity.profile.items():
            self._needs_money(column_type.type, (*place, "profile", column))
            if column in entity.key:
                message = f"`{column}` is the key of `{name}`"
                self.diagnostics.report(
                    keys.CLASH, message, self.document.key_span((*place, "profile", column)), "a profile holds other fields: remove it"
                )
