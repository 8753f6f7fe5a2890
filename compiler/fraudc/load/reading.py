"""The bytes of a rule file in, its text and its tree of nodes out; faults of the file's form are reported."""

import re
from pathlib import PurePath

from fraudc.codes import shape
from fraudc.diagnostics import Diagnostics
from fraudc.load.json_reader import read_json
from fraudc.load.limits import LARGEST_FILE
from fraudc.load.nodes import Mapping, Node
from fraudc.load.yaml_reader import read_yaml
from fraudc.source import SourceFile, Span

# A lone carriage return, NEL and the Unicode line ends would end a line for some readers and not for others.
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]|\r(?!\n)")
_NAMES = {"\r": "a carriage return", "\0": "a NUL", "\x07": "a bell", "\x1b": "an escape", "\ufeff": "a byte order mark"}


def load(name: str, data: bytes, diagnostics: Diagnostics) -> tuple[SourceFile, Node | None]:
    """The file as text, and its tree; None where nothing can be read, which is reported. `name` is the path as users see it."""
    if len(data) > LARGEST_FILE:
        file = SourceFile(name, "")
        diagnostics.report(shape.LARGE, f"this file has more than {LARGEST_FILE:,} bytes", _start(file), "split the file")
        return file, None
    file = SourceFile(name, data.decode("utf-8", "replace").removeprefix("\ufeff"))
    if not _is_readable(file, data, diagnostics):
        return file, None
    before = len(diagnostics.found)
    read = read_json if PurePath(name).suffix == ".json" else read_yaml
    root = read(file, diagnostics)
    if not isinstance(root, Mapping):
        if len(diagnostics.found) == before:
            _no_keys(file, root, diagnostics)
        return file, None
    return file, root


def _is_readable(file: SourceFile, data: bytes, diagnostics: Diagnostics) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        at = len(data[: error.start].decode("utf-8").removeprefix("\ufeff"))
        message = f"the byte 0x{data[error.start]:02X} is not UTF-8"
        diagnostics.report(shape.NOT_UTF8, message, Span(file, at, at + 1), "save the file as UTF-8")
        return False
    found = _CONTROL.search(file.text)
    if found is not None:
        character = found.group()
        message = f"here stands {_NAMES.get(character, 'a control character')} (U+{ord(character):04X})"
        label = "remove it, or write it as an escape in double quotes"
        diagnostics.report(shape.CONTROL, message, Span(file, found.start(), found.end()), label)
    return found is None


def _no_keys(file: SourceFile, root: Node | None, diagnostics: Diagnostics) -> None:
    message = "this file is empty" if root is None else "this file is no mapping"
    span = _start(file) if root is None else Span(file, root.span.start, root.span.start + 1)
    diagnostics.report(shape.NO_KEYS, message, span, "a file begins with `version: 1`")


def _start(file: SourceFile) -> Span:
    return Span(file, 0, 0)
