"""The OpenSearch server that tests run, as its coordinates in opensearch.xml say; nothing enters, a server to start leaves."""

from pathlib import Path

from servers.jars import fetched, java21
from servers.search import Release, SearchServer

_POM = Path(__file__).with_name("opensearch.xml")
_NEED = "the tests start an OpenSearch server"


def opensearch(settings: str = "") -> SearchServer:
    """OpenSearch 3.8; ServerError where its jars or a Java 21 cannot be had."""
    release = Release(
        name="opensearch",
        java=java21(_NEED),
        jars=fetched(_POM, "opensearch", _NEED),
        options=("--enable-native-access=ALL-UNNAMED",),
        main="org.codelibs.opensearch.runner.OpenSearchRunner",
        modules="org.opensearch.index.mapper.MapperExtrasModulePlugin,org.opensearch.transport.Netty4ModulePlugin",
    )
    return SearchServer(release, settings)
