"""privacy-attacks: a classical gradient gives the data away; k quantum messages obey a limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from proofs_checks._attack_samples import Floats, Sample
from qdml.bounds.training_costs import Shape, training
from qdml.claims import (
    Claim,
    Context,
    Evidence,
    Figure,
    Image,
    ImageRow,
    Images,
    Method,
    Mutant,
    Scalar,
    Series,
    Step,
    Sweep,
    Tag,
)
from qdml.claims.intervals import clopper_pearson
from qdml.data import load
from qdml.data.sets import Images as DataSet
from qdml.errors import InputError
from qdml.privacy import inversion, tomography
from qdml.privacy.estimation import fidelity

#: Draws of the collective estimate, whose law is known: they cost nothing.
DRAWS = 100_000

#: At these every grid draws it, so that false limits show: N and k.
FIXED = ((16, 4), (16, 64))

#: Local attacks are asked to come near the limit from this many copies a dimension.
AMPLE = 16

#: The digits that are trained on, by their places in the data set: a three, which is shown, and an
#: eight. The network whose gradient is sent.
DIGITS, HIDDEN, CLASSES = (3, 8), 16, 10

#: What is lost of the fidelity when the gradients are those of double precision.
LOST = 1e-6

LOCAL = {"random bases": False, "adaptive bases": True}


@dataclass(frozen=True)
class Hypothesis:
    """The limit on the mean fidelity, the part of it that is reached, and how a layer is inverted.

    `limit` is `real`, `complex` or `one law`, (2k+1)/(2k+N). A layer's input is a row of its
    gradient over the derivative in the bias, for a batch of `batch` inputs; `own_bias` says whether
    in the bias of that row.
    """

    limit: str = "real"
    reached: float = 0.9
    batch: int = 1
    own_bias: bool = True

    def __post_init__(self) -> None:
        if self.limit not in ("real", "complex", "one law"):
            raise InputError(f"limit = {self.limit!r}: expected real, complex or one law")
        if not 0 < self.reached < 2 or self.batch not in (1, 2):
            raise InputError(
                f"reached = {self.reached}, batch = {self.batch}: expected (0, 2), 1|2"
            )

    def bound(self, size: int, copies: int) -> float:
        """The stated limit on the mean fidelity."""
        if self.limit == "one law":
            return (2 * copies + 1) / (2 * copies + size)
        return fidelity(self.limit, size, copies)


@dataclass(frozen=True)
class Data:
    """Fidelities of all attacks on random data."""

    size: int
    samples: tuple[Sample, ...]


def gather(context: Context) -> Data:
    """Attack random real data: many draws of the collective law, and training over the network."""
    grid = context.grid
    size = 2**grid.attack_qubits
    copies = sorted({*(k for k in grid.attack_copies if k <= AMPLE * size), AMPLE * size})
    samples = []
    for n, k in sorted({*FIXED, *((size, k) for k in copies)}):
        drawn = tomography.overlaps(n, k, DRAWS, context.rng("collective", n, k))
        samples.append(Sample("collective", n, k, drawn**2))
    for name, adaptive in LOCAL.items():
        rng = context.rng(name)
        x = rng.normal(size=(grid.attack_trials, size))
        x /= np.linalg.norm(x, axis=1)[:, None]
        labels = rng.choice((-1, 1), size=len(x))
        guesses, _ = tomography.attacked(x, labels, copies, rng, adaptive)
        for k, guess in zip(copies, guesses, strict=True):
            samples.append(Sample(name, size, k, (guess * x).sum(axis=1) ** 2))
    return Data(size, tuple(samples))


def linear_layer(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Exact gradients of linear layers, inverted exactly."""
    sweep = Sweep(Method.EXACT)
    for number in range(2 * context.grid.instances):
        rng = context.rng("layer", number)
        weight, inputs, targets = (
            [[Fraction(int(v), 7) for v in row] for row in rng.integers(-9, 10, size=shape)]
            for shape in ((3, 5), (stated.batch, 5), (stated.batch, 3))
        )
        # An offset that no sum of the others can meet: every output has some influence.
        bias = [Fraction(10**6 + i) for i in range(3)]
        batch = list(zip(inputs, targets, strict=True))
        slopes, offsets = inversion.layer_slopes(weight, bias, batch)
        if not stated.own_bias:
            offsets = offsets[1:] + offsets[:1]
        found = inversion.linear(slopes, offsets)
        sweep.same({"layer": number, "batch": stated.batch}, "entry", found or [], inputs[0])
    return sweep.evidence("a row of the gradient over its bias is the input")


def limit(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """No mean fidelity is above the limit, at any k."""
    sweep = Sweep(Method.STATISTICS)
    rows: list[dict[str, Scalar]] = []
    failure = context.alarm / len(data.samples)
    for sample in data.samples:
        low, high = sample.interval(failure)
        bound = stated.bound(sample.size, sample.copies)
        sweep.at_most(sample.point, "lower confidence limit of the mean fidelity", low, low, bound)
        mean = float(sample.found.mean())
        rows.append({**sample.point, "mean": mean, "low": low, "high": high, "limit": bound})
    return sweep.evidence(
        "no attack is above the limit",
        table=tuple(rows),
        alarm=context.alarm,
        figure=_figure(data, failure),
    )


def _figure(data: Data, failure: float) -> Figure:
    series = []
    for attack in ("collective", *LOCAL):
        own = [one for one in data.samples if (one.attack, one.size) == (attack, data.size)]
        k, means = (tuple(v) for v in zip(*((o.copies, o.found.mean()) for o in own), strict=True))
        low, high = zip(*(one.interval(failure) for one in own), strict=True)
        bars = {"low": low, "high": high} if attack == "collective" else {}
        series.append(Series(label=attack, kind="measured", x=k, y=means, **bars))
    ks = tuple(sorted({int(value) for value in np.geomspace(1, AMPLE * data.size, 40)}))
    for kind in ("real", "complex"):
        limits = tuple(fidelity(kind, data.size, k) for k in ks)
        series.append(Series(label=f"limit for {kind} data", kind="bound", x=ks, y=limits))
    return Figure(
        title=f"What k messages tell of random real data in {data.size} dimensions",
        x_label="copies k",
        y_label="mean fidelity of the attacker's estimate",
        x_scale="log",
        series=tuple(series),
        caption=(
            "Bars of the collective measurement are intervals by the empirical Bernstein bound. "
            "Local attacks know outcomes only; between one copy and a few per dimension they fall "
            "behind, for the signs of the amplitudes cannot be told."
        ),
    )


def reach(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """The collective measurement comes near the limit at every k, local ones once k >> N."""
    sweep = Sweep(Method.STATISTICS)
    failure = context.alarm / len(data.samples)
    for sample in data.samples:
        wanted = stated.reached * fidelity("real", sample.size, sample.copies)
        if sample.attack == "collective":
            low, high = sample.interval(failure)
            text = "the stated part of the limit minus the mean fidelity"
            sweep.at_most(sample.point, text, wanted - high, wanted - low, 0.0)
        elif sample.copies == AMPLE * sample.size:
            hits = int((sample.found >= wanted).sum())
            low, high = clopper_pearson(hits, len(sample.found), failure)
            text = "one half minus the rate of runs that reach it"
            sweep.at_most(sample.point, text, 0.5 - high, 0.5 - low, 0.0)
    return sweep.evidence(f"attacks reach {stated.reached} of the limit", alarm=context.alarm)


def digits(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """A digit read from a classical gradient, and from the messages of training; the picture."""
    images = load("digits")
    assert isinstance(images, DataSet)
    examples = images.pixels[list(DIGITS)].astype(float)
    examples /= np.linalg.norm(examples, axis=1)[:, None]
    x, label, rng = examples[0], int(images.label[DIGITS[0]]), context.rng("digit")
    network = inversion.Network.random(len(x), HIDDEN, CLASSES, rng)
    seen = inversion.invert(network, network.gradient(x, label), label, rng)
    classical = _overlap(seen, x)
    sweep = Sweep(Method.FLOATING)
    sweep.at_most({"attack": "gradient"}, "fidelity lost", 1 - classical, 1 - classical, LOST)
    copies = sorted(context.grid.attack_copies)
    found = {"best collective measurement": [tomography.collective(x, k, rng) for k in copies]}
    for name, adaptive in LOCAL.items():
        guesses, trained = tomography.attacked(examples, np.array([1, -1]), copies, rng, adaptive)
        found[f"message by message, {name}"] = [guess[0] for guess in guesses]
        shape = Shape(6, (0, 1), (0, tomography.ROTATIONS))
        bill = training("commuting-block", shape, tomography.shots(copies), len(examples))
        sweep.equal({"attack": name}, "qubits sent", trained.transcript.qubits, bill.qubits)
    limits = [fidelity("real", len(x), k) for k in copies]
    rows = []
    for name, guesses in found.items():
        shown = [_image(x, 8)]
        for guess, bound in zip(guesses, limits, strict=True):
            shown.append(_image(guess, 8, f"{_overlap(guess, x):.2f} of {bound:.2f}"))
        rows.append(ImageRow(label=name, images=tuple(shown)))
    gap = (None,) * len(copies)
    own = _image(seen, 8, f"{classical:.2f}")
    rows.append(ImageRow(label="one gradient of a classical network", images=(own, *gap)))
    table = Images(
        title="A digit, and what a malicious partner reconstructs of it",
        columns=("original", *(f"k = {k}" for k in copies)),
        rows=tuple(rows),
        caption=(
            "Alice and Bob train a model on two 64-pixel digits over the metered network. Over all "
            "steps she sends $k$ copies of six qubits of this one, and he measures them; measuring "
            "all copies together is drawn from its law. Below each image stands its fidelity, "
            "of the limit on the mean for uniformly random data: a single run may lie above. The "
            "last row is read off one gradient of a classical network of two layers."
        ),
    )
    evidence = sweep.evidence("the gradient tells the digit; every message was billed")
    return evidence.model_copy(update={"images": table, "headline": "images"})


def _overlap(guess: Floats, x: Floats) -> float:
    return min(1.0, float((guess @ x) ** 2 / (guess @ guess) / (x @ x)))


def _image(vector: Floats, width: int, note: str = "") -> Image:
    """As an image: the sign that makes it brighter, nothing below zero, the largest pixel one."""
    bright = np.maximum(vector * np.sign(vector.sum() or 1.0), 0)
    pixels = tuple(round(float(p), 3) for p in bright / max(float(bright.max()), 1e-300))
    return Image(width=width, pixels=pixels, note=note)


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="privacy-attacks",
    topic="privacy",
    title="A classical gradient gives the data away; k quantum messages tell what the limit allows",
    statement=(
        r"The gradient of a classical linear layer returns its input exactly, and that of a small "
        r"network up to rounding. From $k$ copies of amplitude-encoded real data, uniformly random "
        r"in $N$ dimensions, no attack learns more than $F_{\mathrm{real}}(N,k)$ on average; the "
        r"best collective measurement attains it, and measuring the messages of a training run one "
        r"by one comes within a tenth of it at $k=16N$, more often than not. Attackers see "
        r"measurement outcomes only."
    ),
    formulas=(
        r"x_j=\frac{\partial L/\partial W_{ij}}{\partial L/\partial b_i}",
        r"\mathbb{E}\,\langle\hat x,x\rangle^{2}\le F_{\mathrm{real}}(N,k)",
    ),
    source="Zhu, Liu, Han 2019; Geiping et al. 2020; privacy-estimation-real",
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step(
            "linear layer",
            Tag.EXACT,
            "the input is a row of the gradient over its bias, exactly",
            linear_layer,
        ),
        Step(
            "limit",
            Tag.NUMERIC,
            "no mean fidelity of any attack, at any k, is above the limit for real data",
            limit,
            role="counterexample",
        ),
        Step(
            "reach",
            Tag.NUMERIC,
            "the collective attack attains 0.9 of the limit at every k, local ones at k = 16N",
            reach,
        ),
        Step(
            "digits",
            Tag.NUMERIC,
            "a digit: from a gradient at once, from messages of training as the picture shows",
            digits,
        ),
    ),
    mutants=(
        Mutant(
            "the complex limit for real data",
            r"real data obey $(k+1)/(k+N)$",
            replace(_CLAIMED, limit="complex"),
            "limit",
        ),
        Mutant(
            "(2k+1)/(2k+N)",
            r"the law of one copy holds for every $k$",
            replace(_CLAIMED, limit="one law"),
            "limit",
        ),
        Mutant(
            "one percent above the limit",
            r"the best measurement attains $1.01\,F_{\mathrm{real}}$",
            replace(_CLAIMED, reached=1.01),
            "reach",
        ),
        Mutant(
            "a batch of two",
            r"the mean gradient of two inputs returns the first",
            replace(_CLAIMED, batch=2),
            "linear layer",
        ),
        Mutant(
            "the bias of another output",
            r"any entry of the bias gradient will do",
            replace(_CLAIMED, own_bias=False),
            "linear layer",
        ),
    ),
    notes=(
        "The limit is for uniformly random data: who knows more beforehand may learn more.",
        "Between one copy and a few per dimension local attacks stay well below the limit.",
    ),
)
