"""Plans for contracting a network, found before anything is allocated, and the contraction.

The order of contraction comes from cotengra (Gray and Kourtis, arXiv:2002.01935): random greedy
trials beside the order of time, then small subtrees put in their optimal order. The search stops by
counting, never by the clock, so a seed fixes the plan. A searched order is kept on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import Any

import numpy as np

from qdml.errors import InputError
from qdml.tensor import plans
from qdml.tensor.network import Network
from qdml.tensor.operations import Array

#: Bytes that a contraction may take unless the caller says otherwise.
MEMORY_BUDGET = 2**30

#: A trial places every tensor once; no trial begins after this many placements (some seconds).
_PLACEMENTS = 40_000

#: Nor when the best plan costs less than the search so far: a placement takes as long as this many
#: units of cost, a unit being a multiplication or 1/64 of writing an entry.
_COST_PER_PLACEMENT = 500_000

#: Weights of the sizes in the greedy score, and its noise: on layered circuits, trials that are
#: nearly greedy find better plans than cotengra's wider defaults do, in half the time.
_GREEDY = {"costmod": (0.8, 1.5), "temperature": (0.001, 0.1)}

#: Tensors in the subtrees that are put in optimal order; the time is exponential in it.
_SUBTREE = 4


@dataclass(frozen=True)
class Plan:
    """What a contraction will cost, in complex128.

    tensors: their number; width: log2 of the entries of the largest tensor; flops: real operations,
    8 to a complex multiply-add; largest_bytes: the largest tensor; peak_bytes: all arrays that are
    alive at the worst moment, with the copies that a matrix product works on.
    """

    tensors: int
    width: float
    flops: int
    largest_bytes: int
    peak_bytes: int

    def __str__(self) -> str:
        return (
            f"{self.tensors} tensors, width {self.width:.0f}, {self.flops:.2g} flops, "
            f"{_amount(self.peak_bytes)} at the peak"
        )


@dataclass(frozen=True, eq=False)
class Contraction:
    """A network with its plan, ready to run."""

    network: Network
    plan: Plan
    _execute: Callable[..., Array]

    def run(self, memory_budget: int = MEMORY_BUDGET) -> Array:
        """The contracted array, one axis an open index (shape () if there is none).

        Raises `InputError` before allocating anything if the plan needs more than `memory_budget`
        bytes.
        """
        if self.plan.peak_bytes > memory_budget:
            raise InputError(
                f"tensor network of width {self.plan.width:.0f}: contracting it needs "
                f"{_amount(self.plan.peak_bytes)}, allowed are {_amount(memory_budget)}; use fewer "
                "layers or an observable on fewer qubits, or raise memory_budget"
            )
        return np.asarray(self._execute(self.network.arrays))


def prepare(network: Network, seed: int = 0) -> Contraction:
    """Plan the contraction of `network`; networks that differ in numbers alone share one plan."""
    sizes = {
        index: size
        for array, indices in zip(network.arrays, network.inputs, strict=True)
        for index, size in zip(indices, array.shape, strict=True)
    }
    plan, execute = _search(network.inputs, network.output, tuple(sorted(sizes.items())), seed)
    return Contraction(network, plan, execute)


@lru_cache(maxsize=64)
def _search(
    inputs: tuple[tuple[int, ...], ...],
    output: tuple[int, ...],
    sizes: tuple[tuple[int, int], ...],
    seed: int,
) -> tuple[Plan, Callable[..., Array]]:
    if not inputs:
        return Plan(0, 0.0, 0, 0, 0), lambda arrays: np.ones((), complex)
    import cotengra

    # One character an index: with all of Unicode to draw on they do not run out as letters do.
    symbol = cotengra.get_symbol
    network = (
        [tuple(map(symbol, indices)) for indices in inputs],
        tuple(map(symbol, output)),
        {symbol(index): size for index, size in sizes},
    )
    # In the order of time, as a state vector would: a bound that no search may fall behind.
    ends = [0, *range(len(inputs), 2 * len(inputs) - 2)]
    in_time = [(end, i) for end, i in zip(ends, range(1, len(inputs)), strict=False)]
    tree = cotengra.ContractionTree.from_path(*network, ssa_path=in_time)
    question = {
        "network": [inputs, output, sizes],
        "search": [seed, cotengra.__version__, _PLACEMENTS, _COST_PER_PLACEMENT, _GREEDY, _SUBTREE],
    }
    path = plans.place(question)
    order = plans.kept(path, len(inputs))
    trials = 0 if order is None else _PLACEMENTS
    while (trials + 1) * len(inputs) < min(_PLACEMENTS, _cost(tree) / _COST_PER_PLACEMENT):
        trials += 1
        greedy = cotengra.RandomGreedyOptimizer(
            max_repeats=1,
            seed=seed * _PLACEMENTS + trials,
            accel=False,  # the compiled search, where it is installed, would find other plans
            parallel=False,
            **_GREEDY,
        )
        tree = min(tree, greedy.search(*network), key=_cost)
    if trials and order is None:
        tree.subtree_reconfigure_(subtree_size=_SUBTREE, minimize="combo")
        order = [(int(a), int(b)) for a, b in tree.get_ssa_path()]
        plans.keep(path, order)
    if order is not None:
        # Also right after the search, so that the same order is always run in the same way.
        tree = cotengra.ContractionTree.from_path(*network, ssa_path=order)
    largest, peak = _memory(tree)
    plan = Plan(len(inputs), log2(largest), 8 * tree.total_flops(), 16 * largest, 16 * peak)
    return plan, tree.contract


def _cost(tree: Any) -> int:
    """Multiplications, and 64 for every entry written: what the time follows."""
    return int(tree.combo_cost(factor=64))


def _memory(tree: Any) -> tuple[int, int]:
    """Entries of the largest tensor, and of all that are alive at once, the inputs included."""
    leaves = [tree.get_size(leaf) for leaf in tree.gen_leaves()]
    alive = peak = sum(leaves)
    largest = max(leaves)
    for parent, *children in tree.traverse():
        size = tree.get_size(parent)
        operands = [tree.get_size(child) for child in children]
        largest = max(largest, size)
        peak = max(peak, alive + size + sum(operands))
        # The caller keeps the inputs, and only intermediates are given back.
        alive += size - sum(
            operand
            for child, operand in zip(children, operands, strict=True)
            if not tree.is_leaf(child)
        )
    return largest, peak


def _amount(count: float) -> str:
    """A number of bytes for people."""
    units = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
    power = min(int(log2(max(count, 1))) // 10, len(units) - 1)
    return f"{count / 1024**power:.3g} {units[power]}"
