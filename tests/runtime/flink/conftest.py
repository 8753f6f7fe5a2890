"""One embedded Flink for all tests of the session: starting one takes seconds."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from fraudc_runtime.flink.cluster import Cluster
from fraudc_runtime.flink.connector_jar import connector_jar
from fraudc_runtime.flink.failures import ConnectorUnavailable


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    jars: list[Path] = []
    with suppress(ConnectorUnavailable):  # which fails the tests that need it
        jars.append(connector_jar())
    with Cluster(slots=4, jars=jars) as running:
        yield running
