"""A job over topics and the options of a Flink cluster's client in, the job started there out; its graph is made here."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from py4j.protocol import Py4JJavaError

from fraudc_runtime.flink import gateway
from fraudc_runtime.flink.checkpoints import prepare
from fraudc_runtime.flink.connector_jar import connector_jar
from fraudc_runtime.flink.failures import SubmissionRefused, explain
from fraudc_runtime.flink.internals import Internals, import_worker_side
from fraudc_runtime.flink.topics import TopicJob

_CLIENT = {"rest.retry.max-attempts": "3", "rest.retry.delay": "500 ms", "rest.connection-timeout": "5 s"}

_PYTHON = {"python.executable": "python3", "python.client.executable": "python3"}  # of the cluster's machines, where it is not told


@dataclass(frozen=True, slots=True)
class Submitted:
    """The job's id in the cluster, and the checkpoint or savepoint that it began with."""

    id: str
    restored: str | None


def submit_topics(job: TopicJob, client: Mapping[str, str], options: Mapping[str, str], savepoint: str | None = None) -> Submitted:
    """Starts the job on the cluster that the options `client` of Flink's name, from `savepoint` or its newest checkpoint.

    `options` stand before the job's own; without any of Python's, the cluster's is `python3`. Failure (see failures.py).
    """
    with _java(job) as internals:
        from fraudc_runtime.flink.topology import build_topics  # noqa: PLC0415 - Java starts while this is imported

        internals.load_file_systems(client)
        beginning = prepare(internals, job.checkpoints, job.name, job.record(), savepoint)
        graph = build_topics(internals, replace(job, flink={**job.flink, **_PYTHON, **options}))
        if beginning:
            internals.restore(graph, beginning.address, owned=beginning.owned)
        return Submitted(_submitted(internals, graph, {**_CLIENT, **client}), beginning.address if beginning else None)


@contextmanager
def _java(job: TopicJob) -> Iterator[Internals]:
    with ExitStack() as stack:
        starting = gateway.start(worker_processes=job.settings.worker_processes, jars=[connector_jar()])
        import_worker_side()
        java = starting.gateway()
        stack.callback(java.close)
        from pyflink.java_gateway import get_gateway  # noqa: PLC0415 - starts a Java of its own unless one is there

        yield Internals(java.jvm, get_gateway())


def _submitted(internals: Internals, graph: Any, options: Mapping[str, str]) -> str:
    client = internals.client(options)
    try:
        return str(client.submitJob(graph.getJobGraph()).get().toString())
    except Py4JJavaError as error:
        raise SubmissionRefused(str(explain(error.java_exception))) from error
    finally:
        client.close()
