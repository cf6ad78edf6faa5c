"""A claim that is run in shards and merged leaves the record of an undivided run."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

import proofs_checks
from qdml.claims import Claim, ClaimRecord, Context, Evidence, Method, Mutant, Step, Sweep, Tag, run
from qdml.claims.run import merge
from qdml.config import for_scale
from qdml.errors import DataAbsent, EvidenceError

CONFIG = for_scale("quick")


@dataclass(frozen=True)
class Draw:
    """A number drawn under this name is stated to be less than a million and `more`."""

    more: int = 0


def claim(steps: int, mutants: int, fate: str = "sound") -> Claim[Draw, int]:
    def data(context: Context) -> int:
        if fate == "absent":
            raise DataAbsent("the moon: not here")
        return int(context.rng("data").integers(10**6))

    def check(name: str):
        def drawn(stated: Draw, data: int, context: Context) -> Evidence:
            if fate == "broken" and name == "step 0":
                raise ZeroDivisionError(data)
            sweep = Sweep(Method.EXACT)
            for point in range(3):
                found = data + int(context.rng(name, point).integers(10**6))
                sweep.at_most({"point": point}, "drawn", found, found, 2 * 10**6 - 3 * stated.more)
            return sweep.evidence(name)

        return drawn

    return Claim(
        id="draws",
        topic="learning",
        title="",
        statement="",
        source="",
        hypothesis=Draw(),
        data=data,
        steps=[Step(f"step {i}", Tag.EXACT, "", check(f"step {i}")) for i in range(steps)],
        # A mutant may be called what a step is called.
        mutants=[
            Mutant(f"step {i}", "", Draw(10**6 + i), f"step {i % steps}") for i in range(mutants)
        ],
    )


def sharded(whole: Claim, shards: int) -> list[ClaimRecord]:
    grid = CONFIG.grids.learning
    return [run(whole, grid, 1, search=True, shard=(k, shards))[0] for k in range(1, shards + 1)]


@given(
    steps=st.integers(1, 5),
    mutants=st.integers(0, 5),
    shards=st.integers(1, 12),
    fate=st.sampled_from(["sound", "broken", "absent"]),
    order=st.randoms(use_true_random=False),
)
def test_shards_in_any_number_and_order_make_the_whole_record(
    steps: int, mutants: int, shards: int, fate: str, order
) -> None:
    whole = claim(steps, mutants, fate)
    parts = sharded(whole, shards)
    order.shuffle(parts)
    record, _ = run(whole, CONFIG.grids.learning, 1, search=True)
    assert merge(parts).model_dump_json() == record.model_dump_json()
    sizes = [len(part.steps) + len(part.mutants) for part in parts]
    assert sum(sizes) == (0 if fate == "absent" else steps + mutants)
    assert max(sizes) - min(sizes) <= 1


def test_shards_that_do_not_belong_together_are_refused() -> None:
    one, two = sharded(claim(2, 2), 2)
    for wrong in ([one], [one, one], [one, two.model_copy(update={"seed": 2})]):
        with pytest.raises(EvidenceError, match="draws: its shards are not those of one run"):
            merge(wrong)


@pytest.mark.parametrize("name", ["inference-by-sampling", "privacy-per-coordinate"])
def test_a_real_claim_in_shards(name: str) -> None:
    whole = proofs_checks.load(name)
    grid = getattr(CONFIG.grids, whole.topic)
    parts = [run(whole, grid, 7, search=True, shard=(k, 3))[0] for k in (3, 1, 2)]
    assert merge(parts).model_dump_json() == run(whole, grid, 7, search=True)[0].model_dump_json()
