"""ISO 4217: a currency's code in, how many decimals its amounts have out."""

from babel.core import get_global

# Those that differ from 2. Babel knows the codes, but its digits are those of everyday use (IQD 0), not the standard's (IQD 3).
_DECIMALS = {
    **dict.fromkeys(
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"], 0
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
_WITHOUT_MINOR_UNIT = frozenset(["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"])


def known_currencies() -> frozenset[str]:
    """Every code that amounts can be in."""
    return frozenset(get_global("all_currencies")) - _WITHOUT_MINOR_UNIT


def decimals(code: str) -> int | None:
    """Decimals of the minor unit; None for a code that ISO 4217 does not know, or knows without a minor unit."""
    return _DECIMALS.get(code, 2) if code in known_currencies() else None
