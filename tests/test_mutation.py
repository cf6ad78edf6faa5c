"""What a run of mutants reports, and which tests a mutant is put to."""

from __future__ import annotations

from benchmarks import mutation
from benchmarks.mutation_report import report


def row(file: str, fate: str) -> dict:
    change = ["x = a | b", "x = a & b"]
    own = {"line": 3, "operator": "ReplaceBinaryOperator_BitOr_BitAnd", "change": change}
    return own | {"key": f"{file}:3", "file": file, "fate": fate}


def test_only_killed_mutants_count_and_all_others_are_listed() -> None:
    fates = ["killed"] * 9 + ["time"]
    rows = [row("qdml/bounds/tails.py", fate) for fate in fates] + [
        row("proofs_checks/a.py", "broken")
    ]
    lines = report(rows, places=70, seed=5).splitlines()
    assert lines[0].startswith("11 of 70 places, drawn uniformly with seed 5")
    # The interval of 9 in 10 as tables have it.
    assert "| qdml/bounds | 10 | 9 | 1 | 0 | 90.0% | 55.5% to 99.7% |" in lines
    assert "| proofs_checks | 1 | 0 | 0 | 1 | 0.0% | 0.0% to 97.5% |" in lines
    assert [line.partition(" ")[2].partition(" ")[0] for line in lines[-2:]] == [
        "proofs_checks/a.py:3",
        "qdml/bounds/tails.py:3",
    ]


def test_every_file_is_put_to_tests_and_a_claim_to_itself() -> None:
    assert mutation.tests_of("qdml/claims/sweep.py")[0] == "tests/claims/test_sweep.py"
    assert mutation.tests_of("proofs_checks/pointer_jumping.py") == [
        mutation.CRUDEST.format("pointer-jumping")
    ]
    assert mutation.tests_of("qdml/bounds/certificates/rank_mod_p.py")
