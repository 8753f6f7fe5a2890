"""What a user probably meant: a mistyped name and the known ones in, a hint out."""

from collections.abc import Iterable
from difflib import get_close_matches

_MANY = 200  # names that are all compared; of more, only those that begin alike, and of very many, none
_TOO_MANY = 2_000


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name nearest to a mistyped one, None if none is near; case does not count."""
    known = list(known)
    if len(name) > 100 or len(known) > _TOO_MANY:
        return None
    if len(known) > _MANY:
        known = [candidate for candidate in known if candidate[:2].lower() == name[:2].lower()][:_MANY]
    by_folded = {candidate.lower(): candidate for candidate in sorted(known, reverse=True)}
    near = get_close_matches(name.lower(), sorted(by_folded), n=1, cutoff=0.7)
    return by_folded[near[0]] if near else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``did you mean `velocity`?``, or "" if nothing is near."""
    near = closest(name, known)
    return f"did you mean `{near}`?" if near else ""
