"""A meter that loses a message, or counts one twice, refutes every ledger of every claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

import proofs_checks
from qdml.claims import Context, Finding
from qdml.config import GraphsGrid, LearningGrid, LinearGrid
from qdml.network import Channel, Transcript

LEDGERS = {
    "inference-by-sampling": "ledger",
    "inner-product-at-depth-one": "ledger",
    "vector-in-subspace": "one copy",
    "pointer-jumping": "ledger",
    "gradient-states": "ledger",
    "inference-by-amplitude-estimation": "ledger",
    "linear-quantum-upper": "ledger",
    "fine-tuning": "ledger",
    "graph-quadratic-form": "delivered",
    "graph-shots": "ledger",
}
GRIDS = {
    "learning": LearningGrid(
        qubits=(2,),
        layers=(1, 2),
        accuracy=(0.5,),
        failure_probability=(0.2,),
        instances=1,
        loss_steps=1,
        runs=1,
    ),
    "linear": LinearGrid(quantum_inverse_margins=(2,), runs=1),
    "graphs": GraphsGrid(instances=1, runs=1),
}
#: Protocols in which nothing is announced.
SILENT = ("gradient-states", "fine-tuning", "graph-quadratic-form")
Fault = Callable[[Transcript], None]


def finding(claim_id: str) -> Finding:
    """What the ledger step of a claim finds when its runs are made now."""
    claim = proofs_checks.load(claim_id)
    context = Context(claim_id, GRIDS[claim.topic], seed=1, alarm=1e-6)
    [step] = [step for step in claim.steps if step.name == LEDGERS[claim_id]]
    evidence = step.check(claim.hypothesis, claim.data(context), context)
    return Finding(evidence.finding)


@cache
def sends(claim_id: str) -> int:
    """How many messages go through `send` when nothing is wrong; the ledger supports then."""
    calls = 0
    with pytest.MonkeyPatch.context() as patch:

        def counted(self: Channel, *args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            return send(self, *args, **kwargs)

        send = Channel.send
        patch.setattr(Channel, "send", counted)
        assert finding(claim_id) is Finding.SUPPORTS
    return calls


def lose(transcript: Transcript) -> None:
    transcript.lines.pop()


def count_twice(transcript: Transcript) -> None:
    transcript.lines.append(transcript.lines[-1])


def one_qubit_less(transcript: Transcript) -> None:
    last = transcript.lines.pop()
    transcript.lines.append(replace(last, qubits=last.qubits - 1))


def one_qubit_more(transcript: Transcript) -> None:
    last = transcript.lines.pop()
    transcript.lines.append(replace(last, qubits=last.qubits + 1))


def break_call(patch: pytest.MonkeyPatch, method: str, number: int, fault: Fault) -> None:
    """Let `fault` strike the transcript after one call of a method of every channel."""
    calls = 0

    def faulty(self: Channel, *args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        result = original(self, *args, **kwargs)
        if calls == number:
            fault(self._network.transcript)
        calls += 1
        return result

    original = getattr(Channel, method)
    patch.setattr(Channel, method, faulty)


@pytest.mark.parametrize("claim_id", LEDGERS)
def test_an_honest_meter_supports_every_ledger(claim_id: str) -> None:
    assert sends(claim_id) >= 1


@pytest.mark.parametrize("fault", [lose, count_twice, one_qubit_less, one_qubit_more])
@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize("claim_id", LEDGERS)
def test_one_wrong_line_refutes_the_ledger(
    monkeypatch: pytest.MonkeyPatch, claim_id: str, place: str, fault: Fault
) -> None:
    total = sends(claim_id)
    # Vector in subspace draws its figure after the comparisons, from runs of its own.
    last = total - 2 if claim_id == "vector-in-subspace" else total - 1
    number = {"first": 0, "middle": last // 2, "last": last}[place]
    break_call(monkeypatch, "send", number, fault)
    assert finding(claim_id) is Finding.REFUTES


@pytest.mark.parametrize("claim_id", [name for name in LEDGERS if name not in SILENT])
def test_a_lost_announcement_refutes_the_ledger(
    monkeypatch: pytest.MonkeyPatch, claim_id: str
) -> None:
    break_call(monkeypatch, "announce", 0, lose)
    assert finding(claim_id) is Finding.REFUTES


@pytest.mark.parametrize("claim_id", [name for name in LEDGERS if name not in SILENT])
def test_an_announcement_of_too_many_bits_refutes_the_ledger(
    monkeypatch: pytest.MonkeyPatch, claim_id: str
) -> None:
    def one_bit_more(transcript: Transcript) -> None:
        last = transcript.lines.pop()
        transcript.lines.append(replace(last, bits=last.bits + 1))

    break_call(monkeypatch, "announce", 0, one_bit_more)
    assert finding(claim_id) is Finding.REFUTES


@pytest.mark.parametrize("claim_id", LEDGERS)
def test_a_meter_that_never_writes_refutes_the_ledger(
    monkeypatch: pytest.MonkeyPatch, claim_id: str
) -> None:
    monkeypatch.setattr(Transcript, "add", lambda self, *args, **kwargs: None)
    assert finding(claim_id) is Finding.REFUTES
