"""The metered classifier: its bill is counted, its decisions follow the law, its model is fair."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import comb, log2
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.claims.evidence import ExperimentRecord
from qdml.claims.intervals import clopper_pearson
from qdml.config import ClassifierGrid
from qdml.data import Task, task
from qdml.errors import InputError
from qdml.model import classical
from qdml.model.contraction import Contraction, train
from qdml.network import Channel
from qdml.protocols import classifier, classifier_record
from qdml.protocols.classifier import correct_probability, decide, encode, experiment, tell

GRID = ClassifierGrid(datasets=("digits-3-8",), copies=(1, 16, 4096), training_steps=60)


@pytest.fixture(scope="module")
def record() -> ExperimentRecord:
    return experiment("digits-3-8", GRID, 7, "quick")


def rows(record: ExperimentRecord, quantum: bool) -> list[dict[str, object]]:
    return [dict(row) for row in record.table if (row["method"] == "quantum") is quantum]


def tilted(mean: float) -> tuple[np.ndarray, Contraction]:
    """An input and a contraction whose outcome has the given mean."""
    return np.array([3.0, 0, 0, 4.0]), Contraction(np.array([[0.6, 0, 0, 0.8]]).T, np.array([mean]))


@settings(max_examples=25)
@given(st.integers(1, 5), st.integers(1, 10**6), st.integers(0, 2**62))
def test_the_bill_is_k_n_qubits_and_one_bit(qubits: int, copies: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = Contraction(np.eye(2**qubits), rng.uniform(-1, 1, 2**qubits))
    sign, bill = decide(rng.normal(size=2**qubits), model, copies, seed)
    assert sign in (-1, 1)
    assert bill.totals() == {
        "messages": 2,
        "qubits": qubits * copies,
        "bits": 1,
        "rounds": 2,
        "copies": copies,
        "entangled_pairs": 0,
    }
    assert [line.sender for line in bill.lines] == ["alice", "bob"]


@pytest.mark.parametrize(("mean", "copies"), [(0.3, 1), (0.3, 2), (-0.2, 9), (0.0, 4), (1.0, 3)])
def test_decisions_follow_the_exact_law(mean: float, copies: int) -> None:
    x, model = tilted(mean)
    plus = sum(decide(x, model, copies, seed)[0] == 1 for seed in range(400))
    low, high = clopper_pearson(plus, 400, 1e-6)
    expected = correct_probability(np.array([mean]), np.array([1]), copies)[0]
    assert low <= expected <= high


@given(st.integers(1, 30), st.integers(-50, 50), st.sampled_from([-1, 1]))
def test_the_law_is_the_binomial_one_with_a_coin(copies: int, hundredths: int, label: int) -> None:
    mean = Fraction(hundredths, 50)
    right = (1 + label * mean) / 2
    exact = Fraction(0)
    for count in range(copies + 1):
        weight = Fraction(2 * count > copies) + Fraction(2 * count == copies, 2)
        exact += weight * comb(copies, count) * right**count * (1 - right) ** (copies - count)
    found = correct_probability(np.array([float(mean)]), np.array([label]), copies)[0]
    assert found == pytest.approx(float(exact), abs=1e-12)


def test_many_copies_decide_as_the_exact_model() -> None:
    data = task("digits-3-8", 7)
    model = train(encode(data.train_inputs), data.train_labels, 60, 7)
    vectors = encode(data.test_inputs[:20])
    signs = [decide(x, model, 10**6, 1)[0] for x in vectors]
    assert signs == model.decide(vectors).tolist()


@given(st.integers(1, 12), st.integers(2, 10**30))
def test_a_classical_message_pays_for_its_alphabet(count: int, alphabet: int) -> None:
    messages = np.arange(count)[:, None]
    signs, bill = tell(messages, alphabet, lambda heard: 1 - 2 * (heard[:, 0] % 2), 0)
    assert signs.tolist() == [1 - 2 * (i % 2) for i in range(count)]
    assert bill.qubits == 0
    assert bill.bits == count * ((alphabet - 1).bit_length() + 1)


def test_the_record_agrees_with_the_law_and_the_bill(record: ExperimentRecord) -> None:
    facts = dict(record.facts)
    count = facts["test inputs"]
    assert count == 119
    assert facts["qubits a copy"] == 6
    quantum = rows(record, quantum=True)
    assert [row["copies"] for row in quantum] == list(GRID.copies)
    for row in quantum:
        copies = int(str(row["copies"]))
        assert row["qubits"] == 6 * copies
        leak = log2(comb(63 + copies, copies))
        assert row["bits that an honest Bob can learn"] == pytest.approx(leak, rel=1e-3)
        assert row["bits"] == 1
        assert abs(float(str(row["accuracy"])) - float(str(row["expected accuracy"]))) < 0.15
        assert float(str(row["low"])) <= float(str(row["accuracy"])) <= float(str(row["high"]))
    sent = rows(record, quantum=False)
    assert sent[0]["method"] == "input as it is"
    assert sent[0]["bits"] == 262 + 1
    assert sent[0]["bits that an honest Bob can learn"] == 262
    exact = str(facts["test accuracy of the exact model"])
    assert exact.startswith(f"{100 * float(str(sent[0]['accuracy'])):.1f}%")
    assert len(record.figures) == 2
    assert ExperimentRecord.model_validate(record.model_dump(mode="json")) == record


def test_the_text_names_the_side_that_sends_less(record: ExperimentRecord) -> None:
    assert "By these counts the classical pair sends less." in record.text


def test_every_figure_with_bars_states_their_confidence(record: ExperimentRecord) -> None:
    barred = [figure for figure in record.figures if any(line.low for line in figure.series)]
    assert len(barred) == 2
    for figure in barred:
        assert "each bar is a 95% Clopper-Pearson interval" in figure.caption


def row(copies: int | None, sent: int, correct: int) -> classifier_record.Row:
    method = "quantum" if copies else "plain"
    return classifier_record.Row(method, copies, 0, sent, correct, 1.0, 0.9, 1)


@pytest.mark.parametrize(
    ("ours", "theirs", "says"),
    [
        ((50, 100), (60, 100), "By these counts the quantum pair sends less."),
        ((61, 100), (60, 100), "By these counts the classical pair sends less."),
        ((60, 100), (60, 100), "By these counts both pairs send the same."),
        ((50, 98), (40, 98), "By these counts neither pair wins."),
        ((50, 98), (60, 100), "nothing that the quantum pair tried is enough"),
        ((50, 99), (40, 98), "nothing that the classical pair tried is enough"),
        ((50, 99), (40, 98), "By these counts the quantum pair sends less."),
        # The interval is that of 99 successes in 100 trials.
        ((50, 99), (60, 100), "is right on 99.0% (94.6% to 100.0%)"),
        ((50, 99), (60, 100), "not the accuracies on the population, which the 95% intervals"),
    ],
)
def test_the_verdict_can_go_either_way(
    ours: tuple[int, int], theirs: tuple[int, int], says: str
) -> None:
    data = replace(task("digits-3-8", 0), test_labels=np.ones(100, int))
    run = classifier_record.Run(
        data=data,
        model=tilted(0.5)[1],
        means=np.full(100, 0.5),
        train_accuracy=1.0,
        rows=(row(3, *ours), row(None, *theirs)),
        steps=1,
        seed=0,
        scale="quick",
    )
    assert says in classifier_record._who_wins(run)


def test_the_experiment_repeats_itself(record: ExperimentRecord) -> None:
    assert experiment("digits-3-8", GRID, 7, "quick") == record


def test_qubits_are_counted_where_they_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(channel: Channel, register: object, to: object) -> object:
        transcript = channel._network.transcript
        moved = send(channel, register, to)  # type: ignore[arg-type]
        transcript.lines.pop()
        return moved

    send = Channel.send
    monkeypatch.setattr(Channel, "send", lost)
    _, bill = decide(*tilted(0.4), 5, 0)
    assert (bill.messages, bill.qubits, bill.bits) == (1, 0, 1)


def test_the_test_set_is_never_learnt_from(
    record: ExperimentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    models: list[Contraction] = []

    def watched(*arguments: object) -> Contraction:
        models.append(train(*arguments))  # type: ignore[arg-type]
        return models[-1]

    def perturbed(name: str, seed: int) -> Task:
        data = task(name, seed)
        return replace(data, test_inputs=data.test_inputs[::-1] + 1, test_labels=-data.test_labels)

    monkeypatch.setattr(classifier, "train", watched)
    honest = experiment("digits-3-8", GRID, 7, "quick")
    monkeypatch.setattr(classifier, "task", perturbed)
    other = experiment("digits-3-8", GRID, 7, "quick")
    assert honest == record
    np.testing.assert_array_equal(models[0].matrix, models[1].matrix)
    assert other.table != record.table
    for fact in ("training accuracy of the exact model", "sharpness of the loss"):
        assert dict(other.facts)[fact] == dict(record.facts)[fact]


def test_sketches_see_no_labels_and_no_test_inputs() -> None:
    data = task("digits-3-8", 0)
    other = replace(
        data,
        train_labels=-data.train_labels,
        test_labels=-data.test_labels,
        test_inputs=data.test_inputs[::-1],
    )
    pairs = list(zip(classical.sketches(data, 1), classical.sketches(other, 1), strict=True))
    assert len(pairs) > 20
    for one, two in pairs:
        np.testing.assert_array_equal(one.train, two.train)
        np.testing.assert_array_equal(one.test, two.test[::-1])
        for messages in (one.train, one.test):
            assert messages.min() >= 0
            assert messages.max() < one.levels


@given(st.floats(0.02, 0.99), st.floats(0.001, 0.4))
def test_the_copies_quoted_are_the_least(margin: float, error: float) -> None:
    copies = classifier_record.copies_needed(margin, error)
    assert copies is not None
    assert copies % 2
    assert classifier_record.wrong_sign(margin, copies) <= error
    assert copies == 1 or classifier_record.wrong_sign(margin, copies - 2) > error
    assert classifier_record.copies_needed(0.0, error) is None


def test_absent_data_make_an_absent_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QDML_DATA_MIRROR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    absent = experiment("mutag", GRID, 0, "quick")
    assert absent.id == "classifier-mutag"
    assert absent.absent is not None
    assert "QDML_DATA_MIRROR" in absent.absent
    assert not absent.table


def test_an_unknown_task_is_an_error() -> None:
    with pytest.raises(InputError, match="nearest: 'digits-3-8'"):
        experiment("digits-38", GRID, 0, "quick")
