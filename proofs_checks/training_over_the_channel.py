"""training-over-the-channel: gradients by metered protocols, beside what classical pairs send."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import sympy

from proofs_checks._training_figure import training_figure
from proofs_checks._training_runs import ONE_BY_ONE, Data, Run, compared, gather, short
from qdml.bounds import training_costs
from qdml.claims import Claim, Context, Evidence, Method, Mutant, Scalar, Step, Sweep, Tag
from qdml.claims.intervals import clopper_pearson
from qdml.claims.symbolic import identities
from qdml.errors import InputError
from qdml.model.ansatz import direction, random_diagonal, random_paired
from qdml.protocols.gradient import TRUE_RECIPE
from qdml.protocols.training_data import training_loss
from qdml.quantum import clifford
from qdml.quantum.gates import Rotation, act, undo
from qdml.quantum.numbers import exact

#: A run learns when its loss falls by this part of what any circuit could take off it.
PART = 0.05


#: Rotations in a block from which ways are compared.
MANY = 12


@dataclass(frozen=True)
class Hypothesis:
    """The constants of the statement, and who is said to win.

    `exchange` is s in Q_i Q_j = s Q_j Q_i inside a section. The bill counts the way back and
    every section, or not; `sign` is that of the ancilla's reading. `features_win` says that
    features of few bits, as many as fit in the same bill, end lower on digits, `channel_wins` that
    the channel ends lower there at an equal bill than shifts, and than activations in the same
    batches; `commuting_wins` that commuting families have the lower loss at equal parameters.
    """

    exchange: int = 1
    way_back: bool = True
    every_section: bool = True
    sign: int = TRUE_RECIPE.sign
    features_win: bool = True
    channel_wins: bool = True
    commuting_wins: bool = True

    def __post_init__(self) -> None:
        if {abs(self.exchange), abs(self.sign)} != {1}:
            raise InputError("exchange and sign: expected 1 or -1")

    def copy_qubits(self, run: Run) -> int:
        """Qubits of one copy of an example in one step, as stated."""
        n, blocks = run.shape.qubits, len(run.shape.sections)
        there = (blocks - 1) * n
        if run.plan.method == "parameter-shift":
            return 2 * sum(run.shape.rotations) * there
        total = 0
        for b, count in enumerate(run.shape.sections, start=1):
            back = (blocks - b) * (n + 1) if self.way_back else 0
            total += (count if self.every_section else 1) * (there + back)
        return total


def commuting(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """(c - i s_j Q_i) Q_j (c + i s_j Q_i) = Q_j, and (Y Q_i)(Y Q_j) = (Y Q_j)(Y Q_i)."""
    angle = sympy.Symbol("theta", real=True)
    cosine, sine, s = sympy.cos(angle / 2), sympy.sin(angle / 2), sympy.Integer(stated.exchange)
    # Q_i is moved past Q_j, and Q_i^2 = 1: the rest is a + b Q_i in front of Q_j.
    one = cosine * cosine + s * sine * sine
    along = sympy.I * cosine * sine * (s - 1)
    return identities(
        "inside a section V_j Q_j V_j^+ = Q_j, and all Y (x) Q_j commute",
        [
            ("coefficient of Q_j", sympy.simplify(one), sympy.Integer(1)),
            ("coefficient of Q_i Q_j", sympy.simplify(along), sympy.Integer(0)),
            ("(Y Q_i)(Y Q_j) over (Y Q_j)(Y Q_i)", s, sympy.Integer(1)),
        ],
    )


def families(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Exact circuits of both commuting families: later gates of a block leave Q_j alone."""
    sweep = Sweep(Method.EXACT)
    for name, made in (("diagonal", random_diagonal), ("paired", random_paired)):
        for n, layers in ((2, 1), (3, 1)):
            rng = context.rng("family", name, n)
            circuit = made(n, layers, 3, rng, direction)
            state = exact(rng.integers(-3, 4, size=2**n) + np.eye(2**n, dtype=int)[0] * 9)
            for b, block in enumerate(circuit.blocks, start=1):
                point = {"family": name, "n": n, "block": b}
                gates = [gate for gate in block.gates if isinstance(gate, Rotation)]
                for j, gate in enumerate(gates):
                    later = gates[j + 1 :]
                    turned = act(later, gate.pauli.apply(undo(later, state)))
                    straight = act(later, undo(later, gate.pauli.apply(state)))
                    same = bool((turned == straight).all())
                    sweep.holds(point, f"V Q V^+ = Q for gate {j}", same)
                sweep.equal(point, "different strings", len({gate.pauli for gate in gates}), 3)
                pairs = [(x.pauli, y.pauli) for x in gates for y in gates]
                sweep.holds(point, "strings commute", all(clifford.commute(*p) for p in pairs))
    return sweep.evidence("exact states do not tell V_j Q_j V_j^+ from Q_j")


def ledger(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Transcripts of whole runs against the formulas."""
    sweep = Sweep(Method.EXACT)
    for run in (*data.runs, *data.short):
        plan, bill = run.plan, run.trained.transcript
        point = {"data": run.data.name, "way": run.label, "steps": len(plan.copies)}
        if run.bits is None:
            copies = sum(plan.copies) * plan.batch
            sweep.equal(point, "qubits", bill.qubits, copies * stated.copy_qubits(run))
            known = training_costs.training(plan.method, run.shape, plan.copies, plan.batch)
            sweep.equal(point, "qubits by the library", bill.qubits, known.qubits)
            sweep.equal(point, "bits", bill.bits, known.bits)
            sweep.equal(point, "messages", bill.messages, known.messages)
            continue
        if run.way.startswith("activations"):
            sent = training_costs.activations(run.shape, len(plan.copies), plan.batch, run.bits)
        else:
            met = min(run.count, len(plan.copies) * plan.batch)
            used = run.data.train.states[:, : run.count].any(axis=1).sum()
            sent = training_costs.features(met, int(used), run.bits)
        sweep.equal(point, "bits", bill.bits, sent)
        sweep.equal(point, "qubits", bill.qubits, 0)
    return sweep.evidence("the bill of every run is its formula")


def estimates(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Along whole runs, estimates projected on the exact gradient against the exact gradient."""
    sweep = Sweep(Method.STATISTICS)
    recipe = replace(TRUE_RECIPE, sign=stated.sign)
    for method, radius, estimated, exactly in compared(context, recipe):
        point = {"method": method, "estimated": estimated, "exact": exactly}
        off = abs(estimated - exactly)
        sweep.at_most(point, "distance from the exact gradient", off, off, radius)
    return sweep.evidence(
        "estimates of a run have the exact gradients as means (Azuma's inequality)",
        alarm=context.alarm,
    )


def learning(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """How many short runs bring the loss down."""
    recipe = replace(TRUE_RECIPE, sign=stated.sign)
    runs = data.short if recipe == TRUE_RECIPE else short(context, recipe)
    fallen = 0
    for run in runs:
        first, last = run.curve.loss[0], run.curve.loss[-1]
        fallen += last <= first - PART * (first - run.data.least_loss())
    low, high = clopper_pearson(fallen, len(runs), context.alarm)
    sweep = Sweep(Method.STATISTICS)
    point = {"runs": len(runs), "runs that learnt": fallen}
    sweep.at_most(point, "half against the part of runs that learn", 1 - high, 1 - low, 0.5)
    return sweep.evidence("more than half of all runs learn", alarm=context.alarm)


def comparison(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Exact losses at the end of runs with the same first angles, at equal bills or smaller."""
    sweep, single, shifts = Sweep(Method.FLOATING), list[bool](), list[bool]()
    for run in (one for one in data.runs if one.way == "commuting-block"):
        if max(run.shape.rotations) < MANY:
            continue
        loss = run.curve.loss[-1]
        point = {"data": run.data.name, "run": run.number, "qubits": run.trained.qubits[-1]}
        single += [
            affordable(one, run.trained.qubits[-1]) < loss for one in data.of(run, ONE_BY_ONE)
        ]
        (shifted,) = data.of(run, "parameter-shift")
        if run.data.name != "digits":
            shifts.append(shifted.curve.loss[-1] < loss)
            continue
        rivals = [("parameter shift", shifted.curve.loss[-1])]
        rivals += [
            (f"activations, {one.bits} bits", affordable(one, run.trained.qubits[-1]))
            for one in data.of(run, "activations")
        ]
        for name, other in rivals:
            ends = (loss, other) if stated.channel_wins else (other, loss)
            sweep.at_most(point, f"loss beside {name}", ends[0], ends[0], ends[1])
        least = min(data.of(run, "fewer features"), key=lambda one: one.bits or 0)
        sweep.holds(point, "features within the bill", _sent(least) <= _sent(run))
        other = least.curve.loss[-1]
        ends = (other, loss) if stated.features_win else (loss, other)
        sweep.at_most(point, "loss beside features", ends[0], ends[0], ends[1])
    table: list[dict[str, Scalar]] = [
        {
            "data": run.data.name,
            "run": run.number,
            "way": run.label,
            "qubits": run.trained.qubits[-1],
            "bits": run.trained.bits[-1],
            "loss": round(run.curve.loss[-1], 4),
            "least loss of any circuit": round(run.data.least_loss(), 4),
            "test accuracy": round(run.curve.accuracy[-1], 4),
        }
        for run in data.runs
    ]
    table += [{"data": reason, "way": "data absent"} for reason in data.absent]
    return sweep.evidence(
        "on digits, at equal bills, the channel beats shifts and activations in the same batches, "
        f"and features beat the channel; shifts do in {sum(shifts)} of {len(shifts)} runs on other "
        f"data, activations one by one in {sum(single)} of {len(single)} on any",
        table=tuple(table),
        figure=training_figure(data, accuracy=False),
    )


def ansatz(stated: Hypothesis, data: Data, context: Context) -> Evidence:
    """Exact gradients, the digits, and as many parameters for each family as the line has."""
    sweep = Sweep(Method.FLOATING)
    table: list[dict[str, Scalar]] = []
    for name, run in data.exact.items():
        count = len(run.data.test.labels)
        right = round(run.curve.accuracy[-1] * count)
        low, high = clopper_pearson(right, count, 0.05)
        table.append(
            {
                "family": name,
                "parameters": sum(run.shape.rotations),
                "sections a block": max(run.shape.sections),
                "training loss": round(run.curve.loss[-1], 4),
                "test accuracy": round(run.curve.accuracy[-1], 4),
                "95% interval": f"{low:.3f} to {high:.3f}",
            }
        )
    line = data.exact["line"]
    for name in ("diagonal", "paired"):
        run = data.exact[name]
        point = {"family": name, "layers": run.shape.layers}
        angles = sum(run.shape.rotations), sum(line.shape.rotations)
        sweep.equal(point, "parameters", *angles)
        losses = run.curve.loss[-1], line.curve.loss[-1]
        low, high = losses if stated.commuting_wins else losses[::-1]
        sweep.at_most(point, "training loss beside the line", low, low, high)
    return sweep.evidence(
        "at equal parameters commuting families train to a lower loss than RY, RZ, CZ",
        table=tuple(table),
        figure=training_figure(data, accuracy=True),
    )


def _sent(run: Run) -> int:
    return run.curve.sent[-1]


def affordable(run: Run, budget: int) -> float:
    """The loss at the last step that the budget pays, whether or not the curve shows it."""
    pairs = zip(run.trained.qubits, run.trained.bits, strict=True)
    paid = sum(qubits + bits <= budget for qubits, bits in pairs)
    return training_loss(run.trained.circuits[paid - 1], run.data.train)


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, Data] = Claim(
    id="training-over-the-channel",
    topic="learning",
    title="Training over the channel: who sends least depends on what the others may send",
    statement=(
        r"Two parties train with gradients from metered protocols alone. Rotations of a block that "
        r"follow each other and commute make a section; all derivatives of a section are read from "
        r"the same copies of $|g_b\rangle$, without a factor $P$ and without shadow tomography. "
        r"With $k_t$ copies of each of $B$ examples in step $t$, and $s_b$ sections in block $b$, "
        r"a run takes the number of qubits below; the line of RY, RZ and CZ has two sections a "
        r"block, diagonal blocks between fixed mixers and commuting pairs have one. Labels travel "
        r"for nothing, in the phase of the ancilla. More than half of all runs on synthetic data "
        r"learn. On the digits, with 12 rotations a block, in every run made and at an equal bill, "
        r"commuting blocks end at a lower loss than parameter shift, and than exchanging "
        r"activations and derivatives at any precision tried, all in batches of 16; but as many "
        r"inputs of the digits, of 64 features, as fit in the same bill, sent once as floats of 4 "
        r"bits, train the same model to a lower loss still: the channel does not win there. At "
        r"equal parameters both commuting families reach a lower training loss on the digits than "
        r"the line."
    ),
    formulas=(
        r"\sum_t k_tB\sum_{b=1}^{2L}s_b\bigl((2L-1)n+(2L-b)(n+1)\bigr)",
        r"V_jQ_jV_j^\dagger=Q_j,\qquad[Y\otimes Q_i,\,Y\otimes Q_j]=0",
        r"\tfrac12(1-\mathbb E\,yf(x))\ge\tfrac12(1-\|C\|_1)",
        r"C=\mathbb E\,y|x\rangle\langle x|",
    ),
    source="arXiv:2310.07136; Azuma 1967",
    premises=("Azuma's inequality (1967)",),
    notes=(
        "An equal bill pays few steps of activations in batches of 16, or none.",
        "Exchanged one example at a time they may end below the channel: the table tells both.",
        "Runs, and who wins in them, are those of this seed: other data may decide otherwise.",
        "Bob is told who is in a batch by public coins; nobody tells anybody an angle.",
        "Half of the mean of the training inputs is taken off every input, by Alice, for nothing.",
    ),
    hypothesis=_CLAIMED,
    data=gather,
    steps=(
        Step("commuting", Tag.PROVED, "later gates of a section leave Q_j alone", commuting),
        Step("families", Tag.EXACT, "both families have one section a block", families),
        Step("ledger", Tag.EXACT, "the bill of every run is its formula", ledger),
        Step("estimates", Tag.NUMERIC, "estimates along a run are unbiased", estimates),
        Step("learning", Tag.NUMERIC, "most runs bring the loss down", learning),
        Step("comparison", Tag.NUMERIC, "who ends lower at an equal bill", comparison),
        Step("ansatz", Tag.NUMERIC, "families at equal parameters", ansatz),
    ),
    mutants=(
        Mutant(
            "strings that anticommute",
            "strings of a section may anticommute",
            replace(_CLAIMED, exchange=-1),
            "commuting",
        ),
        Mutant(
            "no way back",
            "a gradient state costs the walk to the end alone",
            replace(_CLAIMED, way_back=False),
            "ledger",
        ),
        Mutant(
            "one set of copies a block",
            "the sections of a block share their copies",
            replace(_CLAIMED, every_section=False),
            "ledger",
        ),
        Mutant(
            "sign of the ancilla",
            "$+Y$ on the ancilla reads the derivative",
            replace(_CLAIMED, sign=-TRUE_RECIPE.sign),
            "estimates",
        ),
        Mutant(
            "sign of the ancilla learns",
            "a run with $+Y$ on the ancilla learns as well",
            replace(_CLAIMED, sign=-TRUE_RECIPE.sign),
            "learning",
        ),
        Mutant(
            "cheaper than features",
            "on the digits the channel also beats features sent once",
            replace(_CLAIMED, features_win=False),
            "comparison",
        ),
        Mutant(
            "dearer than activations",
            "parameter shift and activations in the same batches end lower at an equal bill",
            replace(_CLAIMED, channel_wins=False),
            "comparison",
        ),
        Mutant(
            "the line is better",
            "at equal parameters the line reaches the lower loss",
            replace(_CLAIMED, commuting_wins=False),
            "ansatz",
        ),
    ),
)
