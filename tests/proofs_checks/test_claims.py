"""Every claim on the smallest grid: it stands, every mutant dies, and by the step it names."""

from __future__ import annotations

import pytest

import proofs_checks
from qdml.claims import Finding, Outcome, judge, run
from qdml.claims.judge import LEAST_MUTANTS
from qdml.config import ExpressivityGrid, LearningGrid, for_scale
from qdml.errors import InputError

#: Mutants that the specification of the theory names; more may be added, none may go.
NAMED = {
    "inference-by-sampling": {"a quarter of the copies", "2L messages", "n-1 qubits"},
    "inner-product-at-depth-one": set(),
    "vector-in-subspace": {"Q for its transpose", "dimension N/2 + 1"},
    "pointer-jumping": {"L-1 layers"},
    "gradient-states": {
        "sign",
        "ancilla X",
        "ancilla Z",
        "no conjugation",
        "no observable",
        "factor 2",
        "shift by pi/3",
        "4L-b messages",
    },
    "fine-tuning": {"direct without TP", "shadows linear in T"},
    "spectrum-by-depth": {"4^(l-1) is contiguous", "binary gives 2^L"},
    "spectrum-reached": set(),
    "spectrum-size": set(),
    "freedom-is-linear": {"spectrum or parameters"},
    "fourier-approximation": {
        "rate K^-q",
        "no null labels",
        "uncontrolled data gates",
        "no sign on the last weight",
    },
    "copies-are-degrees": {"signal 1"},
    "nonlinear-features": set(),
}

#: The crudest grid of every topic.
CRUDEST = {
    "learning": LearningGrid(
        qubits=(1,),
        layers=(1,),
        accuracy=(1.5,),
        failure_probability=(0.9,),
        instances=1,
        loss_steps=1,
        runs=1,
    ),
    "expressivity": ExpressivityGrid(
        layers=(1,), harmonics=(1,), orders=(2,), bits=(2,), instances=1, runs=1
    ),
}


@pytest.fixture(scope="module", params=proofs_checks.ids())
def record(request):
    claim, config = proofs_checks.load(request.param), for_scale("quick")
    grid = getattr(config.grids, claim.topic)
    return run(claim, grid.model_copy(update={"runs": 50}), config.seed)[0]


def test_it_stands(record) -> None:
    verdict = judge(record)
    assert verdict.outcome in (Outcome.STANDS, Outcome.IMPORTED), verdict.reason


def test_every_mutant_dies_with_a_point_or_a_margin(record) -> None:
    assert len(record.mutants) >= LEAST_MUTANTS
    assert NAMED.get(record.id, set()) <= {mutant.name for mutant in record.mutants}
    for mutant in record.mutants:
        assert mutant.failure is None, mutant.failure
        assert mutant.evidence.finding is Finding.REFUTES, mutant.name
        assert mutant.evidence.point, mutant.name
        assert mutant.evidence.margin, mutant.name


def test_no_step_is_silent(record) -> None:
    for step in record.steps:
        assert step.evidence is not None, step.failure
        if step.tag != "I":
            assert step.evidence.compared > 0


def test_another_seed_gives_the_same_verdict(record) -> None:
    claim, config = proofs_checks.load(record.id), for_scale("quick")
    small = {"runs": 20, "instances": 1, "qubits": (1, 2), "layers": (1, 2)}
    grid = getattr(config.grids, claim.topic).model_copy(update=small)
    for seed in (1, 2, 3):
        verdict = judge(run(claim, grid, seed)[0])
        assert verdict.outcome is Outcome.STANDS, verdict.reason


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(InputError, match="nearest: 'inference-by-sampling'"):
        proofs_checks.load("inference-by-sampeling")


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("claim_id", proofs_checks.ids())
def test_the_crudest_grid_still_kills_every_mutant(claim_id: str, seed: int) -> None:
    claim = proofs_checks.load(claim_id)
    crude = CRUDEST[claim.topic]
    verdict = judge(run(claim, crude, seed)[0])
    assert verdict.outcome is Outcome.STANDS, verdict.reason
