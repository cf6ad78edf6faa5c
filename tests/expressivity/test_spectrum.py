"""Spectra: counted by the definition, and never smaller than what is reached."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.expressivity.spectrum import BASES, frequencies, powers, reachable_dimension

weightings = st.lists(
    st.integers(-9, 9) | st.fractions(-3, 3, max_denominator=4), min_size=1, max_size=6
)


@given(weightings)
def test_every_sum_once_and_in_order(weights: list[int | Fraction]) -> None:
    sums = {
        sum(s * w for s, w in zip(signs, weights, strict=True))
        for signs in product((-1, 0, 1), repeat=len(weights))
    }
    assert frequencies(weights) == tuple(sorted(sums))


@given(weightings)
def test_a_spectrum_is_symmetric_and_at_least_what_is_reached(
    weights: list[int | Fraction],
) -> None:
    found = frequencies(weights)
    assert tuple(-m for m in reversed(found)) == found
    assert reachable_dimension(weights) <= len(found)


@given(weightings, st.randoms())
def test_neither_order_nor_signs_matter(weights: list[int | Fraction], random) -> None:
    other = [random.choice((-1, 1)) * weight for weight in weights]
    random.shuffle(other)
    assert frequencies(other) == frequencies(weights)
    assert reachable_dimension(other) == reachable_dimension(weights)


@pytest.mark.parametrize("layers", [1, 2, 3, 5, 10])
def test_the_three_encodings(layers: int) -> None:
    sizes = {name: len(frequencies(powers(base, layers))) for name, base in BASES.items()}
    assert sizes == {
        "ternary": 3**layers, "binary": 2 ** (layers + 1) - 1, "equal": 2 * layers + 1,
    }  # fmt: skip


def test_bad_input_is_said() -> None:
    with pytest.raises(InputError, match="no weights: expected at least one encoding gate"):
        frequencies([])
    with pytest.raises(InputError, match="30 weights: the first 14 already take 7174452 sums"):
        frequencies(powers(3, 30))
    with pytest.raises(InputError, match="base 0, 2 layers: expected at least one of each"):
        powers(0, 2)
