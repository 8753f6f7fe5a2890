"""What can go wrong with a job as exceptions of one line each: a Java exception's chain of causes in, ours out."""

import re
from collections.abc import Iterator
from typing import Any

_MARKED = re.compile(r"fraudc:(input|output):(.*?):: (.*)", re.DOTALL)
_PYTHON = re.compile(r"<class '(?:\w+\.)*(\w+)'>: (.*)", re.DOTALL)
_WORKER = re.compile(r"^(\w+(?:\.\w+)*(?:Error|Exception)): (.*)$", re.MULTILINE)

_KNOWN = {  # Java's exceptions by name, as whoever is on call needs them
    "InvalidPidMappingException": "the broker has forgotten the transactions of this checkpoint, as it does when a job is away for longer "
    "than its transactional.id.expiration.ms: see docs/exactly-once.md",
}


class Failure(Exception):
    """A job that did not end well; the text is one line for the user, `partial` names files left behind that hold part of an output."""

    def __init__(self, text: str) -> None:
        super().__init__(" ".join(text.split()))
        self.partial: tuple[str, ...] = ()


class InputUnreadable(Failure):
    """A file that is missing, no file, or cut off."""


class OutputUnwritable(Failure):
    """A file that cannot be created or written to its end."""


class JavaUnavailable(Failure):
    """No Java that can run Flink, or one that does not start."""


class ConnectorUnavailable(Failure):
    """Flink's Kafka connector is not there and cannot be fetched."""


class CheckpointUnusable(Failure):
    """State that the job as it is now cannot go on from, or a folder of checkpoints that cannot be used."""


class SettingRefused(Failure):
    """A server does not allow what a setting asks for."""


class SubmissionRefused(Failure):
    """A Flink cluster that cannot be reached, or does not take the job."""


class JobFailed(Failure):
    """Everything else, told by its root cause."""


def explain(error: Any) -> Failure:
    """The failure that a `java.lang.Throwable` (through py4j) stands for: the deepest cause that says what happened."""
    texts = list(_texts(error))
    for text in texts:
        if found := _MARKED.search(text):
            kind, path, reason = found.groups()
            return (InputUnreadable if kind == "input" else OutputUnwritable)(f"{path}: {_plain(reason)}")
    if known := [told for name, told in _KNOWN.items() if any(f".{name}:" in text for text in texts)]:
        return JobFailed(known[0])
    for text in reversed(texts):
        if found := _PYTHON.search(text):
            return _raised(*found.groups())
        if worker := _WORKER.findall(text):
            return _raised(*worker[-1])
    return JobFailed(texts[-1].splitlines()[0] if texts else "the job failed")


def _raised(name: str, reason: str) -> Failure:
    """What a Python exception in an operator means; a CSV file without a usable header is a file that cannot be read."""
    first = reason.splitlines()[0] if reason else ""
    if name.rpartition(".")[2] == "HeaderError":
        return InputUnreadable(first)
    return JobFailed(f"{name}: {first}" if first else name)


def _texts(error: Any) -> Iterator[str]:
    while error is not None:
        yield str(error.toString())
        error = error.getCause()


def _plain(reason: str) -> str:
    """Java's words for two common faults, said as a user would."""
    first = reason.splitlines()[0] if reason else "unreadable"
    return "the compressed file is cut off" if "Unexpected end of ZLIB input stream" in first else first
