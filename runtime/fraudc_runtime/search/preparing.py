"""A search server and the transaction schema in, the server with its index template out, or why it cannot be used (yet)."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeVar

import msgspec

from fraudc_runtime.plan import Schema
from fraudc_runtime.search.replies import Answer, Lost, Reply, said
from fraudc_runtime.search.template import VERSION, name, template

_SUPPORTED: Final = {"elasticsearch": ((7, 10), (10, 0)), "opensearch": ((2, 0), (4, 0))}
_VERSION: Final = re.compile(r"(\d+)\.(\d+)")


Decoded = TypeVar("Decoded")


class Unready(Exception):
    """The server cannot take alerts as it is; one line for the person on call. `passes`: trying again may help by itself."""

    def __init__(self, text: str, passes: bool) -> None:
        super().__init__(" ".join(text.split()))
        self.passes = passes


class Caller(Protocol):
    """What takes requests; see fraudc_runtime.search.server."""

    def call(self, method: str, path: str, body: bytes = b"") -> Reply: ...


class _Release(msgspec.Struct):
    number: str
    distribution: str = "elasticsearch"


class _Root(msgspec.Struct):
    version: _Release


class _Template(msgspec.Struct):
    meta: dict[str, Any] = msgspec.field(default_factory=dict, name="_meta")
    version: int = 0
    template: dict[str, Any] = msgspec.field(default_factory=dict)
    index_patterns: list[str] = msgspec.field(default_factory=list)


class _Named(msgspec.Struct):
    index_template: _Template


class _Found(msgspec.Struct):
    index_templates: list[_Named]


def prepare(server: Caller, schema: Schema, prefix: str, say: Callable[[str], None]) -> str:
    """The server's product and version, once its template is the schema's. Unready if that cannot be."""
    release = _release(server)
    existing = _template(server, prefix)
    if existing is not None and existing.meta.get("written_by") != "fraudc":
        raise Unready(f"search has an index template {name(prefix)} that fraudc did not write; remove it, or choose an index_prefix", False)
    if existing is not None and existing.version > VERSION:
        say(f"search: the index template {name(prefix)} is of a newer fraudc (version {existing.version}), and stays")
    else:
        _install(server, schema, prefix, existing, say)
    return release


def _release(server: Caller) -> str:
    """Unready unless it is one of the versions that are supported."""
    root = _decoded(_asked(server, "GET", "/"), _Root, "is no Elasticsearch and no OpenSearch")
    product, number = root.version.distribution, root.version.number
    numbers = _VERSION.match(number)
    least, below = _SUPPORTED.get(product, ((0, 0), (0, 0)))
    if numbers is None or not least <= (int(numbers[1]), int(numbers[2])) < below:
        raise Unready(f"search is {product} {number}; supported are Elasticsearch from 7.10 to 9 and OpenSearch 2 and 3", False)
    return f"{product} {number}"


def _template(server: Caller, prefix: str) -> _Template | None:
    answer = _asked(server, "GET", f"/_index_template/{name(prefix)}", absent=404)
    if answer.status == 404:
        return None
    return _decoded(answer, _Found, "does not tell its index templates").index_templates[0].index_template


def _install(server: Caller, schema: Schema, prefix: str, existing: _Template | None, say: Callable[[str], None]) -> None:
    """Writes the template unless it stands there already, and adds what is new in it to the indices of the days before."""
    for scaled in (True, False):
        wanted = template(schema, prefix, scaled)
        if existing is not None and _same(existing, wanted):
            return
        answer = _called(server, "PUT", f"/_index_template/{name(prefix)}", wanted)
        if answer.status == 200:
            break
        if not (scaled and b"scaled_float" in answer.body):
            raise Unready(f"search refuses the index template {name(prefix)}: {said(answer)}", _passes(answer.status))
    if existing is None:
        return
    properties = {"properties": wanted["template"]["mappings"]["properties"]}
    added = _called(server, "PUT", f"/{prefix}*.*.*/_mapping?allow_no_indices=true", properties)
    kept = "" if added.status == 200 else f"; the indices of days until now stay as they are: {said(added)}"
    say(f"search: the index template {name(prefix)} is renewed{kept}")


def _same(existing: _Template, wanted: Mapping[str, Any]) -> bool:
    found = {"version": existing.version, "template": existing.template, "index_patterns": existing.index_patterns}
    return all(_plain(found[part]) == _plain(wanted[part]) for part in found)


def _plain(value: Any) -> Any:
    """Without the difference between 100, "100" and 100.0, and between true and "true", which servers do not keep."""
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items() if not (key == "match_mapping_type" and each == "*")}
        case list():
            return [_plain(each) for each in value]
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def _called(server: Caller, method: str, path: str, content: Mapping[str, Any]) -> Answer:
    return _answered(server.call(method, path, msgspec.json.encode(content)))


def _asked(server: Caller, method: str, path: str, absent: int | None = None) -> Answer:
    """The answer to a question; Unready unless it is a success, or `absent`."""
    answer = _answered(server.call(method, path))
    if answer.status not in (200, absent):
        what = "does not let us in" if answer.status in (401, 403) else "answers"
        raise Unready(f"search {what}: {said(answer)}", _passes(answer.status))
    return answer


def _answered(reply: Reply) -> Answer:
    if isinstance(reply, Lost):
        raise Unready(reply.reason, True)
    return reply


def _passes(status: int) -> bool:
    return status >= 500 or status in (401, 403, 408, 429)


def _decoded(answer: Answer, type: type[Decoded], otherwise: str) -> Decoded:
    try:
        return msgspec.json.decode(answer.body, type=type)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unready(f"what is at the address of search {otherwise}", False) from error
