"""The servers of the tests: gone with the process that started them, and plain about what is missing."""

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from servers.jars import java, kafka_jars
from servers.postgres import Postgres
from servers.process import Process, ServerError, run

PARENT = """
import os, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from servers.process import Process
Process(["/bin/sh", "-c", "exec 9>{held}; exec sleep 1000"], Path({log!r}))
print("started", flush=True)
sys.stdin.read()
"""


def test_a_process_dies_with_its_parent_even_when_that_is_killed(tmp_path: Path) -> None:
    held = tmp_path / "held"
    os.mkfifo(held)
    code = PARENT.format(tests=str(Path(__file__).parents[1]), held=held, log=str(tmp_path / "log"))
    with (
        subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent,
        held.open("rb") as reading,
    ):
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        parent.kill()
        assert select.select([reading], [], [], 20)[0] == [reading]
        assert reading.read() == b""  # nobody holds the pipe open any more


def test_a_process_can_be_killed_twice_and_ends_are_noticed(tmp_path: Path) -> None:
    process = Process(["/bin/sh", "-c", "echo this is wrong; exit 3"], tmp_path / "server.log")
    while (tmp_path / "server.log").read_text() == "":
        pass
    with pytest.raises(ServerError, match="server ended at once:\nthis is wrong"):  # noqa: PT012  it may take a moment to end
        while True:
            process.check()
    process.kill()
    process.kill()


def test_without_maven_and_jars_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FRAUDC_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerError, match="install Maven"):
        kafka_jars()


def test_without_java_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ServerError, match="install a JDK"):
        java()


def test_without_postgres_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("servers.postgres.INSTALLED", str(tmp_path / "*"))
    with pytest.raises(ServerError, match="install PostgreSQL"):
        Postgres().__enter__()


def test_a_command_that_fails_shows_what_it_said() -> None:
    with pytest.raises(ServerError, match="it cannot be done:\nno such luck"):
        run(["/bin/sh", "-c", "echo no such luck >&2; exit 1"], "it cannot be done")
    with pytest.raises(ServerError, match=r"it cannot be done: .*No such file"):
        run(["/nowhere"], "it cannot be done")
