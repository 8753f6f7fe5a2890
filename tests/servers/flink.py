"""A standalone Flink cluster of processes on loopback: entered as a context manager, the address of its REST interface out."""

import json
import shutil
import sys
import sysconfig
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from fraudc_runtime.flink.connector_jar import connector_jar
from fraudc_runtime.flink.failures import ConnectorUnavailable
from fraudc_runtime.flink.gateway import flink_home, opened_modules
from servers.process import Command, Process, ServerError, free_port

PATIENCE = 60.0  # seconds until all of it answers
_ROOT = Path(__file__).parents[2]
_OPTIONS = {
    "env.java.opts.jobmanager": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    "env.java.opts.taskmanager": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    "jobmanager.bind-host": "127.0.0.1",
    "jobmanager.memory.heap.size": "256m",
    "jobmanager.memory.jvm-metaspace.size": "192m",
    "jobmanager.rpc.address": "127.0.0.1",
    "rest.address": "127.0.0.1",
    "rest.bind-address": "127.0.0.1",
    "taskmanager.bind-host": "127.0.0.1",
    "taskmanager.host": "127.0.0.1",
    "taskmanager.memory.framework.heap.size": "64m",
    "taskmanager.memory.jvm-metaspace.size": "192m",
    "taskmanager.memory.managed.size": "128m",
    "taskmanager.memory.network.max": "64m",
    "taskmanager.memory.network.min": "64m",
    "taskmanager.memory.task.heap.size": "256m",
    "taskmanager.numberOfTaskSlots": "1",
    "web.submit.enable": "false",
}


class Flink:
    """One JobManager and `managers` TaskManagers of a slot each, with the Kafka connector. `options` are Flink's, in place of those here.

    Its own Python is this one: `options_of_python` say so to whoever submits a job.
    """

    def __init__(self, managers: int = 2, options: Mapping[str, str] | None = None) -> None:
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        self._managers = managers
        self._options = {**_OPTIONS, "jobmanager.rpc.port": str(free_port()), "rest.port": str(port), **(options or {})}
        self._processes: list[Process] = []

    def __enter__(self) -> "Flink":
        self.folder = Path(tempfile.mkdtemp(prefix="fraudc-flink-"))
        try:
            self._lay_out()
            self._processes = [self._started("jobmanager")] + [self._started("taskmanager", at) for at in range(1, self._managers + 1)]
            self._wait()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._remove()

    @property
    def options_of_python(self) -> dict[str, str]:
        """Flink's options for the Python of the TaskManagers: this one, with the checkout's own code."""
        path = [_ROOT / "compiler", _ROOT / "runtime", sysconfig.get_path("purelib")]
        return {"python.executable": sys.executable, "python.pythonpath": ":".join(map(str, path))}

    def get(self, path: str) -> Any:
        """What the REST interface answers to a GET."""
        with urllib.request.urlopen(f"http://{self.address}{path}", timeout=PATIENCE) as answer:
            return json.load(answer)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """What it answers to a POST."""
        request = urllib.request.Request(f"http://{self.address}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def cancel(self, job: str) -> None:
        """Ends the job, without a savepoint."""
        with urllib.request.urlopen(urllib.request.Request(f"http://{self.address}/jobs/{job}", method="PATCH"), timeout=PATIENCE):
            pass

    def _lay_out(self) -> None:
        home = flink_home()
        for name in ("conf", "lib", "log", "pid", "tmp"):
            (self.folder / name).mkdir()
        try:
            jars = [*(home / "lib").glob("*.jar"), *(home / "opt").glob("flink-python*.jar"), connector_jar()]
        except ConnectorUnavailable as error:
            raise ServerError(str(error)) from error
        for jar in jars:
            (self.folder / "lib" / jar.name).symlink_to(jar)
        for logging in (home / "conf").glob("log4j*.properties"):
            shutil.copy(logging, self.folder / "conf")
        options = {**self._options, "env.java.opts.all": " ".join(opened_modules()), "io.tmp.dirs": str(self.folder / "tmp")}
        (self.folder / "conf" / "config.yaml").write_text("".join(f"{name}: {json.dumps(value)}\n" for name, value in options.items()))

    def _started(self, role: str, number: int = 1) -> Process:
        home = flink_home()
        environment = {
            "FLINK_CONF_DIR": self.folder / "conf",
            "FLINK_HOME": home,
            "FLINK_LIB_DIR": self.folder / "lib",
            "FLINK_LOG_DIR": self.folder / "log",
            "FLINK_PID_DIR": self.folder / "pid",
            "FLINK_PLUGINS_DIR": home / "plugins",
        }
        command: Command = ["env", *(f"{name}={value}" for name, value in environment.items()), "bash", home / "bin" / f"{role}.sh"]
        return Process([*command, "start-foreground"], self.folder / f"{role}-{number}.log")

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for process in self._processes:
                process.check()
            try:
                if self.get("/overview")["taskmanagers"] == self._managers:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise ServerError(f"the Flink cluster did not answer within {PATIENCE:.0f} s")

    def _remove(self) -> None:
        for process in self._processes:
            process.kill()
        self._processes = []
        shutil.rmtree(self.folder, ignore_errors=True)
