"""Checked documents in, typed rules out: names, types and where things may stand; every mistake is reported, none is raised."""

from collections.abc import Mapping, Sequence

from fraudc import ir
from fraudc.check.lists import ListReader
from fraudc.check.rules import RuleChecker
from fraudc.check.scope import WrittenOut
from fraudc.diagnostics import Diagnostics
from fraudc.document import Document, ListItem, RuleFileDocument
from fraudc_runtime.plan import Schema

__all__ = ["check"]


def check(
    schema: Schema,
    files: Sequence[Document[RuleFileDocument]],
    lists: Mapping[str, Sequence[ListItem]],
    diagnostics: Diagnostics,
) -> ir.Project:
    """The project's typed rules in file order; a rule with mistakes is left out. `lists` holds every list of the project by name."""
    reader = ListReader(schema, lists, diagnostics)
    written_out = WrittenOut()
    rules = []
    for file in files:
        for index, document in enumerate(file.content.rules):
            if document is not None:
                rules.append(RuleChecker(schema, reader, file, index, document, written_out, diagnostics).check())
    return ir.Project(schema, reader.read, tuple(rule for rule in rules if rule is not None))
