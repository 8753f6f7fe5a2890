"""Names: what a name in an expression stands for, by its place; or a report that suggests what was meant."""

from fraudc import syntax
from fraudc.builtins import AGGREGATES, FUNCTIONS
from fraudc.check.scope import Checked, Named, Place, RuleScope
from fraudc.codes import planning
from fraudc.codes import types as codes
from fraudc.diagnostics import Diagnostics
from fraudc.suggest import did_you_mean
from fraudc_runtime.expr import Field, Let, Match, Profile
from fraudc_runtime.plan import FieldSpec

_OTHER_LANGUAGES = {"null": "missing", "none": "missing", "nil": "missing", "true": "true", "false": "false"}


class Names:
    """Resolves the names of one place in one rule."""

    def __init__(self, scope: RuleScope, place: Place, diagnostics: Diagnostics) -> None:
        self._scope = scope
        self._place = place
        self._diagnostics = diagnostics

    def name(self, node: syntax.Name) -> Checked:
        """A let above, then a field; in `where` a field."""
        scope, name = self._scope, node.name
        if self._place.lets and name in scope.lets:
            return self._let(node, scope.lets[name])
        if name in scope.fields:
            return field_named(scope.fields[name])
        if name in scope.promised:
            self._unusable_let(node)
        else:
            self._unknown(node)
        return None

    def member(self, node: syntax.Member) -> Checked:
        """A profile field, or `match.FIELD`."""
        if node.owner.name == "match":
            return self._match(node)
        owners = {entity.name: entity for entity in self._scope.schema.entities}
        owner = owners.get(node.owner.name)
        if owner is None:
            label = did_you_mean(node.owner.name, owners) or "before the point stands the entity that the rule is `by`"
            self._diagnostics.report(codes.UNKNOWN_NAME, f"there is no entity `{node.owner.name}`", node.owner.span, label)
            return None
        if owner is not self._scope.entity:
            self._other_profile(node)
            return None
        profile = {field.name: field for field in owner.profile}
        if node.name.name not in profile:
            label = did_you_mean(node.name.name, profile) or _known("its profile has", list(profile))
            message = f"{owner.name} has no profile field `{node.name.name}`"
            self._diagnostics.report(codes.UNKNOWN_NAME, message, node.name.span, label)
            return None
        return Profile(node.name.name, profile[node.name.name].type)

    def _let(self, node: syntax.Name, let: Named) -> Checked:
        if let.windowed and not self._place.windowed_lets:
            message = f"`{let.name}` holds an aggregate, which cannot stand in {self._place.name}"
            self._diagnostics.report(self._place.refusal, message, node.span, self._place.instead)
            return None
        return None if let.type is None else Let(let.name, let.type)

    def _unusable_let(self, node: syntax.Name) -> None:
        if not self._place.lets:
            message = f"`{node.name}` is a let, which cannot stand in {self._place.name}"
            self._diagnostics.report(self._place.refusal, message, node.span, self._place.instead)
        else:
            self._diagnostics.report(codes.LATER_NAME, f"the let `{node.name}` stands further down", node.span, "move it above this one")

    def _unknown(self, node: syntax.Name) -> None:
        known = {**self._scope.fields, **(self._scope.lets if self._place.lets else {})}
        word = self._scope.schema.event_time if node.name.lower() == "now" else _OTHER_LANGUAGES.get(node.name.lower())
        if word:
            label = f"write `{word}`"
        elif node.name in self._scope.lists.names:
            label = f"a list stands behind `in`: `x in {node.name}`"
        elif any(entity.name == node.name for entity in self._scope.schema.entities):
            label = f"an entity's profile is read with a point: `{node.name}.field`"
        elif node.name in AGGREGATES:
            label = f"an aggregate has brackets and a window: `{AGGREGATES[node.name].example}`"
        elif node.name in FUNCTIONS:
            label = f"a function has brackets: `{FUNCTIONS[node.name].example}`"
        else:
            label = did_you_mean(node.name, known) or "text belongs in quotes"
        lets = " or let" if self._place.lets else ""
        message = f"there is no field{lets} `{node.name if len(node.name) <= 60 else node.name[:59] + '…'}`"
        self._diagnostics.report(codes.UNKNOWN_NAME, message, node.span, label)

    def _match(self, node: syntax.Member) -> Checked:
        if not self._place.match:
            message = f"`match.{node.name.name}` has no meaning in {self._place.name}"
            self._diagnostics.report(codes.NO_MATCH_HERE, message, node.span, f"write `{node.name.name}`")
            return None
        field = self._scope.fields.get(node.name.name)
        if field is None:
            label = did_you_mean(node.name.name, self._scope.fields) or "behind the point stands a field of the schema"
            self._diagnostics.report(codes.UNKNOWN_NAME, f"there is no field `{node.name.name}`", node.name.span, label)
            return None
        return Match(field.name, field.type, _optional(field))

    def _other_profile(self, node: syntax.Member) -> None:
        scope, owner = self._scope, node.owner.name
        if scope.entity is not None:
            label = f"only {scope.entity.name}'s profile can be read here"
            self._diagnostics.report(planning.OTHER_PROFILE, f"this rule is by {scope.entity.name}, not by {owner}", node.span, label)
        elif scope.entity_known:
            self._diagnostics.report(planning.NEEDS_ENTITY, "a rule without `by` has no profile", node.span, f"add `by: {owner}`")


def field_named(field: FieldSpec) -> Field:
    """The expression that reads a field."""
    return Field(field.name, field.type, _optional(field))


def _optional(field: FieldSpec) -> bool:
    return field.optional and field.default is None


def _known(what: str, names: list[str]) -> str:
    return f"{what} {', '.join(names[:8])}" if names else f"{what} no fields"
