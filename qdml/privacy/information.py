"""How many bits k copies of a Haar-random state can tell, and what Holevo's theorem allows.

With Lieb and Solovej (Acta Math. 212 (2014) 379; Commun. Math. Phys. 348 (2016) 567): coherent
states have the least Wehrl entropy, so that measuring along them is best.
"""

from __future__ import annotations

import flint

from qdml.privacy.arguments import check
from qdml.quantum.symmetric import WIDE, symmetric_enclosure


def haar_information(dimension: int, copies: int) -> float:
    """Accessible information of k copies of a Haar state, bits. Raises `InputError`."""
    return float(haar_enclosure(dimension, copies))


def haar_limit(copies: int) -> float:
    """What `haar_information` rises to as the dimension grows, bits. Raises `InputError`."""
    return float(limit_enclosure(copies))


def holevo_limit(dimension: int, copies: int) -> float:
    """log2 D_k bits, for every prior; D_k = C(N+k-1, k). Raises `InputError`."""
    return float(holevo_enclosure(dimension, copies))


def holevo_enclosure(dimension: int, copies: int) -> flint.arb:
    """log2 D_k as a ball. Raises `InputError`."""
    check(dimension, copies)
    return symmetric_enclosure(dimension, copies)


def haar_enclosure(dimension: int, copies: int) -> flint.arb:
    """log2 D_k - (k/ln 2)(H_{N+k-1} - H_k) as a ball. Raises `InputError`."""
    most = holevo_enclosure(dimension, copies)
    with flint.ctx.workprec(WIDE):
        harmonic = flint.arb(dimension + copies).digamma() - flint.arb(copies + 1).digamma()
        return most - copies * harmonic / flint.arb(2).log()


def limit_enclosure(copies: int) -> flint.arb:
    """(k/ln 2)(H_k - gamma) - log2 k! as a ball. Raises `InputError`."""
    check(2, copies)
    with flint.ctx.workprec(WIDE):
        after = flint.arb(copies + 1)
        return (copies * after.digamma() - after.lgamma()) / flint.arb(2).log()
