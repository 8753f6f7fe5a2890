"""Alerts into real servers of both dialects: what they refuse, what they are too busy or too full for, and who may write."""

import base64
import json
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from fraudc_runtime.plan import Currency, EntitySpec, FieldSpec, MoneySpec, Schema
from fraudc_runtime.search.indexing import Indexing
from fraudc_runtime.search.preparing import Unready, prepare
from fraudc_runtime.search.server import Access, Server
from fraudc_runtime.search.template import name, template
from runtime.search.bulks import alert, frame
from servers.certificate import certificate
from servers.fixtures import elasticsearch, opensearch
from servers.front import API_KEY, PASSWORD, USER, Front
from servers.opensearch import opensearch as opensearch_server
from servers.search import SearchServer

__all__ = ["elasticsearch", "opensearch"]
SCHEMA = Schema(
    id="id",
    event_time="at",
    fields=(
        FieldSpec("id", "string"),
        FieldSpec("at", "timestamp"),
        FieldSpec("amount", "money", optional=True),
        FieldSpec("items", "int", optional=True),
        FieldSpec("lat", "float", optional=True),
        FieldSpec("online", "bool", optional=True),
    ),
    money=MoneySpec("USD", None, {"USD": Currency(2, "1")}),
    entities=(EntitySpec("card", ("id",), ()),),
)


@pytest.fixture(params=["opensearch", "elasticsearch"])
def server(request: pytest.FixtureRequest) -> SearchServer:
    found: SearchServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def prefix() -> str:
    return f"t{uuid.uuid4().hex[:8]}-"


class Writing:
    """One task's writing to a server: what it said, and the dead letters of each frame."""

    def __init__(self, access: Access, prefix: str, schema: Schema = SCHEMA) -> None:
        self.said: list[str] = []
        self.server = Server(access)
        prepare(self.server, schema, prefix, self.said.append)
        self._indexing = Indexing(self.server, prefix, "alerts", self.said.append)

    def close(self) -> None:
        self.server.close()

    def write(self, *alerts: bytes) -> list[Any]:
        return [json.loads(letter) for _, _, letter in self._indexing.frame(frame(*alerts))]


def asked(access: Access, prefix: str) -> None:
    """Prepares a server, and lets go of it."""
    with closing(Server(access)) as server:
        prepare(server, SCHEMA, prefix, print)


@pytest.fixture
def writing(server: SearchServer, prefix: str) -> Iterator[Writing]:
    made = Writing(Access(server.url), prefix)
    yield made
    made.close()


def sources(*alerts: bytes) -> list[Any]:
    return [json.loads(each) for each in alerts]


def test_days_of_event_time_are_indices_also_across_midnight_and_long_ago(server: SearchServer, writing: Writing, prefix: str) -> None:
    last, first, old = (
        alert("a", "2026-02-28T23:59:59.999Z"),
        alert("b", "2026-03-01T00:00:00.000Z"),
        alert("c", "1999-12-31T10:00:00.000Z"),
    )
    assert writing.write(last, first, old) == []
    assert writing.write(first) == []  # as after a crash
    found = server.documents(prefix)
    assert found == {
        (f"{prefix}2026.02.28", "large:a"): json.loads(last),
        (f"{prefix}2026.03.01", "large:b"): json.loads(first),
        (f"{prefix}1999.12.31", "large:c"): json.loads(old),
    }


def test_fields_have_types_that_queries_rely_on(server: SearchServer, writing: Writing, prefix: str) -> None:
    transactions = [
        {"id": f"T{n}", "amount": amount, "original_amount": amount, "items": n, "lat": n / 4, "online": n == 1}
        for n, amount in enumerate(("9.99", "210.00", "1000000.01"))
    ]
    assert (
        writing.write(*(alert(f"T{n}", transaction=each, message="3 probes, then a purchase") for n, each in enumerate(transactions))) == []
    )
    server.documents(prefix)
    for query, count in (
        ({"range": {"transaction.amount": {"gt": 210}}}, 1),
        ({"range": {"transaction.amount": {"gte": "210.00"}}}, 2),
        ({"term": {"transaction.amount": "1000000.01"}}, 1),
        ({"range": {"transaction.items": {"gte": 1}}}, 2),
        ({"range": {"transaction.lat": {"lt": 0.5}}}, 2),
        ({"term": {"transaction.online": "true"}}, 1),
        ({"terms": {"rule": ["large", "small"]}}, 3),
        ({"term": {"rule": "Large"}}, 0),
        ({"term": {"labels.team": "payments"}}, 3),
        ({"range": {"event_time": {"gte": "2026-03-01T10:00:00Z", "lt": "2026-03-01T10:00:00.001Z"}}}, 3),
        ({"match": {"message": "probes"}}, 3),
        ({"range": {"values.spent.number": {"gte": 214}}}, 3),
        ({"term": {"warm": True}}, 3),
    ):
        assert (query, server.count(prefix, query)) == (query, count)
    status, answer = server.call("GET", f"/{prefix}*/_search", {"size": 0, "aggs": {"sum": {"sum": {"field": "transaction.amount"}}}})
    assert status == 200
    assert answer["aggregations"]["sum"]["value"] == pytest.approx(1_000_220.0)


def test_rules_that_give_one_name_different_types_are_all_taken_and_found(server: SearchServer, writing: Writing, prefix: str) -> None:
    values: list[Any] = [
        3,
        "NaN",
        "abc",
        True,
        "214.00",
        1.5,
        None,
        "",
        "2026-03-01T10:00:00.000Z",
        9223372036854775807,
        "x" * 40_000,
        1e308,
        "1e999",
    ]
    assert writing.write(*(alert(f"T{number}", values={"x": value}) for number, value in enumerate(values))) == []
    assert len(server.documents(prefix)) == len(values)
    assert server.count(prefix, {"range": {"values.x.number": {"gte": 2, "lt": 1000}}}) == 2
    assert server.count(prefix, {"term": {"values.x": "abc"}}) == 1
    assert server.count(prefix, {"term": {"values.x": "true"}}) == 1


def test_a_field_that_was_another_type_in_an_earlier_schema_is_taken(server: SearchServer, writing: Writing, prefix: str) -> None:
    strange = {
        "id": "T1",
        "amount": "a lot",
        "items": "two",
        "lat": "north",
        "online": "perhaps",
        "at": "+10000-01-01T00:00:00.000Z",
        "new": 1,
    }
    assert writing.write(alert("T1", transaction=strange)) == []
    assert len(server.documents(prefix)) == 1
    assert server.count(prefix, {"term": {"transaction.new": "1"}}) == 1


def test_only_the_poisoned_document_is_refused_and_its_letter_says_where_and_why(
    server: SearchServer, writing: Writing, prefix: str
) -> None:
    good = [alert(f"T{number}") for number in range(50)]
    poisoned = [alert("P1", revision="seven"), alert("P2", unknown=1), alert("P3", values={"x": {"y": 1}})]
    letters = writing.write(*good[:25], *poisoned, b"nonsense", *good[25:])
    found = sorted(letters, key=lambda letter: letter["offset"])
    assert [base64.b64decode(letter["raw_base64"]) for letter in found] == [*poisoned, b"nonsense"]
    assert [letter["code"] for letter in found] == ["search_refused"] * 3 + ["search_no_alert"]
    assert {(letter["source"], letter["partition"], letter["received"]) for letter in found} == {("alerts", 3, "2026-01-01T00:00:00.000Z")}
    assert [letter["offset"] for letter in found] == [125, 126, 127, 128]
    assert found[0]["reason"].startswith("400 mapper_parsing_exception: failed to parse field [revision]")
    assert "unknown" in found[1]["reason"]
    assert sorted(map(str, server.documents(prefix).values())) == sorted(map(str, sources(*good)))


def test_a_read_only_index_is_waited_for_and_said_once(server: SearchServer, writing: Writing, prefix: str) -> None:
    assert writing.write(alert("T1")) == []
    index = f"/{prefix}2026.03.01/_settings"
    assert server.call("PUT", index, {"index.blocks.read_only_allow_delete": True})[0] == 200  # as on a disk that is full
    letters: list[Any] = []
    thread = threading.Thread(target=lambda: letters.append(writing.write(alert("T2"), alert("T3", "2026-03-02T00:00:00.000Z"))))
    thread.start()
    while not writing.said:
        thread.join(0.05)
    assert server.call("PUT", index, {"index.blocks.read_only_allow_delete": None})[0] == 200
    thread.join(60)
    assert letters == [[]]
    assert [id for _, id in sorted(server.documents(prefix))] == ["large:T1", "large:T2", "large:T3"]
    assert len(writing.said) == 2
    assert writing.said[0].startswith(f"search does not take alerts, which wait in the topic: {prefix}2026.03.01: ")
    assert "cluster_block_exception" in writing.said[0]
    assert writing.said[1] == "search takes alerts again"


def test_a_template_is_written_once_renewed_by_a_new_schema_and_left_to_a_newer_fraudc(
    server: SearchServer, writing: Writing, prefix: str
) -> None:
    assert writing.said == []
    address = f"/_index_template/{name(prefix)}"
    written = server.call("GET", address)[1]
    assert writing.write(alert("T1")) == []
    prepare(writing.server, SCHEMA, prefix, writing.said.append)
    assert writing.said == []  # nothing to do
    more = Schema("id", "at", (*SCHEMA.fields, FieldSpec("extra", "float", optional=True)), SCHEMA.money, SCHEMA.entities)
    prepare(writing.server, more, prefix, writing.said.append)
    assert writing.said == [f"search: the index template {name(prefix)} is renewed"]
    assert server.call("GET", address)[1] != written
    mapping = server.call("GET", f"/{prefix}2026.03.01/_mapping")[1][f"{prefix}2026.03.01"]["mappings"]  # today's index takes part
    assert mapping["properties"]["transaction"]["properties"]["extra"]["type"] == "double"
    newer = {**template(SCHEMA, prefix, True), "version": 1_000_000}
    assert server.call("PUT", address, newer)[0] == 200
    prepare(writing.server, more, prefix, writing.said.append)
    assert writing.said[1:] == [f"search: the index template {name(prefix)} is of a newer fraudc (version 1000000), and stays"]
    assert server.call("DELETE", address)[0] == 200


def test_a_template_of_somebody_else_is_a_conflict(server: SearchServer, prefix: str) -> None:
    foreign = {"index_patterns": [f"{prefix}*"], "priority": template(SCHEMA, prefix, True)["priority"]}
    for address, told in ((name(prefix), "that fraudc did not write"), (f"foreign-{prefix}", "same priority")):
        assert server.call("PUT", f"/_index_template/{address}", foreign)[0] == 200
        with pytest.raises(Unready, match=told) as caught:
            asked(Access(server.url), prefix)
        assert not caught.value.passes
        assert server.call("DELETE", f"/_index_template/{address}")[0] == 200


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("indexing_pressure.memory.limit: 64kb\n", "429"),  # whole requests
        ("http.max_content_length: 64kb\n", "413"),
        ("thread_pool.write.size: 1\nthread_pool.write.queue_size: 1\n", "429"),  # items, over many shards
    ],
    ids=["pressure", "length", "queue"],
)
def test_a_server_with_room_for_little_gets_every_alert(settings: str, told: str, prefix: str) -> None:
    alerts = [alert(f"T{number:04}", transaction={"id": f"T{number:04}", "note": uuid.uuid4().hex * 8}) for number in range(1500)]
    with opensearch_server(settings) as server, ExitStack() as open_ones:
        writing = open_ones.enter_context(closing(Writing(Access(server.url), prefix)))
        status, found = server.call("GET", f"/_index_template/{name(prefix)}")
        assert status == 200
        sharded = found["index_templates"][0]["index_template"]
        sharded["template"]["settings"]["index"]["number_of_shards"] = "10"
        assert server.call("PUT", f"/_index_template/{name(prefix)}", sharded)[0] == 200
        replies: list[int] = []
        posted = writing.server.bulk
        writing.server.bulk = lambda body: replies.append(getattr(reply := posted(body), "status", 0)) or reply  # type: ignore[method-assign, func-returns-value]  # to see what the server said
        writers = [
            open_ones.enter_context(closing(Writing(Access(server.url), prefix))) for _ in range(3)
        ]  # the queue is short for several at once
        threads = [threading.Thread(target=each.write, args=alerts) for each in writers]
        for thread in threads:
            thread.start()
        assert writing.write(*alerts) == []
        for thread in threads:
            thread.join(60)
        assert len(server.documents(prefix)) == 1500
        rejected = server.call("GET", "/_nodes/stats/thread_pool,indexing_pressure")[1]["nodes"].popitem()[1]
    if "queue" in settings:
        assert rejected["thread_pool"]["write"]["rejected"] > 0
    else:
        assert int(told) in replies


def test_a_document_too_large_for_the_server_is_refused_alone(prefix: str) -> None:
    with opensearch_server("http.max_content_length: 64kb\n") as server, closing(Writing(Access(server.url), prefix)) as writing:
        letters = writing.write(alert("T1"), alert("huge", message=uuid.uuid4().hex * 3000), alert("T2"))
        assert [letter["offset"] for letter in letters] == [101]
        assert letters[0]["reason"].startswith("the server finds it too large: 413")
        assert {id for _, id in server.documents(prefix)} == {"large:T1", "large:T2"}


def secret(folder: Path, content: str) -> Path:
    file = folder / "secret"
    file.write_text(f"{content}\n")
    return file


def test_a_password_that_is_changed_is_read_again_and_nothing_is_lost(opensearch: SearchServer, prefix: str, tmp_path: Path) -> None:
    with Front(opensearch.url) as front:
        file = secret(tmp_path, PASSWORD)
        writing = Writing(Access(front.url, user=USER, password_file=file, ca_file=certificate().authority), prefix)
        front.password = "another"
        letters: list[Any] = []
        thread = threading.Thread(target=lambda: letters.append(writing.write(alert("T1"))))
        thread.start()
        while not writing.said:
            thread.join(0.05)
        assert "401 security_exception: missing authentication credentials" in writing.said[0]
        assert not any(each in line for line in writing.said for each in ("another", PASSWORD))
        secret(tmp_path, "another")
        thread.join(60)
        writing.server.close()
    assert letters == [[]]
    assert {id for _, id in opensearch.documents(prefix)} == {"large:T1"}


def test_an_api_key_lets_in_and_nothing_else_does(opensearch: SearchServer, prefix: str, tmp_path: Path) -> None:
    authority = certificate().authority
    with Front(opensearch.url) as front:
        writing = Writing(Access(front.url, api_key_file=secret(tmp_path, API_KEY), ca_file=authority), prefix)
        assert writing.write(alert("T1")) == []
        writing.server.close()
        for access, told, passes in (
            (Access(front.url, ca_file=authority), "search does not let us in: 401", True),
            (Access(front.url, api_key_file=secret(tmp_path, API_KEY)), "a certificate that is not trusted: self", True),
            (Access(front.url, ca_file=tmp_path / "none"), f"{tmp_path / 'none'} is no file of certificates", True),
            (Access(front.url, api_key_file=tmp_path / "none", ca_file=authority), f"{tmp_path / 'none'} cannot be read", True),
        ):
            with pytest.raises(Unready) as caught:
                asked(access, prefix)
            assert told in str(caught.value)
            assert caught.value.passes == passes
    with pytest.raises(Unready, match="refuses connections"):
        asked(Access(front.url.replace("https", "http")), prefix)


def test_the_queries_on_the_page_find_what_they_say(server: SearchServer, writing: Writing, prefix: str) -> None:
    page = (Path(__file__).parents[3] / "docs" / "search.md").read_text(encoding="utf-8")
    queries = [json.loads(body) for body in re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)]
    alerts = [
        alert("T1", "2026-03-01T10:00:00.000Z", key="K1", transaction={"id": "T1", "amount": "210.00"}),
        alert("T2", "2026-03-02T10:00:00.000Z", key="K2", transaction={"id": "T2", "amount": "20.00"}),
        alert("T3", "2026-03-02T11:00:00.000Z", key="K1", mode="shadow", transaction={"id": "T3", "amount": "199.99"}),
    ]
    assert writing.write(*alerts) == []
    server.documents(prefix)  # from now on they are found
    answers = [server.call("POST", f"/{prefix}*/_search", query)[1] for query in queries]
    assert [[hit["_id"] for hit in answer["hits"]["hits"]] for answer in answers] == [["large:T1"], ["large:T1"], ["large:T1"], []]
    assert [(each["key"], each["doc_count"]) for each in answers[3]["aggregations"]["rules"]["buckets"]] == [("large", 3)]
