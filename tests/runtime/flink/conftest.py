"""One embedded Flink for all tests of the session: starting one takes seconds."""

from collections.abc import Iterator

import pytest

from fraudc_runtime.flink.cluster import Cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with Cluster(slots=4) as running:
        yield running
