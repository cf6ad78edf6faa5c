"""The transcript's rounds against longest paths of causes, and its sums against the list."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from qdml.network import Transcript

names = st.sampled_from("abcd")
routes = st.lists(st.tuples(names, names).filter(lambda pair: pair[0] != pair[1]), max_size=25)


def written(pairs: list[tuple[str, str]]) -> Transcript:
    """A transcript of one-qubit messages along `pairs` of sender and receiver."""
    transcript = Transcript()
    for sender, receiver in pairs:
        transcript.add(sender, receiver, qubits=1, bits=0, copies=1)
    return transcript


def longest_chains(pairs: list[tuple[str, str]]) -> list[int]:
    """For each message the length of the longest chain that ends in it.

    A message may wait for an earlier one that its sender received.
    """

    @cache
    def chain(last: int) -> int:
        causes = [i for i in range(last) if pairs[i][1] == pairs[last][0]]
        return 1 + max(map(chain, causes), default=0)

    return [chain(i) for i in range(len(pairs))]


@given(routes)
def test_a_round_is_the_longest_chain_of_causes(pairs: list[tuple[str, str]]) -> None:
    transcript = written(pairs)
    depths = longest_chains(pairs)
    assert [line.round for line in transcript.lines] == depths
    assert transcript.rounds == max(depths, default=0)


def test_a_shallow_message_does_not_undo_a_deep_one() -> None:
    pairs = [("a", "b"), ("b", "c"), ("d", "c"), ("c", "a")]
    assert [line.round for line in written(pairs).lines] == [1, 2, 1, 3]


def test_messages_that_do_not_wait_share_a_round() -> None:
    assert written([("a", "b"), ("a", "c"), ("d", "b")]).rounds == 1
    assert written([("a", "b"), ("b", "a")] * 3).rounds == 6


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)), max_size=9))
def test_the_totals_are_those_of_the_lines(sizes: list[tuple[int, int, int]]) -> None:
    transcript = Transcript(entangled_pairs=5)
    for qubits, bits, copies in sizes:
        transcript.add("a", "b", qubits=qubits, bits=bits, copies=copies)
    table = transcript.to_pandas()
    assert table.to_dict("records") == transcript.to_records()
    assert [*table.columns] == ["sender", "receiver", "qubits", "bits", "copies", "round"]
    assert (table.qubits.sum(), table.bits.sum()) == (transcript.qubits, transcript.bits)
    columns = list(zip(*sizes, strict=True)) or [(), (), ()]
    assert transcript.totals() == {
        "messages": len(sizes),
        "qubits": sum(columns[0]),
        "bits": sum(columns[1]),
        "rounds": 1 if sizes else 0,
        "copies": max(columns[2], default=0),
        "entangled_pairs": 5,
    }
    assert [record["copies"] for record in transcript.to_records()] == list(columns[2])
