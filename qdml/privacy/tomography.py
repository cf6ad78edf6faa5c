"""Attacks on quantum messages: a partner who measures what he was sent, and guesses the data.

Alice has real unit vectors x (N,), amplitude-encoded, and Bob the labels and the model that they
train over the network. In every step she sends him copies of each example of the batch. The
attacker, Bob, measures them, goes on with what he found, and knows outcomes only. Local attacks
measure each message in a basis and maximise the likelihood; the collective one holds all k copies
and makes the best measurement that there is for uniformly random real x, whose outcome law is drawn
exactly: no network of ours could hold N^k amplitudes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from qdml.model.ansatz import random_commuting
from qdml.model.circuit import DistributedCircuit
from qdml.network import Party, Register
from qdml.protocols.training import Examples, Plan, Trained
from qdml.protocols.training import run as train
from qdml.quantum.gates import Dense

Floats = NDArray[np.float64]

#: Rotations in Bob's model.
ROTATIONS = 8

#: Newton's method on the likelihood: it ends at this decrement, or after so many steps.
_DECREMENT, _NEWTON = 1e-9, 60

#: Steps of the search over signs.
_ANNEALING = 40

#: Points at which the law of the collective estimate is tabulated.
_TABLE = 8192


@dataclass
class Attacker:
    """Who measures copies of one real state of N = `size` dimensions, message by message.

    Bases are random; adaptive ones are turned so that the estimate so far meets all their vectors
    at one angle: then the signs of all amplitudes are known as soon as it is about right, and no
    outcome is wasted on them.
    """

    size: int
    rng: np.random.Generator
    adaptive: bool
    seen: list[Floats] = field(default_factory=list)
    guess: Floats | None = None

    def basis(self) -> Floats:
        """The basis for the next message, its vectors in the rows (N, N)."""
        basis = random_basis(self.size, self.rng)
        return basis if self.guess is None else _level(basis, self.guess)

    def learn(self, rows: Floats) -> None:
        """Take in the rows (copies, N) of the basis that were found."""
        self.seen.append(rows)
        self.guess = self.estimate() if self.adaptive else None

    def estimate(self) -> Floats:
        """The estimate (N,) from all outcomes."""
        return likeliest(np.vstack(self.seen), self.guess)


@dataclass
class Partner:
    """Bob in a training run: he measures all copies of every example, and goes on with an outcome.

    `guesses` has his estimates (m, N) whenever the copies of each example reach one of `marks`.
    """

    attackers: Sequence[Attacker]
    marks: Sequence[int]
    guesses: list[Floats] = field(default_factory=list)
    copies: int = 0

    def __call__(self, party: Party, register: Register) -> Register:
        """What he does with a message, as the acting party; see `qdml.protocols.inference.Tap`."""
        copies, name = register.copies, register.name
        # Who is in the batch, and in what order, is public.
        batch, fresh = party.private("batch"), []
        for place, system in zip(batch, party.separate(register), strict=True):
            attacker = self.attackers[place]
            basis = attacker.basis()
            party.apply([Dense(basis.astype(complex))], system)
            attacker.learn(basis[party.measure_basis(system).read(party)])
            fresh.append(attacker.seen[-1][-1])
        self.copies += copies
        if self.copies in self.marks:
            self.guesses.append(np.array([attacker.estimate() for attacker in self.attackers]))
        return party.prepare(np.array(fresh, dtype=complex).T, name, copies)


def shots(marks: Sequence[int]) -> tuple[int, ...]:
    """Copies in each step of training: a quarter of those before it, or one, through all marks."""
    found, sent = [], 0
    for mark in marks:
        while sent < mark:
            found.append(min(mark - sent, max(1, sent // 4)))
            sent += found[-1]
    return tuple(found)


def attacked(
    x: Floats,
    labels: NDArray[np.int64],
    marks: Sequence[int],
    rng: np.random.Generator,
    adaptive: bool,
) -> tuple[list[Floats], Trained]:
    """A training run on examples x (m, N), all in every batch, and what Bob makes of them.

    Returns his estimates (m, N) after each of the ascending numbers of copies `marks`, and the run.
    """
    qubits = x.shape[1].bit_length() - 1
    model = random_commuting(qubits, 1, ROTATIONS, rng).blocks[1].gates
    circuit = DistributedCircuit.alternating(((), model), qubits)
    plan = Plan("commuting-block", shots(marks), len(x), seed=int(rng.integers(2**62)))
    bob = Partner([Attacker(x.shape[1], one, adaptive) for one in rng.spawn(len(x))], marks)
    trained = train(circuit, Examples(x.T.astype(complex), labels), plan, bob)
    return bob.guesses, trained


def random_basis(size: int, rng: np.random.Generator) -> Floats:
    """A uniformly random orthogonal matrix (N, N), up to the signs of its rows."""
    basis: Floats = np.linalg.qr(rng.normal(size=(size, size)))[0].T
    return basis


def likeliest(rows: Floats, before: Floats | None = None) -> Floats:
    """The unit vector that makes outcomes `rows` (k, N) likeliest, as far as a search finds it.

    Given the signs of all <row, x>, sum ln|<row, x>| - k |x|^2/2 is concave, with a unit vector at
    its maximum. The signs come from searches that begin at the leading direction of the rows and at
    the estimate `before`; the likelier end counts.
    """
    starts = [np.linalg.svd(rows, full_matrices=False)[2][0]]
    starts += [] if before is None else [before]
    ends = [_climb(rows, _annealed(rows, start)) for start in starts]
    least = np.finfo(float).tiny
    return max(ends, key=lambda x: float(np.log(np.maximum(np.abs(rows @ x), least)).sum()))


def _annealed(rows: Floats, x: Floats) -> Floats:
    """A search over signs: the likelihood with <row, x>^2 + width, the width going down."""
    width = 4 / rows.shape[1]
    for _ in range(_ANNEALING):
        inner = rows @ x
        x = x + rows.T @ (inner / (inner**2 + width)) / len(rows)
        x = x / sqrt(x @ x)
        width *= 0.8
    return x


def _climb(rows: Floats, x: Floats) -> Floats:
    """The likeliest unit vector among those with the signs of `x`, by Newton's method."""
    count, size = rows.shape
    signs = np.where(rows @ x < 0, -1.0, 1.0)
    turned = rows * signs[:, None]
    # The curvature has inverse squares of these: beyond double precision nothing can be solved.
    if (turned @ x).min() < np.finfo(float).eps ** 0.5:
        return x
    for _ in range(_NEWTON):
        inner = turned @ x
        slope = (turned / inner[:, None]).sum(axis=0) - count * x
        curve = (turned / inner[:, None] ** 2).T @ turned + count * np.eye(size)
        move = np.linalg.solve(curve, slope)
        decrement = float(np.sqrt(max(slope @ move, 0.0)))
        # The damped step of a self-concordant function stays where all signs are as they were.
        x = x + move / (1 + decrement)
        if decrement < _DECREMENT:
            break
    unit: Floats = x / np.linalg.norm(x)
    return unit


def _level(basis: Floats, guess: Floats) -> Floats:
    """The basis reflected so that the guess has the same overlap with every vector of it."""
    normal = basis @ guess - np.full(len(guess), len(guess) ** -0.5)
    length = float(normal @ normal)
    if length < np.finfo(float).eps:
        return basis
    reflected: Floats = basis - np.outer(normal, normal @ basis) * (2 / length)
    return reflected


def collective(x: Floats, copies: int, rng: np.random.Generator) -> Floats:
    """The estimate (N,) that the best measurement on all copies of |x> gives; see `overlaps`."""
    size = len(x)
    overlap = float(overlaps(size, copies, 1, rng)[0])
    across = rng.normal(size=size)
    across -= (across @ x) * x
    estimate: Floats = overlap * x + np.sqrt(1 - overlap**2) * across / np.linalg.norm(across)
    return estimate


def overlaps(size: int, copies: int, draws: int, rng: np.random.Generator) -> Floats:
    """Draws of t = <estimate, x> (draws,) under the best collective measurement.

    With t^k = sum a_l phi_l(t) in orthonormal zonal functions, p_l = a_l phi_l(1): its outcome y
    has density (sum_l sqrt(p_l) phi_l(<y, x>))^2 on the sphere. See privacy-estimation-real.
    """
    angles, weights = law(size, copies)
    total = np.concatenate([[0.0], np.cumsum(weights)])
    edges = np.linspace(0, np.pi, len(angles) + 1)
    cosines: Floats = np.cos(np.interp(rng.random(draws) * total[-1], total, edges))
    return cosines


def law(size: int, copies: int) -> tuple[Floats, Floats]:
    """Angles, the middles of equal cells of (0, pi), and the probability of each cell."""
    angles = (np.arange(_TABLE) + 0.5) * np.pi / _TABLE
    root = np.sqrt(_jacobi(size, copies + 1))
    amplitude = np.zeros(copies + 1)
    amplitude[0] = 1
    for _ in range(copies):
        up, down = amplitude[:-1] * root[:copies], amplitude[1:] * root[:copies]
        amplitude = np.concatenate([[0], up]) + np.concatenate([down, [0]])
    # The last point is t = 1, where the zonal functions are largest.
    cosine = np.append(np.cos(angles), 1.0)
    value, before = np.ones(len(cosine)), np.zeros(len(cosine))
    summed = np.zeros(len(angles))
    for level in range(copies + 1):
        summed += np.sqrt(max(amplitude[level] * value[-1], 0.0)) * value[:-1]
        fall = root[level - 1] * before if level else 0
        value, before = (cosine * value - fall) / root[level], value
    density = summed**2 * np.sin(angles) ** (size - 2)
    return angles, density / density.sum()


def _jacobi(size: int, count: int) -> Floats:
    """b_l^2, l = 1 ... count, in t phi_l = b_(l+1) phi_(l+1) + b_l phi_(l-1) (DLMF 18.9)."""
    level = np.arange(1, count + 1, dtype=float)
    if size == 2:
        return np.where(level == 1, 0.5, 0.25)
    below = (2 * level + size - 2) * (2 * level + size - 4)
    found: Floats = level * (level + size - 3) / below
    return found
