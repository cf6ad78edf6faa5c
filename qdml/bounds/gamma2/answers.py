"""What gamma_2^alpha says of communication, with the theorem and the side of rounding."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, inf, nextafter

from flint import arb, fmpq

from qdml.bounds.certificates import check
from qdml.bounds.families import Answer
from qdml.bounds.gamma2 import routes
from qdml.bounds.gamma2.found import Found
from qdml.errors import InputError, SolveError


def disjointness(*, n: int, alpha: Fraction) -> Answer:
    """-1 if two subsets of n elements are disjoint, +1 otherwise."""
    return communication(routes.find("disjointness", alpha, n=n), alpha)


def gap_hamming(*, n: int, gap: int, alpha: Fraction) -> Answer:
    """The sign of N - 2d at Hamming distance d, under the promise |N - 2d| >= gap."""
    return communication(routes.find("gap-hamming", alpha, n=n, gap=gap), alpha)


def inner_product(*, n: int, alpha: Fraction) -> Answer:
    """(-1)^{x.y} on n bits."""
    return communication(routes.find("inner-product", alpha, n=n), alpha)


def majority(*, n: int, alpha: Fraction) -> Answer:
    """The sign of the majority of x xor y on n bits."""
    return communication(routes.find("majority", alpha, n=n), alpha)


def matrix(rows: list[list[int | None]], alpha: Fraction) -> Answer:
    """A user's own matrix by the dense route."""
    from qdml.bounds.gamma2 import dense

    return communication(dense.find(rows, alpha), alpha)


def communication(found: Found, alpha: Fraction) -> Answer:
    """The checker's bound on gamma_2^alpha, and the bounds on communication that follow.

    With error delta and alpha = 1/(1-2 delta): Q* >= log2 gamma_2^alpha - log2 alpha qubits with
    any prior entanglement, and R >= 2 log2 gamma_2^alpha - 2 log2 alpha bits (Linial and Shraibman
    2009). Every number is rounded to the side on which it stays true. Raises `SolveError` for a
    certificate that its checker rejects.
    """
    checked = check(found.certificate)
    if checked.bound is None:
        raise SolveError(f"{found.route}: the certificate is rejected: {checked.reason}")
    qubits, bits = log2_below(checked.bound / alpha), log2_below((checked.bound / alpha) ** 2)
    primal = None if found.primal is None else above(found.primal)
    delta = float((1 - 1 / alpha) / 2)
    fields = {
        "bound": below(checked.bound),
        "exact": str(checked.bound),
        "certified": True,
        "route": found.route,
        "alpha": str(alpha),
        "quantum_qubits": qubits,
        "classical_bits": bits,
        "primal": primal,
    }
    gap = "" if found.primal is None else f"; at most {_ceiling(found.primal)}, certified too"
    says = (
        f"gamma_2^{alpha} >= {_floor(checked.bound)}, certified ({found.route} route){gap}",
        f"quantum at error {delta:.6g}, any prior entanglement: {_least(qubits, 'qubits')}",
        f"classical at error {delta:.6g}, public coins: {_least(bits, 'bits')}",
        "by log2 gamma_2^alpha - log2 alpha, and twice that (Linial and Shraibman 2009)",
        "lower bounds are rounded down, upper bounds up",
    )
    records = (found.certificate, found.factorisation)
    return Answer(fields, says, tuple(record for record in records if record))


def with_company(answer: Answer) -> Answer:
    """An answer with rank and discrepancy of its matrix, under `beside`.

    Raises `InputError` for a problem whose certificate names no matrix of at most 512 rows.
    """
    from qdml.bounds.gamma2.beside import beside

    name = answer.certificates[0].get("matrix") if answer.certificates else None
    if name is None:
        raise InputError("--beside: only a matrix that is certified by the dense route has it")
    found = beside(name)
    fields = {
        "rank": found.rank,
        "rank_mod_p": found.rank_certificate and found.rank_certificate["bound"],
        "discrepancy_at_most": above(found.discrepancy_at_most),
        "discrepancy_at_least": below(found.discrepancy_at_least),
    }
    rank = "no rank: the matrix is partial"
    if found.rank is not None:
        rank = f"rank {found.rank}: log2 rank bits without error (Mehlhorn and Schmidt 1982)"
    low, high = _floor(found.discrepancy_at_least), _ceiling(found.discrepancy_at_most)
    says = (rank, f"discrepancy {low} ... {high}, by gamma_2^infinity (Grothendieck; Krivine 1979)")
    return Answer({**answer.fields, "beside": fields}, answer.says + says, answer.certificates)


def below(number: Fraction) -> float:
    """The largest float that is not above an exact number."""
    near = float(number)
    return near if Fraction(near) <= number else nextafter(near, -inf)


def above(number: Fraction) -> float:
    """The least float that is not below an exact number."""
    return -below(-number)


def log2_below(number: Fraction) -> float:
    """A float just below the logarithm of a positive number, by ball arithmetic; 0 at 1."""
    ball = arb(fmpq(number.numerator, number.denominator)).log() / arb(2).log()
    low = float(ball.lower())
    # Only the logarithm of 1 has an end at zero, and is exact.
    return nextafter(low, -inf) if low else 0.0


def _least(number: float, unit: str) -> str:
    return f"at least {_floor(number)} {unit}" if number > 0 else f"no bound ({_floor(number)})"


def _floor(number: Fraction | float) -> str:
    """Nine decimals, rounded down."""
    return f"{Decimal(floor(Fraction(number) * 10**9)).scaleb(-9)}"


def _ceiling(number: Fraction) -> str:
    """Nine decimals, rounded up."""
    return f"{Decimal(ceil(number * 10**9)).scaleb(-9)}"
