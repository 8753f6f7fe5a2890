"""Exact numbers: sums of doubles that cancel, roots at the ends of the range, halves to even."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudc_runtime.numbers import (
    GRAIN,
    ONE,
    decimal_of,
    deviation,
    exceeds,
    grains,
    half_even,
    ratio,
    root,
    squared_grains,
    standard_score,
    times,
    within_64_bits,
)

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(FINITE)
def test_grains_are_the_number_and_its_square_exactly(x: float) -> None:
    assert Fraction(grains(x), ONE) == Fraction(x)
    assert Fraction(squared_grains(x), ONE * ONE) == Fraction(x) ** 2


@given(st.lists(FINITE, max_size=20))
def test_a_sum_is_rounded_once_like_the_library_of_exact_sums(xs: list[float]) -> None:
    total = sum(map(grains, xs))
    try:
        want = math.fsum(xs)
    except OverflowError:  # its partial sums leave the doubles, ours do not
        return
    assert ratio(total, ONE) == (want if math.isfinite(want) else None)


@pytest.mark.parametrize(
    ("numerator", "denominator", "want"), [(1, 2, 0), (3, 2, 2), (-1, 2, 0), (-3, 2, -2), (5, 4, 1), (-7, 4, -2), (6, 3, 2)]
)
def test_halves_go_to_even(numerator: int, denominator: int, want: int) -> None:
    assert half_even(numerator, denominator) == want


def test_a_float_counts_as_its_shortest_decimal() -> None:
    assert decimal_of(0.1) == Fraction(1, 10)
    assert times(5, 0.1) == 0
    assert times(15, 0.1) == 2
    assert times(2**62, 4.0) is None


def test_the_edge_of_64_bits() -> None:
    assert [within_64_bits(n) for n in (2**63 - 1, 2**63, -(2**63), -(2**63) - 1)] == [2**63 - 1, None, -(2**63), None]


@pytest.mark.parametrize("x", [5e-324, 1e-200, 1.5, 1e308])
def test_a_deviation_neither_overflows_nor_vanishes(x: float) -> None:
    """Of 0 and x it is x / sqrt(2)."""
    found = deviation(2, grains(x), squared_grains(x), ONE)
    assert found == pytest.approx(x / math.sqrt(2), rel=1e-12, abs=5e-324)


@given(FINITE, st.integers(2, 50))
def test_equal_members_have_no_deviation_at_all(x: float, n: int) -> None:
    assert deviation(n, n * grains(x), n * squared_grains(x), ONE) == 0.0


def test_a_score_of_few_or_equal_members_is_missing() -> None:
    assert standard_score(5, 1, 3, 9, 1) is None
    assert standard_score(5, 2, 4, 10, 3) is None
    assert standard_score(5, 3, 9, 27, 3) is None
    # members 1 and 3: mean 2, deviation sqrt(2)
    assert standard_score(5, 2, 4, 10, 2) == pytest.approx(3 / math.sqrt(2))


def test_a_score_of_tiny_doubles_is_found_by_integers() -> None:
    low, high = 1e-300, 3e-300
    members = (2, grains(low) + grains(high), squared_grains(low) + squared_grains(high))
    assert standard_score(grains(5e-300), *members, 2) == pytest.approx(3 / math.sqrt(2))
    assert standard_score(grains(-1e-300), *members, 2) == pytest.approx(-3 / math.sqrt(2))


def test_a_root_beyond_the_doubles_is_missing() -> None:
    assert root(1 << 4000, 1) is None
    assert root(1 << 4000, 1, 1 << 1900) == 2.0**100
    assert root(0, 7) == 0.0


def test_exceeding_is_exact() -> None:
    tenth = Fraction(11, 10)
    assert not exceeds(1.1, Fraction(1), 1.1)
    assert exceeds(1.1, tenth, 1.0)  # the double 1.1 lies above eleven tenths
    assert not exceeds(3.3, tenth, 3.0)  # the double 3.3 lies below 33 tenths
    assert GRAIN == 1074
