"""Session fixtures of real servers: a conftest imports the ones that its tests use; however many do, each server runs once."""

from typing import TypeVar

import pytest

from servers.flink import Flink
from servers.kafka import Kafka
from servers.postgres import Postgres
from servers.process import ServerError

Server = TypeVar("Server", Flink, Kafka, Postgres)
_FLINK = pytest.StashKey[Flink]()
_KAFKA = pytest.StashKey[Kafka]()
_POSTGRES = pytest.StashKey[Postgres]()


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


def _running(config: pytest.Config, key: pytest.StashKey[Server], kind: type[Server]) -> Server:
    """The session's server, started when it is first asked for; the test fails where that cannot be done."""
    if key not in config.stash:
        server = kind()
        try:
            server.__enter__()
        except ServerError as error:
            pytest.fail(str(error), pytrace=False)
        config.stash[key] = server
        config.add_cleanup(lambda: server.__exit__(None, None, None))
    return config.stash[key]
