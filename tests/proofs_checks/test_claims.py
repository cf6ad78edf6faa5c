"""Every claim on the smallest grid: it stands, every mutant dies, and by the step it names."""

from __future__ import annotations

import pytest

import proofs_checks
from qdml.claims import Finding, Outcome, judge, run
from qdml.claims.judge import LEAST_MUTANTS
from qdml.config import for_scale
from qdml.errors import InputError
from tests.proofs_checks.known import CRUDEST, NAMED


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


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(InputError, match="nearest: 'inference-by-sampling'"):
        proofs_checks.load("inference-by-sampeling")


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("claim_id", proofs_checks.ids())
def test_the_crudest_grid_still_kills_every_mutant(claim_id: str, seed: int) -> None:
    # With the seed of the grids above, three seeds have to agree.
    claim = proofs_checks.load(claim_id)
    verdict = judge(run(claim, CRUDEST[claim.topic], seed)[0])
    assert verdict.outcome in (Outcome.STANDS, Outcome.IMPORTED), verdict.reason
    assert all(mutant.refuted for mutant in verdict.mutants)
