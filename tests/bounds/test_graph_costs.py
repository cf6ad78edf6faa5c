"""Formulas of pooled forms: against brute force, exact tails and each other."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.bounds import graph_costs as costs
from qdml.bounds.linear import qubits_for
from qdml.bounds.tails import estimate_misses
from qdml.errors import InputError

shares = st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=50)


@given(st.integers(1, 60), st.integers(1, 9))
def test_crossover_by_trying_every_number(copies: int, bits: int) -> None:
    found = costs.crossover(copies, bits)
    fails = [n for n in range(2, 4096) if copies * qubits_for(n) >= bits * n]
    assert found == (max(fails) + 1 if fails else 2)


@given(shares, shares, st.integers(1, 5))
@settings(max_examples=40)
def test_the_promise_holds_by_exact_tails(chance: Fraction, failure: Fraction, spread: int) -> None:
    accuracy = Fraction(spread, 4)
    copies = costs.hoeffding_copies(Fraction(spread), accuracy, failure)
    assert copies == pytest.approx(ceil(8 * log(2 / failure)))
    assert estimate_misses(copies, 2 * chance - 1, 2 * accuracy / spread)[1] <= failure
    variance = spread**2 * chance * (1 - chance)
    copies = costs.bernstein_copies(variance, Fraction(spread), accuracy, failure)
    assert estimate_misses(copies, 2 * chance - 1, 2 * accuracy / spread)[1] <= failure


@given(shares, shares)
def test_the_least_copies_that_hit(weight: Fraction, failure: Fraction) -> None:
    found = costs.hit_copies(weight, failure)
    assert (1 - weight) ** found <= failure
    assert found == 1 or (1 - weight) ** (found - 1) > failure
    if failure < Fraction(1, 2):
        stated = costs.helstrom_copies(weight, failure)
        assert stated <= found or stated <= 1 / weight


@given(st.integers(2, 70), st.integers(1, 40), st.integers(2, 9))
def test_names_of_samples_are_billed_together(dimension: int, samples: int, bits: int) -> None:
    names = (dimension**samples - 1).bit_length()
    assert costs.sampling_bits(samples, dimension, bits) == 2 * (names + samples * bits)


@given(shares, st.integers(1, 400), shares)
@settings(max_examples=40)
def test_the_least_products_of_a_sketch(ratio: Fraction, rank: int, failure: Fraction) -> None:
    found = costs.sketch_size(ratio, Fraction(rank), failure)
    allowed = failure / (1 - failure)
    terms = (1, 1 / ratio**2, rank / ratio**2, 1)
    assert costs.sketch_variance(found, *terms) <= allowed
    assert found == 2 or costs.sketch_variance(found - 1, *terms) > allowed


def test_the_grid_of_the_norm() -> None:
    levels, step = costs.norm_levels(Fraction(100), Fraction(1, 4), Fraction(1, 10))
    assert (levels, step) == (126, Fraction(4, 5))
    assert step / 2 * Fraction(1, 4) == Fraction(1, 10)
    assert (levels - 1) * step >= 100


def test_bad_input() -> None:
    one, half = Fraction(1), Fraction(1, 2)
    with pytest.raises(InputError, match="failure probability 1: expected a number in"):
        costs.hoeffding_copies(one, one, one)
    with pytest.raises(InputError, match="spread 1, accuracy 0: expected numbers of 0 or more"):
        costs.hoeffding_copies(one, 0 * one, half)
    with pytest.raises(InputError, match="variance -1: expected 0 or more"):
        costs.bernstein_copies(-one, one, one, half)
    with pytest.raises(InputError, match="weight 1: expected a share between 0 and 1"):
        costs.hit_copies(one, half)
    with pytest.raises(InputError, match=r"failure probability 0\.5: expected"):
        costs.helstrom_copies(half, half)
    with pytest.raises(InputError, match="expected positive numbers"):
        costs.norm_levels(one, one, 0 * one)
    with pytest.raises(InputError, match=r"ratio 2, failure probability 0\.5: expected"):
        costs.sketch_size(2 * one, one, half)
    with pytest.raises(InputError, match="value 0: expected one that has a sign"):
        costs.least_products(1, 1, 1, 0, half)
    with pytest.raises(InputError, match="0 copies, 1 bits: expected at least one of each"):
        costs.crossover(0, 1)
