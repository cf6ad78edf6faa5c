"""The proof behind gradient-by-shadow-tomography, with the constants that a variant may change.

Questions i = 1, 2, ... go to copies psi: g_i is the chance of yes as a function of a count, K_i =
sqrt(1 - g_i) acts where the answer is no, p_i = <g_i> and a_i = 2 p_i/sqrt 3 >= |g_i psi|. Then
e_i = K_i ... K_1 psi - psi has norm at most A_i = a_1 + ... + a_i, and with e = e_(i-1) the first
yes comes at i with probability <psi + e|g_i|psi + e> >= p_i - 2 A_(i-1) a_i.
"""

from __future__ import annotations

from fractions import Fraction

import sympy

from qdml.claims import Evidence
from qdml.claims.symbolic import identities


def softness(soft: bool) -> Evidence:
    """Efron-Stein for a chance that a count more changes by a factor between q and 1/q."""
    k, m, mu, p, w, square = sympy.symbols("k m mu p w E_g2", positive=True)
    one, two, psi = sympy.symbols("K_1 K_2 psi", commutative=False)
    # Each of k outcomes adds at most mu (1-mu) r^2 (E_i g)^2 to the variance, r = 1/q - 1 = 1/m.
    inverse = (m + 1) / m if soft else sympy.oo
    each = mu * (1 - mu) * (inverse - 1) ** 2
    variance = sympy.Rational(1, 4) - (mu - sympy.Rational(1, 2)) ** 2
    return identities(
        "a soft no moves copies by the chance of yes, and moves add up",
        [
            ("k = m^2 outcomes", (k * each).subs(k, m**2), variance),
            (
                "E g^2 - p^2 <= w E g^2",
                sympy.solve(square - p**2 - w * square, square)[0],
                p**2 / (1 - w),
            ),
            (
                "two answers",
                sympy.expand(two * one * psi - psi),
                sympy.expand(two * (one - 1) * psi + (two - 1) * psi),
            ),
        ],
    )


def detection(found: Fraction) -> Evidence:
    """The sum of what later questions keep of p_i, stopped where it is best."""
    s, h, w, below, rounds = sympy.symbols("s h w b r", positive=True)
    quarter, sixteenth = sympy.Rational(1, 4), sympy.Rational(1, 16)
    until, last = s - s**2 / (2 * h), (h - s) * (1 - s / h)
    least = (until + last).subs(s, h)
    return identities(
        "sum of p_i - 2 A_(i-1) a_i, where A_i - A_(i-1) = a_i and a_i^2 = p_i^2/(1-w)",
        [
            ("the sum that telescopes", (s + below) ** 2 - s**2, 2 * s * below + below**2),
            ("least where s = h", sympy.diff(until + last, s), -(1 - s / h)),
            ("with the last question", least, h / 2),
            (
                "missed in r rounds, less what is not far away",
                (1 - (h / 2).subs(h, (1 - w) / 2).subs(w, quarter) + sixteenth) ** rounds,
                (1 - sympy.Rational(found.numerator, found.denominator)) ** rounds,
            ),
        ],
    )


def learning(update_factor: int) -> Evidence:
    """One correction lowers the relative entropy by that of two means; how often it can."""
    x, y = sympy.symbols("x y", real=True)
    a, b, c, d = (sympy.log(1 + y), sympy.log(1 - y), sympy.log(1 + x), sympy.log(1 - x))
    eps, dimension = sympy.symbols("epsilon N", positive=True)
    step, tangent = (a - b - c + d) / 2, (y - x) / (1 - x * y)
    entropy = (1 + y) / 2 * (a - c) + (1 - y) / 2 * (b - d)
    updates = update_factor * sympy.log(2 * dimension) / eps**2
    return identities(
        "-eta y + ln(cosh eta + x sinh eta) at eta = artanh y - artanh x",
        [
            (
                "(cosh + x sinh)^2",
                sympy.cancel((1 + x * tangent) ** 2 / (1 - tangent**2)),
                sympy.cancel((1 - x**2) / (1 - y**2)),
            ),
            ("change", sympy.expand(-step * y + (c + d - a - b) / 2), sympy.expand(-entropy)),
            ("convex by 1 at least", sympy.cancel(sympy.diff(entropy, y, 2)), 1 / (1 - y**2)),
            ("1/(1-y^2) = 1 + ...", sympy.cancel(1 / (1 - y**2) - 1), y**2 / (1 - y**2)),
            ("corrections by eps/4", updates * (eps / 4) ** 2 / 2, sympy.log(2 * dimension)),
        ],
    )


def counting(search_factor: Fraction) -> Evidence:
    """Chernoff's bound for what is eps/2 away, and the union over rounds, checks and states."""
    m, eps, x, t = sympy.symbols("m epsilon x t", positive=True)
    number, states, epochs, delta, rounds = sympy.symbols("P S E delta R", positive=True)
    k, r, half = m**2, 1 / m, sympy.Rational(1, 2)
    threshold, mean = k * (1 + x + eps) / 2 - 1, k * (1 + x + eps / 2) / 2
    scale = sympy.Rational(*search_factor.as_integer_ratio()) / eps
    exponent = -scale * (sympy.log(32 * number) + half + half / 4) * eps / 4 + half + half / 4
    patience = sympy.log(2 * states * epochs / delta) / sympy.log(sympy.Rational(8, 7))
    check = 128 * sympy.log(4 * states * rounds / delta) / eps**2
    size, log = sympy.symbols("d l", positive=True)
    spread = 2 * (size + log)
    return identities(
        "what may go wrong, and how often",
        [
            ("k mu r - t r", sympy.expand((mean - threshold) * r), -m * eps / 4 + 1 / m),
            ("t r^2/2 at t = k", (t * r**2 / 2).subs(t, k), half),
            ("P tails on both sides", 2 * number * sympy.exp(sympy.expand(exponent)), half / 8),
            (
                "all rounds of an epoch fail",
                states * epochs * sympy.exp(-patience * sympy.log(sympy.Rational(8, 7))),
                delta / 2,
            ),
            (
                "a check is off by eps/8",
                states * rounds * 2 * sympy.exp(-check * (eps / 8) ** 2 / 2),
                delta / 2,
            ),
            (
                "tomography: Chernoff's exponent",
                sympy.cancel(
                    (spread - size) ** 2 / (2 * spread) - log - size**2 / (4 * (size + log))
                ),
                sympy.Integer(0),
            ),
        ],
    )
