"""The phases in order: a rules project's folder in, its Plan or diagnostics out."""

from dataclasses import dataclass
from pathlib import Path

from fraudc import ir
from fraudc.check import check
from fraudc.codes import types
from fraudc.diagnostics import Diagnostic, Diagnostics
from fraudc.optimize import optimize
from fraudc.planner import plan
from fraudc.project import Project, read_project
from fraudc.schema import broken_names, schema_of
from fraudc.source import text_of
from fraudc_runtime.plan import Plan


@dataclass(frozen=True, slots=True)
class Compilation:
    """`plan` and its typed `rules` are None if there are errors; `project` if fraudc.yaml gives no schema."""

    plan: Plan | None
    diagnostics: Diagnostics
    project: Project | None
    rules: ir.Project | None = None


def compile_project(root: Path) -> Compilation:
    """Compiles the project in a folder. ProjectError for a file that cannot be read; all else is diagnostics."""
    diagnostics = Diagnostics()
    project = read_project(root, diagnostics)  # load, document
    if project is None:
        return Compilation(None, diagnostics, None)
    rules = check_rules(project, diagnostics)  # parse, check
    if diagnostics.errors:
        return Compilation(None, diagnostics, project)
    return Compilation(optimize(plan(rules)), diagnostics, project, rules)


def check_rules(project: Project, diagnostics: Diagnostics) -> ir.Project:
    """The typed rules. What is reported only because a name is declared with a mistake, reported already, is left out."""
    found = Diagnostics()
    lists = {name: declared.items for name, declared in project.lists.items()}
    rules = check(schema_of(project.settings), project.files, lists, found)
    broken = broken_names(project.settings) | project.broken_lists
    for one in found.found:
        if one.span is None or not (text_of(one.span) in broken or _follows_from_a_let(one, project)):
            diagnostics.report(one.code, one.message, one.span, one.label, one.help)
    return rules


def _follows_from_a_let(found: Diagnostic, project: Project) -> bool:
    """Whether a name is unknown because the let (all lets, the detector) that would be it is written with a mistake."""
    if found.span is None or found.code is not types.UNKNOWN_NAME:
        return False
    for document in project.files:
        for path in document.broken if document.file is found.span.file else ():
            if len(path) > 2 and path[0] == "rules" and path[2] in ("let", "detector"):
                rule = document.span(path[:2])
                if rule.start <= found.span.start < rule.end and path[3:] in ((), (text_of(found.span),)):
                    return True
    return False
