"""The algebra of protocol-gamma2-bound: teleportation, norms, errors and Kraft's sum."""

from __future__ import annotations

import sympy

from qdml.claims import Context, Evidence
from qdml.claims.symbolic import identities


def teleportation(stated: object, data: object, context: Context) -> Evidence:
    """A projection of the sender's moves any state, with amplitude 1/2 and chance 1/4."""
    a, b, c, d = sympy.symbols("a b c d", positive=True)
    mine, yours, total = sympy.symbols("C_A C_B C", positive=True)
    two, root = sympy.Integer(2), sympy.sqrt(2)
    pair = sympy.Matrix([[1, 0], [0, 1]]) / root
    # <Phi| on the message (a, b) and the near half leaves a vector at the far half.
    message = sympy.Matrix([a, b])
    arrived = [
        sum(pair[m, near] * message[m] * pair[near, far] for m in (0, 1) for near in (0, 1))
        for far in (0, 1)
    ]
    # The message may be entangled: its state is any matrix, and the near half is 1/2.
    state = sympy.Matrix([[a, c], [d, b]])
    chance = sum(
        pair[m, near] * pair[k, near] * state[k, m] / two
        for m in (0, 1)
        for k in (0, 1)
        for near in (0, 1)
    )
    norm = two**total * two**-mine
    return identities(
        "sending is projecting, and the norms follow",
        [
            ("first amplitude", sympy.sympify(arrived[0]), a / 2),
            ("second amplitude", sympy.sympify(arrived[1]), b / 2),
            ("chance of the projection", sympy.sympify(chance), (a + b) / 4),
            ("norm of K Omega", sympy.sqrt(sympy.Rational(1, 4) ** mine), two**-mine),
            ("norm of u", norm.subs(total, mine + yours), two**yours),
            ("gamma_2", two**yours * two**mine, two ** (mine + yours)),
        ],
    )


def errors(stated: object, data: object, context: Context) -> Evidence:
    """From expectations at error delta to gamma_2^alpha, for qubits and for bits."""
    delta, total, bits, base = sympy.symbols("delta C c g", positive=True)
    alpha, two = 1 / (1 - 2 * delta), sympy.Integer(2)
    factor = sympy.symbols("alpha", positive=True)
    return identities(
        "alpha P approximates the signs",
        [
            ("least entry of alpha P", alpha * ((1 - delta) - delta), sympy.Integer(1)),
            ("largest entry", alpha * 1, alpha),
            (
                "qubits",
                sympy.expand_log(sympy.log(factor * two**total)),
                total * sympy.log(2) + sympy.log(factor),
            ),
            (
                "bits",
                sympy.expand_log(2 * sympy.log(factor * two ** (bits / 2))),
                bits * sympy.log(2) + 2 * sympy.log(factor),
            ),
            ("Kraft: the other's bit", base / 2 + base / 2, base),
            ("leaf", two ** (-bits / 2) * two ** (bits / 2), sympy.Integer(1)),
        ],
    )
