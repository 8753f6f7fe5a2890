"""The phases in order: a rules project's folder in, its Plan or diagnostics out."""

from dataclasses import dataclass
from pathlib import Path

from fraudc.check import check_project
from fraudc.diagnostics import Diagnostics
from fraudc.optimize import optimize
from fraudc.planner import plan_project
from fraudc.project import Project, read_project
from fraudc_runtime.plan import Plan


@dataclass(frozen=True, slots=True)
class Compilation:
    """`plan` is None if there are errors; `project` if fraudc.yaml gives no schema."""

    plan: Plan | None
    diagnostics: Diagnostics
    project: Project | None


def compile_project(root: Path) -> Compilation:
    """Compiles the project in a folder. ProjectError for a file that cannot be read; all else is diagnostics."""
    diagnostics = Diagnostics()
    project = read_project(root, diagnostics)  # load, document
    if project is None:
        return Compilation(None, diagnostics, None)
    rules = check_project(project, diagnostics)  # parse, check
    if rules is None or diagnostics.errors:
        return Compilation(None, diagnostics, project)
    return Compilation(optimize(plan_project(rules)), diagnostics, project)
