"""Symbolic identities: proved, refuted at an exact point, never guessed."""

from __future__ import annotations

import sympy

from qdml.claims import Finding
from qdml.claims.symbolic import identities

X, Y = sympy.symbols("x y", real=True)


def test_an_identity_is_proved() -> None:
    found = identities(
        "", [("pythagoras", sympy.sin(X) ** 2 + sympy.cos(X) ** 2, sympy.Integer(1))]
    )
    assert found.finding is Finding.SUPPORTS


def test_a_false_one_is_refuted_at_a_point_where_it_fails() -> None:
    left, right = (X + Y) ** 2, X**2 + Y**2
    found = identities("", [("square", left, right)])
    assert found.finding is Finding.REFUTES
    point = {
        sympy.Symbol(name, real=True): sympy.Rational(value) for name, value in found.point.items()
    }
    off = abs((left - right).subs({X: point.get(X, 1), Y: point.get(Y, 1)}))
    assert off != 0


def test_one_false_among_true_ones_is_found() -> None:
    good = ("good", X + X, 2 * X)
    assert identities("", [good, ("bad", X, X + 1), good]).finding is Finding.REFUTES


def test_nothing_proves_nothing() -> None:
    assert identities("", []).finding is Finding.UNDECIDED
