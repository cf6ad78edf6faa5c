"""Hidden matching in numbers: bits that one-way protocols need, qubits and bits that are enough.

The lower bound is searched here and proved by `qdml.bounds.certificates.hidden_matching`, whose
docstring states it. The upper sides are one message of n qubits a copy (Bar-Yossef, Jayram and
Kerenidis, STOC 2004) and the birthday protocol: Alice sends the signs of t public random vertices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import comb, isqrt, log, sqrt
from typing import Any

import flint

from qdml.bounds.certificates import check
from qdml.bounds.certificates import hidden_matching as checker
from qdml.bounds.certificates.hidden_matching import Block, ball, odd_weight, precision, step
from qdml.bounds.families import Answer
from qdml.claims.intervals import exact_fraction
from qdml.errors import InputError

#: Up to this k each term has a d of its own; beyond, blocks double as long as they converge fast.
SINGLES = 31

#: Significant bits of a d: the bound is flat around its best value.
DIGITS = 20

#: Up to this many vertices the birthday protocol is priced by an exact sum.
LARGEST_SUM = 2**14


@dataclass(frozen=True)
class Family:
    """Hidden matching on N = 2^n vertices and N/4 edges at one success probability.

    `classical_bits` is a certified lower bound for one-way protocols, `classical_upper` what the
    birthday protocol sends; `quantum_qubits` = n times `copies` reach the success.
    """

    qubits: int
    edges: int
    success: Fraction
    classical_bits: int
    classical_upper: int
    copies: int
    quantum_qubits: int


def family(qubits: int, success: float | str | Fraction) -> Family:
    """Certified bits against qubits on N = 2^qubits vertices and N/4 edges.

    Raises `InputError` unless 2 <= qubits <= 256 and 1/2 < success < 1.
    """
    if not 2 <= qubits <= 256:
        raise InputError(f"{qubits} qubits: hidden matching takes 2 to 256 here")
    stated, vertices = exact_fraction(success), 2**qubits
    edges = vertices // 4
    needed = copies(vertices, edges, stated)
    bits = least_bits(vertices, edges, stated)
    return Family(
        qubits=qubits,
        edges=edges,
        success=stated,
        classical_bits=bits,
        classical_upper=birthday_bits(vertices, edges, stated),
        copies=needed,
        quantum_qubits=needed * qubits,
    )


def answer(*, qubits: int, success: Fraction) -> Answer:
    """What `qdml bound --family hidden-matching` prints and writes; raises as `family` does."""
    found = family(qubits, success)
    bits, vertices = found.classical_bits, 2**qubits
    records = (certificate(vertices, found.edges, success, bits),) if bits else ()
    checked = [check(record) for record in records]
    certified = all(one.bound == bits for one in checked)
    fields = {
        "classical_bits": bits,
        "quantum_qubits": found.quantum_qubits,
        "certified": certified,
        "copies": found.copies,
        "edges": found.edges,
        "success": str(success),
        "classical_upper": found.classical_upper,
    }
    messages = "one message" if found.copies == 1 else f"{found.copies} copies"
    says = (
        f"hidden matching, N = 2^{qubits}, {found.edges} edges, success {float(success):g}:",
        f"classical, one way, public coins: at least {bits} bits, certified",
        f"upper side: {found.classical_upper} bits (birthday); {2 * qubits + 1} do in two ways",
        f"quantum: {found.quantum_qubits} qubits are enough, {messages} of {qubits} qubits",
        "given the inequality of Kahn, Kalai and Linial (1988); the lower bound is in whole bits",
    )
    return Answer(fields, says, records)


def least_bits(vertices: int, edges: int, success: Fraction) -> int:
    """Bits without which no one-way protocol reaches `success`: a lower bound, proved in balls.

    Raises `InputError` for a success outside (1/2, 1) or a number of edges outside 1 ... N/2.
    """
    _check(vertices, edges, success)
    target = (2 * success - 1) ** 2
    with flint.ctx.workprec(precision(vertices)):
        goal = ball(target)

        def open_at(bits: int) -> bool:
            return not odd_weight(vertices, edges, bits, blocks(vertices, edges, bits)) < goal

        # With N bits Alice sends x itself.
        return _first(open_at, vertices)


def certificate(vertices: int, edges: int, success: Fraction, bits: int) -> dict[str, Any]:
    """The certificate that at least `bits` bits are needed, for `bits` from `least_bits`."""
    if bits < 1:
        raise InputError(f"{bits} bits: nothing is excluded, so there is nothing to certify")
    chosen = blocks(vertices, edges, bits - 1)
    return {
        "kind": checker.KIND,
        "vertices": vertices,
        "edges": edges,
        "success": str(success),
        "bits": bits - 1,
        "blocks": [[first, str(d)] for first, d in chosen],
    }


def success_bound(vertices: int, edges: int, bits: int, singles: int = SINGLES) -> flint.arb:
    """A ball around 1/2 + sqrt(s)/2, which no one-way protocol of `bits` bits exceeds."""
    with flint.ctx.workprec(precision(vertices)):
        weight = odd_weight(vertices, edges, bits, blocks(vertices, edges, bits, singles))
        return (1 + weight.sqrt()) / 2


def enclosure(found: flint.arb) -> tuple[Fraction, Fraction]:
    """The ends of a ball as fractions, at the working precision."""
    low, high = (end.fmpq() for end in (found.lower(), found.upper()))
    return Fraction(int(low.p), int(low.q)), Fraction(int(high.p), int(high.q))


def blocks(vertices: int, edges: int, bits: int, singles: int = SINGLES) -> list[Block]:
    """The d for every odd k up to m, by floats; any choice is valid, these are close to the best.

    Raises `InputError` where the terms do not fall and are too many to be summed one by one.
    """
    chosen: list[Block] = []
    first = 1
    while first <= edges:
        d, last = _best(first, bits), first
        if first > singles:
            width = min(first, edges - first) // 2
            while width and 2 * step(vertices, edges, first, first + 2 * width) > d**2:
                width //= 2
            last += 2 * width
        chosen.append((first, d))
        if len(chosen) > checker.MOST_BLOCKS:
            raise InputError(
                f"{edges} edges on {vertices} vertices: too many terms that do not fall; take "
                "at most a quarter as many edges as vertices"
            )
        first = last + 2
    return chosen


def _best(k: int, bits: int) -> Fraction:
    """The d in (0, 1] that makes d^(-2k) 2^(2cd/(1+d)) least, from k(1+d)^2 = d c ln 2."""
    rest = bits * log(2) - 2 * k
    if rest <= 2 * k:
        return Fraction(1)
    root = Fraction(2 * k / (rest + sqrt(rest - 2 * k) * sqrt(rest + 2 * k)))
    scale = Fraction(2) ** (root.denominator.bit_length() - root.numerator.bit_length() + DIGITS)
    return min(Fraction(1), round(root * scale) / scale)


def copies(vertices: int, edges: int, success: Fraction) -> int:
    """The least k with 1 - (1 - 2m/N)^k/2 >= success: copies that the quantum protocol needs."""
    _check(vertices, edges, success)
    silent, count = 1 - Fraction(2 * edges, vertices), 1
    while 1 - silent**count / 2 < success:
        count += 1
    return count


def birthday_bits(vertices: int, edges: int, success: Fraction) -> int:
    """The least t at which the birthday protocol is shown to reach `success`."""
    _check(vertices, edges, success)

    def enough(bits: int) -> bool:
        if vertices <= LARGEST_SUM:
            return 1 - birthday_miss(vertices, edges, bits) / 2 >= success
        with flint.ctx.workprec(precision(vertices)):
            return bool(_birthday_miss_bound(vertices, edges, bits) <= ball(2 * (1 - success)))

    return _first(enough, vertices)


def birthday_miss(vertices: int, edges: int, bits: int) -> Fraction:
    """Probability that `bits` uniform vertices contain no edge: exact."""
    free = vertices - 2 * edges
    total = sum(
        comb(edges, j) * 2**j * comb(free, bits - j)
        for j in range(max(0, bits - free), min(bits, edges) + 1)
    )
    return Fraction(total, comb(vertices, bits))


def _birthday_miss_bound(vertices: int, edges: int, bits: int) -> flint.arb:
    """P(no edge) <= P(J < j) + P(no edge | J = j), J the matched among the chosen vertices."""
    matched = 2 * edges
    j = matched * bits // vertices - 3 * (isqrt(bits) + 1)
    if j < 0:
        return flint.arb(1)
    if j > edges:
        j = edges
    tail = short_tail(vertices, matched, bits, j)
    # Given J, the matched vertices are a uniform set: C(m,j) 2^j of C(2m,j) hold no edge.
    none = [flint.arb(v + 1).lgamma() for v in (edges, matched - j, edges - j, matched)]
    log_none = none[0] + none[1] - none[2] - none[3] + j * flint.arb.const_log2()
    return tail + log_none.exp()


def short_tail(vertices: int, matched: int, bits: int, j: int) -> flint.arb:
    """A bound on P(J <= j) for j up to the mean of J, the `matched` among `bits` of all vertices.

    J is hypergeometric, so Hoeffding's inequality holds for it (JASA 58 (1963) 13, section 6).
    """
    short = ball(Fraction(matched * bits, vertices) - j)
    return (-2 * short * short / bits).exp()


def _first(true: Callable[[int], bool], last: int) -> int:
    """The least number from 0 to `last` at which a monotone statement is true."""
    low, high = 0, 1
    while high < last and not true(high):
        low, high = high, 2 * high
    high = min(high, last)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if true(middle) else (middle + 1, high)
    return low


def _check(vertices: int, edges: int, success: Fraction) -> None:
    if not 2 <= vertices <= checker.MOST_VERTICES or not 1 <= edges <= vertices // 2:
        raise InputError(
            f"{edges} edges on {vertices} vertices: expected 1 to N/2 edges and at most 2^512 "
            "vertices"
        )
    if not Fraction(1, 2) < success < 1:
        raise InputError(
            f"success {float(success):g}: expected a number between 1/2, which a coin reaches, and "
            "1; for instance 0.75"
        )
