"""Typed rules in, warnings about what compiles and may not be meant out."""

from fraudc import ir
from fraudc.codes import lint as codes
from fraudc.diagnostics import Diagnostics
from fraudc_runtime.plan import All


def lint(project: ir.Project, diagnostics: Diagnostics) -> None:
    """Reports each warning at its place."""
    _kept_for_ever(project, diagnostics)


def _kept_for_ever(project: ir.Project, diagnostics: Diagnostics) -> None:
    """The first window of each entity that never ends, unless the entity forgets silent keys."""
    warned = {entity.name for entity in project.schema.entities if entity.forget is not None}
    for rule in project.rules:
        endless = [aggregate for aggregate in rule.aggregates if isinstance(aggregate.window, All)]
        if endless and rule.rule.entity is not None and rule.rule.entity not in warned:
            warned.add(rule.rule.entity)
            message = f"the entity `{rule.rule.entity}` has windows over all and never forgets a key"
            diagnostics.report(codes.FOR_EVER, message, endless[0].place, "give the entity `forget: 400d`, or the window an end")
