"""How many dimensions k copies of encoded data span.

|x>^(x)k lies in the symmetric subspace, of dimension D_k = C(N+k-1, k), and real x span all of it.
On {+-1}^N/sqrt N squares of coordinates are constant, and only products of distinct coordinates,
as many as k or fewer by an even number, are left.
"""

from __future__ import annotations

from math import comb

from qdml.privacy.arguments import check

#: Words of more letters have numbers too long for a reader.
MOST_SIGN_COPIES = 1000


def dimension(dimension: int, copies: int) -> int:
    """D_k = C(N+k-1, k), the dimension of the symmetric subspace of k copies. `InputError`."""
    check(dimension, copies)
    return comb(dimension + copies - 1, copies)


def real_operator_dimension(dimension: int, copies: int) -> int:
    """C(N+2k-1, 2k): the span of (x x^T)^(x)k over real x. Raises `InputError`."""
    check(dimension, copies)
    return comb(dimension + 2 * copies - 1, 2 * copies)


def sign_dimension(dimension: int, copies: int) -> int:
    """r = sum of C(N, j) over j <= k with j = k mod 2: the span of k copies of {+-1}^N/sqrt N.

    Raises `InputError`.
    """
    check(dimension, copies)
    return sum(comb(dimension, j) for j in range(copies % 2, min(copies, dimension) + 1, 2))


def sign_levels(dimension: int, copies: int) -> list[int]:
    """Entry w: how many words of k letters, out of N, have just w letters an odd number of times.

    Divided by N^k C(N, w) it is the eigenvalue, on each of the C(N, w) characters of weight w, of
    the average k-copy state of x uniform in {+-1}^N. Length min(N, k) + 1. Ehrenfest's urn.
    Raises `InputError`.
    """
    check(dimension, copies, MOST_SIGN_COPIES)
    top = min(dimension, copies)
    counts = [1] + [0] * (top + 1)
    for _ in range(copies):
        counts = [
            (counts[w - 1] * (dimension - w + 1) if w else 0) + counts[w + 1] * (w + 1)
            for w in range(top + 1)
        ] + [0]
    return counts[:-1]
