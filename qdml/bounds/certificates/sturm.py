"""Whether a rational polynomial is positive on an interval, by Sturm's theorem (1829), exactly."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import flint


def positive_until(numbers: list[Fraction], end: Fraction) -> bool:
    """Whether sum_k numbers[k] y^k > 0 for 0 < y <= end; `end` > 0."""
    polynomial = flint.fmpq_poly([flint.fmpq(q.numerator, q.denominator) for q in numbers])
    while polynomial.degree() > 0 and polynomial[0] == 0:
        polynomial = flint.fmpq_poly(polynomial.coeffs()[1:])
    chain = [polynomial, polynomial.derivative()]
    while chain[-1].degree() >= 0:
        chain.append(-(chain[-2] % chain[-1]))

    def changes(at: flint.fmpq) -> int:
        signs = [value > 0 for p in chain if (value := p(at)) != 0]
        return sum(one != other for one, other in pairwise(signs))

    last = flint.fmpq(end.numerator, end.denominator)
    return bool(polynomial(last) > 0 and changes(flint.fmpq(0)) == changes(last))


def is_envelope(numbers: list[Fraction], threshold: Fraction, size: int) -> bool:
    """Whether q(y) >= max(0, y - x) for 0 <= y <= N, q given from the constant on."""
    above = [numbers[0] + threshold, numbers[1] - 1, *numbers[2:]]
    return all(positive_until(one, Fraction(size)) for one in (numbers, above))
