"""Rules that compile in, warnings and notes about what may not be meant out: each lint a function, LINTS their order."""

from collections.abc import Callable

from fraudc.author.lint.conditions import clauses, equal_floats
from fraudc.author.lint.ignores import ignored
from fraudc.author.lint.messages import messages
from fraudc.author.lint.subject import Load, Subject
from fraudc.author.lint.unused import untested, unused_fields, unused_lets, unused_lists
from fraudc.author.lint.windows import kept_for_ever, long_cooldowns, too_large
from fraudc.author.testing.cases import TestFile
from fraudc.diagnostics import Diagnostics
from fraudc.pipeline import Compilation

__all__ = ["LINTS", "Load", "lint"]
Lint = Callable[[Subject, Diagnostics], None]

LINTS: tuple[Lint, ...] = (
    kept_for_ever, long_cooldowns, too_large, unused_lists, unused_lets, unused_fields, untested, clauses, equal_floats, messages,
)  # fmt: skip


def lint(compilation: Compilation, tests: list[TestFile], load: Load | None = None) -> None:
    """Adds what every lint finds to the compilation's diagnostics, but for what a comment in the rules says to ignore.

    Nothing is looked for in a project with errors. `load` is what the job is expected to carry.
    """
    if compilation.project is None or compilation.rules is None:
        return
    found = Diagnostics()
    subject = Subject(compilation.project, compilation.rules, tests, load)
    for look in LINTS:
        look(subject, found)
    compilation.diagnostics.found += ignored(compilation.project, found.found)
