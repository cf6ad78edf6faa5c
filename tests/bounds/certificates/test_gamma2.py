"""Certificates of gamma_2^alpha: valid ones are, and no change makes a falsehood valid."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
import time
import tracemalloc
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qdml.bounds.certificates import CHECKERS, check, check_file
from qdml.bounds.certificates.matrices import family, sign_matrix
from qdml.bounds.certificates.reading import Rejected, parse
from qdml.bounds.gamma2 import dense
from qdml.io import dumps
from tests.bounds.certificates import exact


def _found(rows: Any, alpha: str) -> tuple[dict[str, Any], dict[str, Any]]:
    found = dense.find(rows, None if alpha == "infinity" else Fraction(alpha))
    assert found.factorisation is not None
    return found.certificate, found.factorisation


PAIRS = [
    _found([[1, -1, 1], [1, 1, -1], [-1, 1, 1]], "3/2"),
    _found(["+-+.", "++-+", "-.++"], "3"),
    _found([[1, 1], [1, -1], [None, 1]], "infinity"),
    _found([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]], "2"),
]
LOWER, UPPER = [pair[0] for pair in PAIRS], [pair[1] for pair in PAIRS]


@pytest.mark.parametrize("record", LOWER)
def test_a_lower_bound_is_what_the_plain_computation_says(record) -> None:
    found = check(record)
    assert found.valid
    assert found.bound == exact.lower(record) == Fraction(record["bound"])


@pytest.mark.parametrize("record", UPPER)
def test_an_upper_bound_is_what_the_plain_computation_says(record) -> None:
    found = check(record)
    assert found.valid
    assert found.bound == exact.upper(record) == Fraction(record["bound"])


def test_the_two_sides_meet_and_never_cross() -> None:
    for low, high in PAIRS:
        below, above = check(low).bound, check(high).bound
        assert below is not None
        assert above is not None
        assert below <= above <= below * Fraction(10**6 + 1, 10**6)


NUMBERS = st.one_of(
    st.integers(-(2**45), 2**45),
    st.sampled_from(
        [None, 0, 1, -1, True, "1/3", "-5", "0/1", "1/0", "x", "", 2**2000, [], {}, [1]]
    ),
    st.fractions().map(str),
)


@st.composite
def changed(draw, records):
    """A certificate with one to three places replaced, negated, moved, dropped or doubled."""
    record = copy.deepcopy(draw(st.sampled_from(records)))
    for _ in range(draw(st.integers(1, 3))):
        holder: Any = record
        key: Any = draw(st.sampled_from(sorted(record)))
        while isinstance(holder[key], list) and holder[key] and draw(st.integers(0, 5)):
            holder, key = holder[key], draw(st.integers(0, len(holder[key]) - 1))
        kind = draw(st.integers(0, 5))
        value = holder[key]
        if kind == 0 or isinstance(value, dict):
            holder[key] = draw(NUMBERS)
        elif kind == 1 and type(value) is int:
            holder[key] = -value
        elif kind == 2 and type(value) is int:
            holder[key] = value + draw(st.integers(-(2**20), 2**20))
        elif kind == 3 and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(value))
        elif kind == 4 and isinstance(holder, list):
            del holder[key]
        else:
            other = draw(st.sampled_from(records))
            holder[key] = copy.deepcopy(other.get(key, value) if holder is record else value)
        if not isinstance(record.get("matrix"), list):
            break
    return record


@given(changed(LOWER))
@settings(max_examples=400)
def test_no_change_makes_a_false_lower_bound_valid(record) -> None:
    found = check(record)
    assert found.valid == (found.bound is not None)
    if found.valid:
        assert found.bound == exact.lower(record)
        assert Fraction(record["bound"]) <= found.bound
    else:
        assert found.reason


@given(changed(UPPER))
@settings(max_examples=400)
def test_no_change_makes_a_false_upper_bound_valid(record) -> None:
    found = check(record)
    if found.valid:
        assert found.bound == exact.upper(record)
        assert Fraction(record["bound"]) >= found.bound


@given(st.sampled_from(LOWER), st.integers(0, 10**6), st.integers(1, 8), st.binary(max_size=8))
def test_damaged_files_are_rejected_or_say_the_truth(record, place, length, bytes_) -> None:
    content = dumps(record).encode()
    place %= len(content)
    damaged = content[:place] + bytes_ + content[place + length :]
    try:
        read = parse(damaged)
    except Rejected:
        return
    found = check(read)
    if found.valid:
        read.pop("schema_version", None)
        assert found.bound == exact.lower(read)


@given(st.sampled_from(LOWER), st.floats(0.9, 0.9999))
def test_smaller_p_and_q_are_rejected(record, factor: float) -> None:
    shrunk = copy.deepcopy(record)
    for side in ("p", "q"):
        shrunk[side] = [str(Fraction(x) * Fraction(factor)) for x in record[side]]
    assert "not proved positive semidefinite" in check(shrunk).reason


@given(st.sampled_from(LOWER), st.data())
def test_a_certificate_of_one_matrix_proves_less_of_another(record, data) -> None:
    """A flipped entry turns a weight against the matrix: the claim is above what is proved."""
    rows = [list(row) for row in record["matrix"]]
    weights = record["weights"]
    spots = [(i, j) for i, row in enumerate(weights) for j, w in enumerate(row) if Fraction(w) != 0]
    i, j = data.draw(st.sampled_from(spots))
    signs = sign_matrix(record["matrix"])
    assume(signs[i][j] != 0)
    signs[i][j] *= -1
    other = [[entry or None for entry in row] for row in signs]
    found = check(record | {"matrix": other})
    assert not found.valid
    assert "bound: more is claimed" in found.reason or "weights:" in found.reason
    assert len(rows) == len(other)


GOOD = LOWER[0]
BAD = [
    ({"bound": "100"}, "bound: more is claimed than the proved"),
    ({"bound": 2.5}, "bound: 2.5: not an integer nor a rational"),
    ({"alpha": 1}, "alpha: 1: it has to be above 1"),
    ({"alpha": "1/2"}, "above 1"),
    ({"alpha": "-3"}, "above 1"),
    ({"alpha": None}, "alpha: None: not an integer nor"),
    ({"p": GOOD["p"][:-1]}, "p: 2: a list of 3 numbers is needed"),
    ({"q": [*GOOD["q"], 1]}, "q: 4: a list of 3"),
    ({"q": "123"}, "q: str: a list of 3"),
    ({"p": [-1, *GOOD["p"][1:]]}, r"p\[0\]: a diagonal entry is negative"),
    ({"p": ["1/0", *GOOD["p"][1:]]}, "division by zero"),
    ({"p": ["a third", *GOOD["p"][1:]]}, "not an integer nor a rational"),
    ({"p": [0, 0, 0], "q": [0, 0, 0]}, "all entries are zero"),
    ({"p": [0, *GOOD["p"][1:]]}, "not proved positive semidefinite"),
    ({"p": [2**3000, *GOOD["p"][1:]]}, "numbers of more than 1024 bits"),
    ({"p": [f"1/{3**700}", *GOOD["p"][1:]]}, "common denominator of more than 1024 bits"),
    ({"weights": GOOD["weights"][:-1]}, "weights: 3 rows of 3 numbers"),
    ({"weights": [[0] * 3] * 3}, "weights: nothing above zero follows"),
    ({"weights": 3}, "weights: 3 rows"),
    ({"matrix": [[1, 2], [1, 1]]}, r"matrix\[0\]: allowed are"),
    ({"matrix": [[1, True], [1, 1]]}, r"matrix\[0\]: allowed are"),
    ({"matrix": ["+-x"]}, r"matrix\[0\]: allowed are"),
    ({"matrix": [[1], [1, 1]]}, "all rows need one length"),
    ({"matrix": []}, "rows, is needed"),
    ({"matrix": [[]]}, "all rows need one length"),
    ({"matrix": 7}, "rows, is needed"),
    ({"matrix": [[1]] * 513}, "1 ... 512 rows"),
    ({"matrix": {"family": "disjointness", "n": 40}}, "n: 40: allowed are integers 1 ... 9"),
    ({"matrix": {"family": "disjointness", "n": 2, "gap": 1}}, "'gap': unknown key"),
    ({"matrix": {"family": "gap-hamming", "n": 2}}, "gap: missing"),
    ({"matrix": {"family": "gap-hamming", "n": 2, "gap": 3}}, "gap: 3: allowed"),
    ({"matrix": {"family": "majority", "n": 2}}, "odd number of bits"),
    ({"matrix": {"family": "random", "n": 2}}, "family: 'random': allowed are"),
    ({"kind": "gamma3"}, "kind: 'gamma3': allowed are"),
    ({"kind": ["gamma2-dense"]}, "kind: .*allowed are"),
    ({"note": "trust me"}, "'note': unknown key"),
    ({"schema_version": 2}, "schema_version: 2"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_bad_certificates_are_rejected_with_the_reason(change, reason: str) -> None:
    found = check(GOOD | change)
    assert not found.valid
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(found.reason)


@pytest.mark.parametrize("key", sorted(GOOD))
def test_what_is_missing_is_named(key: str) -> None:
    assert check({name: GOOD[name] for name in GOOD if name != key}).reason == f"{key}: missing"


PLAIN = {"kind": "gamma2-dense", "alpha": 3, "p": [4, 4], "q": [4, 4], "bound": 0}


def test_weights_off_the_promise_and_against_the_matrix_cost_alpha() -> None:
    """Three weights along the matrix and one of each other kind, where every one decides."""
    for rows in ([[1, 1], [1, None]], [[1, 1], [1, -1]], [[1, 1], [1, 1]]):
        record = PLAIN | {"matrix": rows, "weights": [[2, 2], [2, "1/2"]]}
        # 2 (6 + 1/2) / 16, or 2 (6 - 3/2) / 16 where the last weight is not along the matrix.
        expected = Fraction(13, 16) if rows[1][1] == 1 else Fraction(9, 16)
        assert check(record).bound == exact.lower(record) == expected
        found = check(record | {"alpha": "infinity"})
        assert found.valid == (rows[1][1] == 1)
        assert found.valid or "every weight has the sign of its entry" in found.reason


@given(st.integers(0, 10**6), st.integers(4, 6))
def test_inverses_are_rounded_to_the_side_that_stays_true(seed: int, count: int) -> None:
    """q has to reach sum w^2/p; the whole number below it is too little, by less than one part in
    2^199."""
    rng = random.Random(seed)
    p, weight = [rng.randrange(2**199, 2**200) for _ in range(count)], 2**200
    needed = sum(Fraction(weight**2, entry) for entry in p)
    assert needed.denominator != 1
    record = {
        "kind": "gamma2-dense",
        "matrix": [[1]] * len(p),
        "alpha": 3,
        "weights": [[weight]] * len(p),
        "p": p,
        "q": [int(needed)],
        "bound": 0,
    }
    assert not check(record).valid
    # A part in 2^50 more is enough for the exact check as well.
    assert check(record | {"q": [int(needed) + 2**150]}).valid


@pytest.mark.parametrize("entry", [1, -1, None])
def test_a_factorisation_stays_in_the_window_on_either_side(entry) -> None:
    record = {"kind": "gamma2-factorisation", "matrix": [[entry]], "alpha": 3, "scale": 2}
    for product_ in range(-16, 17):
        found = check(record | {"x": [[1]], "y": [[product_]], "bound": 100})
        value = Fraction(product_, 4)
        inside = abs(value) <= 3 if entry is None else 1 <= entry * value <= 3
        assert found.valid == inside, product_


UPPER_BAD = [
    ({"bound": 1}, "bound: less is claimed than the proved"),
    ({"scale": 0}, "scale: 0: allowed"),
    ({"scale": UPPER[0]["scale"] * 2}, "outside the window"),
    ({"scale": UPPER[0]["scale"] // 2}, "outside the window"),
    ({"x": UPPER[0]["x"][:-1]}, "x: 3 rows of integers"),
    ({"x": [[1], [1, 2], [1]]}, r"x\[1\]: 1 integers"),
    ({"x": [[2**300]] * 3}, "at most 256 bits"),
    ({"x": [[]] * 3}, "integers are needed"),
    ({"x": [[1]] * 3}, "columns"),
    ({"y": [["1"]] * 3}, r"y\[0\]"),
]


@pytest.mark.parametrize(("change", "reason"), UPPER_BAD, ids=[reason for _, reason in UPPER_BAD])
def test_bad_factorisations_are_rejected_with_the_reason(change, reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(check(UPPER[0] | change).reason)


HOSTILE = {
    "a number of a million digits": '{"kind": "gamma2-dense", "p": [' + "9" * 10**6 + "]}",
    "a text of a million digits": '{"kind": "gamma2-dense", "bound": "' + "9" * 10**6 + '"}',
    "deep nesting": "[" * 10**6,
    "deep nesting of objects": '{"a":' * 10**5,
    "truncated": dumps(GOOD)[:-40],
    "empty": "",
    "no object": "[1, 2]",
    "not JSON": "valid: true",
    "not a number": '{"kind": NaN}',
    "twice": '{"kind": "gamma2-dense", "kind": "gamma2-dense"}',
    "a wide matrix": '{"kind": "gamma2-dense", "matrix": [' + "[1]," * 10**5 + "[1]]}",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_files_are_rejected_in_bounded_time_and_memory(content, tmp_path: Path) -> None:
    path = tmp_path / "cert.json"
    path.write_text(content)
    tracemalloc.start()
    start = time.process_time()
    found = check_file(path)
    seconds, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not found.valid
    assert "\n" not in found.reason
    assert len(found.reason) < 300
    assert seconds < 5
    assert peak < 100 * 2**20


def test_the_longest_numbers_that_are_read_are_checked_in_bounded_time() -> None:
    """Full width and full length: 64 x 64 numbers of 1000 bits are decided, not hung on."""
    rng = np.random.default_rng(0)
    rows = [[int(x) for x in row] for row in rng.choice([-1, 1], (64, 64))]
    weights = [
        [entry * (2**1000 - 1 - i * j) for j, entry in enumerate(r)] for i, r in enumerate(rows)
    ]
    sides = {"p": [2**1010 + i for i in range(64)], "q": [2**1010 - i for i in range(64)]}
    record = {"kind": "gamma2-dense", "matrix": rows, "alpha": 3, "weights": weights, "bound": 0}
    start = time.process_time()
    assert check(record | sides).valid
    assert time.process_time() - start < 5


def test_a_family_is_built_by_the_checker() -> None:
    """The rows that the checker builds are those of the definition, and need not be in the file."""
    for n in (1, 2, 3):
        for x in range(2**n):
            for y in range(2**n):
                both = sum((x >> b) & (y >> b) & 1 for b in range(n))
                apart = sum(((x >> b) ^ (y >> b)) & 1 for b in range(n))
                assert family({"family": "disjointness", "n": n})[x][y] == (1 if both else -1)
                assert family({"family": "inner-product", "n": n})[x][y] == (-1) ** both
                for gap in range(1, n + 1):
                    product = n - 2 * apart
                    expected = 0 if abs(product) < gap else (1 if product > 0 else -1)
                    rows = family({"family": "gap-hamming", "n": n, "gap": gap})
                    assert rows[x][y] == expected
                if n % 2:
                    expected = 1 if apart < n / 2 else -1
                    assert family({"family": "majority", "n": n})[x][y] == expected


def test_a_family_and_its_rows_are_proved_alike() -> None:
    name = {"family": "majority", "n": 3}
    record, _ = _found(name, "3")
    rows = ["".join("+" if entry > 0 else "-" for entry in row) for row in family(name)]
    assert check(record) == check(record | {"matrix": rows})
    assert not check(record | {"matrix": {"family": "inner-product", "n": 3}}).valid


@pytest.mark.parametrize("module", sorted(set(CHECKERS.values())))
def test_a_checker_is_short_and_knows_no_solver(module: str) -> None:
    heavy = {"cvxpy", "clarabel", "scs", "scipy", "numpy", "sympy", "jax", "numba"}
    code = (
        f"import sys, qdml.bounds.certificates.{module}\n"
        f"print(sorted({heavy!r} & {{name.partition('.')[0] for name in sys.modules}}))\n"
        "print(sorted(name for name in sys.modules if name.startswith('qdml.')))"
    )
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert said[0] == "[]"
    rooms = {name.split(".")[1] for name in json.loads(said[1].replace("'", '"'))}
    assert rooms <= {"bounds", "errors", "io"}
    source = Path(__file__).parents[3] / "qdml" / "bounds" / "certificates" / f"{module}.py"
    assert source.read_text().count("\n") < 200


@pytest.mark.parametrize("alpha", [f"{10**3990 + 2}/{10**3990}", str(10**3990)])
def test_a_factor_too_long_to_be_printed_is_rejected(alpha: str) -> None:
    record = {"kind": "gamma2-dense", "matrix": [[1, 1], [1, -1]], "alpha": alpha}
    sides = {"weights": [[1, 1], [1, 1]], "p": [3, 3], "q": [3, 3], "bound": 0}
    assert "alpha: a rational p/q with p of at most 50 digits" in check(record | sides).reason
