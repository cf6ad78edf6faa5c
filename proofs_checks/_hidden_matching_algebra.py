"""The algebra of hidden-matching-one-way: every line of its proof that is an identity."""

from __future__ import annotations

import sympy

from qdml.claims import Context, Evidence
from qdml.claims.symbolic import identities


def odd_characters(stated: object, data: object, context: Context) -> Evidence:
    """From Bob's best answer to the weight of the odd characters, by Cauchy and Schwarz."""
    a, b, t, norm, other, weight, m = sympy.symbols("a b t A B E m", positive=True)
    j = sympy.symbols("j", integer=True, positive=True)
    sums = [sum(sign**power for sign in (1, -1)) for power in (0, 1, 2)]
    two, half = sympy.Integer(2), sympy.Rational(1, 2)
    distance = sympy.sqrt(two**m) * sympy.sqrt(two**m * (2 * two**-m) ** 2 * weight)
    return identities(
        "the distance of z from -z is that of its odd characters",
        [
            ("the likelier sign", (b + t) / 2, ((b + t) + b + t) / 4),
            ("characters are orthogonal, factor by factor", sympy.Integer(sums[1]), two * 0),
            ("and of norm 2 a sign", sympy.Integer(sums[0] * sums[2]), two**2),
            ("an odd character changes sign", 1 - (-1) ** (2 * j + 1), two),
            ("an even one does not", 1 - (-1) ** (2 * j), two * 0),
            (
                "Cauchy-Schwarz, one entry more",
                (norm**2 + a**2) * (other**2 + b**2) - (norm * other + a * b) ** 2,
                (a * other - b * norm) ** 2,
            ),
            ("over 2^m signs", distance, 2 * sympy.sqrt(weight)),
            ("success", half + distance / 4, (1 + sympy.sqrt(weight)) / 2),
        ],
    )


def chance(stated: object, data: object, context: Context) -> Evidence:
    """Matchings that join a given 2k-set within itself, over all matchings; and the ratio in k."""
    size, m, k = sympy.symbols("N m k", positive=True)
    f, two = sympy.factorial, sympy.Integer(2)

    def count(vertices: sympy.Expr, edges: sympy.Expr) -> sympy.Expr:
        return f(vertices) / (two**edges * f(edges) * f(vertices - 2 * edges))

    def binomial(n: sympy.Expr, r: sympy.Expr) -> sympy.Expr:
        return f(n) / (f(r) * f(n - r))

    inside = count(2 * k, k) * count(size - 2 * k, m - k) / count(size, m)
    q = binomial(m, k) / binomial(size, 2 * k)
    grown = sympy.gammasimp(q.subs(k, k + 1) / q)
    first, second = (m - k) / (size - 2 * k), 2 * (2 * k + 1) / (size - 2 * k - 1)
    falls, rises = sympy.diff(first, k), sympy.diff(second, k)
    return identities(
        "q_k = C(m,k)/C(N,2k), and a geometric series above its tail",
        [
            ("a 2k-set is a union of k edges", sympy.gammasimp(inside / q), sympy.Integer(1)),
            ("q_(k+1)/q_k", grown, first * second),
            ("its first factor falls", falls, -(size - 2 * m) / (size - 2 * k) ** 2),
            ("its second rises", rises, 4 * size / (size - 2 * k - 1) ** 2),
        ],
    )


def messages(stated: object, data: object, context: Context) -> Evidence:
    """From one message to all, and from random protocols to fixed ones."""
    mu, d, c, t, s, p, a, b, r = sympy.symbols("mu d c t s p a b r", positive=True)
    two, power = sympy.Integer(2), 2 * d / (1 + d)
    gap = 1 + s * (t - 1) - t**s
    wins = sympy.symbols("w:4", positive=True)
    by_coin = [p * wins[0] + (1 - p) * wins[1], p * wins[2] + (1 - p) * wins[3]]
    by_input = [r * wins[0] + (1 - r) * wins[2], r * wins[1] + (1 - r) * wins[3]]
    coin_first = r * by_coin[0] + (1 - r) * by_coin[1]
    input_first = p * by_input[0] + (1 - p) * by_input[1]
    jensen = p * a**2 + (1 - p) * b**2 - (p * a + (1 - p) * b) ** 2
    return identities(
        "messages, and coins, average out",
        [
            ("level 2k of one message", mu**-2 * mu ** (2 / (1 + d)), mu**-power),
            ("Jensen for the root", jensen, p * (1 - p) * (a - b) ** 2),
            ("weight of a message", p * p**-power, p ** ((1 - d) / (1 + d))),
            ("t^s lies below its tangent: value", gap.subs(t, 1), two * 0),
            ("slope", sympy.diff(gap, t).subs(t, 1), two * 0),
            ("curvature", sympy.diff(gap, t, 2), s * (1 - s) * t ** (s - 2)),
            ("so 2^c messages weigh", two**c * (two**-c) ** (1 - power), two ** (c * power)),
            ("Yao: sums change places", coin_first, input_first),
            ("the best coin beats the mean", (a + b) - (r * (a + b) + (1 - r) * b), (1 - r) * a),
        ],
    )
