"""`qdml explain`: claims before and after a run, words, formulas in letters and signs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import proofs_checks
from qdml.claims import Outcome
from qdml.cli.plain import formula, plain
from qdml.cli.words import WORDS
from tests.cli.conftest import Call


def test_a_claim_before_any_run(call: Call) -> None:
    said = call("explain", "sound").stdout
    assert said.startswith("sound: The sound claim\n\nFor every n, 1 + ... + n = n(n+1)/2.\n")
    assert "one instance on which exact arithmetic disagrees" in said
    assert "one more (put to total): off by one" in said
    assert "It was not run here yet.\nRun it again: qdml check sound\n" in said
    assert json.loads(call("explain", "sound", "--json").stdout)["last_run"] is None


def test_a_claim_after_a_run(call: Call, reports: Path) -> None:
    said = call("explain", "false").stdout
    assert "In the last run: refuted: total: the sum of the first numbers" in said
    assert "Run it again: qdml check false --scale quick --seed 20231011\n" in said
    told = json.loads(call("explain", "broken", "--json").stdout)
    assert told["last_run"]["outcome"] == "failed"
    assert told["steps"][0]["found"] == "the check broke"
    path = reports / "evidence" / "sound.json"
    path.write_text(path.read_text() + " ")
    assert call("explain", "sound").exit_code == 0, "white space is no change"
    path.write_text("{")
    result = call("explain", "sound")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_every_word_of_a_verdict_and_every_status_is_explained(call: Call) -> None:
    assert {*Outcome, "proved", "certified", "measured", "0", "1", "2", "3"} <= set(WORDS)
    assert call("explain", "mutant").stdout.startswith("mutant: A deliberately false variant")
    answer = json.loads(call("explain", "3", "--json").stdout)
    assert (answer["word"], answer["meaning"]) == ("3", WORDS["3"])


def test_an_unknown_word_is_one_clear_line(call: Call) -> None:
    result = call("explain", "soud")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(
        "qdml: 'soud': neither a claim nor a word of a verdict (nearest: 'sound'); `qdml claims`"
    )
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\lceil 2\ln(2/\delta)/\varepsilon^2 \rceil", "⌈2ln(2/δ)/ε^2 ⌉"),
        (r"\frac{a+1}{\sqrt{N/2}} \le \tfrac12", "(a+1)/(√(N/2)) ≤1/2"),
        (r"\log_2 \binom{n}{k}\,x_{i,j}", "log_2 C(n, k) x_(i,j)"),
        (r"\Lambda\ge\lambda \|A\|", "Λ≥λ‖A‖"),
        (r"\operatorname{tr}\rho \unknown", "trρunknown"),
        (r"\frac{", "frac"),
    ],
)
def test_formulas_in_letters_and_signs(latex: str, text: str) -> None:
    assert formula(latex) == text


def test_no_claim_is_left_with_braces_or_backslashes() -> None:
    # One import of each is paid for by other tests; here a few stand for all.
    for claim_id in proofs_checks.ids()[::10]:
        claim = proofs_checks.load(claim_id)
        said = plain(claim.statement) + "".join(map(formula, claim.formulas))
        assert not set(said) & set("\\{}$"), claim_id
