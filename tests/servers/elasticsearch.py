"""The Elasticsearch server that tests run, as its coordinates in elasticsearch.xml say; nothing enters, a server to start leaves."""

from pathlib import Path

from servers.jars import fetched, java
from servers.search import Release, SearchServer

_POM = Path(__file__).with_name("elasticsearch.xml")
_NEED = "the tests start an Elasticsearch server"


def elasticsearch(settings: str = "") -> SearchServer:
    """Elasticsearch 7.10, the oldest that is supported; ServerError where its jars or a Java cannot be had."""
    release = Release(
        name="elasticsearch",
        java=java(),
        jars=fetched(_POM, "elasticsearch", _NEED),
        options=(),
        main="org.codelibs.elasticsearch.runner.ElasticsearchClusterRunner",
        modules="org.elasticsearch.index.mapper.MapperExtrasPlugin,org.elasticsearch.transport.Netty4Plugin",
    )
    return SearchServer(release, settings)
