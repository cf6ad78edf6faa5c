"""graph-decision: which of two classes most nodes of a set are of, in qubits and in bits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil, exp

import numpy as np
import numpy.typing as npt

from proofs_checks._graph_runs import held_to
from qdml.bounds.graph_costs import features_bits, hoeffding_copies
from qdml.bounds.linear import qubits_for
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
from qdml.claims.intervals import clopper_pearson
from qdml.data.graphs import NodeSet, load_nodes
from qdml.errors import DataAbsent
from qdml.graphs.advantage import NUMBER, Bill, bill
from qdml.graphs.decisions import Decision
from qdml.graphs.majorities import Case, majorities, narrowed
from qdml.graphs.node_training import random_splits, span, train
from qdml.graphs.sign import scores
from qdml.network import Message
from qdml.protocols import graph_bits, graph_form

#: Sets of nodes for each network, and features of a node at most: principal directions beyond.
SETS, WIDTH = 8, 64

#: What the copies promise, how often the exact sign may miss the majority, and the doubt of that.
FAILURE, MISSED, DOUBT = Fraction(1, 10), 1 / 3, 0.05

#: Metered runs at least, copies of the figure, and bits a number at which rows are sent.
LEAST_RUNS, COPIES, BITS = 200, tuple(2**j for j in range(5, 13)), range(2, 17)

#: The share of sets at which copies and rows are also compared, as it turned out.
AGREED = 0.9


@dataclass(frozen=True)
class Hypothesis:
    """How the form, its copies and its qubits are made, and who wins."""

    linear_term: bool = True
    share: Fraction = Fraction(1)
    squared: bool = True
    qubits_offset: int = 0
    quantum_wins: bool = False


@dataclass(frozen=True, eq=False)
class Entry:
    """One set of nodes with its cases, in order of their margins."""

    name: str
    accuracy: float
    cases: tuple[Case, ...]

    @property
    def median(self) -> Case:
        """The case of median margin: half of the cases have no smaller one."""
        return self.cases[len(self.cases) // 2]

    def copies(self, stated: Hypothesis) -> int:
        """Hoeffding's for the median margin: they promise all signs from there on."""
        case = self.median
        margin = Fraction(case.margin)
        if not stated.squared:
            margin *= Fraction(case.square**0.5)
        return max(1, int(stated.share * hoeffding_copies(Fraction(1), margin, FAILURE)))

    def rows_bits(self, share: float) -> int:
        """The fewest bits of rounded rows that decide such a share of cases as exact ones."""
        rows = self.median.rows
        for bits in BITS:
            told = [graph_bits.features(case.rows, case.form, bits).sign for case in self.cases]
            same = [sign == case.sign for sign, case in zip(told, self.cases, strict=True)]
            if _share(same) >= share:
                break
        return features_bits(len(rows), rows.shape[1], bits)

    @cached_property
    def price(self) -> Bill:
        """The median decision by every way that has a formula."""
        case = self.median
        return bill(Decision(case.rows, case.form, case.score), FAILURE)


def gather(context: Context) -> tuple[Entry, ...]:
    """Train on every set that is here. Raises `DataAbsent` if none is."""
    entries = []
    for name in _names(context):
        try:
            entries.append(_learn(narrowed(load_nodes(name), WIDTH), context))
        except DataAbsent:
            continue
    if not entries:
        raise DataAbsent(f"none of the sets {', '.join(_names(context))} can be had here")
    return tuple(entries)


def _names(context: Context) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*context.grid.decided_nodes, *context.grid.node_sets)))


def _learn(nodes: NodeSet, context: Context) -> Entry:
    labels, rng = nodes.labels, context.rng("decision", nodes.name)
    splits = random_splits(labels, context.grid.node_splits, rng)
    spans = [span(nodes, split.train) for split in splits]
    seed = int(rng.integers(2**31))
    trained = train(spans, splits, labels, "quadratic", seed, context.grid.node_steps)
    models = [trained.model(index) for index in range(len(splits))]
    cases = majorities(nodes, models, splits, SETS, rng)
    ordered = tuple(sorted(cases, key=lambda case: case.margin))
    return Entry(nodes.name, float(trained.accuracies().mean()), ordered)


def _share(truths: list[bool]) -> float:
    return float(np.mean(truths))


def forms(stated: Hypothesis, data: tuple[Entry, ...], context: Context) -> Evidence:
    """Every case: the network's pooled difference, the form's, and the mean of Bob's outcomes."""
    sweep = Sweep(Method.FLOATING)
    for entry in data:
        for number, case in enumerate(entry.cases):
            given = scores(case.model, case.rows[:, :-1])
            first, second = case.classes
            pooled = float(case.form.pool @ (given[:, first] - given[:, second]))
            size = float(abs(given).max())
            form = case.pooled(case.model.q[1] if stated.linear_term else 0.0)
            off = abs(form - pooled) / size
            point = {"set": entry.name, "case": number}
            sweep.at_most(point, "form: relative difference", off, off, 1e-10)
            outcomes, chances = graph_form.law(case.rows, case.form, case.square)
            off = abs(float(outcomes @ chances) * case.square - pooled) / size
            sweep.at_most(point, "outcomes: relative difference", off, off, 1e-10)
    return sweep.evidence("network, form and mean outcome agree to 1e-10")


def majority(stated: Hypothesis, data: tuple[Entry, ...], context: Context) -> Evidence:
    """How often the exact sign misses the majority: refuted within the alarm, held within 95%."""
    sweep, table = Sweep(Method.STATISTICS), []
    for entry in data:
        wrong, cases = sum(c.sign != c.majority for c in entry.cases), len(entry.cases)
        sure = clopper_pearson(wrong, cases, context.alarm / len(data))[0]
        low, high = clopper_pearson(wrong, cases, DOUBT)
        point = {"set": entry.name, "missed": wrong, "sets of nodes": cases}
        sweep.at_most(point, "share of majorities missed", sure, high, MISSED)
        row: dict[str, Scalar] = {"set": entry.name, "accuracy on nodes": entry.accuracy}
        row |= {"majority found": 1 - wrong / cases, "low": 1 - high, "high": 1 - low}
        table.append(row)
    return sweep.evidence(
        "the exact sign finds the majority",
        alarm=context.alarm,
        table=tuple(table),
    )


def _metered(cases: tuple[Case, ...], copies: int, seeds: npt.NDArray[np.int64]) -> list[bool]:
    """Whether each case comes out as exactly, over the network."""
    return [
        graph_form.run(case.rows, case.form, copies, int(seed)).sign == case.sign
        for case, seed in zip(cases, seeds, strict=True)
    ]


def promise(stated: Hypothesis, data: tuple[Entry, ...], context: Context) -> Evidence:
    """The copies of the median margin, on all cases of at least that margin."""
    sweep, table = Sweep(Method.STATISTICS), list[dict[str, Scalar]]()
    for entry in data:
        copies, cases = entry.copies(stated), entry.cases[len(entry.cases) // 2 :]
        turns = ceil(max(LEAST_RUNS, context.grid.runs) / len(cases))
        seeds = context.rng("promise", entry.name).integers(2**62, size=turns * len(cases))
        right = _metered(cases * turns, copies, seeds)
        wrong = len(right) - sum(right)
        point: dict[str, Scalar] = {"set": entry.name, "copies": copies}
        # No share of wrong signs is above 1/10, so their sum is no more than binomial.
        table.append(held_to(sweep, point, wrong, len(right), FAILURE, context.alarm / len(data)))
        tails = 2 * exp(-2 * copies * entry.median.margin**2)
        sweep.at_most(point, "Hoeffding's tails at the median margin", tails, tails, float(FAILURE))
    return sweep.evidence("the copies keep their promise", alarm=context.alarm, table=tuple(table))


def ledger(stated: Hypothesis, data: tuple[Entry, ...], context: Context) -> Evidence:
    """The median case over the network, in qubits, and in bits of its rounded rows."""
    sweep = Sweep(Method.EXACT)
    for entry in data:
        case, copies, point = entry.median, entry.copies(_CLAIMED), {"set": entry.name}
        qubits = qubits_for(case.rows.size) + stated.qubits_offset
        found = graph_form.run(case.rows, case.form, copies, 1).transcript
        lines = [Message("alice", "bob", copies * qubits, 0, copies, 1)]
        sweep.same(point, "messages", found.lines, lines)
        for bits in BITS:
            stated_bits = features_bits(len(case.rows), case.rows.shape[1], bits)
            told = graph_bits.features(case.rows, case.form, bits).transcript
            sweep.equal(point, "bits of rows", told.bits, stated_bits)
    return sweep.evidence("transcripts are formulas")


def winners(stated: Hypothesis, data: tuple[Entry, ...], context: Context) -> Evidence:
    """Qubits of the promise against the fewest bits that decide as many cases as exactly."""
    sweep, table, series = Sweep(Method.FLOATING), list[dict[str, Scalar]](), list[Series]()
    for entry in data:
        case, promised, price = entry.median, entry.copies(_CLAIMED), entry.price
        agreed = {}
        for copies in (*COPIES, promised):
            seeds = context.rng("equal", entry.name, copies).integers(2**62, size=len(entry.cases))
            agreed[copies] = _share(_metered(entry.cases, copies, seeds))
        ways = {"rounded rows": entry.rows_bits(agreed[promised])}
        ways |= price.one_way
        cheapest = min(ways, key=lambda way: ways[way])
        each = qubits_for(case.rows.size)
        qubits, least, point = promised * each, ways[cheapest], {"set": entry.name}
        if stated.quantum_wins:
            sweep.at_most(point, "qubits", qubits, qubits, least)
        most = NUMBER * case.rows.shape[1] * price.copies
        sweep.at_most(point, "bits", least, least, most)
        few = next((k for k in COPIES if agreed[k] >= AGREED), promised)
        row: dict[str, Scalar] = {"set": entry.name, "as exactly": agreed[promised]}
        row |= {"copies": promised, "qubits": qubits, "qubits, variance known": price.qubits}
        row |= {**ways, "cheapest": cheapest}
        row |= {"fewest": _winner(qubits, least)}
        row |= {"fewest, variance known": _winner(price.qubits, least)}
        row |= {"qubits, nine of ten": few * each, "rows, nine of ten": entry.rows_bits(AGREED)}
        table.append(row)
        shares = tuple(agreed[k] for k in COPIES)
        xs = tuple(map(float, COPIES))
        series.append(Series(label=entry.name, kind="measured", x=xs, y=shares))
    lost = ", ".join(str(row["set"]) for row in table if row["fewest"] == "classical")
    absent = ", ".join(sorted(set(_names(context)) - {entry.name for entry in data}))
    says = f"bits are fewer than qubits on {lost or 'none'}"
    return sweep.evidence(
        f"{says}; not here: {absent}" if absent else says,
        table=tuple(table),
        figure=Figure(
            title="How many sets of nodes are decided as the exact network decides them",
            x_label="copies",
            y_label="share of sets",
            x_scale="log",
            series=tuple(series[:3]),
            caption="Each set of nodes decided once over the network at every number of copies.",
        ),
    )


def _winner(qubits: int, bits: int) -> str:
    return "classical" if bits < qubits else "quantum"


_CLAIMED = Hypothesis()

CLAIM: Claim[Hypothesis, tuple[Entry, ...]] = Claim(
    id="graph-decision",
    topic="graphs",
    title="The majority in a set of nodes: a message of copies, and bits that do as well",
    statement=(
        r"A polynomial SIGN network trained on nodes decides, by the sign of its pooled difference "
        r"of scores, which of two classes two thirds of a set of test nodes are of; it is right on "
        r"at least two of three sets. With rows of hop features at Alice and weights at Bob, "
        r"$k=\lceil \Delta^2\ln(2/\delta)\,\|H\|_F^4/(2|S|^2 s^2)\rceil$ copies give the sign of a "
        r"score $s$ of a set $S$ except with probability $\delta$. The cheapest classical message "
        r"that decides as often like the exact network takes fewer bits than these qubits where "
        r"the table says so, and no gap is exponential in $|S|$: rows of as many sampled nodes as "
        r"copies that a known variance asks for do as well, in $8D$ bits each. As few copies as "
        r"that, or as turn out to agree on nine of ten sets, may still be fewer qubits."
    ),
    source="arXiv:2310.07136 for the question; copies: Hoeffding, JASA 58 (1963) 13; measured here",
    hypothesis=_CLAIMED,
    data=gather,
    notes=(
        (
            "Which nodes are pooled is known to both, and so are 64 principal directions of wider "
            "features, on which the networks are trained. Copies are those of the median margin at "
            "a wrong sign every tenth time. Sketches, sampled nodes and moments are sized by exact "
            "variances, and so is the second number of qubits, which is compared on its own."
        ),
        (
            "Rounded rows are run on every set of nodes; their bits are the fewest at which no "
            "fewer signs than over the quantum network come out as the exact one."
        ),
    ),
    steps=(
        Step("forms", Tag.NUMERIC, "network, form and mean outcome agree to 1e-10", forms),
        Step("majority", Tag.NUMERIC, "the exact sign finds the majority", majority),
        Step(
            "promise",
            Tag.NUMERIC,
            "signs over the metered network are wrong at most every tenth time",
            promise,
        ),
        Step("ledger", Tag.EXACT, "transcripts are formulas", ledger),
        Step("winners", Tag.NUMERIC, "qubits against the fewest bits that do as well", winners),
    ),
    mutants=(
        Mutant(
            "no linear term",
            "the form is that of $q_2z^2+q_0$",
            replace(_CLAIMED, linear_term=False),
            "forms",
        ),
        Mutant(
            "a quarter of the copies",
            "Hoeffding's inequality promises as much for a quarter of the copies",
            replace(_CLAIMED, share=Fraction(1, 4)),
            "promise",
        ),
        Mutant(
            "||H|| not squared",
            r"copies grow like $\|H\|_F^2$",
            replace(_CLAIMED, squared=False),
            "promise",
        ),
        Mutant(
            "n-1 qubits a copy",
            "one qubit less holds the rows",
            replace(_CLAIMED, qubits_offset=-1),
            "ledger",
        ),
        Mutant(
            "quantum wins everywhere",
            "the copies take fewer qubits than any classical message takes bits, on every set",
            replace(_CLAIMED, quantum_wins=True),
            "winners",
        ),
    ),
)
