"""Plans: known before running, the same for the same seed, never exceeded."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from qdml.errors import InputError
from qdml.tensor import Contraction, Network, Plan, prepare
from qdml.tensor import contraction as planning


def grid(side: int, rng: np.random.Generator) -> Network:
    """A closed square grid of matrices and higher tensors, hard enough to be searched for."""
    arrays, inputs, index = [], [], {}
    for row in range(side):
        for column in range(side):
            ends = [("h", row, column), ("h", row, column - 1), ("v", row, column)]
            ends.append(("v", row - 1, column))
            inner = [
                (kind, r, c)
                for kind, r, c in ends
                if min(r, c) >= 0 and (c if kind == "h" else r) < side - 1
            ]
            inputs.append(tuple(index.setdefault(end, len(index)) for end in inner))
            arrays.append(rng.normal(size=(4,) * len(inner)) + 0j)
    return Network(tuple(arrays), tuple(inputs))


def peak_of(contraction: Contraction) -> int:
    """Bytes that numpy asks for at the worst moment of a run, the inputs included."""
    contraction.run()  # what is compiled once and kept is no part of it
    tracemalloc.start()
    contraction.run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak + sum(array.nbytes for array in contraction.network.arrays)


@pytest.mark.parametrize("side", [6, 7])
def test_the_memory_that_is_taken_is_what_the_plan_says(side: int) -> None:
    contraction = prepare(grid(side, np.random.default_rng(1)))
    plan = contraction.plan
    assert plan.largest_bytes >= 2**18
    bookkeeping = 2**16
    assert plan.largest_bytes <= peak_of(contraction) <= plan.peak_bytes + bookkeeping


def test_the_value_is_that_of_one_einsum() -> None:
    network = grid(3, np.random.default_rng(2))
    terms = [part for pair in zip(network.arrays, network.inputs, strict=True) for part in pair]
    expected = np.einsum(*terms, (), optimize=True)
    for seed in range(3):
        assert prepare(network, seed).run() == pytest.approx(expected, rel=1e-12)


def test_a_network_over_budget_is_refused_before_anything_is_allocated() -> None:
    contraction = prepare(grid(7, np.random.default_rng(3)))
    tracemalloc.start()
    with pytest.raises(InputError, match=r"needs .* MiB, allowed are 1 MiB; use fewer layers"):
        contraction.run(memory_budget=2**20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**16
    assert contraction.run(memory_budget=contraction.plan.peak_bytes).shape == ()


def test_a_network_beyond_any_memory_is_still_planned() -> None:
    rng = np.random.default_rng(4)
    vectors, axes = tuple(rng.normal(size=(40, 2)) + 0j), tuple(range(40))
    outer = Network(vectors, tuple((k,) for k in axes), axes)
    contraction = prepare(outer)
    assert contraction.plan.width == 40
    assert contraction.plan.largest_bytes == 16 * 2**40
    with pytest.raises(InputError, match=r"width 40.*needs .* TiB, allowed are 1 GiB"):
        contraction.run()


def test_numbers_do_not_change_a_plan_and_seeds_may() -> None:
    rng = np.random.default_rng(5)
    first, second = prepare(grid(6, rng)), prepare(grid(6, rng))
    assert first.plan is second.plan
    assert first.run() != second.run()
    assert len({prepare(first.network, seed).plan for seed in range(4)}) > 1


def test_a_seed_fixes_the_plan_in_every_process(tmp_path: Path) -> None:
    here = prepare(grid(6, np.random.default_rng(6)), seed=3)
    program = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import numpy, test_contraction as t\n"
        "found = t.prepare(t.grid(6, numpy.random.default_rng(6)), seed=3)\n"
        "print(found.plan, found.run().item())"
    )
    for salt in ("1", "2"):
        out = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": salt, "XDG_CACHE_HOME": str(tmp_path / salt)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert out.stdout.strip() == f"{here.plan} {here.run().item()}"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    planning._search.cache_clear()
    return tmp_path / "qdml" / "plans"


def test_a_searched_order_is_kept_and_taken_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = grid(6, np.random.default_rng(7))
    first = prepare(network, seed=1)
    (file,) = folder.iterdir()
    assert file.suffix == ".json"
    planning._search.cache_clear()
    monkeypatch.setattr("cotengra.RandomGreedyOptimizer", None)  # no search
    again = prepare(network, seed=1)
    assert again.plan == first.plan
    assert again.run() == first.run()  # the same bits
    with pytest.raises(TypeError):
        prepare(network, seed=2)


@pytest.mark.parametrize(
    "spoilt",
    [
        "",
        "[]",
        '{"order": 3}',
        '{"order": [[0, 1]]}',
        '{"order": [' + ", ".join(["[0, 1]"] * 35) + "]}",
        '{"order": [' + ", ".join(["[true, 1.5]"] * 35) + "]}",
        "[" * 100_000,
    ],
)
def test_a_spoilt_file_is_searched_for_anew(folder: Path, spoilt: str) -> None:
    network = grid(6, np.random.default_rng(7))
    first = prepare(network)
    (file,) = folder.iterdir()
    written = file.read_text()
    file.write_text(spoilt)
    planning._search.cache_clear()
    assert prepare(network).run() == first.run()
    assert file.read_text() == written


def test_a_folder_that_cannot_be_written_keeps_nothing(folder: Path) -> None:
    folder.parent.write_text("in the way")
    network = grid(6, np.random.default_rng(7))
    assert np.isfinite(prepare(network).run())


def test_another_geometry_is_another_file(folder: Path) -> None:
    for side in (6, 7):
        prepare(grid(side, np.random.default_rng(8)))
    prepare(grid(6, np.random.default_rng(9)))
    assert len(list(folder.iterdir())) == 2


def test_a_plan_is_one_line() -> None:
    plan = Plan(tensors=62, width=7.0, flops=63_000, largest_bytes=2048, peak_bytes=9728)
    assert str(plan) == "62 tensors, width 7, 6.3e+04 flops, 9.5 KiB at the peak"
    assert "16 EiB" in str(Plan(1, 60.0, 1, 1, 2**64))
