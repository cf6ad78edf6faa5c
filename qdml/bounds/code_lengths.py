"""Lengths, in bits, of the codes of Elias (J. ACM 21 (1974) 246) and Fano for sparse inputs.

Of n things, k are told by l low digits each, and by k + floor((n-1)/2^l) bits for all high parts.
"""

from __future__ import annotations

from qdml.errors import InputError


def subset_bits(size: int, chosen: int) -> int:
    """Bits that say how many of `size` things are chosen, and which; at most `size` for the latter.

    Raises `InputError` for more chosen than there are, or none to choose from.
    """
    if not 0 <= chosen <= size or size < 1:
        raise InputError(f"{chosen} of {size} things: expected 0 to {max(size, 0)} of at least 1")
    few = min(chosen, size - chosen)
    lengths = [few * (low + 1) + ((size - 1) >> low) for low in range(size.bit_length())]
    return size.bit_length() + min(size, *lengths)


def features_bits(rows: int, columns: int, entries: int, values: int) -> int:
    """A sparse matrix: where its entries are, and which of so many known values each of them is."""
    return subset_bits(rows * columns, entries) + entries * (values - 1).bit_length()


def graph_bits(nodes: int, edges: int, kinds: int) -> int:
    """A graph, self loops allowed: which of n(n+1)/2 edges there are, and the kind of each node."""
    return subset_bits(nodes * (nodes + 1) // 2, edges) + nodes * (kinds - 1).bit_length()
