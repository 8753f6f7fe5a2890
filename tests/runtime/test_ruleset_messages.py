"""Rule sets as messages: what is written is read, and what is no rule set is refused with the reason."""

import gzip
import json
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from fraudc_runtime.rulesets import ruleset
from fraudc_runtime.rulesets.ruleset import Birth, RuleSet, Unreadable, decode, encode
from fraudc_runtime.rulesets.succession import first, succeed
from ruleset_samples import RISKY, A, B, plan, rule, window

STORED = Path(__file__).parents[1] / "golden" / "rulesets" / "version-1.json.gz"


def sample() -> RuleSet:
    risky = window("risky", condition=RISKY)
    return succeed(first(plan(A, risky, risky=("NG", "RU")), 5), plan(A, B), 1_772_323_200_000, at=1_772_326_800_000)


def test_what_is_written_is_read_and_written_alike() -> None:
    assert decode(encode(sample())) == sample()
    assert encode(decode(encode(sample()))) == encode(sample())


def test_a_message_is_gzip_of_json() -> None:
    document = json.loads(gzip.decompress(encode(sample())))
    assert (document["version"], document["revision"], document["follows"], document["at"]) == (1, 2, 1, 1_772_326_800_000)
    assert [retired["until"] for retired in document["retired"]] == [1_772_326_800_000 + 86_400_000]


def test_two_hundred_rules_that_share_windows_are_a_small_message() -> None:
    many = first(plan(A, B, rules=tuple(rule(f"r{number}", A, B) for number in range(200))))
    assert len(encode(many)) < 50_000


def test_a_message_of_an_earlier_release_is_read() -> None:
    assert decode(STORED.read_bytes()) == sample()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is no rule set: it is cut off"),
        (b"{}", "it is no rule set: it is not compressed as one"),
        (encode(sample())[:-1], "it is no rule set: it is cut off"),
        (encode(sample()) + b"x", "it is no rule set: it is cut off, or something follows it"),
        (gzip.compress(b"[1, 2]"), "it is no rule set: Expected `object`"),
        (gzip.compress(b'{"version": 1}'), "it is no rule set: Object missing required field"),
        (gzip.compress(b'{"version": 2}'), "it is a rule set of version 2, and this release reads version 1"),
        (gzip.compress(b"\xff"), "it is no rule set: "),
        (gzip.compress(b'{"version": 1, "plan": ' + b"[" * 100_000), "it is no rule set: "),
    ],
    ids=["empty", "plain", "cut", "longer", "array", "incomplete", "newer", "bytes", "deep"],
)
def test_what_is_no_rule_set_is_unreadable(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as found:
        decode(data)
    assert str(found.value).startswith(reason)


def test_a_message_cannot_unfold_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruleset, "LARGEST", 1 << 20)
    with pytest.raises(Unreadable, match="unfolds to more than 1 MiB"):
        decode(gzip.compress(b" " * (2 << 20)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"revision": 4}, "revision 4 cannot follow 1"),
        ({"follows": -1, "revision": 0}, "revision 0 cannot follow -1"),
        ({"plan": replace(sample().plan, revision=7)}, "its plan is of revision 7, and it of 2"),
        ({"births": {A.id: Birth(1, None)}}, "its births are not those of its windows"),
        ({"rules": {}}, "its rules are not those of its plan"),
        ({"retired": (replace(sample().retired[0], signature=A),)}, "a window is retired and in use"),
    ],
)
def test_a_set_that_contradicts_itself_is_unreadable(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(Unreadable) as found:
        decode(encode(replace(sample(), **changes)))
    assert str(found.value) == f"it contradicts itself: {reason}"


def test_fields_of_later_releases_are_ignored() -> None:
    document = json.loads(gzip.decompress(encode(sample()))) | {"comment": "of a later release"}
    assert decode(gzip.compress(msgspec.json.encode(document))) == sample()
