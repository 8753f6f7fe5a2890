"""A PostgreSQL server on loopback and a free port: entered as a context manager, its address out."""

import glob
import os
import shutil
import tempfile
import time
from pathlib import Path
from types import TracebackType

import psycopg

from servers.process import Command, Process, ServerError, free_port, run

PATIENCE = 30.0  # seconds until the server answers
INSTALLED = "/usr/lib/postgresql/*/bin"  # where Debian puts them, a folder a version
_USER = "postgres"
_QUICK = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=16MB"]  # the data are thrown away


class Postgres:
    """One server; `url` names its database as a superuser without a password."""

    def __init__(self) -> None:
        self._port = free_port()
        self._process: Process | None = None
        self.url = f"postgresql://{_USER}@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> "Postgres":
        self._binaries = _binaries()
        self._user = _USER if os.geteuid() == 0 else None  # the server refuses to run as root
        self._folder = Path(tempfile.mkdtemp(prefix="fraudc-postgres-"))
        try:
            if self._user:
                shutil.chown(self._folder, self._user)
            data = self._folder / "data"
            command: Command = [self._binaries / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
            run(command, "the database cannot be made", self._user)
            self.start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._remove()

    def start(self) -> None:
        """Starts the server, again on the same data and port after `kill`; returns when it answers."""
        (self._folder / "data" / "postmaster.pid").unlink(missing_ok=True)  # of a server that was killed
        place: Command = ["-D", self._folder / "data", "-p", str(self._port), "-k", self._folder, "-c", "listen_addresses=127.0.0.1"]
        command: Command = [self._binaries / "postgres", *place, *_QUICK]
        self._process = Process(command, self._folder / "postgres.log", self._user)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self._process.check()
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                continue
            return
        raise ServerError(f"PostgreSQL did not answer within {PATIENCE:.0f} s")

    def kill(self) -> None:
        """SIGKILL to the server and its workers: it is gone, its data stay."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _remove(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def _binaries() -> Path:
    """The folder of initdb and postgres; installs the system's package as root, else ServerError says what to install."""
    found = _installed()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        run(["apt-get", "install", "-y", "--no-install-recommends", "postgresql"], "PostgreSQL cannot be installed")
        found = _installed()
    if found is None:
        raise ServerError("the tests start a PostgreSQL server, and initdb is not there: install PostgreSQL (Debian: postgresql)")
    return found


def _installed() -> Path | None:
    versions = sorted(glob.glob(INSTALLED), key=lambda path: int(Path(path).parent.name))
    on_path = shutil.which("initdb")
    candidates = [*map(Path, reversed(versions)), *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in candidates if (folder / "initdb").exists() and (folder / "postgres").exists()), None)
