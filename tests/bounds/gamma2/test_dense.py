"""The dense route: both sides meet, known values come out, symmetries change nothing."""

from __future__ import annotations

import re
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.bounds.certificates import check
from qdml.bounds.certificates.matrices import family
from qdml.bounds.gamma2 import answers, dense, routes, user
from qdml.bounds.gamma2.found import Found
from qdml.bounds.gamma2.program import suggest
from qdml.bounds.gamma2.symmetry import blocks, classes, merged
from qdml.errors import InputError, SolveError


def sides(found: Found) -> tuple[float, float]:
    low, high = check(found.certificate).bound, check(found.factorisation).bound
    assert high == found.primal
    assert low <= high
    return float(low), float(high)


@st.composite
def partial(draw, most: int = 4):
    m, n = draw(st.integers(1, most)), draw(st.integers(1, most))
    entries = st.sampled_from([1, -1, None]) if draw(st.booleans()) else st.sampled_from([1, -1])
    row = st.lists(entries, min_size=n, max_size=n)
    rows = draw(st.lists(row, min_size=m, max_size=m))
    rows[0][0] = rows[0][0] or 1
    return rows


ALPHAS = st.sampled_from([Fraction(3), Fraction(11, 10), Fraction(3, 2), None, Fraction(50)])


@given(partial(), ALPHAS)
@settings(max_examples=30)
def test_both_sides_meet(rows, alpha) -> None:
    low, high = sides(dense.find(rows, alpha))
    # Ten tolerances of the solver, on a program of a dozen rows.
    assert high - low <= 1e-5 * high
    # gamma_2 is at least the largest entry, at most the root of the smaller side.
    assert high >= 1
    assert low <= min(len(rows), len(rows[0])) ** 0.5


@given(partial(3), st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_signs_orders_repeats_and_transposition_change_nothing(rows, random) -> None:
    alpha = Fraction(2)
    matrix = [list(row) for row in rows]
    random.shuffle(matrix)
    matrix += [[None if entry is None else -entry for entry in matrix[0]]]
    matrix = [[*row, row[0]] for row in matrix]
    turned = [list(column) for column in zip(*matrix, strict=True)]
    low, high = sides(dense.find(rows, alpha))
    other_low, other_high = sides(dense.find(turned, alpha))
    assert low <= other_high
    assert other_low <= high


@given(partial(3))
@settings(max_examples=15)
def test_a_larger_alpha_or_a_weaker_promise_asks_for_less(rows) -> None:
    low = [sides(dense.find(rows, alpha))[0] for alpha in (Fraction(3, 2), Fraction(3), None)]
    high = [sides(dense.find(rows, alpha))[1] for alpha in (Fraction(3, 2), Fraction(3), None)]
    assert low[2] <= high[1]
    assert low[1] <= high[0]
    weaker = [
        [None if (i, j) == (0, 0) else x for j, x in enumerate(r)] for i, r in enumerate(rows)
    ]
    if any(entry for row in weaker for entry in row):
        assert sides(dense.find(weaker, Fraction(3)))[0] <= high[1]


@pytest.mark.parametrize(
    ("name", "alpha", "value"),
    [
        ({"family": "disjointness", "n": 4}, 3, 2.906291),
        ({"family": "majority", "n": 5}, 3, 3.0),
        ({"family": "inner-product", "n": 3}, 3, 8**0.5),
        ({"family": "inner-product", "n": 4}, 3, 4.0),
        ({"family": "inner-product", "n": 4}, 50, 4.0),
        ({"family": "inner-product", "n": 4}, None, 4.0),
        ({"family": "gap-hamming", "n": 6, "gap": 2}, 3, 3.0),
        # One bit: [[-1, -1], [-1, 1]], whose gamma_2 is the root of 2, a CHSH game.
        ({"family": "disjointness", "n": 1}, None, 2**0.5),
    ],
)
def test_known_values(name, alpha, value: float) -> None:
    low, high = sides(dense.find(name, None if alpha is None else Fraction(alpha)))
    assert low <= value * (1 + 1e-6)
    assert high >= value * (1 - 1e-6)
    assert high - low < 1e-5


def test_hadamard_matrices_of_even_order_are_certified_exactly() -> None:
    for n, value in ((2, 2), (4, 4)):
        found = dense.find({"family": "inner-product", "n": n}, Fraction(7))
        assert check(found.certificate).bound == value


def test_the_growth_of_inner_product_is_a_root() -> None:
    values = [
        sides(dense.find({"family": "inner-product", "n": n}, Fraction(3)))[0] for n in (2, 4)
    ]
    assert np.log2(values[1] / values[0]) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    "name",
    [
        {"family": "disjointness", "n": 4},
        {"family": "majority", "n": 5},
        {"family": "gap-hamming", "n": 4, "gap": 2},
    ],
)
def test_within_the_symmetries_and_without_the_value_is_one(name, monkeypatch) -> None:
    matrix = merged(np.array(family(name), dtype=np.int8)).matrix
    assert classes(matrix) is not None
    within = suggest(matrix, 3.0, check_with="scs").solution.value
    monkeypatch.setattr("qdml.bounds.gamma2.program.classes", lambda matrix: None)
    without = suggest(matrix, 3.0).solution.value
    assert within == pytest.approx(without, abs=1e-4)


def test_disjointness_falls_into_the_blocks_of_the_symmetric_group() -> None:
    matrix = np.array(family({"family": "disjointness", "n": 4}), dtype=np.int8)
    labels = classes(matrix)
    assert labels is not None
    bases = blocks(labels)
    # Two copies, for rows and columns, of the Terwilliger blocks of sizes 1, 3, 5.
    assert sorted(basis.shape[1] for basis in bases) == [2, 6, 10]
    rng = np.random.default_rng(1)
    element = rng.standard_normal(labels.max() + 1)[labels]
    lowest = min(np.linalg.eigvalsh(basis.T @ element @ basis)[0] for basis in bases)
    assert lowest == pytest.approx(np.linalg.eigvalsh(element)[0], abs=1e-9)


def test_what_stands_for_others_rebuilds_the_matrix() -> None:
    rows = [[1, -1, 1], [-1, 1, -1], [1, -1, 0], [1, 1, 1], [0, 0, 0]]
    matrix = np.array(rows, dtype=np.int8)
    found = merged(matrix)
    assert found.matrix.shape == (2, 2)
    rebuilt = found.matrix[np.ix_(found.rows, found.columns)]
    rebuilt = rebuilt * found.row_signs[:, None] * found.column_signs
    assert (rebuilt[matrix != 0] == matrix[matrix != 0]).all()


def test_a_random_matrix_of_64_rows_is_certified_soon_and_checked_sooner() -> None:
    signs = np.random.default_rng(0).choice([-1, 1], (64, 64))
    start = time.process_time()
    found = dense.find([[int(entry) for entry in row] for row in signs], Fraction(3))
    finding = time.process_time() - start
    low, high = sides(found)
    assert high - low < 1e-3
    start = time.process_time()
    check(found.certificate)
    checking = time.process_time() - start
    assert finding < 60
    # A tenth is what is wanted of an idle machine; a fifth leaves room for a busy one.
    assert checking < finding / 5


def test_bad_matrices_and_factors_are_told_in_one_line() -> None:
    for alpha in (Fraction(1), Fraction(0), Fraction(-3), Fraction(1, 2), 1 + Fraction(1, 10**20)):
        with pytest.raises(InputError, match=rf"alpha {alpha}: expected a number above 1"):
            dense.find([[1]], alpha)
    with pytest.raises(InputError, match="allowed are lists of 1, -1 and null"):
        dense.find([[2]], Fraction(3))
    with pytest.raises(InputError, match="no entry is defined"):
        dense.find([[None, None]], Fraction(3))
    with pytest.raises(InputError, match="the largest side is 512"):
        dense.find([[1] * 513], Fraction(3))


def test_a_route_that_goes_too_far_says_so() -> None:
    with pytest.raises(InputError, match=r"disjointness, n: 0: allowed are integers 1 \.\.\. 36"):
        routes.find("disjointness", Fraction(3), n=0)
    with pytest.raises(InputError, match=r"majority, n: 257: allowed are integers 1 \.\.\. 256"):
        routes.find("majority", Fraction(3), n=257)


def test_a_rejected_certificate_is_no_answer() -> None:
    found = dense.find([[1, 1], [1, -1]], Fraction(3))
    broken = Found("dense", found.certificate | {"bound": "2"}, found.primal)
    with pytest.raises(SolveError, match="the certificate is rejected: bound: more is claimed"):
        answers.communication(broken, Fraction(3))


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**6))
def test_rounding_is_to_the_side_that_stays_true(number: Fraction) -> None:
    assert Fraction(answers.below(number)) <= number <= Fraction(answers.above(number))
    exact = np.log2(float(number))
    assert exact - 1e-12 <= answers.log2_below(number) + 1e-12
    assert answers.log2_below(number) <= exact + 1e-15 * (1 + abs(exact))
    power = Fraction(2) ** 5
    assert answers.log2_below(power) < 5
    assert answers.log2_below(Fraction(1)) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,0\n", r"line 1, entry 2: '0': allowed are 1, -1 and empty"),
        ("1,-1\n1\n", r"line 2: 1 entries, the first line has 2"),
        ("1,-1\n\n1,1\n", r"line 2: 0 entries, the first line has 2"),
        ("", "0 x 0 entries"),
        ("\n\n", "0 x 0 entries"),
        (",\n,\n", "no entry is defined"),
        ("1.0\n", "'1.0': allowed are"),
        ("1;-1\n", "'1;-1'"),
        ("a,b\n1,1\n", "line 1, entry 1: 'a'"),
        ("1," * 600 + "1\n", "1 x 601 entries; at least one, at most 512"),
        ('"1\n', "not a CSV file"),
        ("x" * 5 * 10**6, "too long"),
    ],
)
def test_malformed_files_are_told_in_one_line(tmp_path, text: str, message: str) -> None:
    path = tmp_path / "m.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        user.read(path)
    assert re.search(message, str(caught.value))
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path) -> None:
    with pytest.raises(InputError, match="No such file"):
        user.read(tmp_path / "none.csv")
    with pytest.raises(InputError, match="Is a directory"):
        user.read(tmp_path)
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not a text file"):
        user.read(tmp_path / "binary.csv")


def test_a_file_in_any_of_its_forms(tmp_path) -> None:
    (tmp_path / "m.csv").write_bytes(b"\xef\xbb\xbf1, -1,+1\r\n+,-,\r\n,1,-1\r\n\r\n")
    assert user.read(tmp_path / "m.csv") == [[1, -1, 1], [1, -1, None], [None, 1, -1]]
