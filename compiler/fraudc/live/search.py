"""A project's `job.elasticsearch` in, a search server that is ready and the search job out, checked before anything starts."""

import os
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fraudc.document.job import ElasticsearchDocument, JobDocument
from fraudc.live.connection import Connection
from fraudc.live.failure import RequestFailure, ServerFailure
from fraudc.live.job import NAME, checkpoints_of
from fraudc.live.security import resolved
from fraudc_runtime.flink.kafka import Cluster
from fraudc_runtime.flink.searching import SearchJob
from fraudc_runtime.plan import Schema
from fraudc_runtime.search.delivery import wait
from fraudc_runtime.search.preparing import Unready, prepare
from fraudc_runtime.search.server import Access, Server

_TURN = 0.1  # seconds
_PREFIX = re.compile(r"[a-z0-9][a-z0-9._-]{0,100}")  # of what servers take for an index's name


@dataclass(frozen=True, slots=True)
class Search:
    """Where alerts become searchable."""

    access: Access
    prefix: str


def search_of(job: JobDocument | None, root: Path, environment: Mapping[str, str] = os.environ) -> Search:
    """RequestFailure where the project names no search server, or one that cannot be asked."""
    declared = job.elasticsearch if job else None
    if declared is None:
        raise RequestFailure("no search server is named: give job.elasticsearch.url in fraudc.yaml")
    _check(declared)
    files = (declared.password_file, declared.api_key_file, declared.ca_file)
    password, key, authority = (_file(name, root, environment) for name in files)
    user = None if declared.user is None else resolved(declared.user, environment)
    return Search(Access(_url(resolved(declared.url, environment)), user, password, key, authority), declared.index_prefix)


def search_job(search: Search, job: JobDocument, connection: Connection, root: Path, told: Path | None = None) -> SearchJob:
    """Its name is the detection job's with `-search` behind it, and so is its consumer group; lines for the person on call go to `told`."""
    name = f"{job.name or NAME}-search"
    group = f"{connection.group}-search" if connection.group else name
    topics = connection.topics
    return SearchJob(
        name=name,
        cluster=Cluster(connection.java(), group),
        alerts=topics.alerts,
        dlq=topics.dlq,
        access=search.access,
        prefix=search.prefix,
        checkpoints=checkpoints_of(job, root, os.environ),
        told=told,
        restart=job.restart,
    )


def _check(declared: ElasticsearchDocument) -> None:
    if not _PREFIX.fullmatch(declared.index_prefix):
        raise RequestFailure(f"job.elasticsearch.index_prefix is small letters, digits, `.`, `_` and `-`, not {declared.index_prefix}")
    if (declared.user is None) != (declared.password_file is None):
        raise RequestFailure("job.elasticsearch has one of `user` and `password_file`, and needs both or neither")
    if declared.user is not None and declared.api_key_file is not None:
        raise RequestFailure("job.elasticsearch has both a `user` and an `api_key_file`; one of them decides who we are")


def _file(name: str | None, root: Path, environment: Mapping[str, str]) -> Path | None:
    """The file's path; RequestFailure if it cannot be read now."""
    if name is None:
        return None
    path = (root / resolved(name, environment)).absolute()
    try:
        path.open("rb").close()
    except OSError as error:
        raise RequestFailure(f"job.elasticsearch: {path} cannot be read: {error.strerror}") from error
    return path


def _url(url: str) -> str:
    try:
        parts = urlsplit(url)
        fit = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fit = False
    if not fit:
        raise RequestFailure("job.elasticsearch.url is an address like https://search:9200")
    if parts.username is not None or parts.query or parts.fragment:
        raise RequestFailure("job.elasticsearch.url is an address without a user, a password or a query: see `user` and `password_file`")
    return url.rstrip("/")


def prepared(
    search: Search, schema: Schema, stopped: Callable[[], bool], say: Callable[[str], None], *, forever: bool = False
) -> str | None:
    """The server's product and version once it has its index template, saying once what it waits for; None if `stopped` before.

    ServerFailure for what does not pass by itself; `forever` waits for that too.
    """
    server = Server(search.access)
    chance, tries = random.Random(), 0
    told: str | None = None
    try:
        while not stopped():
            try:
                return prepare(server, schema, search.prefix, say)
            except Unready as reason:
                if not (reason.passes or forever):
                    raise ServerFailure(str(reason)) from reason
                if str(reason) != told:
                    told = str(reason)
                    say(f"search is waited for: {told}")
                tries += 1
                _pause(wait(tries, chance), stopped)
    finally:
        server.close()
    return None


def _pause(seconds: float, stopped: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not stopped() and time.monotonic() < end:
        time.sleep(min(_TURN, seconds))
