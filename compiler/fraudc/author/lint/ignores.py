"""Warnings in, those that no comment says to ignore out, and what is wrong with such comments: `# fraudc: ignore[W905] why`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fraudc.codes import lint as codes
from fraudc.diagnostics import Diagnostic
from fraudc.project import Project
from fraudc.source import SourceFile, Span

_COMMENT = re.compile(r"# *fraudc: *ignore\[(?P<codes>[^\]\n]*)\](?P<reason>[^\n]*)")


@dataclass(frozen=True, slots=True)
class _Ignore:
    """A comment. It is for what begins in its own line, or where it stands alone, in the next line that is no comment."""

    codes: tuple[str, ...]
    reason: str
    line: int
    span: Span


def ignored(project: Project, found: list[Diagnostic]) -> list[Diagnostic]:
    """What is left, and a warning for each comment without a reason, or without anything to ignore."""
    comments = [(file, comment) for file in _files(project) for comment in _comments(file)]
    left: list[Diagnostic] = []
    used: set[int] = set()
    for one in found:
        matching = [comment for file, comment in comments if one.span is not None and one.span.file is file and _covers(comment, one)]
        used.update(map(id, matching))
        if not matching:
            left.append(one)
    for _, comment in comments:
        if not comment.reason:
            left.append(Diagnostic(codes.BAD_IGNORE, "this comment gives no reason", comment.span, "say why, behind the bracket"))
        elif id(comment) not in used:
            message = f"nothing here is {', '.join(comment.codes)}"
            left.append(Diagnostic(codes.BAD_IGNORE, message, comment.span, "remove the comment"))
    return left


def _covers(comment: _Ignore, one: Diagnostic) -> bool:
    return one.span is not None and one.code.code in comment.codes and one.span.file.position(one.span.start)[0] == comment.line


def _files(project: Project) -> Iterator[SourceFile]:
    yield project.settings.file
    yield from (document.file for document in project.files)


def _comments(file: SourceFile) -> Iterator[_Ignore]:
    for found in _COMMENT.finditer(file.text):
        number, column = file.position(found.start())
        alone = not file.line(number)[: column - 1].strip()
        while alone and number < len(file.line_starts):
            number += 1
            alone = file.line(number).lstrip().startswith("#")
        names = tuple(name.strip() for name in found["codes"].split(","))
        yield _Ignore(names, found["reason"].strip(" :-"), number, Span(file, found.start(), found.end()))
