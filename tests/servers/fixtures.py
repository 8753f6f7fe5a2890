"""Session fixtures of real servers: a conftest imports the ones that its tests use; however many do, each server runs once."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from servers.elasticsearch import elasticsearch as elasticsearch_server
from servers.flink import Flink
from servers.kafka import Kafka
from servers.opensearch import opensearch as opensearch_server
from servers.postgres import Postgres
from servers.process import ServerError
from servers.search import SearchServer

Server = TypeVar("Server", Flink, Kafka, Postgres, SearchServer)
_FLINK = pytest.StashKey[Flink]()
_KAFKA = pytest.StashKey[Kafka]()
_POSTGRES = pytest.StashKey[Postgres]()
_OPENSEARCH = pytest.StashKey[SearchServer]()
_ELASTICSEARCH = pytest.StashKey[SearchServer]()


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> Kafka:
    """A broker for all tests of the session; a test uses topics of its own."""
    return _running(request.config, _KAFKA, Kafka)


@pytest.fixture(scope="session")
def flink(request: pytest.FixtureRequest) -> Flink:
    """A Flink cluster of two slots for all tests of the session; a test ends its jobs."""
    return _running(request.config, _FLINK, Flink)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Postgres:
    """A PostgreSQL server for all tests of the session; a test uses tables of its own."""
    return _running(request.config, _POSTGRES, Postgres)


@pytest.fixture(scope="session")
def opensearch(request: pytest.FixtureRequest) -> SearchServer:
    """An OpenSearch server for all tests of the session; a test uses an index prefix of its own, and leaves the server running."""
    return _running(request.config, _OPENSEARCH, opensearch_server)


@pytest.fixture(scope="session")
def elasticsearch(request: pytest.FixtureRequest) -> SearchServer:
    """An Elasticsearch server likewise."""
    return _running(request.config, _ELASTICSEARCH, elasticsearch_server)


def _running(config: pytest.Config, key: pytest.StashKey[Server], kind: Callable[[], Server]) -> Server:
    """The session's server, started when it is first asked for; the test fails where that cannot be done."""
    if key not in config.stash:
        try:
            server = kind()
            server.__enter__()
        except ServerError as error:
            pytest.fail(str(error), pytrace=False)
        config.stash[key] = server
        config.add_cleanup(lambda: server.__exit__(None, None, None))
    return config.stash[key]
