"""A compiled project in, the tests that stand beside its rules out; mistakes in them are reported."""

import os
from collections.abc import Iterable
from pathlib import Path

from fraudc.author.testing.cases import TestFile
from fraudc.author.testing.reading import TestReader
from fraudc.diagnostics import Diagnostics
from fraudc.document import read_test_document
from fraudc.load import LARGEST_FILE, load
from fraudc.project import TEST_ENDINGS, Project, ProjectError, read_bytes
from fraudc_runtime.plan import Plan


def test_paths(project: Project) -> list[Path]:
    """Every test file in the folders that have rule files, in order."""
    folders = {(project.root / document.file.name).parent for document in project.files}
    return sorted({path for folder in folders for path in _tests_in(folder)})


test_paths.__test__ = False  # type: ignore[attr-defined]  # pytest: no test


def paths_of(project: Project, files: Iterable[Path]) -> list[Path]:
    """The test files that a user means: themselves, or those beside a rule file. ProjectError for one that is neither."""
    found: dict[Path, None] = {}
    rule_files = {(project.root / document.file.name).resolve() for document in project.files}
    for file in files:
        if file.name.endswith(TEST_ENDINGS):
            found[file] = None
        elif file.resolve() in rule_files:
            found.update(dict.fromkeys(path for path in _tests_in(file.parent) if path.name.split(".test.")[0] == file.stem))
        else:
            raise ProjectError(f"{file} is neither a test file (`NAME.test.yaml`) nor a rule file of this project")
    return list(found)


def read_tests(project: Project, plan: Plan, paths: Iterable[Path], diagnostics: Diagnostics) -> list[TestFile]:
    """Reads test files. ProjectError for one that cannot be read."""
    reader = TestReader(plan, diagnostics)
    found = [_read(project.root, path, reader, diagnostics) for path in paths]
    return [file for file in found if file is not None]


def _tests_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.name.endswith(TEST_ENDINGS) and not path.is_dir())


def read_text(name: str, data: bytes, plan: Plan, diagnostics: Diagnostics) -> TestFile | None:
    """The tests of one file that has been read already; `name` is the path as users see it."""
    return _tests_of(name, data, TestReader(plan, diagnostics), diagnostics)


def _read(root: Path, path: Path, reader: TestReader, diagnostics: Diagnostics) -> TestFile | None:
    name = Path(os.path.relpath(path, root)).as_posix()
    return _tests_of(name, read_bytes(path, name, LARGEST_FILE), reader, diagnostics)


def _tests_of(name: str, data: bytes, reader: TestReader, diagnostics: Diagnostics) -> TestFile | None:
    file, tree = load(name, data, diagnostics)
    document = None if tree is None else read_test_document(file, tree, diagnostics)
    return None if document is None else TestFile(name, document, reader.cases(document))
