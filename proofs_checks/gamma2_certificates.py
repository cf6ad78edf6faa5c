"""gamma2-certificates: dual triples bound gamma_2^alpha, and exact arithmetic decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from qdml.bounds.certificates import check
from qdml.bounds.certificates.matrices import sign_matrix
from qdml.bounds.gamma2 import dense
from qdml.bounds.gamma2.beside import Beside, beside
from qdml.bounds.gamma2.found import Found
from qdml.bounds.gamma2.routes import ROUTES, run
from qdml.claims import Claim, Context, Evidence, Figure, Method, Mutant, Series, Step, Sweep, Tag
from qdml.claims.evidence import Scalar

#: Matrices on which every run looks, so that no grid is without power.
FIXED: tuple[tuple[dict[str, Any], Fraction], ...] = (
    ({"family": "disjointness", "n": 4}, Fraction(3)),
    ({"family": "majority", "n": 5}, Fraction(3)),
    ({"family": "inner-product", "n": 4}, Fraction(3)),
    ({"family": "gap-hamming", "n": 4, "gap": 2}, Fraction(3)),
)

#: Families at sizes that every route reaches.
OVERLAP: tuple[tuple[str, dict[str, int]], ...] = (
    ("disjointness", {"n": 3}),
    ("gap-hamming", {"n": 4, "gap": 2}),
    ("majority", {"n": 3}),
)

#: The part of the value by which upper and lower bounds may differ.
GAP = Fraction(1, 1000)


@dataclass(frozen=True)
class Hypothesis:
    """What a triple proves, what a checker accepts, and known values at alpha = 3."""

    against: Fraction = Fraction(1)
    off_promise: Fraction = Fraction(1)
    shrunk: Fraction = Fraction(1)
    for_any_matrix: bool = False
    disjointness_4: Fraction = Fraction(2906, 1000)
    disjointness_8: Fraction = Fraction(5217, 1000)
    majority_5: Fraction = Fraction(3)
    hadamard_exponent: Fraction = Fraction(1, 2)
    rank_root: int = 2


@dataclass(frozen=True)
class Instance:
    """A matrix by its name in a certificate, with what was found for it."""

    label: str
    name: Any
    alpha: Fraction
    found: Found

    @cached_property
    def lower(self) -> Fraction:
        """The bound of the checker, zero if it rejects."""
        return check(self.found.certificate).bound or Fraction(0)

    @cached_property
    def company(self) -> Beside:
        """Rank and discrepancy."""
        return beside(self.name)

    @cached_property
    def upper(self) -> Fraction:
        """The bound of the factorisation, by its checker."""
        return check(self.found.factorisation or {}).bound or Fraction(0)

    @property
    def point(self) -> dict[str, object]:
        """The matrix and the factor, for the report."""
        return {"matrix": self.label, "alpha": str(self.alpha)}


def gather(context: Context) -> tuple[Instance, ...]:
    """Find certificates for the fixed matrices, the families of the grid and random matrices."""
    grid = context.grid
    wanted: list[tuple[Any, Fraction]] = list(FIXED)
    wanted += [({"family": "disjointness", "n": n}, Fraction(3)) for n in grid.matrix_disjointness]
    for m, alpha in product(grid.matrix_hadamard, (Fraction(3), Fraction(50))):
        wanted.append(({"family": "inner-product", "n": m}, alpha))
    for side in grid.matrix_random:
        rng = context.rng("matrix", side)
        for blank in (0, 1):
            signs = rng.choice([1, -1], (side, side)) * (rng.random((side, side)) > blank / 4)
            signs[0, 0] = 1
            wanted.append(([[int(x) or None for x in row] for row in signs], Fraction(11, 10)))
    unique = [pair for i, pair in enumerate(wanted) if pair not in wanted[:i]]
    return tuple(
        Instance(_label(name), name, alpha, dense.find(name, alpha)) for name, alpha in unique
    )


def _label(name: Any) -> str:
    if isinstance(name, dict):
        return " ".join(str(value) for value in name.values())
    kind = "partial" if any(None in row for row in name) else "random"
    return f"{kind} {len(name)} x {len(name[0])}"


def window(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """The least sum W_ij B_ij over all corners of the window is what the formula subtracts."""
    sweep, rng = Sweep(Method.EXACT), context.rng("window")
    for case in range(12):
        alpha = Fraction(int(rng.integers(5, 16)), 4)
        # The first case has a weight of each kind: along A, against it, and off the promise.
        signs = [1, 1, 0, -1] if case == 0 else [int(s) for s in rng.integers(-1, 2, 4)]
        weights = [2, -3, 5, -1] if case == 0 else [int(w) for w in rng.integers(-5, 6, 4)]
        corners = [(Fraction(s), alpha * s) if s else (-alpha, alpha) for s in signs]
        least = min(
            sum((w * b for w, b in zip(weights, corner, strict=True)), Fraction(0))
            for corner in product(*corners)
        )
        along = sum(abs(w) for w, s in zip(weights, signs, strict=True) if s * w > 0)
        against = sum(abs(w) for w, s in zip(weights, signs, strict=True) if s * w < 0)
        off = sum(abs(w) for w, s in zip(weights, signs, strict=True) if s == 0)
        formula = along - alpha * (stated.against * against + stated.off_promise * off)
        point = {"A": str(signs), "W": str(weights), "alpha": str(alpha)}
        sweep.equal(point, "least sum W B", least, formula)
    return sweep.evidence("the least of sum W B over the window is the numerator of the bound")


def duality(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """No triple proves more than a factorisation of the same matrix allows."""
    sweep = Sweep(Method.EXACT)
    for one in data:
        lower, upper = one.lower, one.upper
        sweep.at_most(one.point, "certified from below", lower, lower, upper)
        sweep.at_most(one.point, "upper bound", upper, upper, lower * (1 + GAP))
    return sweep.evidence("both sides meet within one part in a thousand and never cross")


def accepted(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """The checker accepts the triple with p and q times `shrunk`."""
    sweep = Sweep(Method.EXACT)
    for one in data:
        record = dict(one.found.certificate)
        for side in ("p", "q"):
            record[side] = [str(Fraction(entry) * stated.shrunk) for entry in record[side]]
        found = check(record)
        sweep.holds(one.point, f"the checker accepts: {found.reason}", found.valid)
    return sweep.evidence("the exact check accepts every certificate")


def own_matrix(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """The same triple, offered for the matrix with the entry of its largest weight flipped."""
    sweep = Sweep(Method.EXACT)
    for one in data:
        record = one.found.certificate
        weights = [[abs(Fraction(w)) for w in row] for row in record["weights"]]
        signs = sign_matrix(one.name)
        sites = [(i, j) for i, row in enumerate(signs) for j, sign in enumerate(row) if sign]
        i, j = max(sites, key=lambda site: weights[site[0]][site[1]])
        signs[i][j] *= -1
        found = check(record | {"matrix": [[entry or None for entry in row] for row in signs]})
        what = f"valid for another matrix: {found.reason}"
        sweep.holds(one.point, what, found.valid == stated.for_any_matrix)
    return sweep.evidence("a certificate proves its bound for its own matrix only")


def changes(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Whatever is changed in a certificate: what is accepted is below the factorisation's bound."""
    sweep, rng = Sweep(Method.EXACT), context.rng("changes")
    for number in range(context.grid.matrix_changes):
        small = [one for one in data if len(one.found.certificate["p"]) <= 32]
        one = small[number % len(small)]
        record = dict(one.found.certificate)
        factor = Fraction(int(rng.integers(1, 200)), 100)
        side = ("p", "q", "weights", "bound")[int(rng.integers(4))]
        if side == "bound":
            record["bound"] = str(Fraction(record["bound"]) * factor)
        else:
            place = int(rng.integers(len(record[side])))
            changed: list[Any] = list(record[side])
            entry = changed[place]
            row = [str(Fraction(w) * factor) for w in (entry if side == "weights" else [entry])]
            changed[place] = row if side == "weights" else row[0]
            record |= {side: changed, "bound": 0}
        proved = check(record).bound or Fraction(0)
        point = one.point | {"changed": side, "times": str(factor)}
        sweep.at_most(point, "accepted bound", proved, proved, one.upper)
    return sweep.evidence("no change of a certificate makes a false bound valid")


def values(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """The values that are known to three decimals lie between the certified bounds."""
    sweep, half = Sweep(Method.EXACT), Fraction(1, 2000)
    known = {
        "disjointness 4": (stated.disjointness_4, half),
        "disjointness 8": (stated.disjointness_8, half),
        "majority 5": (stated.majority_5, GAP / 100),
    }
    for one in data:
        if one.label in known and one.alpha == 3:
            value, off = known[one.label]
            sweep.at_most(one.point, "from below", one.lower, one.lower, value + off)
            sweep.at_most(one.point, "minus from above", -one.upper, -one.upper, off - value)
    series = tuple(_series(family, data) for family in ("disjointness", "inner-product"))
    figure = Figure(
        title="gamma_2 at alpha = 3, certified from both sides",
        x_label="bits n of each input",
        y_label="gamma_2^3",
        y_scale="log",
        series=tuple(line for pair in series for line in pair),
        caption=(
            "Lower bounds are the checker's, upper ones come from exact factorisations; where one "
            "mark is seen they agree to the width of the line."
        ),
    )
    return sweep.evidence("the certified intervals hold the known values", figure=figure)


def _series(family: str, data: tuple[Instance, ...]) -> Iterator[Series]:
    found = [one for one in data if one.label.split()[0] == family and one.alpha == 3]
    found.sort(key=lambda one: int(one.name["n"]))
    x = tuple(float(one.name["n"]) for one in found)
    low, high = (tuple(float(getattr(one, side)) for one in found) for side in ("lower", "upper"))
    yield Series(label=f"{family}, certified from below", kind="exact", x=x, y=low)
    yield Series(label=f"{family}, from above", kind="bound", x=x, y=high)


def growth(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Hadamard matrices: 2^(m/2) at every alpha, compared through whole powers."""
    sweep = Sweep(Method.EXACT)
    for one in data:
        if not one.label.startswith("inner-product"):
            continue
        power = stated.hadamard_exponent.denominator
        value = Fraction(2) ** (stated.hadamard_exponent.numerator * int(one.name["n"]))
        low, high = one.lower**power, one.upper**power
        sweep.at_most(one.point, f"bound^{power}", low, low, value)
        sweep.at_most(one.point, f"minus upper bound^{power}", -high, -high, -value)
    return sweep.evidence("gamma_2 of a Hadamard matrix is the root of its side at every alpha")


def routes(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Every route that reaches a matrix, and a second solver, certify intervals that meet."""
    sweep, rows = Sweep(Method.EXACT), list[dict[str, Scalar]]()
    for family, parameters in OVERLAP:
        name = {"family": family, **parameters}
        found = [run(route, Fraction(3), parameters) for route in ROUTES[family]]
        found.append(dense.find(name, Fraction(3), solver="scs"))
        lows = [check(one.certificate).bound or Fraction(0) for one in found]
        highs = [one.primal for one in found if one.primal is not None]
        point = {"matrix": _label(name), "routes": ", ".join(one.route for one in found)}
        sweep.at_most(point, "greatest lower bound", max(lows), max(lows), min(highs))
        sweep.at_most(point, "spread", max(lows), max(lows), min(lows) * (1 + GAP))
        rows += [
            {"matrix": _label(name), "route": one.route, "bound": float(low)}
            for one, low in zip(found, lows, strict=True)
        ]
    return sweep.evidence("all routes agree where they overlap", table=tuple(rows))


def company(stated: Hypothesis, data: tuple[Instance, ...], context: Context) -> Evidence:
    """Rank and discrepancy of the same matrices, in one table with gamma_2."""
    sweep, rows = Sweep(Method.EXACT), list[dict[str, Scalar]]()
    for one in data:
        if len(one.found.certificate["p"]) > 64 or one.alpha == 50:
            continue
        found = one.company
        inverse = 1 / found.discrepancy_at_most
        sweep.at_most(one.point, "1/discrepancy from below", inverse, inverse, one.upper)
        row: dict[str, Scalar] = {
            "matrix": one.label,
            "alpha": str(one.alpha),
            "gamma_2 from below": float(one.lower),
            "gamma_2 from above": float(one.upper),
            "rank": found.rank,
            "discrepancy at most": float(found.discrepancy_at_most),
            "discrepancy at least": float(found.discrepancy_at_least),
        }
        if found.rank is not None:
            least = check(found.rank_certificate or {}).bound or Fraction(0)
            sweep.equal(one.point, "rank modulo a prime", least, found.rank)
            power = one.lower**stated.rank_root
            sweep.at_most(one.point, f"bound^{stated.rank_root}", power, power, found.rank)
        rows.append(row)
    return sweep.evidence("gamma_2 lies between 1/disc and the root of the rank", table=tuple(rows))


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Instance, ...]] = Claim(
    id="gamma2-certificates",
    topic="bounds",
    title="Lower bounds on gamma_2 that arithmetic without a solver can check",
    statement=(
        r"A dual triple $(W,p,q)$ whose block matrix is positive semidefinite proves a lower bound "
        r"on $\gamma_2^\alpha$ of a sign matrix, whole or partial; $\Sigma_+$ runs over weights "
        r"with the sign of their entry, $\Sigma_-$ over all others. A solver suggests the triple; "
        r"it is rounded to dyadic numbers, $p$ and $q$ are raised a little, and the proof is in "
        r"integers: $4^sM=LL^T+E$ with $E$ diagonally dominant. At $\alpha=3$ disjointness on 4 "
        r"bits has 2.906, on 8 bits 5.217, majority on 5 bits 3; Hadamard matrices of side $2^m$ "
        r"have $2^{m/2}$ at every $\alpha$."
    ),
    formulas=(
        r"\begin{pmatrix}D_p&-W\\-W^T&D_q\end{pmatrix}\succeq 0",
        r"\gamma_2^\alpha(A)\ge 2\,(\Sigma_+|W_{ij}|-\alpha\,\Sigma_-|W_{ij}|)/(\Sigma p+\Sigma q)",
    ),
    source="Linial and Shraibman 2009",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("window", Tag.EXACT, "the numerator is the least sum over the window", window),
        Step("duality", Tag.EXACT, "bounds from below and above meet and never cross", duality),
        Step("accepted", Tag.EXACT, "the checker accepts every certificate", accepted),
        Step("own matrix", Tag.EXACT, "a certificate speaks of its own matrix only", own_matrix),
        Step("changes", Tag.EXACT, "no change makes a false bound valid", changes),
        Step("values", Tag.EXACT, "known values lie in the certified intervals", values),
        Step("growth", Tag.EXACT, "Hadamard matrices have the root of their side", growth),
        Step("routes", Tag.EXACT, "routes and solvers agree where they overlap", routes),
        Step("company", Tag.EXACT, "rank and discrepancy enclose gamma_2", company),
    ),
    mutants=(
        Mutant(
            "p and q shrunk by 1%",
            r"$p$ and $q$ may be a hundredth smaller",
            replace(_CLAIMED, shrunk=Fraction(99, 100)),
            "accepted",
        ),
        Mutant(
            "a certificate for another matrix",
            r"the bound holds for a matrix with one entry flipped",
            replace(_CLAIMED, for_any_matrix=True),
            "own matrix",
        ),
        Mutant(
            "weights against the matrix cost a fifth less",
            r"weights against $A$ are subtracted $4\alpha/5$ times",
            replace(_CLAIMED, against=Fraction(4, 5)),
            "window",
        ),
        Mutant(
            "weights off the promise are free",
            "entries off the promise cost nothing",
            replace(_CLAIMED, off_promise=Fraction(0)),
            "window",
        ),
        Mutant(
            "majority 3.01",
            r"$\gamma_2^3$ of majority on 5 bits is 3.01",
            replace(_CLAIMED, majority_5=Fraction(301, 100)),
            "values",
        ),
        Mutant(
            "Hadamard grows like 2^(2m/5)",
            r"$\gamma_2^\alpha$ of a Hadamard matrix is $2^{2m/5}$",
            replace(_CLAIMED, hadamard_exponent=Fraction(2, 5)),
            "growth",
        ),
        Mutant(
            "the cube root of the rank",
            r"$\gamma_2$ is at most the cube root of the rank",
            replace(_CLAIMED, rank_root=3),
            "company",
        ),
    ),
)
