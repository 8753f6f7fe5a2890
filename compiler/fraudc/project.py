"""A rules project's folder in, its checked documents and lists out."""

import os
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from fraudc.codes import keys, shape
from fraudc.diagnostics import Diagnostics
from fraudc.document import Document, ListDocument, ListItem, ProjectDocument, RuleFileDocument, read_project_document, read_rule_document
from fraudc.document.leaves import shown
from fraudc.load import LARGEST_FILE, load
from fraudc.load import Path as KeyPath
from fraudc.load.patterns import TooManyEntriesError, matching
from fraudc.source import SourceFile, Span

PROJECT_FILE = "fraudc.yaml"
TEST_ENDINGS = (".test.yaml", ".test.yml", ".test.json")  # of files that never hold rules
LARGEST_LIST = 16 * LARGEST_FILE  # bytes
MOST_LINES = 1_000_000  # of a list

_UNSHOWN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # categories of characters that would disturb whatever shows the name
_LONGEST_NAME = 300  # characters of a path that stands whole in a message


class ProjectError(Exception):
    """A file of the project cannot be read, or there is no project; the message is one line for the user."""


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list of the project, its items read from wherever they stand; `span` is its name where it is declared."""

    name: str
    items: tuple[ListItem, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Project:
    """The documents of a project. `broken_lists` are names of lists left out for a mistake that is reported already."""

    root: Path
    settings: Document[ProjectDocument]
    files: tuple[Document[RuleFileDocument], ...]
    lists: dict[str, NamedList]
    broken_lists: frozenset[str]


def find_project(start: Path) -> Path:
    """The folder of fraudc.yaml, from a folder upward. ProjectError if there is none."""
    folder = start.absolute()
    for candidate in (folder, *folder.parents):
        if (candidate / PROJECT_FILE).exists():
            return candidate
    raise ProjectError(f"there is no {PROJECT_FILE} in {folder} or above it; `--project DIR` names the folder that has one")


def read_project(root: Path, diagnostics: Diagnostics) -> Project | None:
    """The project in a folder; None if fraudc.yaml gives no schema, which is reported. ProjectError for a file that cannot be read."""
    data = read_bytes(root / PROJECT_FILE, PROJECT_FILE, LARGEST_FILE)
    file, tree = load(PROJECT_FILE, data, diagnostics)
    settings = None if tree is None else read_project_document(file, tree, diagnostics)
    if settings is None:
        return None
    documents = [_rule_file(path, root, diagnostics) for path in _rule_files(root, settings, diagnostics)]
    files = tuple(document for document in documents if document is not None)
    _check_ids(files, diagnostics)
    lists, broken = _lists(root, files, diagnostics)
    return Project(root, settings, files, lists, broken)


def _rule_file(path: Path, root: Path, diagnostics: Diagnostics) -> Document[RuleFileDocument] | None:
    name = Path(os.path.relpath(path, root)).as_posix()
    file, tree = load(name, read_bytes(path, name, LARGEST_FILE), diagnostics)
    return None if tree is None else read_rule_document(file, tree, diagnostics)


def _rule_files(root: Path, settings: Document[ProjectDocument], diagnostics: Diagnostics) -> list[Path]:
    """The files that `rules:` names, in the order of its patterns, each once. A pattern may match nothing while another does."""
    matches = [_matches(root, pattern) for pattern in settings.content.rules]
    for index, (pattern, files) in enumerate(zip(settings.content.rules, matches, strict=True)):
        if not files and not (any(matches) and any(wildcard in pattern for wildcard in "*?[")):
            message = f"{shown(pattern)} matches no rule file"
            diagnostics.report(shape.NO_FILES, message, settings.span(("rules", index)), f"patterns start at {PROJECT_FILE}")
    return list(dict.fromkeys(file for files in matches for file in files))


def _matches(root: Path, pattern: str) -> list[Path]:
    names = _names_of(pattern, root)
    paths = (Path(os.path.normpath(root / name)) for name in names if not name.endswith(TEST_ENDINGS))
    project = Path(os.path.normpath(root / PROJECT_FILE))
    return [path for path in paths if path != project and not path.is_dir()]


def _names_of(pattern: str, root: Path) -> list[str]:
    try:
        names = matching(pattern, root)
    except TooManyEntriesError as error:
        raise ProjectError(f"the pattern {shown(pattern)} looks at too many files; name the folder of the rules in it") from error
    for name in names:
        if any(unicodedata.category(character) in _UNSHOWN for character in name):
            raise ProjectError(f"{shown(name)} cannot be read: rename it without characters that have no shape")
    return names


def _check_ids(files: tuple[Document[RuleFileDocument], ...], diagnostics: Diagnostics) -> None:
    first: dict[str, Span] = {}
    for document in files:
        for index, rule in enumerate(document.content.rules):
            path: KeyPath = ("rules", index, "id")
            if rule is None or document.is_broken(path):
                continue
            span = document.span(path)
            if (known := first.setdefault(rule.id, span)) is not span:
                diagnostics.report(
                    keys.SAME_ID, f"another rule has the id `{rule.id}`", span, f"choose another; the first is at {_place(known)}"
                )


def _lists(
    root: Path, files: tuple[Document[RuleFileDocument], ...], diagnostics: Diagnostics
) -> tuple[dict[str, NamedList], frozenset[str]]:
    lists: dict[str, NamedList] = {}
    broken: set[str] = set()
    for document in files:
        broken |= {str(path[1]) for path in document.broken if len(path) > 1 and path[0] == "lists"}
        for name, declared in document.content.lists.items():
            span = document.key_span(("lists", name))
            if name in lists:
                label = f"choose another; the first is at {_place(lists[name].span)}"
                diagnostics.report(keys.SAME_LIST, f"another list has the name `{name}`", span, label)
            elif (items := _items(root, document, name, declared, diagnostics)) is None:
                broken.add(name)
            else:
                lists[name] = NamedList(name, items, span)
    return lists, frozenset(broken)


def _items(
    root: Path, document: Document[RuleFileDocument], name: str, declared: ListDocument, diagnostics: Diagnostics
) -> tuple[ListItem, ...] | None:
    if declared.file is None and declared.values is not None:
        return tuple(declared.values)
    if declared.file is None or declared.values is not None:
        if not any(path[:2] == ("lists", name) for path in document.broken):
            message = f"the list `{name}` has {'two sources' if declared.file else 'no values'}"
            diagnostics.report(keys.MISSING, message, document.key_span(("lists", name)), "write `[a, b]` or `{file: values.csv}`")
        return None
    path = root / Path(document.file.name).parent / declared.file
    if not os.path.exists(path):  # which Path.exists is not for a name that is too long
        path = root / declared.file
    return _items_of(path, Path(os.path.relpath(path, root)).as_posix())


def _items_of(path: Path, name: str) -> tuple[ListItem, ...]:
    """One value a line, trimmed, empty lines skipped."""
    data = read_bytes(path, name, LARGEST_LIST)
    if data.count(b"\n") > MOST_LINES:
        raise ProjectError(f"{name} has more than {MOST_LINES:,} lines")
    try:
        file = SourceFile(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ProjectError(f"{name} is not UTF-8 at byte {error.start}; save it again as UTF-8") from error
    items = []
    for number, start in enumerate(file.line_starts, 1):
        line = file.line(number)
        if value := line.strip():
            at = start + line.index(value)
            items.append(ListItem(value, False, Span(file, at, at + len(value))))
    return tuple(items)


def read_bytes(path: Path, name: str, limit: int) -> bytes:
    """The content of a file, and one byte more than the limit of a larger one."""
    name = name if name.isprintable() and len(name) <= _LONGEST_NAME else shown(name)
    try:
        with open(path, "rb", opener=_without_waiting) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise ProjectError(f"{name} cannot be read: it is no file")
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ProjectError(f"{name} cannot be read: {reason.lower()}") from error
    if len(data) > limit > LARGEST_FILE:
        raise ProjectError(f"{name} is larger than {limit:,} bytes")
    return data


def _without_waiting(path: str, flags: int) -> int:
    """Opens a pipe too at once, for it to be refused."""
    return os.open(path, flags | os.O_NONBLOCK)


def _place(span: Span) -> str:
    return f"{span.file.name}:{span.file.position(span.start)[0]}"
