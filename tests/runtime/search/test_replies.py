"""What becomes of documents, by what the server replied."""

import json

import pytest

from fraudc_runtime.search.documents import Document, document
from fraudc_runtime.search.replies import Answer, Judgement, Lost, judge
from runtime.search.bulks import alert


def documents(count: int) -> tuple[Document, ...]:
    return tuple(document(alert(f"T{number}"), "alerts-", 0, number, None) for number in range(count))


def refused(type: str, reason: str = "no") -> dict[str, str]:
    return {"type": type, "reason": reason}


def items(*found: tuple[int, object]) -> Answer:
    """An answer of 200 with such items; the old dialect has more in each."""
    listed = [{"index": {"_type": "_doc", "status": status, **({"error": error} if error else {})}} for status, error in found]
    return Answer(200, json.dumps({"took": 3, "errors": True, "items": listed}).encode())


def error(status: int, type: str) -> Answer:
    return Answer(status, json.dumps({"error": {"root_cause": [], **refused(type)}, "status": status}).encode())


def test_what_is_created_or_overwritten_is_done() -> None:
    assert judge(documents(2), items((201, None), (200, None))) == Judgement()


@pytest.mark.parametrize(
    ("reply", "smaller", "denied"),
    [
        (error(429, "rejected_execution_exception"), True, False),
        (error(413, "content_too_long_exception"), True, False),
        (Answer(413, b"<html>Request Entity Too Large</html>"), True, False),
        (error(400, "illegal_argument_exception"), True, False),  # one of them is at fault: it will stand alone
        (error(401, "security_exception"), False, True),
        (error(403, "security_exception"), False, True),
        (error(500, "null_pointer_exception"), False, False),
        (error(503, "cluster_block_exception"), False, False),
        (Answer(502, b"<html>Bad Gateway</html>"), False, False),
        (Answer(404, b"<html>Not Found</html>"), False, False),
        (Answer(200, b"<html>Welcome</html>"), False, False),
        (Answer(200, b'{"items":[]}'), False, False),
        (Lost("http://search refuses connections"), False, False),
        (Lost("http://search has not answered for 30 s", late=True), True, False),
    ],
)
def test_a_request_that_failed_as_a_whole_is_sent_again(reply: Answer | Lost, smaller: bool, denied: bool) -> None:
    sent = documents(2)
    found = judge(sent, reply)
    assert (found.again, found.refused, found.smaller, found.denied) == (sent, (), smaller, denied)
    assert found.trouble


@pytest.mark.parametrize("reply", [error(413, "content_too_long_exception"), error(400, "illegal_argument_exception")])
def test_a_document_that_cannot_be_split_any_more_is_refused(reply: Answer) -> None:
    (found,) = judge(documents(1), reply).refused
    assert f"{reply.status}" in found.reason
    assert "exception: no" in found.reason


@pytest.mark.parametrize("reply", [Answer(400, b"<html>Bad Request</html>"), error(429, "rejected_execution_exception")])
def test_a_single_document_is_kept_where_the_refusal_is_not_about_it(reply: Answer) -> None:
    assert judge(documents(1), reply).again == documents(1)


@pytest.mark.parametrize(
    ("status", "type"),
    [
        (429, "rejected_execution_exception"),
        (429, "es_rejected_execution_exception"),
        (429, "cluster_block_exception"),
        (503, "unavailable_shards_exception"),
        (500, "engine_exception"),
        (401, "security_exception"),
        (403, "security_exception"),
        (403, "cluster_block_exception"),
        (400, "validation_exception"),
        (404, "index_not_found_exception"),
        (400, "index_closed_exception"),
    ],
)
def test_an_item_that_can_pass_is_sent_again_and_the_others_are_not(status: int, type: str) -> None:
    sent = documents(3)
    found = judge(sent, items((201, None), (status, refused(type)), (201, None)))
    assert (found.again, found.refused, found.smaller) == ((sent[1],), (), False)
    assert found.trouble == f"alerts-2026.03.01: {status} {type}: no"
    assert found.denied == (status in (401, 403))


@pytest.mark.parametrize("type", ["mapper_parsing_exception", "document_parsing_exception", "strict_dynamic_mapping_exception"])
def test_a_document_that_does_not_fit_is_refused_with_the_servers_reason(type: str) -> None:
    sent = documents(2)
    cause = {**refused(type, "failed to parse"), "caused_by": {**refused("other", "x"), "caused_by": refused("number", "seven\nis none")}}
    found = judge(sent, items((400, cause), (201, None)))
    assert (found.again, found.trouble) == ((), None)
    assert [(each.document, each.reason) for each in found.refused] == [(sent[0], f"400 {type}: failed to parse (number: seven is none)")]


def test_a_long_reason_is_cut() -> None:
    (found,) = judge(documents(1), items((400, refused("mapper_parsing_exception", "x" * 90_000)))).refused
    assert len(found.reason) < 600


def test_a_request_of_which_nothing_was_taken_was_too_large() -> None:
    rejected = (429, refused("rejected_execution_exception"))
    assert judge(documents(2), items(rejected, rejected)).smaller
    assert not judge(documents(2), items(rejected, (201, None))).smaller
