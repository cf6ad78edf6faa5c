"""Steps of cross-entropy-one-way that run protocols over the metered network."""

from __future__ import annotations

from fractions import Fraction
from math import exp, inf

import numpy as np

from proofs_checks._cross_entropy_proof import RECORD, BookRun, Data, Hypothesis
from qdml.bounds.certificates.cross_entropy import MOST_ORDER
from qdml.bounds.cross_entropy.bases import all_bases, paulis
from qdml.bounds.cross_entropy.peaks import pairs
from qdml.bounds.cross_entropy.search import (
    certified_bits,
    full_score,
    ideal_score,
    score_at_most,
)
from qdml.claims import Context, Evidence, Figure, Method, Series, Sweep
from qdml.claims.intervals import hoeffding_radius
from qdml.protocols import cross_entropy as task
from qdml.quantum import clifford

KINDS = ("random", "stabiliser", "Lloyd")

#: A book of so many bits on two qubits, in so many rounds, beats what no union would allow.
ANCHOR = 2, 8, 2000, KINDS[:1]

#: Scores are cut off at this many times the mean weight before they are averaged.
CUT = 12

#: Depolarising strengths of the noisy figure, and the one that is also run on two qubits.
NOISE = tuple(step / 50 for step in range(31))
RUN_NOISE = 0.2


def _bases(n: int) -> task.Complex:
    """Rows <z| of all stabiliser bases of one or two qubits, up to phases."""
    strings, found = np.array(paulis(n)), []
    for basis in all_bases(n):
        projectors = np.tensordot(basis, strings, axes=1) / 2**n
        pick = np.abs(np.einsum("zii->zi", projectors)).argmax(axis=1)
        columns = projectors[np.arange(2**n), :, pick]
        found.append(columns.conj() / np.linalg.norm(columns, axis=1)[:, None])
    return np.array(found)


def play_books(context: Context) -> tuple[BookRun, ...]:
    """Play every kind of book at every point of the grid, and a large one on two qubits."""
    grid = context.grid
    points = [(n, c, grid.rounds, KINDS) for n in grid.book_qubits for c in grid.book_bits]
    return tuple(
        _play(n, bits, rounds, kind, context.rng(kind, n, bits))
        for n, bits, rounds, kinds in [*points, ANCHOR]
        for kind in kinds
    )


def _play(n: int, bits: int, rounds: int, kind: str, rng: np.random.Generator) -> BookRun:
    if kind == "random":
        book = task.haar_states(n, 2**bits, rng)
    else:
        book = (task.stabiliser_book if kind == "stabiliser" else task.lloyd_book)(n, bits, rng)
    means = task.region_means(book, rng)
    every, scores, sent = _bases(n) if n <= 2 else None, [], set()
    for k, psi in enumerate(task.haar_states(n, rounds, rng)):
        bases = task.matrices([clifford.random(n, rng)]) if every is None else every
        played = task.play_classical(book, means, psi, bases, k)
        scores.append(played.score)
        sent.add(played.transcript.bits)
    return BookRun(n, bits, kind, rounds, float(np.mean(scores)), tuple(sorted(sent)))


def code_books(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Scores of metered code books against the bound for their bits."""
    sweep, share = Sweep(Method.STATISTICS), context.alarm / len(data.books)
    rows = []
    for run in data.books:
        n = run.qubits
        # Averaged over all bases a score is an expectation of B, which no eigenvalue exceeds.
        highest = min(float(peak.value) for peak, _ in pairs(n, "sharp", MOST_ORDER))
        radius = hoeffding_radius(run.rounds, share, 1 + highest if n <= 2 else 2.0**n)
        point = {"n": n, "bits": run.bits, "book": run.kind, "rounds": run.rounds}
        sweep.same(point, "bits sent", run.sent, [run.bits])
        limit = min(full_score(n), score_at_most(n, run.bits, stated.union))
        low = run.mean - radius
        sweep.at_most(point, "lower confidence limit of the score", low, low, limit)
        rows.append((run, radius))
    return sweep.evidence(
        "no code book exceeds the bound", alarm=context.alarm, figure=_book_figure(rows)
    )


def _book_figure(rows: list[tuple[BookRun, float]]) -> Figure:
    n = max(run.qubits for run, _ in rows)
    series = []
    for kind in KINDS:
        own = [(run, r) for run, r in rows if run.qubits == n and run.kind == kind]
        series.append(
            Series(
                label=f"{kind} code book, metered",
                kind="measured",
                x=tuple(float(run.bits) for run, _ in own),
                y=tuple(run.mean for run, _ in own),
                low=tuple(run.mean - r for run, r in own),
                high=tuple(run.mean + r for run, r in own),
            )
        )
    bits = tuple(range(13))
    bound = tuple(score_at_most(n, c) for c in bits)
    series.append(Series(label="no protocol exceeds this", kind="bound", x=bits, y=bound))
    ideal = (float(ideal_score(n)),) * 2
    series.append(Series(label=f"{n} qubits", kind="formula", x=(0, 12), y=ideal))
    return Figure(
        title=f"Scores of classical code books for states of {n} qubits",
        x_label="bits of the message",
        y_label="cross-entropy score",
        series=tuple(series),
        caption="Bars are Hoeffding intervals; the bound is the claim's, read at fixed bits.",
    )


def quantum_message(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The score of one n-qubit message, without noise and with it; bits against noise."""
    grid, sweep = context.grid, Sweep(Method.STATISTICS)
    runs = [(n, 0.0) for n in grid.sent_qubits] + [(2, RUN_NOISE)]
    share = context.alarm / (2 * len(runs))
    for n, strength in runs:
        rng = context.rng("quantum", n, str(strength))
        rounds = grid.rounds if n <= 6 else max(1, grid.rounds // 8)
        noise, weights = task.depolarising(strength, rng), []
        for k, psi in enumerate(task.haar_states(n, rounds, rng)):
            played = task.play_quantum(psi, clifford.random(n, rng), k, noise)
            weights.append(played.score + 1)
            sweep.equal({"n": n}, "qubits", played.transcript.qubits, n)
        cut = min(2.0**n, CUT)
        mean = float(np.minimum(weights, cut).mean()) - 1
        radius = hoeffding_radius(rounds, share, cut)
        # What the cut takes away: int (1+y) e^(-a y) dy from the cut on, a = 1 - 1/N.
        a = 1 - 2.0**-n
        lost = exp(-a * cut) * ((1 + cut) / a + 1 / a**2) if cut < 2**n else 0.0
        true = task.noisy_score(n, strength)
        point = {"n": n, "noise": strength, "rounds": rounds, "mean": mean}
        sweep.at_most(point, "score, from below", mean - radius, mean - radius, true)
        sweep.at_most(
            point, "score, from above", -mean - radius - lost, -mean - radius - lost, -true
        )
    return sweep.evidence(
        "one message of n qubits scores (N-1)/(N+1)",
        alarm=context.alarm,
        figure=_noise_figure(RECORD[0]),
    )


def _noise_figure(n: int) -> Figure:
    bits = {}
    for strength in NOISE:
        score = task.noisy_score(n, strength)
        if score > 0:
            need = certified_bits(n, Fraction(score).limit_denominator(10**9)).bits
            bits[strength] = inf if need is None else need
    ends = min((p for p, need in bits.items() if need <= n), default=max(bits))
    return Figure(
        title=f"Certified classical bits against noise on {n} qubits",
        x_label="depolarising strength on every qubit sent",
        y_label="bits of one classical message",
        y_scale="log",
        series=(
            Series(
                label="certified lower bound",
                kind="bound",
                x=tuple(bits),
                y=tuple(float(need) for need in bits.values()),
            ),
            Series(label=f"{n} qubits", kind="formula", x=(0, max(bits)), y=(n, n)),
        ),
        caption=(
            f"No advantage is certified from a strength of {ends:g} on. The score under noise is "
            "(N^2 (1-3p/4)^n - 1)/(N+1)^2."
        ),
    )
