"""A bulk request's documents and what the server replied in; what to send again, what it refuses and what ails it out. Pure."""

from collections.abc import Sequence
from typing import Final

import msgspec
from typing_extensions import assert_never

from fraudc_runtime.search.documents import Document


class Answer(msgspec.Struct, frozen=True):
    """An HTTP answer."""

    status: int
    body: bytes


class Lost(msgspec.Struct, frozen=True):
    """No answer: `reason` as a sentence for the person on call; `late` where the server took the request and was silent too long."""

    reason: str
    late: bool = False


Reply = Answer | Lost


class Refusal(msgspec.Struct, frozen=True):
    """A document that the server will never take, and its reason."""

    document: Document
    reason: str


class Judgement(msgspec.Struct, frozen=True):
    """What a reply means: documents to send `again`, those `refused` for good, whether the server wants `smaller` requests, and what
    keeps it from taking everything (`trouble`, None where nothing does). `denied`: only somebody who changes rights can help.
    """

    again: tuple[Document, ...] = ()
    refused: tuple[Refusal, ...] = ()
    smaller: bool = False
    trouble: str | None = None
    denied: bool = False


class _Cause(msgspec.Struct):
    type: str = ""
    reason: str | None = None
    caused_by: "_Cause | None" = None


class _Item(msgspec.Struct):
    status: int
    error: _Cause | str | None = None


class _Bulk(msgspec.Struct):
    items: list[dict[str, _Item]]


class _Error(msgspec.Struct):
    error: _Cause | str


_BULK: Final = msgspec.json.Decoder(_Bulk)
_ERROR: Final = msgspec.json.Decoder(_Error)
_DENIED: Final = (401, 403)
_LONGEST_REASON: Final = 500
# Refusals with a 4xx that are about the cluster and not about the document: they pass once somebody has put it right.
_OF_THE_CLUSTER: Final = frozenset(
    {
        "validation_exception",  # too many shards for another day's index
        "index_not_found_exception",  # no index may be made by writing to it
        "index_closed_exception",
        "cluster_block_exception",
    }
)


def judge(documents: Sequence[Document], reply: Reply) -> Judgement:
    """What becomes of the documents of a bulk request."""
    everything = tuple(documents)
    match reply:
        case Lost():
            return Judgement(again=everything, smaller=reply.late, trouble=reply.reason)
        case Answer():
            return _of_items(everything, reply) if reply.status == 200 else _of_request(everything, reply)
        case _:
            assert_never(reply)


def said(answer: Answer) -> str:
    """What an answer that is no success says, in one line: its status and the server's reason."""
    return " ".join(f"{answer.status} {_reason(answer.body)}".split())


def _of_request(documents: tuple[Document, ...], answer: Answer) -> Judgement:
    trouble = said(answer)
    match answer.status:
        case 413 if len(documents) == 1:
            return Judgement(refused=(Refusal(documents[0], f"the server finds it too large: {trouble}"),))
        case 400 if len(documents) == 1 and _told(answer.body) is not None:
            return Judgement(refused=(Refusal(documents[0], trouble),))
        case 400 | 413 | 429:
            return Judgement(again=documents, smaller=True, trouble=trouble)
        case _:
            return Judgement(again=documents, trouble=trouble, denied=answer.status in _DENIED)


def _of_items(documents: tuple[Document, ...], answer: Answer) -> Judgement:
    try:
        items = [next(iter(item.values())) for item in _BULK.decode(answer.body).items]
    except (msgspec.MsgspecError, UnicodeDecodeError, StopIteration):
        items = []
    if len(items) != len(documents):
        return Judgement(again=documents, trouble="the server's answer to a bulk request cannot be read; is there a proxy in between?")
    again, refused, troubles = [], [], []
    for each, item in zip(documents, items, strict=True):
        if item.status < 300:
            continue
        if _passes(item):
            again.append(each)
            troubles.append((item.status, f"{each.index}: {_sentence(item.error, item.status)}"))
        else:
            refused.append(Refusal(each, _sentence(item.error, item.status)))
    denied = any(status in _DENIED for status, _ in troubles)
    return Judgement(tuple(again), tuple(refused), len(again) == len(documents), troubles[0][1] if troubles else None, denied)


def _passes(item: _Item) -> bool:
    """Whether what the item was refused for can pass by itself, or once somebody has put the cluster right."""
    kind = item.error.type if isinstance(item.error, _Cause) else ""
    return item.status >= 500 or item.status in (*_DENIED, 408, 429) or kind in _OF_THE_CLUSTER


def _sentence(error: "_Cause | str | None", status: int) -> str:
    """`type: reason`, and the deepest cause where it says something else; documents' own text in it is cut short."""
    if not isinstance(error, _Cause):
        return f"{status} {error or ''}".rstrip()
    deepest = error
    while deepest.caused_by is not None:
        deepest = deepest.caused_by
    parts = [f"{each.type}: {' '.join((each.reason or 'no reason').split())[:_LONGEST_REASON]}" for each in (error, deepest)]
    return f"{status} {parts[0]}" if deepest is error else f"{status} {parts[0]} ({parts[1]})"


def _reason(body: bytes) -> str:
    told = _told(body)
    if told is None:
        return body[:_LONGEST_REASON].decode(errors="replace")
    return told if isinstance(told, str) else f"{told.type}: {told.reason or 'no reason'}"[:_LONGEST_REASON]


def _told(body: bytes) -> "_Cause | str | None":
    """The error that a search server names; None in what others answer."""
    try:
        return _ERROR.decode(body).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
