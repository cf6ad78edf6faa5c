"""The plan of a run: sums over its jobs, and when the last of them ends."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

import proofs_checks
from qdml.config import for_scale
from qdml.runs import costs
from qdml.runs.plan import CLUSTER_SECONDS, makespan, plan


@given(st.lists(st.integers(0, 50), min_size=1, max_size=6), st.integers(1, 3))
def test_the_longest_first_is_within_a_third_of_the_best(lengths: list[int], cores: int) -> None:
    best = min(
        max(
            sum(job for job, core in zip(lengths, dealt, strict=True) if core == c)
            for c in range(3)
        )
        for dealt in product(range(cores), repeat=len(lengths))
    )
    assert best <= makespan(lengths, cores) <= best * 4 / 3


@pytest.mark.parametrize("scale", ["quick", "default", "full"])
def test_a_plan_has_every_job_once(scale) -> None:
    config = for_scale(scale)
    found = plan(config, costs.model())
    assert sum(map(len, found.costs.values())) == len(proofs_checks.ids()) + len(
        config.grids.classifier.datasets
    )
    total, sections = found.total, found.sections.values()
    assert total.jobs == sum(one.jobs for one in sections)
    assert total.seconds == pytest.approx(sum(one.seconds for one in sections))
    assert total.memory == max(one.memory for one in sections)
    # On one core nothing runs side by side, and a cluster adds its share to every job.
    assert found.seconds(1) == pytest.approx(total.seconds)
    assert found.seconds(1, 1) == pytest.approx(total.seconds + CLUSTER_SECONDS * total.jobs)
    assert found.seconds(2, 10**6) == pytest.approx(
        CLUSTER_SECONDS + max(max(one.jobs) for each in found.costs.values() for one in each)
    )


def test_quick_is_one_job_a_claim() -> None:
    found = plan(for_scale("quick"), costs.model())
    assert {one.shards for each in found.costs.values() for one in each} == {1}
