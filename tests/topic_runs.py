"""Transactions in a project's topic, its job as a process of its own, and what a reader of the output topics sees."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

FRAUDC = Path(sys.executable).with_name("fraudc")
PATIENCE = 60.0  # seconds until what is waited for must have happened


@dataclass
class Topics:
    """A job's topics under names of their own, `partitions` of transactions."""

    servers: str
    partitions: int = 2
    prefix: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:8]}-")

    def __post_init__(self) -> None:
        kinds = ("transactions", "rules", "alerts", "alerts_shadow", "dlq", "late", "status", "profiles-customer")
        self.names = {kind: self.prefix + kind for kind in kinds}
        admin = AdminClient({"bootstrap.servers": self.servers})
        made = [NewTopic(name, self.partitions if kind == "transactions" else 1, 1) for kind, name in self.names.items()]
        for future in admin.create_topics(made).values():
            future.result()
        self._producer = Producer({"bootstrap.servers": self.servers, "enable.idempotence": True})

    def send(self, lines: Sequence[bytes], partition: int | None = None, timestamp: int = 0) -> None:
        """Writes the lines, to one partition or to each in turn; returns when the broker has them. `timestamp` is ms, 0 for now."""
        failed: list[object] = []
        for number, line in enumerate(lines):
            self._producer.produce(
                self.names["transactions"],
                line,
                partition=number % self.partitions if partition is None else partition,
                timestamp=timestamp,
                on_delivery=lambda error, _: failed.append(error) if error else None,
            )
            self._producer.poll(0)
        assert self._producer.flush(PATIENCE) == 0
        assert failed == []

    def read(self, kind: str, committed: bool = True) -> list[tuple[bytes | None, bytes]]:
        """All messages (key, value) that are in the topic now; without `committed` those of open and aborted transactions too."""
        isolation = "read_committed" if committed else "read_uncommitted"
        consumer = Consumer(
            {
                "bootstrap.servers": self.servers,
                "group.id": "test",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": isolation,
            }
        )
        consumer.assign([TopicPartition(self.names[kind], 0, 0)])
        found: list[tuple[bytes | None, bytes]] = []
        while message := consumer.poll(PATIENCE):
            if message.error():
                break
            found.append((message.key(), message.value()))
        consumer.close()
        return found

    def settings(self, folder: Path, interval: str = "1s", timeout: str = "1m", servers: str = "") -> str:
        """`job:` of a project over these topics, a checkpoint every `interval`; `servers` are another way to the broker."""
        named = {**self.names, "profiles": f"{self.prefix}profiles-"}
        topics = ", ".join(f"{kind}: {name}" for kind, name in named.items() if "-" not in kind)
        return f"""
job:
  name: {self.prefix}job
  kafka: {{bootstrap_servers: "{servers or self.servers}"}}
  topics: {{{topics}}}
  checkpoints: {{dir: "{folder}", interval: {interval}}}
  transaction_timeout: {timeout}
"""


class Job:
    """`fraudc run` of a project, a folder of the test's own, as a process."""

    def __init__(self, project: Path, *options: str) -> None:
        command = [FRAUDC, "run", "--project", project, *options]
        said = Path(tempfile.mkdtemp(dir=project))  # files: a pipe that nobody reads would hold the job back
        self._out, self._err = said / "out", said / "err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(list(map(str, command)), stdout=out, stderr=err)

    @property
    def pid(self) -> int:
        """Of the command; the job runs in a child of it."""
        return self._process.pid

    def ended(self) -> tuple[int, bytes]:
        """Waits for its end: (exit code, standard error)."""
        code = self._process.wait(timeout=PATIENCE)
        return code, self.told()

    def told(self) -> bytes:
        """Standard error until now."""
        return self._err.read_bytes()

    def kill(self) -> None:
        """SIGKILL to Java, where the job runs, and to the command; harmless when they have ended."""
        if self._process.poll() is not None:
            return
        self.signal(signal.SIGKILL)
        self._process.kill()
        self._process.wait()

    def signal(self, sign: signal.Signals) -> None:
        """To Java: SIGSTOP freezes the job, SIGCONT lets it go on."""
        for child in Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), sign)

    def freeze_when(self, so: Callable[[], bool]) -> None:
        """Leaves the job frozen at a moment that is so. It is frozen while it is asked, and goes on when the moment is another."""

        def frozen() -> bool:
            self.signal(signal.SIGSTOP)
            if so():
                return True
            self.signal(signal.SIGCONT)
            return False

        self.wait_until(frozen)

    def stop(self) -> tuple[int, bytes, bytes]:
        """SIGTERM: (exit code, standard output, standard error)."""
        self._process.terminate()
        code, err = self.ended()
        return code, self._out.read_bytes(), err

    def wait_until(self, happened: Callable[[], bool]) -> None:
        """Asks again and again; AssertionError with what it said when the process ends before, or nothing happens for PATIENCE."""
        wait_until(happened, self._running)

    def _running(self) -> None:
        """AssertionError with what it said when it has ended."""
        if self._process.poll() is not None:
            raise AssertionError(f"it has ended: {self.told().decode()}")


@contextlib.contextmanager
def running(project: Path, *options: str) -> Iterator[Job]:
    """The project's job, which ends with the context."""
    job = Job(project, *options)
    try:
        yield job
    finally:
        job.kill()


def wait_until(happened: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None) -> None:
    """Asks again and again; AssertionError when nothing happens for PATIENCE. `meanwhile` raises what makes it hopeless."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        meanwhile()
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
