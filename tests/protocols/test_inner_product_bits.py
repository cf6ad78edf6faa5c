"""Inner products of bits: superdense coding and its classical twin agree; only the bills differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.protocols import inner_product_bits as room


@given(st.integers(1, 3), st.data(), st.integers(0, 2**32))
def test_both_protocols_are_right(pairs: int, data: st.DataObject, seed: int) -> None:
    bits = st.lists(st.integers(0, 1), min_size=2 * pairs, max_size=2 * pairs)
    x, y = data.draw(bits), data.draw(bits)
    sign = (-1) ** sum(a * b for a, b in zip(x, y, strict=True))
    dense, plain = room.superdense(x, y, seed), room.announced(x, y, seed)
    assert dense.value == plain.value == sign
    assert (dense.transcript.qubits, dense.transcript.entangled_pairs) == (pairs, pairs)
    assert dense.transcript.bits == plain.transcript.qubits == 0
    assert plain.transcript.bits == 2 * pairs


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ((0, 1), (0, 1, 1), "expected equally many bits"),
        ((), (), "one or more"),
        ((0, 2), (0, 1), "expected equally many bits 0 or 1"),
        ((0,), (1,), "superdense coding takes an even number"),
    ],
)
def test_bad_strings_are_refused(x, y, message: str) -> None:
    with pytest.raises(InputError, match=message):
        room.superdense(x, y, 0)
