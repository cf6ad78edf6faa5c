"""A trained classifier between two parties: Alice holds an input, Bob the model, all is billed.

Alice sends k copies of her amplitude-encoded input in one message. Bob turns an ancilla by the
dilation of his contraction A, measures Z on it in every copy, decides by the sign of the mean
outcome (a coin on a tie) and announces one bit. The mean of one outcome is x^T A x, so an input of
margin m = |x^T A x| is decided as the exact model decides it, except with probability at most
exp(-k m^2/2) (Hoeffding, JASA 58 (1963) 13).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from qdml.claims.evidence import ExperimentRecord
from qdml.claims.seeds import generator
from qdml.config import ClassifierGrid
from qdml.data import Task, pad_to_power_of_two, task
from qdml.errors import DataAbsent
from qdml.model import classical
from qdml.model.contraction import Contraction, train
from qdml.network import Network, Record, Transcript
from qdml.network.meter import leakage
from qdml.protocols.classifier_record import Row, Run, record
from qdml.quantum.gates import Pauli
from qdml.quantum.reference import amplitude_encoding

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def decide(x: Floats, model: Contraction, copies: int, seed: int) -> tuple[int, Transcript]:
    """One metered decision on one input x (N,): +1 or -1, and the transcript that bills it."""
    network = Network(seed=seed)
    alice, bob = network.party("alice", x=x), network.party("bob", gate=model.gate())
    with alice:
        register = alice.prepare(amplitude_encoding(alice.private("x")), "input", copies)
        register = network.channel.send(register, to=bob)
    with bob:
        ancilla = bob.prepare(np.array([1.0, 0.0], dtype=complex), "ancilla", copies)
        joined = bob.join(ancilla, register)
        bob.apply([bob.private("gate")], joined)
        plus = bob.measure(joined, Pauli.single("Z", 0, joined.qubits)).read(bob)
        sign = int(np.sign(2 * plus - copies)) or int(bob.rng.choice((-1, 1)))
        verdict = Record(int(sign > 0), 2, bob)
        network.channel.announce(verdict, bob, alice)
    with alice:
        return 2 * verdict.read(alice) - 1, network.transcript


def tell(
    messages: NDArray[Any], alphabet: int, judge: classical.Reader, seed: int
) -> tuple[Ints, Transcript]:
    """The classical counterpart: for every input a message out of `alphabet`, and one bit back.

    messages: (t, ...), one an input, known to Alice; `judge` is Bob's way to decide on them.
    """
    network = Network(seed=seed)
    alice, bob = network.party("alice", messages=messages), network.party("bob", judge=judge)
    with alice:
        sent = [Record(message, alphabet, alice) for message in alice.private("messages")]
        for message in sent:
            network.channel.announce(message, alice, bob)
    with bob:
        signs = bob.private("judge")(np.stack([message.read(bob) for message in sent]))
        verdicts = [Record(int(sign > 0), 2, bob) for sign in signs]
        for verdict in verdicts:
            network.channel.announce(verdict, bob, alice)
    with alice:
        told = np.array([verdict.read(alice) for verdict in verdicts])
        return 2 * told - 1, network.transcript


def correct_probability(means: Floats, labels: Ints, copies: int) -> Floats:
    """P(the sign of the mean of k outcomes is the label), a coin deciding ties: (t,) -> (t,).

    Each outcome is +1 with probability (1 + mean)/2; sums the binomial law exactly up to rounding.
    """
    wrong = np.clip((1 - labels * means) / 2, 0.0, 1.0)
    half = copies // 2
    # With the coin, an even number of copies is the mean of counting a tie as right and as wrong.
    right: Floats = (bdtr(half, copies, wrong) + bdtr((copies - 1) // 2, copies, wrong)) / 2
    return right


def encode(inputs: Floats) -> Floats:
    """Padded unit vectors (m, N) of inputs (m, N0), as `amplitude_encoding` makes them."""
    return np.stack([amplitude_encoding(row).real for row in pad_to_power_of_two(inputs)])


def experiment(name: str, grid: ClassifierGrid, seed: int, scale: str) -> ExperimentRecord:
    """Train on one task and decide every test input over the network, for every number of copies.

    Raises `InputError` for an unknown task; a data set that cannot be had makes an absent record.
    """
    try:
        data = task(name, seed)
    except DataAbsent as absent:
        return ExperimentRecord(
            id=f"classifier-{name}",
            title=f"Metered classifier: {name}",
            text="The data set is not here, so nothing was trained and nothing measured.",
            scale=scale,
            seed=seed,
            absent=str(absent),
        )
    states = encode(data.train_inputs)
    model = train(states, data.train_labels, grid.training_steps, seed)
    means = model.expectation(encode(data.test_inputs))
    rows = [quantum_row(data, model, means, copies, seed) for copies in grid.copies]
    rows += classical_rows(data, model, seed)
    trained = float((model.decide(states) == data.train_labels).mean())
    return record(Run(data, model, means, trained, tuple(rows), grid.training_steps, seed, scale))


def quantum_row(data: Task, model: Contraction, means: Floats, copies: int, seed: int) -> Row:
    """Every test input decided over a network of its own, with `copies` copies each."""
    seeds = generator(seed, "classifier", data.name, copies).integers(2**63, size=len(means))
    vectors = pad_to_power_of_two(data.test_inputs)
    runs = [decide(x, model, copies, int(s)) for x, s in zip(vectors, seeds, strict=True)]
    signs = np.array([sign for sign, _ in runs])
    bills = {(bill.qubits, bill.bits, leakage(bill)["bob"].honest) for _, bill in runs}
    # Every input has the same length, so that one bill must do for all of them.
    ((qubits, bits, leak),) = bills
    assert leak is not None
    exact = np.where(means >= 0, 1, -1)
    return Row(
        method="quantum",
        copies=copies,
        qubits=qubits,
        bits=bits,
        correct=int((signs == data.test_labels).sum()),
        leak=leak,
        expected=float(correct_probability(means, data.test_labels, copies).mean()),
        differs=int((signs != exact).sum()),
    )


def classical_rows(data: Task, model: Contraction, seed: int) -> list[Row]:
    """The input as it is, and every shorter message, each told over a network of its own."""

    def judge(inputs: Floats) -> Ints:
        return model.decide(encode(inputs))

    ways: list[tuple[str, NDArray[Any], int, classical.Reader]]
    ways = [("input as it is", data.test_inputs, 2**data.raw_bits, judge)]
    for sketch in classical.sketches(data, seed):
        reader = sketch.reader(data.train_labels, judge)
        ways.append((sketch.method, sketch.test, sketch.alphabet, reader))
    rows = []
    for method, messages, alphabet, reader in ways:
        signs, bill = tell(messages, alphabet, reader, seed)
        correct = int((signs == data.test_labels).sum())
        told = (leakage(bill)["bob"].honest or 0) / len(signs)
        rows.append(Row(method, None, bill.qubits, bill.bits // len(signs), correct, told))
    return rows
