"""What jobs are thought to cost: measured, scaled to this machine, or foretold by a power law."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.config import SCALES, for_scale
from qdml.runs import costs, depends, jobs
from qdml.runs.costs import SHARD_SECONDS, Cost, Model
from tests import toys

#: Two claims and an experiment, each of a section of its own.
NAMES = ("inference-by-sampling", "privacy-span", "classifier-digits-3-8")

seconds = st.floats(0.0, 1e4)


@st.composite
def any_cost(draw) -> Cost:
    count, parts = draw(st.integers(1, 40)), draw(seconds)
    longest = draw(st.floats(parts / count, parts))
    return Cost(draw(seconds), draw(seconds), parts, longest, count, 100.0, 0.1)


def cost(work: float) -> Cost:
    return Cost(1.0, work / 4, 3 * work / 4, work / 2, 10, 200.0, 0.02)


@given(any_cost())
def test_shards_are_worth_their_start_and_lose_no_work(found: Cost) -> None:
    assert 1 <= found.shards == len(found.jobs) <= found.count
    again = found.start + found.data
    assert math.isclose(sum(found.jobs), found.shards * again + found.parts, abs_tol=1e-9)
    if found.shards > 1:
        assert sum(found.jobs) >= found.shards * SHARD_SECONDS * (1 - 1e-9)
        assert found.parts >= found.shards * again * (1 - 1e-9)


@given(st.floats(0.0, 0.5), st.floats(0.1, 100.0))
def test_a_power_law_is_found_and_followed_to_the_next_grid(exponent: float, work: float) -> None:
    def true(name: str, scale) -> float:
        size = [costs.size(for_scale(one), costs.section_of(name)) for one in ("quick", scale)]
        return work * math.exp(exponent * (size[1] - size[0]))

    known = {one: {name: cost(true(name, one)) for name in NAMES} for one in SCALES[:2]}
    model = costs.fit(known | {"full": {}})
    assert math.isclose(model.exponent, exponent, abs_tol=1e-9)
    for name in NAMES:
        for scale in SCALES:
            foretold = model.predict(name, for_scale(scale)).work
            assert math.isclose(foretold, true(name, scale), rel_tol=1e-6)


def test_a_claim_that_nobody_has_run_is_like_its_section() -> None:
    known = {"quick": {"privacy-span": cost(5), "privacy-attacks": cost(7), NAMES[0]: cost(90)}}
    model = Model(known | {"default": {}, "full": {}}, 1.0)
    assert model.predict("privacy-guessing", for_scale("quick")) == cost(7)
    assert model.predict("gamma2-certificates", for_scale("quick")) == costs.UNKNOWN


def test_the_table_foretells_default_from_quick_within_a_factor_of_two() -> None:
    """Each job by the exponent of the others alone."""
    table = costs.read_table()
    both = sorted(table["quick"].keys() & table["default"].keys())
    assert len(both) > 40
    foretold = 0.0
    for name in both:
        less = {
            "quick": table["quick"],
            "default": {other: table["default"][other] for other in both if other != name},
            "full": {},
        }
        foretold += costs.fit(less).predict(name, for_scale("default")).work
    real = sum(table["default"][name].work for name in both)
    assert 0.5 < foretold / real < 2


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    toys.install(monkeypatch)
    settings = depends.settings(toys.CONFIG, "learning")
    jobs.evidence("sound", settings, "0123456789abcdef", tmp_path)
    benchmark = tmp_path / "benchmarks/evidence/sound.tsv"
    benchmark.parent.mkdir(parents=True)
    benchmark.write_text("s\tmax_rss\n1.0\t-\n2.0\t123.5\n")
    return tmp_path


def test_a_run_is_learnt_from(reports: Path) -> None:
    found = costs.measured(reports)
    assert {scale: list(names) for scale, names in found.items()} == {
        "quick": ["sound"],
        "default": [],
        "full": [],
    }
    sound = found["quick"]["sound"]
    assert (sound.count, sound.memory) == (4, 123.5)
    assert sound.disk > 0
    assert costs.model(reports).predict("sound", toys.CONFIG) == sound


def test_a_grid_of_ones_own_is_not_taken_for_that_of_a_scale(reports: Path) -> None:
    grids = toys.CONFIG.grids
    own = grids.model_copy(update={"learning": grids.learning.model_copy(update={"layers": (7,)})})
    settings = depends.settings(toys.CONFIG.model_copy(update={"grids": own}), "learning")
    jobs.evidence("sound", settings, "0123456789abcdef", reports)
    assert not costs.measured(reports)["quick"]


def test_a_slower_machine_takes_longer_for_all(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = costs.measured(reports)["quick"]["sound"]
    table = {"quick": {"sound": here}, "default": {"sound": cost(20)}, "full": {}}
    monkeypatch.setattr(costs, "read_table", lambda: table)
    monkeypatch.setattr(costs, "measured", lambda reports: {"quick": {"sound": cost(30)}})
    table["quick"]["sound"] = cost(10)
    model = costs.model(reports)
    assert model.predict("sound", for_scale("quick")).work == 30
    assert model.predict("sound", for_scale("default")).work == pytest.approx(60)
