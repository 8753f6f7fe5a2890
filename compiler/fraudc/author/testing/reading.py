"""The checked document of a test file in, its tests against the project's schema and rules out; mistakes are reported."""

import msgspec

from fraudc.author.testing.cases import Case, Expected, Transaction
from fraudc.author.testing.payloads import Fields, Values, bad_input, document, made_up
from fraudc.author.testing.reads import fields_read
from fraudc.author.testing.values import WRITTEN, WRONG, wanted
from fraudc.codes import tests as codes
from fraudc.diagnostics import Diagnostics
from fraudc.document import AlertDocument, CaseDocument, Document, TestFileDocument, TransactionDocument
from fraudc.document.leaves import shown
from fraudc.load import Mapping, Path, follow
from fraudc.suggest import did_you_mean
from fraudc_runtime.expr import Type
from fraudc_runtime.plan import EntitySpec, FieldSpec, Plan, Rule
from fraudc_runtime.readers import Reader, profile_reader, transaction_reader

MOST = 100_000  # transactions of a test
_END = 253_402_300_800_000  # the year 10000

_File = Document[TestFileDocument]


class TestReader:
    """Reads the test files of one project."""

    __test__ = False  # pytest: no test

    def __init__(self, plan: Plan, diagnostics: Diagnostics) -> None:
        self.plan = plan
        self.diagnostics = diagnostics
        self.rules = {rule.id: rule for rule in plan.rules}
        self.read_by = {rule.id: fields_read(rule, plan) for rule in plan.rules}
        schema = plan.schema
        self.fields = Fields(schema.fields, diagnostics, {schema.id: "write `id:`", schema.event_time: "write `at:`"})
        self.types = {field.name: field.type for field in schema.fields}
        self.reader = transaction_reader("json", schema)
        self.profiles = {entity.name: entity for entity in schema.entities if entity.profile}

    def cases(self, file: _File) -> tuple[Case, ...]:
        """The tests without mistakes."""
        self._check_names(file)
        read = [_CaseReader(self, file, at).case(case) for at, case in enumerate(file.content.tests) if case is not None]
        return tuple(case for case in read if case is not None)

    def profile_reader(self, entity: EntitySpec) -> tuple[Fields, Reader]:
        keys = tuple(FieldSpec(name, self.types[name]) for name in entity.key)
        return Fields((*keys, *entity.profile), self.diagnostics), profile_reader("json", self.plan.schema, entity)

    def _check_names(self, file: _File) -> None:
        first: dict[str, int] = {}
        for at, case in enumerate(file.content.tests):
            path: Path = ("tests", at, "name")
            if case is None or file.is_broken(path):
                continue
            if (known := first.setdefault(case.name, at)) != at:
                line = file.file.position(file.span(("tests", known, "name")).start)[0]
                message, label = f"another test is named {shown(case.name)}", f"choose another name; the first is on line {line}"
                self.diagnostics.report(codes.SAME_NAME, message, file.span(path), label)


class _CaseReader:
    """Reads one test."""

    def __init__(self, tests: TestReader, file: _File, number: int) -> None:
        self.tests = tests
        self.file = file
        self.number = number
        self.at: Path = ("tests", number)
        self.report = tests.diagnostics.report
        self.reported: set[str] = set()
        self.rules: tuple[str, ...] = ()
        self.read: frozenset[str] = frozenset()  # the fields that these read

    def case(self, case: CaseDocument) -> Case | None:
        before = len(self.tests.diagnostics.found)
        rules = self.rules = self._rules(case)
        self.read = frozenset().union(*(self.tests.read_by[rule] for rule in rules))
        rows = {entity: self._rows(entity, number) for entity, number in ((e, len(r)) for e, r in case.profiles.items())}
        transactions = self._transactions(case)
        alerts = None if case.alerts is None else self._alerts(case.alerts, rules, {found.id for found in transactions})
        broken = any(path[: len(self.at)] == self.at for path in self.file.broken)
        if broken or len(self.tests.diagnostics.found) > before:
            return None
        span = self.file.span((*self.at, "name"))
        return Case(case.name, self.number, self.file.content.start, rules, rows, tuple(transactions), alerts, span)

    def _rules(self, case: CaseDocument) -> tuple[str, ...]:
        if case.rules is None:
            return tuple(self.tests.rules)
        for at, rule in enumerate(case.rules):
            self._known_rule(rule, (*self.at, "rules", at), tuple(self.tests.rules))
        return tuple(rule for rule in case.rules if rule in self.tests.rules)

    def _known_rule(self, rule: str, path: Path, known: tuple[str, ...]) -> bool:
        if rule in known or self.file.is_broken((*self.at, "rules")):
            return rule in known
        message = f"the test does not run {shown(rule)}" if rule in self.tests.rules else f"there is no rule {shown(rule)}"
        label = "add it to the test's `rules`" if rule in self.tests.rules else did_you_mean(rule, known)
        self.report(codes.NO_RULE, message, self.file.span(path), label or f"the rules are {', '.join(known[:5])}")
        return False

    def _rows(self, entity: str, number: int) -> tuple[bytes, ...]:
        spec = self.tests.profiles.get(entity)
        if spec is None:
            known = tuple(self.tests.profiles)
            label = did_you_mean(entity, known) or (f"profiles have {', '.join(known)}" if known else "declare `profile:` in fraudc.yaml")
            self.report(
                codes.NO_ENTITY, f"no profile belongs to {shown(entity)}", self.file.key_span((*self.at, "profiles", entity)), label
            )
            return ()
        fields, reader = self.tests.profile_reader(spec)
        return tuple(self._row(fields, reader, (*self.at, "profiles", entity, at)) for at in range(number))

    def _row(self, fields: Fields, reader: Reader, path: Path) -> bytes:
        values = self._values(fields, path)
        if values is None:
            return b""
        payload = msgspec.json.encode(document(values))
        bad_input(reader, payload, values, self.file.head_span(path), self.tests.diagnostics)
        return payload

    def _values(self, fields: Fields, path: Path, own: frozenset[str] = frozenset()) -> Values | None:
        """The values of the mapping at a path."""
        node = follow(self.file.root, path)
        return fields.read(node, own) if isinstance(node, Mapping) else {}

    def _transactions(self, case: CaseDocument) -> list[Transaction]:
        if any(found is None for found in case.transactions):
            return []
        defaults = self._values(self.tests.fields, (*self.at, "defaults")) if self.file.has((*self.at, "defaults")) else {}
        found: list[Transaction] = []
        made = 0
        for at, transaction in enumerate(case.transactions):
            path: Path = (*self.at, "transactions", at)
            if transaction is None or not self._repeats(transaction, path, len(found)):
                continue
            ids = [transaction.id or f"t{made + count + 1:04}" for count in range(transaction.times)]
            made += 0 if transaction.id else transaction.times
            values = self._values(self.tests.fields, path, _OWN)
            if values is not None and defaults is not None:
                found += self._expanded(transaction, ids, self._filled({**defaults, **values}, path), path)
        return found

    def _repeats(self, transaction: TransactionDocument, path: Path, before: int) -> bool:
        if transaction.times == 1 and self.file.has((*path, "every")) and not self.file.has((*path, "times")):
            self.report(codes.REPEATED, "`every` without `times`", self.file.key_span((*path, "every")), "add `times: 3`")
            return False
        if before + transaction.times > MOST:
            message = f"this test has more than {MOST:,} transactions"
            self.report(codes.REPEATED, message, self.file.span((*path, "times")), "fewer do as well")
            return False
        return True

    def _filled(self, values: Values, path: Path) -> Values:
        whole = self.file.head_span(path)
        more, lacking = made_up(self.tests.plan.schema, values, self.read, whole)
        for name in lacking:
            if name not in self.reported:
                self.reported.add(name)
                reader = next(rule for rule in self.rules if name in self.tests.read_by[rule])
                label = f"add `{name}: …` here, or under `defaults`"
                self.report(codes.NOT_GIVEN, f"`{name}` is missing, and `{reader}` reads it", whole, label)
        return {**values, **more} if not lacking else {}

    def _expanded(self, transaction: TransactionDocument, ids: list[str], values: Values, path: Path) -> list[Transaction]:
        if not values:
            return []
        schema, start, whole = self.tests.plan.schema, self.file.content.start, self.file.head_span(path)
        line = self.file.file.position(whole.start)[0]
        last = start + transaction.at + transaction.every * (transaction.times - 1)
        if last >= _END:
            place = self.file.span((*path, "every" if transaction.every else "at"))
            self.report(codes.BAD_INPUT, "this is later than the year 9999", place, "no rule would see this")
            return []
        body = document(values)
        found = []
        for number, id in enumerate(ids):
            at = start + transaction.at + transaction.every * number
            payload = msgspec.json.encode({schema.id: id, schema.event_time: at, **body})
            found.append(Transaction(id, at, payload, line))
        bad_input(self.tests.reader, found[0].payload, values, whole, self.tests.diagnostics)
        return found

    def _alerts(self, alerts: list[AlertDocument | None], rules: tuple[str, ...], ids: set[str]) -> tuple[Expected, ...]:
        found = []
        for at, alert in enumerate(alerts):
            path: Path = (*self.at, "alerts", at)
            if alert is None:
                continue
            if ids and alert.transaction not in ids and not self.file.is_broken((*path, "transaction")):
                message = f"no transaction of this test has the id {shown(alert.transaction)}"
                label = did_you_mean(alert.transaction, ids) or f"its ids are {', '.join(sorted(ids)[:5])}"
                self.report(codes.NO_TRANSACTION, message, self.file.span((*path, "transaction")), label)
            if not self.file.is_broken((*path, "rule")) and self._known_rule(alert.rule, (*path, "rule"), rules):
                self._check_values(alert, self.tests.rules[alert.rule], path)
            found.append(Expected(alert.rule, alert.transaction, alert.values, alert.mode, at))
        return tuple(found)

    def _check_values(self, alert: AlertDocument, rule: Rule, path: Path) -> None:
        types: dict[str, Type] = {name: self.tests.types[name] for name in rule.values} | {let.name: let.type for let in rule.lets}
        for name, scalar in alert.values.items():
            at: Path = (*path, "values", name)
            if name not in types:
                label = did_you_mean(name, types) or f"its values are {', '.join(types)}"
                self.report(codes.UNKNOWN_FIELD, f"alerts of `{rule.id}` have no value {shown(name)}", self.file.key_span(at), label)
            elif wanted(types[name], scalar) is WRONG:
                message = f"`{name}` is {types[name]}, and {shown(scalar.text)} is not"
                self.report(codes.WRONG_VALUE, message, self.file.span(at), f"write {WRITTEN[types[name]]}")


_OWN = frozenset(["at", "times", "every", "id"])
