"""What claims compare: rivals get all that a bill pays, and counted runs are independent."""

from __future__ import annotations

from dataclasses import replace

import pytest

import proofs_checks
from proofs_checks.training_over_the_channel import affordable
from qdml.bounds import training_costs
from qdml.claims import Context
from qdml.protocols.training_data import training_loss
from tests.proofs_checks.known import CRUDEST


def data(claim_id: str, **changes: object):
    grid = CRUDEST["learning"].model_copy(update=changes)
    return proofs_checks.load(claim_id).data(Context(claim_id, grid, 0, "quick", 1e-6))


@pytest.fixture(scope="module")
def training():
    return data("training-over-the-channel")


@pytest.mark.parametrize("steps", [0, 1, 2, 7, 20])
def test_a_rival_goes_as_far_as_the_bill_pays_whatever_the_curve_shows(training, steps) -> None:
    (run,) = (run for run in training.runs if run.way == "activations")
    loss = training_loss(run.trained.circuits[steps], run.data.train)
    assert affordable(run, run.trained.bits[steps]) == loss
    if steps < 20:
        assert affordable(run, run.trained.bits[steps + 1] - 1) == loss
    coarse = replace(run, curve=replace(run.curve, loss=(0.5,), qubits=(0,), bits=(0,)))
    assert affordable(coarse, run.trained.bits[steps]) == loss


def test_activations_one_by_one_spend_the_bill_of_the_channel(training) -> None:
    first = training.runs[0]
    (run,) = training.of(first, "activations one by one")
    step = training_costs.activations(run.shape, 1, 1, run.bits)
    assert run.plan.batch == 1
    assert first.trained.qubits[-1] - step < run.trained.bits[-1] <= first.trained.qubits[-1]


def test_searches_that_are_counted_are_of_different_circuits() -> None:
    found = data("gradient-by-shadow-tomography", instances=2).compared
    # With no copies the error is the largest derivative of the circuit.
    largest = [float(error) for each in found for error in each.errors["no copies"]]
    assert len(largest) == len(set(largest)) == 2 * len(found)
