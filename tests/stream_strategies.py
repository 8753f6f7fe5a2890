"""Hypothesis strategies: random transactions of the scenarios' schema, in and out of order, as lines of a file."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

START = 1_774_738_780_000  # 2026-03-28T22:59:40Z, twenty seconds before midnight in Paris
GAPS = [0, 0, 1, 499, 500, 500, 1000, 1000, 1999, 2000, 5000, 11_000]
VALUES: dict[str, list[Any]] = {
    "k": ["K", "K", "L"],
    "shop": ["S", "T"],
    "n": [0, 1, 1, 2, 3, -4, 9_223_372_036_854_775_807],
    "o": [0, 1, 2, 5],
    "f": [0.5, 0.1, 0.2, -1.5, 2.25, 1e16],
    "g": [0.0, 1.0, 0.3],
    "s": ["a", "ab", "É", ""],
    "r": ["a", "b"],
    "b": [True, False],
    "c": [True, False],
    "u": [START, START + 10_000, 0],
    "amount": [0, 0.01, 0.05, 1, 2.5, 1.08, 100],
    "fee": [0.01, 0.02, 1],
    "currency": ["USD", "EUR", "GBP"],
}
PROFILES = {"card": [{"k": "K", "home": "a", "limit": 1, "level": 2, "since": START}, {"k": "L", "home": "É"}]}
BAD_LINES = [b"", b"{", b'{"id":"x","at":-1}', b'{"id":"","at":5}', b'{"id":"y","at":9000000000000,"amount":0.001}']


@st.composite
def transactions(draw: DrawFn, most: int = 40) -> list[dict[str, Any]]:
    """Transactions in order of event time; some ids come twice, every field but id and time may be missing."""
    found, at = [], START
    for number in range(draw(st.integers(1, most))):
        at += draw(st.sampled_from(GAPS))
        again = draw(st.integers(0, 9)) == 0 and number > 0
        transaction: dict[str, Any] = {"id": f"t{draw(st.integers(0, number - 1)) if again else number:02}", "at": at}
        present = draw(st.integers(0, 2 ** len(VALUES) - 1)) | draw(st.integers(0, 2 ** len(VALUES) - 1))
        choice = draw(st.integers(0, 2**48))
        for bit, (name, values) in enumerate(VALUES.items()):
            choice, index = divmod(choice, len(values))
            if present >> bit & 1:
                transaction[name] = values[index]
        found.append(transaction)
    return found


@st.composite
def arrivals(draw: DrawFn, of: list[dict[str, Any]], disorder: int) -> list[dict[str, Any]]:
    """The same transactions, each at most `disorder` ms behind the largest event time before it."""
    delays = [draw(st.sampled_from([0, 0, 0, disorder // 2, disorder])) for _ in of]
    return [of[index] for index in sorted(range(len(of)), key=lambda index: (of[index]["at"] + delays[index], index))]
