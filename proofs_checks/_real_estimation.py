"""Algebra of privacy-estimation-real, in the order of `privacy_estimation_real.md`."""

from __future__ import annotations

from fractions import Fraction

import sympy

from qdml.claims import Evidence
from qdml.claims.symbolic import identities


def walk(shift: int) -> Evidence:
    """The weights of t^k in zonal functions, and the Jacobi coefficients of every sector."""
    n, l, j, m = sympy.symbols("N l j m", positive=True)  # noqa: E741
    total = l + 2 * j
    rise = (l + n - 2) / (2 * l + n - 2)
    below = _weight(n, total - 1, l - 1) * rise.subs(l, l - 1)
    above = _weight(n, total - 1, l + 1) * (1 - rise.subs(l, l + 1))
    here = _weight(n, total, l)
    coefficient = _coefficient(n, l, shift)
    at_order = _coefficient(n + 2 * m, l - m, shift)
    drop = m * (m + n - 3) / ((2 * l + n - 2) * (2 * l + n - 4))
    quotient = sympy.gammasimp
    return identities(
        "t^k is a walk on degrees",
        [
            ("from below", quotient(below / here), (1 - rise) * (total + l + n - 2) / total),
            ("from above", quotient(above / here), rise * (total - l) / total),
            ("together", quotient((below + above) / here), sympy.Integer(1)),
            ("first", sympy.gammasimp(_weight(n, sympy.Integer(0), sympy.Integer(0))), sympy.S.One),
            ("b^2 joins degrees l-1 and l", coefficient, rise.subs(l, l - 1) * (1 - rise)),
            ("b^2 falls with the order", coefficient - at_order, drop),
        ],
    )


def _weight(n: sympy.Expr, k: sympy.Expr, l: sympy.Expr) -> sympy.Expr:  # noqa: E741
    """p_l of t^k (DLMF 18.18(iv), in polynomials that are 1 at t = 1)."""
    x, j, gamma = n / 2 - 1, (k - l) / 2, sympy.gamma
    ratio = gamma(2 * x + l) * gamma(x + 1) / (gamma(2 * x) * gamma(l + 1) * gamma(j + 1))
    return gamma(k + 1) / 2**k * (l + x) / x * ratio / gamma(x + 1 + k - j)


def _coefficient(n: sympy.Expr, l: sympy.Expr, shift: int) -> sympy.Expr:  # noqa: E741
    return l * (l + n - 3 + shift) / ((2 * l + n - 2) * (2 * l + n - 4))


def duality() -> Evidence:
    """A slack with row sums r and off-diagonal entries -o <= 0 is a sum of squares."""
    v, r, o = (sympy.symbols(f"{name}0:4", positive=True) for name in "vro")
    # In the sector m = 0 the stated row sums leave r = 0; the entries of a higher order are less.
    diagonal = [r[i] + o[i] + (o[i - 1] if i else 0) for i in range(4)]
    form = sum(diagonal[i] * v[i] ** 2 for i in range(4)) - o[3] * v[3] ** 2
    form -= 2 * sum(o[i] * v[i] * v[i + 1] for i in range(3))
    squares = sum(r[i] * v[i] ** 2 for i in range(4))
    squares += sum(o[i] * (v[i] - v[i + 1]) ** 2 for i in range(3))
    p, q, d, e = sympy.symbols("p q d e", positive=True)
    seed = sympy.sqrt(d) * sympy.sqrt(p * q / (d * e)) * sympy.sqrt(e)
    return identities(
        "row sums bound a tridiagonal slack from below",
        [
            ("slack as squares", sympy.expand(form), sympy.expand(squares)),
            ("one entry of the seed's fidelity", seed, sympy.sqrt(p) * sympy.sqrt(q)),
        ],
    )


def closed() -> Evidence:
    """From F as the squared length of t psi to 1 - F as one mean of a convex function."""
    l, u, v, n, t = sympy.symbols("l u v N t", positive=True)  # noqa: E741
    # u^2 = K - l and v^2 = K + l + a make every root rational.
    total, a = l + u**2, v**2 - u**2 - 2 * l
    rise = (l + a) / (2 * l + a)
    squared = ((1 - rise) * v + rise * u) ** 2 / total
    lost = l * (l + a) / (total * (2 * total + a + 2 * u * v))
    k = sympy.symbols("K", positive=True)

    def casimir(f: sympy.Expr) -> sympy.Expr:
        return -(1 - t**2) * sympy.diff(f, t, 2) + (n - 1) * t * sympy.diff(f, t)

    once = casimir(t**k)
    return identities(
        "one minus the fidelity",
        [
            ("term by term", 1 - squared, lost),
            ("K(K+a) - m", total * (total + a) - l * (l + a), u**2 * v**2),
            ("mean of m", once.subs(t, 1), (n - 1) * k),
            (
                "mean of m^2",
                sympy.expand(casimir(once)).subs(t, 1),
                (n - 1) * k * ((n + 1) * k - 2),
            ),
        ],
    )


def limits(factor: Fraction) -> Evidence:
    """Jensen and chord for f(m) = m/(c + 2 sqrt(d-m)); the limit of k(1-F) is the same twice."""
    s, c, d, x, n, k = sympy.symbols("s c d x N k", positive=True)
    f = (d - s**2) / (c + 2 * s)

    def slope(g: sympy.Expr) -> sympy.Expr:
        return -sympy.diff(g, s) / (2 * s)

    bend = (c * d + 3 * c * s**2 + 6 * d * s + 2 * s**3) / (2 * s**3 * (c + 2 * s) ** 3)
    total = k + 1
    top = total * (total + n - 2)
    most = (n - 1) / (2 * k + n + 2 * sympy.sqrt(k * (k + 1)))
    least = (2 * total + n - 2 - 2 * sympy.sqrt(top)) / 4 + (n - 1) * total / (4 * sympy.sqrt(top))
    least += (n - 1) * total * ((n + 1) * total - 2) / (4 * top ** sympy.Rational(3, 2))
    complex_ = (n - 1) / (k + n)
    far = sympy.Rational(factor.numerator, factor.denominator)
    return identities(
        "two-sided bounds and their limit",
        [
            ("f is convex in m", slope(slope(f)), bend),
            ("K(K+a) at the mean of m", top - (n - 1) * total, k * (k + 1)),
            (
                "sqrt(k(k+1)) < k + 1/2",
                (k + sympy.Rational(1, 2)) ** 2 - k * (k + 1),
                sympy.Rational(1, 4),
            ),
            ("chord above f", (d - s**2) / c - f, 2 * s * (d - s**2) / (c * (c + 2 * s))),
            ("chord at the mean", 1 - (n - 1) / (2 * total + n - 2), (2 * k + 1) / (2 * k + n)),
            ("c^2 - 4(d-m) = a^2 + 4m", (2 * k + n) ** 2 - 4 * (k * (k + n) - x), n**2 + 4 * x),
            (
                "c - 2 sqrt(d) (1-x)(1+x/2)",
                c - 2 * d * (1 - x) * (1 + x / 2),
                c - 2 * d + d * (x + x**2),
            ),
            (
                "sqrt(1-x) > (1-x)(1+x/2)",
                1 - (1 - x) * (1 + x / 2) ** 2,
                (3 * x**2 + x**3) / 4,
            ),
            ("N times the limit above", n * sympy.limit(complex_ / most, k, sympy.oo), n * far),
            (
                "N times the limit below",
                n * sympy.limit(complex_ * total / least, k, sympy.oo),
                n * far,
            ),
        ],
    )
