"""Session fixtures of real servers: a test module or conftest imports the ones that it uses."""

from collections.abc import Iterator

import pytest

from servers.kafka import Kafka
from servers.postgres import Postgres
from servers.process import ServerError


@pytest.fixture(scope="session")
def kafka() -> Iterator[Kafka]:
    """A broker for all tests of the session; a test uses topics of its own."""
    try:
        broker = Kafka().__enter__()
    except ServerError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield broker
    finally:
        broker.__exit__(None, None, None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for all tests of the session."""
    try:
        server = Postgres().__enter__()
    except ServerError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield server
    finally:
        server.__exit__(None, None, None)
