"""One rule's document in, its typed rule out: each expression in its place, and what may stand together."""

from fraudc import ir, syntax
from fraudc.check.expressions import ExpressionChecker
from fraudc.check.lists import ListReader
from fraudc.check.messages import message_of
from fraudc.check.parameters import detector_parameters
from fraudc.check.scope import LET, LIMIT, UNLESS, WHEN, WHERE, Named, Place, RuleScope, WrittenOut, measured
from fraudc.check.values import fields_read
from fraudc.codes import planning
from fraudc.codes import types as codes
from fraudc.detectors import Expansion, expand
from fraudc.diagnostics import Diagnostics
from fraudc.document import Document, RuleDocument, RuleFileDocument
from fraudc.expressions.signatures import aggregate_text
from fraudc.expressions.spell import spell
from fraudc.expressions.trees import nodes
from fraudc.parse import parse_expression
from fraudc.source import Fragment
from fraudc.suggest import did_you_mean
from fraudc_runtime import plan
from fraudc_runtime.expr import Call, Expr, Let, Slot

_ONLY_BY_ENTITY = ("cooldown", "unless", "within", "rollout")


class RuleChecker:
    """Checks one rule of one file."""

    def __init__(
        self,
        schema: plan.Schema,
        lists: ListReader,
        file: Document[RuleFileDocument],
        index: int,
        rule: RuleDocument,
        written_out: WrittenOut,
        diagnostics: Diagnostics,
    ) -> None:
        self._file = file
        self._path: tuple[str | int, ...] = ("rules", index)
        self._rule = rule
        self._diagnostics = diagnostics
        self._reported = len(diagnostics.found)
        entities = {entity.name: entity for entity in schema.entities}
        known = (rule.by is None or rule.by in entities) and not self._broken("by")
        fields = {field.name: field for field in schema.fields}
        promised = frozenset(rule.let) | ({rule.detector} if rule.detector else frozenset())
        entity = entities.get(rule.by) if rule.by else None
        self._scope = RuleScope(rule.id, schema, fields, entity, known, lists, promised, written_out)
        if rule.by is not None and rule.by not in entities:
            self._unknown_entity(rule.by, list(entities))

    def check(self) -> ir.Rule | None:
        """The typed rule, or None if anything in it was reported."""
        rule = self._rule
        where = self._condition(rule.where, WHERE)
        self._scope.seen = measured(where, {})[0] if where else 0
        expansion = self._expansion()
        lets = self._lets(expansion)
        expanded = self._detector_condition(expansion) if expansion else None
        when_syntax = parse_expression(rule.when, self._diagnostics) if rule.when else None
        when = ExpressionChecker(self._scope, WHEN, self._diagnostics).condition(when_syntax) if when_syntax else None
        unless = self._condition(rule.unless, UNLESS)
        message = message_of(rule.message, self._scope, self._diagnostics) if rule.message else None
        self._stands_together()
        fires = [condition for condition in (expanded, when) if condition is not None]
        if not fires or len(self._diagnostics.found) > self._reported:
            return None
        values = fields_read(when_syntax, self._scope) if when_syntax else ()
        return ir.Rule(
            plan.Rule(
                id=rule.id, title=rule.title, severity=rule.severity, entity=rule.by, where=where, lets=lets, when=_both(fires),
                cooldown=rule.cooldown, unless=unless, within=rule.within, message=message, mode=rule.mode, rollout=rule.rollout or "1",
                start=rule.start, end=rule.end, labels=rule.labels, values=values,
                detector=self._spelled(expansion, lets, expanded),
            ),
            tuple(self._scope.aggregates),
            expanded,
        )  # fmt: skip

    def _broken(self, key: str) -> bool:
        return self._file.is_broken((*self._path, key))

    def _condition(self, fragment: Fragment | None, place: Place) -> Expr | None:
        node = parse_expression(fragment, self._diagnostics) if fragment else None
        return ExpressionChecker(self._scope, place, self._diagnostics).condition(node) if node else None

    def _expansion(self) -> Expansion | None:
        rule = self._rule
        if rule.detector is None or rule.detector in rule.let:
            return None
        place = self._file.span((*self._path, "detector"))
        parameters = detector_parameters(rule, place, lambda key: self._file.span((*self._path, key)), self._diagnostics)
        return expand(rule.detector, parameters) if parameters else None

    def _lets(self, expansion: Expansion | None) -> tuple[plan.LetSpec, ...]:
        if self._rule.detector is not None:
            self._scope.lets[self._rule.detector] = Named(self._rule.detector, None, windowed=False)
        found = [self._let(expansion.name, expansion.value)] if expansion else []
        for name, fragment in self._rule.let.items():
            self._check_name(name)
            found.append(self._let(name, parse_expression(fragment, self._diagnostics)))
        return tuple(let for let in found if let is not None)

    def _let(self, name: str, node: syntax.Expression | None) -> plan.LetSpec | None:
        before = len(self._scope.aggregates)
        expr = ExpressionChecker(self._scope, LET, self._diagnostics).value(node) if node else None
        windowed = len(self._scope.aggregates) > before or (expr is not None and self._reads_windows(expr))
        size, depth = measured(expr, self._scope.lets) if expr else (1, 1)
        self._scope.lets[name] = Named(name, expr.type if expr else None, windowed, size, depth)
        return plan.LetSpec(name, expr.type, expr) if expr else None

    def _reads_windows(self, expr: Expr) -> bool:
        return any(isinstance(node, Let) and self._scope.lets[node.name].windowed for node in nodes(expr))

    def _check_name(self, name: str) -> None:
        if name == self._rule.detector:
            span = self._file.key_span((*self._path, "let", name))
            message = f"the rule's detector is a let named `{name}` already"
            self._diagnostics.report(codes.DETECTORS_NAME, message, span, "choose another name")

    def _detector_condition(self, expansion: Expansion) -> Expr | None:
        return ExpressionChecker(self._scope, LIMIT, self._diagnostics).condition(expansion.condition)

    def _stands_together(self) -> None:
        rule = self._rule
        self._unless_and_within()
        if rule.by is None and self._scope.entity_known:
            for key in _ONLY_BY_ENTITY:
                if getattr(rule, key) is not None:
                    span = self._file.key_span((*self._path, key))
                    message = f"a rule without `by` has no `{key}`"
                    self._diagnostics.report(planning.NEEDS_ENTITY, message, span, "say whose transactions to look at with `by:`")
        if rule.start is not None and rule.end is not None and rule.start >= rule.end:
            span = self._file.span((*self._path, "until"))
            self._diagnostics.report(planning.EMPTY_PERIOD, "this period ends before it begins", span, "`until` must be later than `from`")

    def _unless_and_within(self) -> None:
        given = {key: getattr(self._rule, key) is not None or self._broken(key) for key in ("unless", "within")}
        for key, other in (("unless", "within"), ("within", "unless")):
            if given[key] and not given[other]:
                span = self._file.key_span((*self._path, key))
                label = "add `within: 10m`, for example" if other == "within" else "add `unless:` with what cancels the alert"
                self._diagnostics.report(planning.UNLESS_AND_WITHIN, f"`{key}` without `{other}`", span, label)

    def _unknown_entity(self, name: str, entities: list[str]) -> None:
        label = did_you_mean(name, entities) or (f"there are {', '.join(entities[:8])}" if entities else "declare it under `entities:`")
        self._diagnostics.report(codes.UNKNOWN_NAME, f"there is no entity `{name[:60]}`", self._file.span((*self._path, "by")), label)

    def _spelled(self, expansion: Expansion | None, lets: tuple[plan.LetSpec, ...], condition: Expr | None) -> str:
        if expansion is None or condition is None:
            return ""
        value = lets[0].expr
        entity = self._rule.by
        text = aggregate_text(self._scope.aggregates[0], entity) if isinstance(value, Slot) else spell(value, entity)
        return f"{expansion.name}: {text}; {spell(condition, entity)}"


def _both(conditions: list[Expr]) -> Expr:
    return conditions[0] if len(conditions) == 1 else Call("and", tuple(conditions), "bool")
