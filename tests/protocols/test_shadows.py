"""Local Pauli shadows: unbiased, with the stated moments, whatever the state."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.claims.intervals import hoeffding_radius
from qdml.errors import InputError
from qdml.network import Network
from qdml.protocols import shadows
from qdml.quantum.gates import Pauli
from qdml.quantum.reference import expectation
from qdml.testing import exact_states, pauli_strings, states

#: Each statistical test below raises a false alarm with at most this probability.
ALARM = 1e-9
sums = st.dictionaries(
    pauli_strings(2), st.fractions(-1, 1, max_denominator=5), min_size=1, max_size=4
)


def measured(state: np.ndarray, copies: int, seed: int) -> shadows.Shadows:
    party = Network(seed).party("bob")
    with party:
        return shadows.measure(party, party.prepare(state, "input", copies))


@settings(max_examples=30)
@given(exact_states(2), pauli_strings(2))
def test_the_moments_of_a_string_are_exact(state: np.ndarray, string: Pauli) -> None:
    mean, second = shadows.moments(state, {string: 1})
    assert mean == expectation(string, state)
    assert second == 3**string.weight == shadows.norm_bound({string: 1})


@settings(max_examples=30)
@given(exact_states(2), sums)
def test_the_moments_of_a_sum_are_bounded(state: np.ndarray, terms: dict[Pauli, Fraction]) -> None:
    mean, second = shadows.moments(state, terms)
    assert mean == sum(c * expectation(p, state) for p, c in terms.items())
    assert mean**2 <= second <= shadows.norm_bound(terms)


@settings(max_examples=15)
@given(states(2), pauli_strings(2), st.integers(0, 2**32))
def test_values_of_copies_have_the_mean(state: np.ndarray, string: Pauli, seed: int) -> None:
    copies = 20000
    found = measured(state, copies, seed)
    values = found.values({string: 1.0})
    radius = hoeffding_radius(copies, ALARM, width=2.0 * 3**string.weight)
    assert abs(values.mean() - float(expectation(string, state))) <= radius
    assert set(np.unique(values)) <= {0.0, 3.0**string.weight, -(3.0**string.weight)}
    kept = (values != 0).mean()
    assert abs(kept - 3.0**-string.weight) <= hoeffding_radius(copies, ALARM, width=1.0)


def test_a_basis_state_says_z_wherever_z_is_measured() -> None:
    found = measured(np.array([0, 1.0, 0, 0], dtype=complex), 500, 1)
    assert found.copies == 500
    asked = found.bases == shadows.LETTERS.index("Z")
    assert (found.outcomes[asked[:, 0], 0] == 1).all()
    assert (found.outcomes[asked[:, 1], 1] == -1).all()
    assert asked.any(axis=0).all()


def test_medians_of_means() -> None:
    bases = np.full((7, 1), 2)
    found = shadows.Shadows(bases, np.array([[1], [1], [1], [-1], [-1], [-1], [1]]))
    terms = {Pauli("Z"): 1.0}
    assert found.estimate(terms, 1) == pytest.approx(3 / 7)
    assert found.estimate(terms, 2) == 0  # 3 and -3; the seventh copy is left
    assert found.estimate(terms, 3) == 0  # 3, 0, -3
    assert found.estimate(terms, 7) == 3
    with pytest.raises(InputError, match="8 groups of 7 copies: expected 1 up to as many"):
        found.estimate(terms, 8)
    with pytest.raises(InputError, match="'ZZ' does not fit shadows of 1 qubits"):
        found.values({Pauli("ZZ"): 1.0})
