"""The checker of cross-entropy certificates: it accepts what is proved and nothing else."""

from __future__ import annotations

import copy
import json
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.bounds.certificates import check
from qdml.bounds.certificates.clifford import mean_moment
from qdml.bounds.certificates.cross_entropy import _pauli_fourth
from qdml.bounds.certificates.reading import parse
from qdml.bounds.certificates.sturm import is_envelope, positive_until
from qdml.bounds.cross_entropy.search import certified_bits
from qdml.io import dumps

SCORE = Fraction("0.36")
STATED = certified_bits(12, SCORE, "stated").certificate
JOINT = certified_bits(10, SCORE).certificate
CONSTRAINT = ("floor", "slope")


def edited(record, **changes):
    return copy.deepcopy(record) | changes


def test_certificates_survive_their_file() -> None:
    for record in (STATED, JOINT):
        found = check(parse(dumps(record)))
        assert found.valid
        assert found.bound == record["bits"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"bits": STATED["bits"] + 1}, "not shown to score less"),
        ({"bits": 0}, "bits: 0: allowed are integers 1"),
        ({"bits": "82"}, "bits: '82'"),
        ({"qubits": 0}, "qubits: 0"),
        ({"qubits": 41}, "qubits: 41"),
        ({"qubits": 8}, "spread|not shown"),
        ({"score": "0"}, "score: allowed"),
        ({"score": "4096"}, "score: allowed"),
        ({"score": "1/0"}, "division by zero"),
        ({"score": "7/20"}, "not shown to score less"),
        ({"tilt": "1"}, "tilt: allowed"),
        ({"tilt": "-1/2"}, "tilt: allowed"),
        ({"tilt": "1/1000"}, "not shown to score less"),
        ({"peak": {"route": "moment", "order": 5, "value": "15"}}, "bound the eigenvalues"),
        ({"peak": {"route": "moment", "order": 5, "value": "0"}}, "above 0"),
        ({"peak": {"route": "moment", "order": 1, "value": "16"}}, "order: 1"),
        ({"peak": {"route": "spread", "value": "16"}}, "bound the eigenvalues"),
        ({"peak": {"route": "guess", "value": "16"}}, "route: 'guess'"),
        ({"peak": {"route": "moment", "value": "16"}}, "order: missing"),
        ({"peak": {"route": "spread", "value": "64", "order": 3}}, "'order': unknown key"),
        ({"peak": 3}, "peak: a JSON object"),
        ({"spread": {"route": "pauli", "value": "4000"}}, "bound tr B"),
        ({"spread": {"route": "fourth", "value": "200"}}, "bound tr B"),
        ({"note": "x"}, "'note': unknown key"),
    ],
)
def test_edited_certificates_are_rejected(changes, reason: str) -> None:
    found = check(edited(STATED, **changes))
    assert not found.valid
    assert re.search(reason, found.reason), found.reason


def loose(value: Fraction | str, spread: str, numbers: list[str], **peak: object):
    """One bit at ten qubits from a peak of the joint route, at a threshold of 64."""
    part = {"route": "joint", "value": str(value), "threshold": "64", "coefficients": numbers}
    changes = {"bits": 1, "spread": {"route": "pauli", "value": spread}}
    return edited(JOINT, **changes, peak=JOINT["peak"] | part | peak)


@pytest.mark.parametrize(("route", "first"), [("envelope", 4), ("joint", 6)])
def test_a_moment_known_from_above_has_no_negative_coefficient(route: str, first: int) -> None:
    for place in range(first, 9):
        # Above max(0, y - 64) for 0 <= y <= 2^10.
        numbers = ["1", "1", *["0"] * (place - 2), f"-1/{2 ** (10 * place)}"]
        record = loose("2000", "1025", numbers)
        if route == "envelope":
            record["peak"] = {k: v for k, v in record["peak"].items() if k not in CONSTRAINT}
            record["peak"]["route"] = route
        assert f"coefficient from number {first} on is negative" in check(record).reason, place


def test_a_mean_that_falls_with_the_pauli_means_counts_where_they_are_least() -> None:
    """The mean of y - e y^4 is largest at q = 0."""
    most = Fraction(JOINT["peak"]["floor"]) + Fraction(1, 2**10)
    fewer, more = (63 + 2**10 * (1 - mean_moment(10, 4, q) / 2**35) for q in (most, Fraction(0)))
    numbers = ["0", "1", "0", "0", f"-1/{2**35}"]
    assert check(loose(more, "1025", numbers)).valid
    assert "bound the eigenvalues" in check(loose((fewer + more) / 2, "1025", numbers)).reason


def test_a_negative_slope_proves_nothing() -> None:
    """Above every square it would turn a large norm into a small sum of fourth powers."""
    record = loose("2000", "10000000", ["0", "1"], floor="3", slope="-1")
    record["peak"]["value"] = "1100"
    assert "floor and slope" in check(record).reason


def test_the_identity_counts_among_the_fourth_powers() -> None:
    """Hoggar's states: all 63 Pauli means of three qubits are 1/3, so that q = 2/9."""
    fourth = Fraction(1 + 63 * Fraction(1, 3) ** 4, 8)
    floor = Fraction(1, 9) + Fraction(1, 1000)
    record = {"floor": str(floor), "slope": "100"}
    assert fourth <= _pauli_fourth(record, 8, Fraction(3), Fraction(9)) < 1


def test_a_peak_from_the_spread_cannot_support_the_spread() -> None:
    record = edited(STATED)
    record["spread"] = {"route": "peak", "value": "9"}
    record["peak"] = {"route": "spread", "value": "3"}
    assert "bound tr B" in check(record).reason


@pytest.mark.parametrize("part", ["floor", "slope", "threshold", "value"])
def test_the_joint_route_needs_all_its_numbers(part: str) -> None:
    for factor in (Fraction(1, 2), Fraction(9, 10)):
        record = edited(JOINT)
        record["peak"][part] = str(Fraction(record["peak"][part]) * factor)
        assert not check(record).valid, (part, factor)


def test_a_norm_below_the_peak_is_not_taken_smaller() -> None:
    assert JOINT["spread"]["route"] == "peak"
    record = edited(JOINT)
    record["spread"]["value"] = str(Fraction(JOINT["spread"]["value"]) * Fraction(999, 1000))
    assert "bound tr B^2" in check(record).reason


def test_long_numbers_are_refused_before_they_cost_time() -> None:
    record = edited(JOINT)
    record["peak"]["coefficients"][1] = "1/" + "9" * 400
    assert "more than 1024 binary digits" in check(record).reason


leaves = st.one_of(
    st.integers(-3, 400),
    st.sampled_from(["", "x", "1/3", "-2", "1/0", None, True, [], {}, "9" * 300]),
    st.fractions().map(str),
)


@given(st.sampled_from([STATED, JOINT]), st.data())
def test_no_edit_proves_more_than_the_search_found(record, data) -> None:
    changed = edited(record)
    target = data.draw(st.sampled_from([changed, changed["peak"], changed["spread"]]))
    key = data.draw(st.sampled_from(sorted(target)))
    if key == "coefficients":
        place = data.draw(st.integers(0, len(target[key]) - 1))
        scale = data.draw(st.fractions(0, 2, max_denominator=50))
        target[key][place] = str(Fraction(target[key][place]) * scale)
    elif isinstance(target[key], str) and data.draw(st.booleans()) and key not in ("kind", "route"):
        target[key] = str(Fraction(target[key]) * data.draw(st.fractions("1/2", 2)))
    else:
        target[key] = data.draw(leaves)
    found = check(parse(json.dumps(changed)))
    assert "\n" not in found.reason
    if found.valid:
        score = Fraction(changed["score"])
        best = certified_bits(changed["qubits"], score).bits
        assert best is None or changed["bits"] <= best * 1.01 + 2


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=5), st.integers(1, 6))
def test_sturm_against_a_fine_grid(numbers, end) -> None:
    said = positive_until([Fraction(v) for v in numbers], Fraction(end))
    values = [
        sum(v * Fraction(k * end, 97) ** j for j, v in enumerate(numbers)) for k in range(1, 98)
    ]
    if said:
        assert min(values) > 0


def test_a_line_is_an_envelope_only_above_its_corner() -> None:
    assert is_envelope([Fraction(0), Fraction(1)], Fraction(1), 4)
    assert not is_envelope([Fraction(0), Fraction(1, 2)], Fraction(1), 4)
