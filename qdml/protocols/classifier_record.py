"""What a metered classifier run says: facts, table, figures and the verdict on who sends less."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from qdml.claims.evidence import ExperimentRecord, Figure, Scalar, Series
from qdml.claims.intervals import clopper_pearson
from qdml.data import Task
from qdml.model import classical
from qdml.model.contraction import Contraction

Floats = NDArray[np.float64]

#: A way to decide is as good as the exact model when its test accuracy is at most this far below.
SLACK = 0.01

#: Probability of a wrong sign at which the copies for the median margin are quoted.
ERROR = 0.01

#: Each interval misses with at most this probability.
FAILURE = 0.05

#: What the bars of the figures are.
BARS = f"each bar is a {1 - FAILURE:.0%} Clopper-Pearson interval for the rate on the population."


@dataclass(frozen=True)
class Row:
    """One way to decide every test input: what one decision costs, and how many were right.

    `leak` limits the bits that an honest Bob learns. Of quantum rows, `expected` is the accuracy
    that the exact means predict, `differs` the number of decisions unlike those of the exact model.
    """

    method: str
    copies: int | None
    qubits: int
    bits: int
    correct: int
    leak: float
    expected: float | None = None
    differs: int | None = None

    @property
    def sent(self) -> int:
        """Qubits and bits together: by Holevo's theorem a qubit carries at most one bit."""
        return self.qubits + self.bits


@dataclass(frozen=True)
class Run:
    """A trained model, its exact means (t,) on the test inputs, and every way to decide them."""

    data: Task
    model: Contraction
    means: Floats
    train_accuracy: float
    rows: tuple[Row, ...]
    steps: int
    seed: int
    scale: str

    @property
    def count(self) -> int:
        """Number of test inputs."""
        return len(self.means)

    @property
    def exact(self) -> int:
        """Test inputs that the exact sign of x^T A x gets right."""
        return int((np.where(self.means >= 0, 1, -1) == self.data.test_labels).sum())

    @property
    def margin(self) -> float:
        """Median of |x^T A x| over the test inputs."""
        return float(np.median(np.abs(self.means)))

    def of(self, *methods: str) -> list[Row]:
        """The rows of the methods named."""
        return [row for row in self.rows if row.method in methods]


def record(run: Run) -> ExperimentRecord:
    """The experiment as it is shown."""
    return ExperimentRecord(
        id=f"classifier-{run.data.name}",
        title=f"Metered classifier on {run.data.title}",
        text=_text(run),
        facts=_facts(run),
        table=tuple(_cells(run, row) for row in run.rows),
        figures=(_accuracy_figure(run), _margin_figure(run)),
        scale=run.scale,
        seed=run.seed,
    )


def least_sent(run: Run, quantum: bool) -> Row | None:
    """The cheapest way tried, quantum or classical, that is as good as the exact model."""
    good = [
        row
        for row in run.rows
        if (row.copies is not None) is quantum and row.correct >= run.exact - SLACK * run.count
    ]
    return min(good, key=lambda row: row.sent, default=None)


def copies_needed(margin: float, error: float) -> int | None:
    """Least odd k such that k outcomes of mean `margin` err in sign at most `error` of the time."""
    if margin <= 0:
        return None
    # Hoeffding's bound is an upper end for the search.
    last = ceil(2 * log(1 / error) / margin**2) | 1
    low, high = 0, last // 2
    while low < high:
        middle = (low + high) // 2
        if wrong_sign(margin, 2 * middle + 1) <= error:
            high = middle
        else:
            low = middle + 1
    return 2 * low + 1


def wrong_sign(margin: float, copies: int) -> float:
    """P(at most (k-1)/2 of k outcomes are +1) for an odd number k of outcomes of mean `margin`."""
    return float(bdtr((copies - 1) // 2, copies, min(1.0, (1 + margin) / 2)))


def _text(run: Run) -> str:
    return (
        "Alice holds an input, Bob a quadratic model trained on the training set. Every test input "
        "is decided over the metered network by the trained model itself; what is sent is counted "
        f"from the transcripts.\n\n{_who_wins(run)} {_least_budget(run)}\n\n"
        "The number of copies follows from the margins, not from the dimension: a copy costs "
        "$\\log_2 N$ qubits, and $k$ copies err with probability at most $e^{-k m^2/2}$ on an "
        "input of margin $m = |x^T A x|$. Classical messages are chosen without Bob's labels and "
        "model; the mean, axes and ranges of the unlabelled training inputs are given to both for "
        "nothing. Bob runs the same model on inputs restored from principal coordinates, and a "
        "kernel machine of its own on every other kind of message. On both sides the cheapest way "
        "is picked after the fact, on the test inputs."
    )


def _who_wins(run: Run) -> str:
    pairs = {"quantum": least_sent(run, quantum=True), "classical": least_sent(run, quantum=False)}
    told = [
        f"the {name} pair sends {_spent(row)} and is right on {_right(row.correct, run)}"
        if row
        else f"nothing that the {name} pair tried is enough"
        for name, row in pairs.items()
    ]
    sent = {name: row.sent for name, row in pairs.items() if row}
    least = [name for name, number in sent.items() if number == min(sent.values())]
    verdict = f"the {least[0]} pair sends less" if least else "neither pair wins"
    return (
        f"To come within {SLACK:.0%} of the exact model on these {run.count} test inputs, "
        f"{'; '.join(told)}. By these counts "
        f"{'both pairs send the same' if len(least) == 2 else verdict}. The counts are compared, "
        f"not the accuracies on the population, which the {1 - FAILURE:.0%} intervals are about."
    )


def _least_budget(run: Run) -> str:
    one = min(run.of("quantum"), key=lambda row: row.sent)
    text = f"The cheapest quantum way, {_spent(one)}, is right on {_percent(one.correct, run)}"
    short = [row for row in run.rows if row.copies is None and row.sent <= one.sent]
    if short:
        best = max(short, key=lambda row: row.correct)
        text += f"; {_spent(best)} are right on {_percent(best.correct, run)}"
    return text + "."


def _spent(row: Row) -> str:
    if row.copies is None:
        return f"{row.bits} bits ({row.method})"
    copies = "one copy" if row.copies == 1 else f"{row.copies} copies"
    return f"{row.qubits} qubits and {row.bits} bit ({copies})"


def _facts(run: Run) -> tuple[tuple[str, Scalar], ...]:
    data, qubits = run.data, (run.model.dimension - 1).bit_length()
    return (
        ("training inputs", len(data.train_inputs)),
        ("test inputs", run.count),
        ("input dimension", data.train_inputs.shape[1]),
        ("qubits a copy", qubits),
        ("test accuracy of the exact model", _right(run.exact, run)),
        ("training accuracy of the exact model", _rounded(run.train_accuracy)),
        ("test accuracy, majority class", _rounded(classical.majority(data))),
        ("test accuracy, logistic regression", _rounded(classical.linear(data))),
        ("test accuracy, Gaussian kernel machine", _rounded(classical.kernel(data))),
        ("training steps at most", run.steps),
        (
            "training loss above the optimum by at most (not certified)",
            _rounded(run.model.duality_gap),
        ),
        ("sharpness of the loss", run.model.sharpness),
        ("spectral norm of A", _rounded(float(np.abs(run.model.eigenvalues).max()))),
        ("median margin", _rounded(run.margin)),
        (f"copies for {ERROR:.0%} error at the median margin", copies_needed(run.margin, ERROR)),
        ("bits of the input as it is", data.raw_bits),
        ("how these bits are counted", data.raw_reason),
    )


def _cells(run: Run, row: Row) -> dict[str, Scalar]:
    low, high = clopper_pearson(row.correct, run.count, FAILURE)
    return {
        "method": row.method,
        "copies": row.copies,
        "qubits": row.qubits,
        "bits": row.bits,
        "bits that an honest Bob can learn": _rounded(row.leak),
        "accuracy": _rounded(row.correct / run.count),
        "low": _rounded(low),
        "high": _rounded(high),
        "expected accuracy": None if row.expected is None else _rounded(row.expected),
        "differs from the exact model": row.differs,
    }


def _accuracy_figure(run: Run) -> Figure:
    families = list(dict.fromkeys(row.method for row in run.rows))
    series = [_accuracies(run, family) for family in families]
    ends = min(row.sent for row in run.rows), max(row.sent for row in run.rows)
    exact = run.exact / run.count
    line = Series(label="exact model", kind="formula", x=ends, y=(exact, exact))
    return Figure(
        title="Decision accuracy against what is sent for one decision",
        x_label="qubits and bits sent",
        y_label="test accuracy",
        x_scale="log",
        series=(*series, line),
        caption=f"{run.count} test inputs a point; {BARS}",
    )


def _accuracies(run: Run, family: str) -> Series:
    rows = run.of(family)
    bars = [clopper_pearson(row.correct, run.count, FAILURE) for row in rows]
    return Series(
        label=family,
        kind="measured",
        x=tuple(row.sent for row in rows),
        y=tuple(row.correct / run.count for row in rows),
        low=tuple(low for low, _ in bars),
        high=tuple(high for _, high in bars),
    )


def _margin_figure(run: Run) -> Figure:
    rows = run.of("quantum")
    bars = [clopper_pearson(row.differs or 0, run.count, FAILURE) for row in rows]
    most = max(row.copies or 1 for row in rows)
    odd = np.unique(np.geomspace(1, most, 60).astype(np.int64) // 2 * 2 + 1)
    odd = odd[odd <= most] if most > 1 else odd
    k = tuple(float(one) for one in odd)
    tail = tuple(wrong_sign(run.margin, int(one)) for one in odd)
    bound = tuple(min(1.0, float(np.exp(-one * run.margin**2 / 2))) for one in odd)
    return Figure(
        title=f"Copies against wrong signs; the median margin is {run.margin:.3f}",
        x_label="copies k",
        y_label="probability of a sign other than the exact one",
        x_scale="log",
        series=(
            Series(
                label="all test inputs",
                kind="measured",
                x=tuple(float(row.copies or 0) for row in rows),
                y=tuple((row.differs or 0) / run.count for row in rows),
                low=tuple(low for low, _ in bars),
                high=tuple(high for _, high in bars),
            ),
            Series(label="binomial law at the median margin", kind="formula", x=k, y=tail),
            Series(label="Hoeffding's bound at the median margin", kind="bound", x=k, y=bound),
        ),
        caption=(
            "Inputs of small margin keep the measured rate above that of the median for long; "
            f"{BARS}"
        ),
    )


def _right(correct: int, run: Run) -> str:
    low, high = clopper_pearson(correct, run.count, FAILURE)
    return f"{_percent(correct, run)} ({100 * low:.1f}% to {100 * high:.1f}%)"


def _percent(correct: int, run: Run) -> str:
    return f"{100 * correct / run.count:.1f}%"


def _rounded(number: float) -> float:
    return float(f"{number:.4g}")
