"""The published rule set: one frozen value in, one compressed message out, and back."""

import zlib
from typing import Final

import msgspec

from fraudc_runtime.plan import ListValues, Plan, Signature
from fraudc_runtime.rulesets.shape import Shape

VERSION = 1
LARGEST = 64 << 20  # bytes of JSON that a message may unfold to
_GZIP = 31  # zlib's window bits with a gzip header, so that `gunzip` shows a message
_MAGIC = b"\x1f\x8b"


class Birth(msgspec.Struct, frozen=True):
    """Since which revision a signature has been fed without a gap, and its event time in ms; None: since the job began, never cold."""

    since: int
    at: int | None


class Retired(msgspec.Struct, frozen=True):
    """A signature that no rule reads any more, fed up to the event time `until` (ms, exclusive)."""

    signature: Signature
    birth: Birth
    until: int


class RuleSet(msgspec.Struct, frozen=True):
    """The whole of what a job runs. `follows` is the revision that it was made against, 0 for the first.

    `at` is the event time (ms) from which it is in force, None for as soon as it arrives; `published_at` is when it was published (epoch
    ms). `fingerprint` names the schema that the job began with. `births` are by signature id. `rules` gives, by rule id, the revision
    since which the rule has been there without a gap: held matches and cooldowns from before it are none of its own. `lists` are those
    that only retired signatures read.
    """

    revision: int
    follows: int
    published_at: int
    at: int | None
    fingerprint: str
    shape: Shape
    plan: Plan
    births: dict[str, Birth]
    rules: dict[str, int]
    retired: tuple[Retired, ...] = ()
    lists: dict[str, ListValues] = {}
    version: int = VERSION

    @property
    def begins(self) -> int:
        """The event time (ms) that stands for its beginning."""
        return self.published_at if self.at is None else self.at


class Unreadable(ValueError):
    """The bytes are no rule set that this release can run; the message says why in a clause."""


def encode(ruleset: RuleSet) -> bytes:
    """The set as gzip of JSON, the same bytes for the same set."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    return packer.compress(msgspec.json.encode(ruleset)) + packer.flush()


def is_compressed(data: bytes) -> bool:
    """Whether the bytes can be a message (a compiled set that nobody published is plain JSON)."""
    return data.startswith(_MAGIC)


def decode(data: bytes) -> RuleSet:
    """Reads what `encode` wrote; Unreadable if it is none, is from another release, or contradicts itself."""
    text = _unfolded(data)
    try:
        version = _ANY_VERSION.decode(text).version
        if version != VERSION:
            raise Unreadable(f"it is a rule set of version {version}, and this release reads version {VERSION}")
        found = _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"it is no rule set: {error}") from error
    if reason := _contradiction(found):
        raise Unreadable(f"it contradicts itself: {reason}")
    return found


class _Versioned(msgspec.Struct):
    version: int


def _unfolded(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        text = unpacker.decompress(data, LARGEST)
    except zlib.error as error:
        raise Unreadable("it is no rule set: it is not compressed as one") from error
    if unpacker.unconsumed_tail:
        raise Unreadable(f"it unfolds to more than {LARGEST >> 20} MiB")
    if not unpacker.eof or unpacker.unused_data:
        raise Unreadable("it is no rule set: it is cut off, or something follows it")
    return text


def _contradiction(found: RuleSet) -> str | None:
    """What in the set does not fit together; a task must be able to rely on it without asking again."""
    signatures = {signature.id for signature in found.plan.signatures}
    if found.revision != found.follows + 1 or found.follows < 0:
        return f"revision {found.revision} cannot follow {found.follows}"
    if found.plan.revision != found.revision:
        return f"its plan is of revision {found.plan.revision}, and it of {found.revision}"
    if signatures != set(found.births):
        return "its births are not those of its windows"
    if {rule.id for rule in found.plan.rules} != set(found.rules):
        return "its rules are not those of its plan"
    if signatures & {retired.signature.id for retired in found.retired}:
        return "a window is retired and in use"
    return None


_ANY_VERSION: Final = msgspec.json.Decoder(_Versioned)
_DECODER: Final = msgspec.json.Decoder(RuleSet)  # made with the module: threads that make a struct's first decoder at once crash msgspec
