"""A command in, a process that ends with this one out, however this one ends."""

import contextlib
import os
import random
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

Command = Sequence[str | Path]
_WATCH = "cat >/dev/null; kill -s KILL -- -$0"  # its standard input is a pipe that only the parent holds open: it ends with the parent
_LINES_SHOWN = 15


class ServerError(Exception):
    """A server that cannot be had; the message says why, and what to install where something is missing."""


class Process:
    """A running command, as `user` if one is given; its output goes to `log`, which is appended to."""

    def __init__(self, command: Command, log: Path, user: str | None = None) -> None:
        self._log = log
        with log.open("ab") as output:
            arguments = [*map(str, command)]
            self._running = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, user=user, start_new_session=True
            )
        self._watcher = subprocess.Popen(["/bin/sh", "-c", _WATCH, str(self._running.pid)], stdin=subprocess.PIPE, start_new_session=True)

    def check(self) -> None:
        """ServerError with the end of the log if the command has ended."""
        if self._running.poll() is not None:
            tail = self._log.read_text(errors="replace").splitlines()[-_LINES_SHOWN:]
            raise ServerError("\n".join([f"{self._log.stem} ended at once:", *tail]))

    def send(self, number: signal.Signals) -> None:
        """A signal to the command and what it has started."""
        os.killpg(self._running.pid, number)

    def kill(self) -> None:
        """SIGKILL, and waits until it is gone; harmless when it is gone already."""
        with self._watcher:  # first, for it not to kill whoever gets the number next
            self._watcher.kill()
        if self._running.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait()


def free_port(among: range | None = None) -> int:
    """A loopback port that nobody listened to a moment ago; ServerError where none of those is free."""
    for wanted in random.sample(among, len(among)) if among else [0]:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", wanted))
            port: int = probe.getsockname()[1]
            return port
    raise ServerError(f"no port is free among {among}")


def run(command: Command, failing: str, user: str | None = None) -> str:
    """The output of a command that ends by itself; ServerError, beginning with `failing`, if it cannot run or fails."""
    try:
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, user=user)
    except OSError as error:
        raise ServerError(f"{failing}: {error}") from error
    if done.returncode:
        raise ServerError("\n".join([f"{failing}:", *(done.stdout + done.stderr).splitlines()[-_LINES_SHOWN:]]))
    return done.stdout
