"""A pattern of file names in, the files and folders that it names out, from a bounded look at the disk."""

import fnmatch
import os
import re
from pathlib import Path

MOST_ENTRIES = 100_000  # names read for one pattern
_WILD = re.compile(r"[*?[]")


class TooManyEntriesError(Exception):
    """The pattern makes one look at more of the disk than a rules project has."""


def matching(pattern: str, root: Path) -> list[str]:
    """What the pattern names, as texts relative to the root (absolute for an absolute pattern), sorted.

    `*`, `?` and `[…]` stand within one name, `**` for any number of folders; neither takes names that begin with a dot, and `**` goes
    through no symbolic link. TooManyEntriesError where that would go on for long.
    """
    start = "/" if pattern.startswith("/") else ""
    found = {start} if pattern else set()
    walk = _Walk(root)
    segments = [segment for segment in pattern.split("/") if segment]
    for at, segment in enumerate(segments):
        if segment == "**":
            found = walk.below(found, folders_only=at < len(segments) - 1)
        elif _WILD.search(segment):
            found = {path for folder in found for path in walk.children(folder, segment)}
        else:
            found = {path for folder in found if walk.exists(path := os.path.join(folder, segment))}
    return sorted(path for path in found if path)


class _Walk:
    """Reads folders, and counts what stood in them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read = 0

    def exists(self, path: str) -> bool:
        self._count(1)
        try:
            return os.path.lexists(self._root / path)
        except ValueError:  # a NUL in the name
            return False

    def children(self, folder: str, segment: str) -> list[str]:
        """Those of its names that fit one segment."""
        fits = re.compile(fnmatch.translate(segment)).match
        hidden = segment.startswith(".")
        names = [entry.name for entry in self._entries(folder)]
        return [os.path.join(folder, name) for name in names if fits(name) and (hidden or name[0] != ".")]

    def below(self, folders: set[str], folders_only: bool) -> set[str]:
        """The folders, and everything in and under them; only folders where more of the pattern follows."""
        found = set(folders)
        waiting = list(folders)
        while waiting:
            folder = waiting.pop()
            for entry in self._entries(folder):
                path = os.path.join(folder, entry.name)
                folder_itself = entry.is_dir(follow_symlinks=False)
                if entry.name[0] == "." or path in found or (folders_only and not folder_itself):
                    continue
                found.add(path)
                if folder_itself:
                    waiting.append(path)
        return found

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        self._count(1)
        entries: list[os.DirEntry[str]] = []
        try:
            with os.scandir(self._root / folder) as names:
                for entry in names:
                    self._count(1)
                    entries.append(entry)
        except (OSError, ValueError):
            return []
        return entries

    def _count(self, entries: int) -> None:
        self._read += entries
        if self._read > MOST_ENTRIES:
            raise TooManyEntriesError
