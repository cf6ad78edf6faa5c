"""What each sharpening of the bound is worth, in bits; floats for tables, nothing certified."""

from __future__ import annotations

from fractions import Fraction
from math import expm1, log, log1p

from qdml.bounds.certificates.cross_entropy import MOST_ORDER
from qdml.bounds.cross_entropy.peaks import best_spread, pairs, single_moment
from qdml.bounds.cross_entropy.search import full_score, ideal_bits


def gains(qubits: int, score: Fraction) -> dict[str, float]:
    """Bits of the bound with one more idea each time, and of one comparison.

    `stated`: one moment, tr B^2 <= N(N-1)/(N+1). `worst spectrum`: the same with the spectrum
    that trace, norm and peak allow. `norm`: tr B^2 from the fourth moment. Then the peaks: the
    root of the norm, a polynomial, the moments of the state on top. `Haar bases`: the same proof
    where Bob's basis is Haar random, so that 1 + M = H_N.
    """
    size = 2**qubits
    ((moment, pauli),) = pairs(qubits, "stated", MOST_ORDER)
    fourth = best_spread(qubits)
    found = {
        "order 4": ideal_bits(qubits, score, single_moment(qubits, 4).value, pauli.value),
        "stated": ideal_bits(qubits, score, moment.value, pauli.value),
        "worst spectrum": worst_spectrum(qubits, score, moment.value, pauli.value),
        "norm": ideal_bits(qubits, score, moment.value, fourth.value),
    }
    names = {"spread": "peak from norm", "envelope": "polynomial", "joint": "joint"}
    for peak, spread in pairs(qubits, "sharp", MOST_ORDER):
        if peak.route in names:
            bits = ideal_bits(qubits, score, peak.value, spread.value)
            found[names[peak.route]] = bits
    top = full_score(qubits)
    x = 3.0 * top**2
    for _ in range(200):
        x = ((3 * x + 6 * top**2) * size**4 / ((size + 1) * (size + 2) * (size + 3))) ** (1 / 3)
    found["Haar bases"] = ideal_bits(qubits, score, Fraction(top), Fraction(x))
    return found


def worst_spectrum(qubits: int, score: Fraction, peak: Fraction, spread: Fraction) -> float:
    """The bound with k eigenvalues M and the others equal, k = F N/(N M^2 + F).

    Among spectra of trace 0 and norm F below M this one has the largest product of Chernoff's
    factors, since -ln(1-y) has a positive third derivative.
    """
    size, m, s = 2.0**qubits, float(peak), float(score)
    k = float(spread) * size / (size * m**2 + float(spread))
    best = 0.0
    for step in range(1, 4000):
        u = -expm1(-step / 200)
        spent = k * step / 200 - (size - k) * log1p(u * k / (size - k))
        bits = -size * log1p(-u * s / m) - size * log1p(1 / size) - spent
        best = max(best, bits / log(2))
    return best
