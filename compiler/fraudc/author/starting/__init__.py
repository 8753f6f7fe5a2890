"""A folder in, a rules project that runs out: what `fraudc init` writes."""

from collections.abc import Iterator
from pathlib import Path


class NotEmptyError(Exception):
    """The folder cannot take a new project; the message is one line for the user."""


def start(folder: Path) -> list[Path]:
    """Writes the project and returns its files. NotEmptyError for a folder that holds something; OSError if it cannot be written."""
    if folder.exists() and not folder.is_dir():
        raise NotEmptyError(f"{folder} is no folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise NotEmptyError(f"{folder} is not empty; name a folder that is not there yet")
    written = []
    for name, source in _template():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.read_bytes())
        written.append(path)
    return written


def _template() -> Iterator[tuple[str, Path]]:
    """(name in the project, file) of each."""
    root = Path(__file__).with_name("template")
    found = sorted(path for path in root.rglob("*") if path.is_file())
    return ((path.relative_to(root).as_posix(), path) for path in found)
