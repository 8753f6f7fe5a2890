"""The search job's graph on one screen: the alerts topic and a search server in, Flink's stream graph out.

alerts (committed ones) -> batch -> index (sends bulk requests until each alert is answered for) -> refusals -> topic: dlq

A barrier comes behind what it covers, so offsets move only once search has answered: each committed alert is there once, whatever crashes.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyflink.common import Types
from pyflink.datastream import DataStream, ProcessFunction, RuntimeContext, StreamExecutionEnvironment

from fraudc_runtime.flink.internals import Generated, Internals
from fraudc_runtime.flink.kafka import Connector
from fraudc_runtime.flink.searching import SearchJob
from fraudc_runtime.frames import DEAD, MIN_WATERMARK, tagged_frame
from fraudc_runtime.search.indexing import Indexing
from fraudc_runtime.search.server import Access, Server

_FRAME_RECORDS, _FRAME_BYTES, _LINGER = 4_096, 4 << 20, 100  # alerts, bytes and ms that are gathered for a request


@dataclass(frozen=True, slots=True)
class Told:
    """Takes lines for the person on call: into the log, and to the end of `file` where whoever started the job reads them."""

    file: Path | None

    def __call__(self, line: str) -> None:
        logging.getLogger("fraudc.search").warning(line)
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as lines:
                lines.write(f"{line}\n")


class IndexFunction(ProcessFunction):  # type: ignore[misc]  # pyflink ships no types
    """A shell over the writing of alerts: a topic frame in, its dead letters out once search has answered."""

    _indexing: Indexing
    _server: Server

    def __init__(self, access: Access, prefix: str, alerts: str, told: Told) -> None:
        self._access = access
        self._prefix = prefix
        self._alerts = alerts
        self._told = told

    def open(self, runtime_context: RuntimeContext) -> None:  # noqa: ARG002 - Flink's signature
        self._server = Server(self._access)
        self._indexing = Indexing(self._server, self._prefix, self._alerts, self._told)

    def process_element(self, value: bytes, ctx: ProcessFunction.Context) -> Iterator[bytes]:  # noqa: ARG002 - Flink's signature
        if letters := self._indexing.frame(value):
            yield tagged_frame(MIN_WATERMARK, letters)

    def close(self) -> None:
        self._server.close()


def build_search(internals: Internals, job: SearchJob) -> Any:
    """Flink's StreamGraph of the search job."""
    j_env = internals.environment(job.options())
    env = StreamExecutionEnvironment(j_env)
    connector = Connector(internals, job.cluster)

    def java(upstream: Any, uid: str, source: str, references: list[Any], output: Any) -> Any:
        return internals.operator(j_env, upstream, Generated(uid, source, references, output))

    records = connector.source(j_env, "alerts", job.alerts, parallelism=1, idle=1, bounded=job.bounded)
    limits = ["0", str(_FRAME_RECORDS), str(_FRAME_BYTES), str(_LINGER)]
    frames = java(records, "batch", "Batch", limits, internals.bytes_type)
    internals.execution_mode(j_env, job.settings.mode)
    function = IndexFunction(job.access, job.prefix, job.alerts, Told(job.told))
    read = DataStream(frames).process(function, Types.PRIMITIVE_ARRAY(Types.BYTE())).name("index").uid("index").set_parallelism(1)
    sides = [internals.side(f"none{tag}") for tag in range(DEAD + 1)]  # no other tag comes
    letters = java(read._j_data_stream, "refusals", "Route", [str(DEAD), "", *sides], internals.record_type)
    connector.sink(letters, "dlq", job.dlq, parallelism=1)
    return env._generate_stream_graph(clear_transformations=True, job_name=job.name)
