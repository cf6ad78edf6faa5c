"""Attacks obey the limit where they should meet it, and see nothing but outcomes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.bounds.training_costs import Shape
from qdml.bounds.training_costs import training as price
from qdml.model.ansatz import random_commuting
from qdml.model.circuit import DistributedCircuit
from qdml.network.register import World
from qdml.privacy.estimation import fidelity
from qdml.privacy.tomography import (
    ROTATIONS,
    Attacker,
    Partner,
    attacked,
    collective,
    law,
    likeliest,
    overlaps,
    random_basis,
    shots,
)
from qdml.protocols.training import Examples, Plan, run


def unit(size: int, seed: int):
    x = np.random.default_rng(seed).normal(size=size)
    return x / np.linalg.norm(x)


@pytest.mark.parametrize("copies", [1, 2, 3, 10, 64, 256])
@pytest.mark.parametrize("size", [2, 3, 8, 64])
def test_the_law_of_the_collective_estimate_has_the_best_fidelity(size, copies) -> None:
    angles, weights = law(size, copies)
    # The midpoint rule errs by the square of a cell, times derivatives of order one.
    assert (np.cos(angles) ** 2 * weights).sum() == pytest.approx(
        fidelity("real", size, copies), abs=(np.pi / len(angles)) ** 2
    )


def test_drawn_estimates_follow_the_law() -> None:
    rng = np.random.default_rng(0)
    drawn = overlaps(8, 5, 20000, rng)
    # Five standard errors of a mean of numbers in [0, 1].
    assert (drawn**2).mean() == pytest.approx(fidelity("real", 8, 5), abs=5 * 0.5 / 20000**0.5)
    x = unit(8, 1)
    found = np.array([collective(x, 5, rng) for _ in range(50)])
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-12)


@given(st.sampled_from([2, 5, 64]), st.integers(0, 2**32 - 1))
def test_random_bases_are_orthogonal(size, seed) -> None:
    basis = random_basis(size, np.random.default_rng(seed))
    np.testing.assert_allclose(basis @ basis.T, np.eye(size), atol=1e-14 * size)


class Fixed(Attacker):
    """Who measures every message in one basis."""

    def basis(self):
        return random_basis(self.size, np.random.default_rng(0))


def training(x, labels, plan, tap):
    model = random_commuting(3, 1, 2, np.random.default_rng(1)).blocks[1].gates
    circuit = DistributedCircuit.alternating(((), model), 3)
    return run(circuit, Examples(x.T.astype(complex), labels), plan, tap)


def test_a_partner_sees_the_outcomes_of_each_example_and_is_sent_what_is_billed() -> None:
    x = np.array([unit(8, 2), unit(8, 3), unit(8, 4)])
    rng = np.random.default_rng(0)
    bob = Partner([Fixed(8, rng, False) for _ in x], [3000, 4000])
    plan = Plan("commuting-block", (3000, 1000), 3, seed=6)
    trained = training(x, np.array([1, -1, 1]), plan, bob)
    assert [line.qubits for line in trained.transcript.lines] == [3 * 3 * 3000, 3 * 3 * 1000]
    assert len(trained.circuits) == 3
    basis = bob.attackers[0].basis()
    # Batches are shuffled; each attacker has the outcomes of his own example, and those alone.
    for one, attacker in zip(x, bob.attackers, strict=True):
        rows = np.vstack(attacker.seen)
        assert len(rows) == 4000
        frequency = (rows @ basis.T).round(9).mean(axis=0)
        # Six standard deviations of a frequency.
        np.testing.assert_allclose(frequency, (basis @ one) ** 2, atol=6 * 0.5 / 4000**0.5)
    assert [guesses.shape for guesses in bob.guesses] == [(3, 8)] * 2


def test_an_attacker_is_handed_registers_and_never_a_state(monkeypatch) -> None:
    def refused(self):
        raise AssertionError("an attacker read amplitudes")

    monkeypatch.setattr(World, "state", property(refused))
    guesses, _ = attacked(unit(8, 2)[None], np.array([1]), [4], np.random.default_rng(0), True)
    assert guesses[0].shape == (1, 8)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=5, unique=True).map(sorted))
def test_messages_meet_every_mark_and_have_a_quarter_of_what_came_before(marks) -> None:
    sizes = np.array(shots(marks))
    before = np.cumsum(sizes) - sizes
    assert set(marks) <= set(np.cumsum(sizes).tolist())
    assert sizes.sum() == marks[-1]
    assert (sizes <= np.maximum(1, before // 4)).all()


def test_one_outcome_is_its_own_best_estimate() -> None:
    basis = random_basis(8, np.random.default_rng(1))
    found = likeliest(basis[:1])
    assert abs(found @ basis[0]) == pytest.approx(1)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_the_estimate_is_a_unit_vector_and_likelier_than_others(seed, count) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(count, 4))
    rows /= np.linalg.norm(rows, axis=1)[:, None]
    found = likeliest(rows)
    assert np.linalg.norm(found) == pytest.approx(1)
    best = np.log(np.abs(rows @ found) + 1e-300).sum()
    near = found + 1e-3 * rng.normal(size=(20, 4))
    near /= np.linalg.norm(near, axis=1)[:, None]
    # Nearby vectors with the same signs are no likelier, up to rounding.
    same = (np.sign(near @ rows.T) == np.sign(rows @ found)).all(axis=1)
    assert (np.log(np.abs(near[same] @ rows.T) + 1e-300).sum(axis=1) <= best + 1e-6).all()


@pytest.mark.parametrize("adaptive", [False, True])
def test_local_attacks_learn_the_data_in_the_end_and_the_sign_never(adaptive) -> None:
    x = np.array([unit(8, 3), -unit(8, 3), unit(8, 9)])
    labels = np.array([1, -1, -1])
    guesses, trained = attacked(x, labels, [1, 512], np.random.default_rng(7), adaptive)
    assert ((guesses[1] * x).sum(axis=1) ** 2 > 0.95).all()
    np.testing.assert_allclose(np.linalg.norm(np.array(guesses), axis=2), 1, rtol=1e-12)
    assert trained.transcript.qubits == 3 * 512 * len(x)
    shape = Shape(3, (0, 1), (0, ROTATIONS))
    bill = price("commuting-block", shape, shots([1, 512]), 3)
    assert (bill.messages, bill.qubits) == (
        trained.transcript.messages,
        trained.transcript.qubits,
    )


def test_the_same_states_up_to_a_sign_give_the_same_guesses() -> None:
    x = unit(8, 5)[None]
    found = [
        attacked(sign * x, np.array([1]), [1, 64], np.random.default_rng(7), True)[0]
        for sign in (1, -1)
    ]
    np.testing.assert_allclose(found[0], found[1], atol=1e-9)
