"""privacy-guessing-sdp: the probability to guess a state is certified from both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np

from qdml.bounds.certificates import check
from qdml.bounds.certificates.guessing import Gaussian
from qdml.claims import (
    Claim,
    Context,
    Evidence,
    Figure,
    Method,
    Mutant,
    Scalar,
    Series,
    Step,
    Sweep,
    Tag,
)
from qdml.errors import InputError
from qdml.privacy.ensemble import Ensemble, from_integers
from qdml.privacy.guessing import Guessing, guess, pretty_good

#: A solution is scaled by 1 + or - 2 to minus this: a hundred times its slack, and no more.
NUDGE = 30

#: The pretty good measurement is compared below this; at one, both tend to certainty.
ALMOST_ONE = Fraction(999, 1000)

#: States of unequal prior along one vector: the bound of Barnum and Knill is nearly tight.
ALIKE = 32


@dataclass(frozen=True)
class Hypothesis:
    """The gap, how far the solutions are moved first, and the laws that the numbers obey.

    `exponent`: PGM >= p^exponent. `overlap_power`: the squared overlap of two states enters
    Helstrom's formula to the power `overlap_power` k. `tight_to`: the octahedron is guessed with
    (k+1)/6 up to that k.
    """

    gap: Fraction = Fraction(1, 10**6)
    dual_shrunk: bool = False
    measurement_stretched: bool = False
    exponent: Fraction = Fraction(2)
    overlap_power: Fraction = Fraction(1)
    tight_to: int = 3

    def __post_init__(self) -> None:
        if not self.gap > 0 or not 0 < self.exponent < 100:
            raise InputError(f"gap = {self.gap}, exponent = {self.exponent}: expected positive")
        if self.overlap_power not in (Fraction(1, 2), 1, 2):
            raise InputError(f"overlap_power = {self.overlap_power}: expected 1/2, 1 or 2")

    def moved(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A certificate with its solutions moved as the hypothesis says, in integers."""
        changed = dict(record) | {"bits": record["bits"] + NUDGE}
        for name, tried, up in (
            ("dual", self.dual_shrunk, -1),
            ("measurement", self.measurement_stretched, 1),
        ):
            factor = 2**NUDGE + up * int(tried)
            changed[name] = [[[entry * factor for entry in row] for row in p] for p in record[name]]
        return changed


@dataclass(frozen=True)
class Case:
    """An ensemble, its certified guessing probability, and how good the pretty good one is."""

    name: str
    ensemble: Ensemble
    found: Guessing
    pgm: tuple[Fraction, Fraction]

    @property
    def point(self) -> dict[str, Scalar]:
        """Where it is."""
        one = self.ensemble
        return {"ensemble": self.name, "states": len(one.states), "k": one.copies}


def gather(context: Context) -> tuple[Case, ...]:
    """Pairs, the octahedron, sign vectors, equal states, and random pure and mixed ones."""
    grid = context.grid
    few = sorted({1, 2, 3, *(k for k in grid.copies if k <= 5)})
    named = [("pair", _pair(k, share)) for k in few for share in (Fraction(1, 2), Fraction(1, 5))]
    named += [("octahedron", from_integers(_OCTAHEDRON, k)) for k in sorted({*few, 4})]
    signs = [[1, a, b] for a in (1, -1) for b in (1, -1)]
    named += [("signs", from_integers(signs, k)) for k in few]
    rest = [Fraction(1, 2 * ALIKE)] * ALIKE
    named.append(("alike", from_integers([[1, 1]] * (ALIKE + 1), 1, [Fraction(1, 2), *rest])))
    named.append(("repeated", from_integers([[1, 0], [1, 0], [0, 1]], 2)))
    for size in grid.ensemble_states:
        rng = context.rng("pure", size)
        vectors = [_vector(rng, grid.ensemble_dimension) for _ in range(size)]
        named.append(("random", from_integers(vectors, 1, _uneven(rng, size))))
        if size <= 8:
            states = tuple([_vector(rng, 2), _vector(rng, 2)] for _ in range(size))
            named.append(("mixed", Ensemble(states, tuple(_uneven(rng, size)), 1)))
    return tuple(Case(name, one, guess(one), pretty_good(one)) for name, one in named)


_OCTAHEDRON: list[list[int | Gaussian]] = [
    [1, 0],
    [0, 1],
    [1, 1],
    [1, -1],
    [1, (0, 1)],
    [1, (0, -1)],
]


def _pair(copies: int, share: Fraction) -> Ensemble:
    return from_integers([[1, 0], [3, 4]], copies, [share, 1 - share])


def _vector(rng: np.random.Generator, dimension: int) -> list[tuple[int, int]]:
    drawn = rng.integers(-9, 10, size=(dimension, 2)).tolist()
    return [(a, b) for a, b in drawn] if any(map(any, drawn)) else [(1, 0)] * dimension


def _uneven(rng: np.random.Generator, size: int) -> list[Fraction]:
    weights = [int(w) for w in rng.integers(1, 9, size)]
    return [Fraction(w, sum(weights)) for w in weights]


def certificates(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """The exact checker accepts both solutions, and they are close to each other."""
    sweep = Sweep(Method.EXACT)
    rows: list[dict[str, Scalar]] = []
    for case in data:
        verdict = check(stated.moved(case.found.certificate))
        sweep.holds(case.point, verdict.reason, verdict.valid)
        width = case.found.upper - case.found.lower
        sweep.at_most(case.point, "distance of the two sides", width, width, stated.gap)
        low, high = float(case.found.lower), float(case.found.upper)
        good = float(case.pgm[0])
        rows.append({**case.point, "lower": low, "upper": high, "pretty good": good})
    return sweep.evidence(
        "the checker accepts every certificate, and the two sides meet", table=tuple(rows)
    )


def closed_forms(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """Where the probability is known in closed form, it lies between the two sides."""
    sweep = Sweep(Method.EXACT)
    for case in data:
        copies, low, high = case.ensemble.copies, case.found.lower, case.found.upper
        if case.name == "pair":
            p, q = case.ensemble.prior
            # The overlap is 3/5: its square to the power of k, or of another multiple of k.
            square = 1 - 4 * p * q * Fraction(3, 5) ** int(2 * stated.overlap_power * copies)
            text = "(2p-1)^2 by Helstrom's formula"
            sweep.at_most(case.point, text, square, square, (2 * high - 1) ** 2)
            square = -square
            sweep.at_most(case.point, f"minus {text}", square, square, -((2 * low - 1) ** 2))
        if case.name == "octahedron" and copies <= stated.tight_to:
            limit = Fraction(comb(copies + 1, copies), 6)
            sweep.at_most(case.point, "(k+1)/6 of the octahedron", limit, limit, high)
            sweep.at_most(case.point, "lower side", low, low, limit)
        if case.name == "repeated":
            sweep.at_most(case.point, "lower side", low, low, Fraction(2, 3))
            sweep.at_most(case.point, "2/3", Fraction(2, 3), Fraction(2, 3), high)
    return sweep.evidence("closed forms lie between the two sides")


def barnum_knill(stated: Hypothesis, data: tuple[Case, ...], context: Context) -> Evidence:
    """The pretty good measurement against the power of the best probability."""
    sweep = Sweep(Method.EXACT)
    above, below = stated.exponent.numerator, stated.exponent.denominator
    for case in data:
        if case.found.upper > ALMOST_ONE:
            continue
        low = case.found.lower**above - case.pgm[1] ** below
        high = case.found.upper**above - case.pgm[0] ** below
        sweep.at_most(case.point, f"p^{above} minus PGM^{below}", low, high, 0)
    signs = [case for case in data if case.name == "signs"]
    k = tuple(case.ensemble.copies for case in signs)
    best = tuple(float(case.found.upper) for case in signs)
    figure = Figure(
        title="Guessing the signs of three numbers from k copies",
        x_label="copies k",
        y_label="probability to guess all signs, up to one common sign",
        series=(
            Series(label="best measurement, certified", kind="exact", x=k, y=best),
            Series(
                label="pretty good measurement",
                kind="exact",
                x=k,
                y=tuple(float(case.pgm[0]) for case in signs),
            ),
            Series(
                label="square of the best: its limit",
                kind="bound",
                x=k,
                y=tuple(value**2 for value in best),
            ),
        ),
        caption="Both sides of every certified value agree to a millionth.",
    )
    return sweep.evidence("the pretty good measurement is never worse than p^2", figure=figure)


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Case, ...]] = Claim(
    id="privacy-guessing-sdp",
    topic="privacy",
    title="The probability to guess a state from k copies is certified from both sides",
    statement=(
        r"The best probability to guess which of the states $\rho_x$ was sent, in $k$ copies and "
        r"with prior $p_x$, is $\min\,\mathrm{tr}\,K$ over all $K\ge p_x\rho_x^{\otimes k}$. In "
        r"coordinates on the span it is enclosed to $10^{-6}$ by a repaired $K$ and a repaired "
        r"measurement, both accepted in exact arithmetic. The pretty good measurement succeeds "
        r"with at least the square of that probability, and is not optimal."
    ),
    formulas=(
        r"\sum_x p_x\,\mathrm{tr}\,E_x\rho_x\le\sum_x\mathrm{tr}\,E_xK=\mathrm{tr}\,K",
        r"W C W^{\dagger}\ge p_x\rho_x\quad\text{if}\quad q_x\,(C^{-1})_{xx}\le 1,\; C>0",
        r"p_{\mathrm{pgm}}\ge p_{\mathrm{guess}}^{2}",
    ),
    source="Yuen, Kennedy, Lax 1975; Jezek, Rehacek, Fiurasek 2002; Barnum and Knill 2002",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step(
            "certificates",
            Tag.EXACT,
            "an exact checker, which builds the Gram matrix itself, accepts both solutions",
            certificates,
        ),
        Step(
            "closed forms",
            Tag.EXACT,
            "pairs obey Helstrom's formula; the octahedron meets the limit of its span",
            closed_forms,
        ),
        Step(
            "pretty good",
            Tag.EXACT,
            r"the pretty good measurement succeeds with at least $p^2$ in every ensemble",
            barnum_knill,
        ),
    ),
    mutants=(
        Mutant(
            "PGM is optimal",
            r"the pretty good measurement succeeds with $p$",
            replace(_CLAIMED, exponent=Fraction(1)),
            "pretty good",
        ),
        Mutant(
            "PGM at least p^(19/10)",
            r"the pretty good measurement succeeds with $p^{19/10}$",
            replace(_CLAIMED, exponent=Fraction(19, 10)),
            "pretty good",
        ),
        Mutant(
            "K smaller by a billionth",
            r"$(1-2^{-30})K$ still dominates every state",
            replace(_CLAIMED, dual_shrunk=True),
            "certificates",
        ),
        Mutant(
            "measurement larger by a billionth",
            r"vectors longer by $2^{-30}$ still belong to a measurement",
            replace(_CLAIMED, measurement_stretched=True),
            "certificates",
        ),
        Mutant(
            "overlap to the k",
            r"$k$ copies have overlap $|\langle x|y\rangle|^{k}$ squared only once",
            replace(_CLAIMED, overlap_power=Fraction(1, 2)),
            "closed forms",
        ),
        Mutant(
            "octahedron tight at four copies",
            r"six states of a qubit meet $D_k/6$ at $k=4$",
            replace(_CLAIMED, tight_to=4),
            "closed forms",
        ),
    ),
)
