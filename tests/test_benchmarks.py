"""The comparison keeps its contract, refuses to time what disagrees, and draws the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import jax
import numpy as np
import pytest

from benchmarks import chains, cold, device, engine, peers, plot, vectors
from benchmarks.floors import fractions
from benchmarks.race import Contender, race
from qdml.quantum import accelerator
from qdml.quantum.gates import act

RESULT = Path(engine.__file__).with_suffix(".json")
KEYS = {
    "workload",
    "qubits",
    "dtype",
    "ours_seconds",
    "peer",
    "peer_seconds",
    "ratio",
    "agreement",
}


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no peer were installed, but the reference engine."""

    def reference(circuit, state):
        held = {"state": state.astype(complex)}

        def forward() -> None:
            held["state"] = act(circuit.gates, held["state"])

        return peers.Prepared(Contender(forward, lambda: held["state"]))

    monkeypatch.setattr(peers, "_present", lambda package: False)
    monkeypatch.setattr(vectors, "installed", lambda: {"reference": reference})
    monkeypatch.setattr(chains, "_quimb", lambda: False)
    monkeypatch.setattr(cold, "_lightning", lambda: False)


def check(result: dict) -> None:
    assert set(result) == {"machine", "versions", "floors", "rows"}
    for row in result["rows"]:
        assert set(row) == KEYS
        if row["peer"]:
            assert row["ratio"] == row["peer_seconds"] / row["ours_seconds"]
            single = row["dtype"] == "complex64"
            limit = vectors.SPREAD if row["workload"] == "sampling" else 1e-2 if single else 1e-10
            assert row["agreement"] <= limit
    assert min(value for key, value in result["floors"].items() if key != "fractions") > 0
    for part in result["floors"]["fractions"]:
        assert part["bandwidth"] > 0
        assert part["compute"] > 0


@pytest.mark.usefixtures("alone")
def test_a_quick_run_keeps_the_contract(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["engine", "--json", "--quick", "--qubits", "5"])
    engine.main()
    result = json.loads(capsys.readouterr().out)
    check(result)
    found = {(row["workload"], row["peer"]) for row in result["rows"]}
    assert ("line forward", "reference") in found
    assert ("line gradient", None) in found
    assert ("chain overlap, bond 8", "tensornetwork nodes") in found
    assert ("cold process, gradient", None) in found
    # Without an accelerator jax is timed only where a size is asked for.
    assert {work for work, peer in found if peer == "state vector"} == {
        f"jax on {jax.devices()[0].platform} {task}" for task in ("forward", "gradient")
    }
    assert "of bandwidth" in engine.table(result)


def test_the_result_that_is_kept_has_the_contract_and_its_figure() -> None:
    result = json.loads(RESULT.read_text())
    check(result)
    assert plot.draw(result["rows"]) == RESULT.with_suffix(".svg").read_text()
    assert {"numpy", "numba", "pennylane-lightning", "qulacs", "qiskit-aer", "quimb"} <= set(
        result["versions"]
    )
    assert fractions(result["rows"], result["floors"]) == result["floors"]["fractions"]


def test_an_accelerator_is_compared_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "compare", lambda qubits, quick: [qubits])
    for memory, sizes in ((None, []), (2**36, [device.FULL])):
        monkeypatch.setattr(accelerator, "memory", lambda memory=memory: memory)
        assert device.rows(None, quick=False) == sizes


def test_what_disagrees_is_not_timed() -> None:
    ours, other = (Contender(lambda shift=shift: np.arange(3) + shift) for shift in (0, 1e-3))
    assert race({}, ours, {"other": other}, 1e-2, quick=True)[0]["agreement"] == pytest.approx(1e-3)
    with pytest.raises(SystemExit, match=r"other differs by 1\.0e-03 in .*'line'"):
        race({"workload": "line"}, ours, {"other": other}, 1e-4, quick=True)
    with pytest.raises(SystemExit, match="differs by nan"):
        race({}, ours, {"other": Contender(lambda: np.full(3, np.nan))}, 1e-4, quick=True)


def test_rows_taken_again_replace_the_old_ones(tmp_path: Path) -> None:
    old = [{"workload": "a", "dtype": "c", "qubits": n, "peer": None, "ratio": 1} for n in (8, 4)]
    path = tmp_path / "result.json"
    path.write_text(json.dumps({"rows": old}))
    found = engine.merged(path, [{**old[0], "ratio": 2}])
    assert [(row["qubits"], row["ratio"]) for row in found] == [(4, 1), (8, 2)]
