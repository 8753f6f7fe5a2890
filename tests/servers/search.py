"""A search server of one node, on loopback and a free port: entered as a context manager, its address and its answers out."""

import contextlib
import json
import shutil
import signal
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from servers.process import Command, Process, ServerError, free_port

PATIENCE = 60.0  # seconds until the server answers
_PORTS = range(9202, 9299)  # which the servers' runner takes, and keeps over a restart
_SETTINGS = """\
network.host: 127.0.0.1
transport.port: 0
node.store.allow_mmap: false
cluster.routing.allocation.disk.threshold_enabled: false
"""


@dataclass(frozen=True, slots=True)
class Release:
    """A server as its runner starts it: the Java that it needs, the folder of its jars, and the names in it."""

    name: str
    java: Path
    jars: Path
    options: tuple[str, ...]
    main: str
    modules: str


class SearchServer:
    """One server; `settings` are further lines of its settings file."""

    def __init__(self, release: Release, settings: str = "") -> None:
        self._release = release
        self._settings = settings
        self._port = free_port(_PORTS)
        self._process: Process | None = None
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> "SearchServer":
        self._folder = Path(tempfile.mkdtemp(prefix=f"fraudc-{self._release.name}-"))
        try:
            self.start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._remove()

    def start(self) -> None:
        """Starts the server, again on the same data and port after `kill`; returns when it answers. ServerError if it does not."""
        configuration = self._folder / "node_1" / "config"
        configuration.mkdir(parents=True, exist_ok=True)
        (configuration / f"{self._release.name}.yml").write_text(_SETTINGS + self._settings)
        memory = ["-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        place: Command = ["-basePath", self._folder, "-numOfNode", "1", "-baseHttpPort", str(self._port - 1), "-clusterName", "tests"]
        command: Command = [
            self._release.java,
            *memory,
            *self._release.options,
            "-cp",
            f"{self._release.jars}/*",
            self._release.main,
            *place,
        ]
        self._process = Process([*command, "-moduleTypes", self._release.modules], self._folder / f"{self._release.name}.log")
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self._process.check()
            with contextlib.suppress(OSError):
                if self.call("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s")[0] == 200:
                    return
            time.sleep(0.1)
        raise ServerError(f"{self._release.name} did not answer within {PATIENCE:.0f} s")

    def kill(self) -> None:
        """SIGKILL: the server is gone, its data stay."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def pause(self) -> None:
        """SIGSTOP: it takes connections and answers nothing, until `resume`."""
        assert self._process is not None
        self._process.send(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send(signal.SIGCONT)

    def call(self, method: str, path: str, content: object = None) -> tuple[int, Any]:
        """(status, decoded answer); `content` is sent as JSON."""
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def documents(self, prefix: str) -> dict[tuple[str, str], Any]:
        """Every document of the indices that begin so, by (index, id)."""
        self.call("POST", f"/{prefix}*/_refresh")
        status, answer = self.call("GET", f"/{prefix}*/_search?size=10000&allow_no_indices=true", {"query": {"match_all": {}}})
        assert status == 200, answer
        return {(hit["_index"], hit["_id"]): hit["_source"] for hit in answer["hits"]["hits"]}

    def count(self, prefix: str, query: object) -> int:
        """How many documents of the indices that begin so the query finds."""
        status, answer = self.call("GET", f"/{prefix}*/_count", {"query": query})
        assert status == 200, answer
        found: int = answer["count"]
        return found

    def _remove(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
