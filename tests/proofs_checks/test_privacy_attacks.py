"""The statistics of privacy-attacks: sound intervals, narrow enough to convict an attacker."""

from __future__ import annotations

import numpy as np
import pytest

from proofs_checks._attack_samples import Sample
from qdml.claims.intervals import clopper_pearson
from qdml.privacy.estimation import fidelity


@pytest.mark.parametrize(("runs", "size"), [(30, 4), (40, 64)])
def test_an_attacker_who_was_shown_the_data_is_convicted(runs, size) -> None:
    # The number of runs that the smaller scales make, at more than the share of any sample.
    sample = Sample("shown", size, 1, np.ones(runs))
    assert sample.interval(1e-7)[0] > fidelity("real", size, 1)


@pytest.mark.parametrize("failure", [1e-7, 0.05])
@pytest.mark.parametrize(("hits", "runs"), [(0, 30), (1, 40), (17, 40), (39, 40), (40, 40)])
def test_an_interval_is_no_narrower_than_the_exact_one_of_a_coin(hits, runs, failure) -> None:
    low, high = Sample("coin", 2, 1, np.array([1.0] * hits + [0.0] * (runs - hits))).interval(
        failure
    )
    exact = clopper_pearson(hits, runs, failure)
    assert 0 <= low <= exact[0] + 1e-12
    assert exact[1] - 1e-12 <= high <= 1


def test_many_draws_profit_from_a_small_variance() -> None:
    found = 0.5 + 0.01 * np.sin(np.arange(10**5))
    low, high = Sample("steady", 2, 1, found).interval(1e-7)
    assert 0.499 < low < 0.5 < high < 0.501
