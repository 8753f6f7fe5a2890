"""Options of the test run, and which tests stay together on one worker because they share a server."""

import pytest

SERVERS = {  # by the fixture that starts it
    "cluster": "flink",
    "flink": "kafka",
    "java_harness": "harness",
    "kafka": "kafka",
    "postgres": "kafka",
    "opensearch": "search",
    "elasticsearch": "search",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-goldens", action="store_true", help="write the goldens from what the code gives now; read the diff")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        groups = {group for fixture, group in SERVERS.items() if fixture in getattr(item, "fixturenames", ())}
        if groups:
            group = min(groups)  # a worker has a broker of its own, so only the tests of one file stay together
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0] if group == "kafka" else group))
