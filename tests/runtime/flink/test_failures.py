"""A Java exception's chain of causes becomes one line of ours."""

from dataclasses import dataclass

import pytest

from fraudc_runtime.flink.failures import Failure, InputUnreadable, JobFailed, OutputUnwritable, explain


@dataclass(frozen=True)
class Throwable:
    """As much of java.lang.Throwable as is read."""

    text: str
    cause: "Throwable | None" = None

    def toString(self) -> str:  # noqa: N802 - Java's name
        return self.text

    def getCause(self) -> "Throwable | None":  # noqa: N802 - Java's name
        return self.cause


@pytest.mark.parametrize(
    ("causes", "kind", "text"),
    [
        (
            [
                "JobExecutionException: Job execution failed.",
                "java.io.IOException: fraudc:input:/in.gz:: Unexpected end of ZLIB input stream",
            ],
            InputUnreadable,
            "/in.gz: the compressed file is cut off",
        ),
        (
            ["Job execution failed.", "java.io.IOException: fraudc:output:/o:p.partial:: No space left on device"],
            OutputUnwritable,
            "/o:p.partial: No space left on device",
        ),
        (["Job execution failed.", "pemja.core.PythonException: <class 'ValueError'>: bad\nmore"], JobFailed, "ValueError: bad"),
        (
            ["Job execution failed.", "pemja.core.PythonException: <class 'fraudc_runtime.formats.csv.HeaderError'>: no column named id"],
            InputUnreadable,
            "no column named id",
        ),
        (["Job execution failed.", "pemja.core.PythonException: <class 're2.error'>: "], JobFailed, "error"),
        (
            [
                "Job execution failed.",
                "Error received from SDK harness: Traceback:\n  File x\nKeyError: 'a'\nmy.module.OddError: why\n\n\tat java",
            ],
            JobFailed,
            "my.module.OddError: why",
        ),
        (
            ["Job execution failed.", "java.lang.OutOfMemoryError: Java heap space\n\tat x"],
            JobFailed,
            "java.lang.OutOfMemoryError: Java heap space",
        ),
        (
            ["java.io.IOException: commit", "org.apache.kafka.common.errors.InvalidPidMappingException: The producer attempted"],
            JobFailed,
            "the broker has forgotten the transactions of this checkpoint, as it does when a job is away for longer than its "
            "transactional.id.expiration.ms: see docs/exactly-once.md",
        ),
    ],
)
def test_the_cause_that_tells_most_is_told(causes: list[str], kind: type[Failure], text: str) -> None:
    error = None
    for told in reversed(causes):
        error = Throwable(told, error)
    failure = explain(error)
    assert (type(failure), str(failure)) == (kind, text)


def test_a_failure_is_one_line() -> None:
    assert str(JobFailed("a\n  b\tc")) == "a b c"
