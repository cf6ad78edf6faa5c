"""What fine-tuning draws: bills against steps, and errors while training from one store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from qdml.bounds import fine_tuning as costs
from qdml.claims import Figure, Scalar, Series
from qdml.model.circuit import DistributedCircuit
from qdml.network import Transcript
from qdml.protocols import fine_tuning
from qdml.protocols.shadows import Shadows
from qdml.quantum.numbers import State


@dataclass(frozen=True)
class Trained:
    """Largest errors of a derivative and losses at every step, T+1 of each, and qubits sent.

    `own` are errors of the store that was trained from, `fresh` of one that had no say in the
    angles. `sent` is counted after the last step.
    """

    own: Sequence[float]
    fresh: Sequence[float]
    losses: Sequence[float]
    sent: int

    def rows(self) -> tuple[dict[str, Scalar], ...]:
        """Steps that double, with the largest error until then."""
        worst = list(accumulate(self.own, max))
        steps = [t for t in range(len(worst)) if t & (t - 1) == 0]
        return tuple(
            {
                "T": t,
                "loss": self.losses[t],
                "largest error until then": worst[t],
                "qubits sent in all": self.sent,
            }
            for t in steps
        )

    def figure(self, accuracy: float) -> Figure:
        """Errors against steps: own store, fresh store, promise."""
        steps = tuple(range(len(self.own)))
        lines = (("the store trained from", self.own), ("a fresh store", self.fresh))
        return Figure(
            title="Errors of derivatives while training from copies that were sent once",
            x_label="steps of training",
            y_label="largest error of a derivative",
            series=(
                *(
                    Series(label=label, kind="measured", x=steps, y=tuple(errors))
                    for label, errors in lines
                ),
                Series(
                    label="promise for angles fixed before",
                    kind="bound",
                    x=(0, steps[-1]),
                    y=(accuracy, accuracy),
                ),
            ),
            caption=(
                f"{self.sent} qubits were sent, before the first step and none later. The angles "
                "depend on the outcomes of the store trained from, for which nothing is proved; "
                "for the fresh store they are fixed, and the promise holds."
            ),
        )


def trained(
    stores: tuple[Shadows, Shadows],
    bill: Transcript,
    circuit: DistributedCircuit,
    state: State,
    groups: int,
    steps: int,
    rate: float,
) -> tuple[Trained, list[DistributedCircuit]]:
    """Train from the first store; errors of both on the way, and the circuits."""
    path = fine_tuning.train(stores[0], circuit, groups, steps, rate)
    own, fresh = (
        [fine_tuning.error(store, each, state, groups) for each in path] for store in stores
    )
    losses = [float(each.loss(state)) for each in path]
    return Trained(own, fresh, losses, bill.qubits), path


def bills_figure() -> Figure:
    """Qubits against steps by formula, both ways."""
    steps = tuple(10**i for i in range(7))
    bills = [
        costs.fine_tuning(10, 3, t * 10, Fraction(9), Fraction(1, 10), Fraction(1, 20))
        for t in steps
    ]
    return Figure(
        title="Copies sent once, or for every derivative anew",
        x_label="steps of training T",
        y_label="qubits, or bits, sent",
        x_scale="log",
        y_scale="log",
        series=tuple(
            Series(
                label=label,
                kind="formula",
                x=steps,
                y=tuple(bill[way].qubits or bill[way].bits for bill in bills),
            )
            for way, label in (
                ("shadows", "stored shadows"),
                ("direct", "direct measurement"),
                ("classical-vectors", "a classical vector, bits"),
            )
        ),
        caption=(
            "n = 10 qubits, L = 3, P = 10 angles, S = 9, eps = 1/10, delta = 1/20. Shadows pay a "
            "constant first, some 16 S times that of one derivative, and then only ln T."
        ),
    )
