"""A command in, a process that ends with this one out, however this one ends."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# Waits for the end of its standard input, a pipe that only its parent holds open, and then kills the command: so it dies even when the
# parent is killed. `exec 3<&0` because a shell gives what runs in the background an empty standard input.
_LEASH = 'exec 3<&0; "$@" </dev/null & child=$!; { cat <&3 >/dev/null; kill -9 $child; } & wait $child'
_LINES_SHOWN = 15
_PATIENCE = 5.0  # seconds; where nothing collects the dead they stay for ever


class ServerError(Exception):
    """A server that cannot be had; the message says why, and what to install where something is missing."""


class Process:
    """A running command; its output goes to `log`, which is appended to."""

    def __init__(self, command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self._log = log
        with log.open("ab") as output:
            self._running = subprocess.Popen(
                ["/bin/sh", "-c", _LEASH, "leash", *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )

    def check(self) -> None:
        """ServerError with the end of the log if the command has ended."""
        if self._running.poll() is not None:
            tail = self._log.read_text(errors="replace").splitlines()[-_LINES_SHOWN:]
            raise ServerError("\n".join([f"{self._log.stem} ended at once:", *tail]))

    def kill(self) -> None:
        """SIGKILL to the command and all that it started, and waits until they are gone; harmless when they are gone already."""
        assert self._running.stdin is not None  # it was opened as a pipe
        self._running.stdin.close()
        deadline = time.monotonic() + _PATIENCE
        with contextlib.suppress(ProcessLookupError):
            while time.monotonic() < deadline:  # the group's members, which are not children of this process, may need a moment to die
                os.killpg(self._running.pid, signal.SIGKILL)
                self._running.poll()
        self._running.wait()


def free_port() -> int:
    """A loopback port that nobody listened to a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(command: Sequence[str | Path], failing: str) -> str:
    """The output of a command that ends by itself; ServerError, beginning with `failing`, if it cannot run or fails."""
    try:
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    except OSError as error:
        raise ServerError(f"{failing}: {error}") from error
    if done.returncode:
        raise ServerError("\n".join([f"{failing}:", *(done.stdout + done.stderr).splitlines()[-_LINES_SHOWN:]]))
    return done.stdout
