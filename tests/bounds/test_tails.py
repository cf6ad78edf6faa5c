"""Exact binomial tails against enumeration of all outcomes and in ball arithmetic."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import ceil, comb, floor

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qdml.bounds.tails import WIDTH, estimate_misses, ternary_misses
from qdml.claims.intervals import sampling_copies
from qdml.errors import InputError

losses = st.fractions(-1, 1, max_denominator=50)
accuracies = st.fractions(Fraction(1, 60), Fraction(119, 60), max_denominator=60)


def enumerated(copies: int, loss: Fraction, accuracy: Fraction) -> Fraction:
    """The probability of a miss, summed over every sequence of outcomes."""
    plus, total = (1 + loss) / 2, Fraction(0)
    for outcomes in product((-1, 1), repeat=copies):
        if abs(Fraction(sum(outcomes), copies) - loss) > accuracy:
            ups = outcomes.count(1)
            total += plus**ups * (1 - plus) ** (copies - ups)
    return total


def encloses(interval: tuple[Fraction, Fraction], value: Fraction) -> bool:
    low, high = interval
    return low <= value <= high <= low + WIDTH


@settings(max_examples=60)
@given(st.integers(1, 8), losses, accuracies)
def test_tails_enclose_the_enumerated_probability(
    copies: int, loss: Fraction, accuracy: Fraction
) -> None:
    exactly = enumerated(copies, loss, accuracy)
    assert encloses(estimate_misses(copies, loss, accuracy), exactly)


@pytest.mark.parametrize("copies", [1, 2, 3, 5, 8, 12])
def test_an_error_of_exactly_the_accuracy_is_no_miss(copies: int) -> None:
    loss = Fraction(1, 3)
    for count in range(copies + 1):
        accuracy = abs(Fraction(2 * count, copies) - 1 - loss)
        if accuracy > 0:
            exactly = enumerated(copies, loss, accuracy)
            assert encloses(estimate_misses(copies, loss, accuracy), exactly)
            # A hair less makes that count a miss.
            closer = accuracy - Fraction(1, 10**9)
            tighter = estimate_misses(copies, loss, closer)
            assert encloses(tighter, enumerated(copies, loss, closer))
            assert tighter[0] > exactly


@given(st.integers(1, 12), st.sampled_from([-1, 1]), accuracies)
def test_a_certain_outcome_never_misses(copies: int, loss: int, accuracy: Fraction) -> None:
    assert estimate_misses(copies, Fraction(loss), accuracy) == (0, 0)


def in_balls(copies: int, loss: Fraction, accuracy: Fraction) -> flint.arb:
    """The probability of a miss by the incomplete beta function, with a proved error."""
    first = ceil((1 + loss - accuracy) * copies / 2)
    last = floor((1 + loss + accuracy) * copies / 2)
    plus = (1 + loss) / 2
    missed = flint.arb(0)
    # P(S >= m) = I_p(m, k - m + 1), and the lower tail is the upper one of the failures.
    for p, least in ((1 - plus, copies - first + 1), (plus, last + 1)):
        if least <= copies:
            ball = flint.arb(flint.fmpq(p.numerator, p.denominator))
            missed += ball.beta_lower(least, copies - least + 1, regularized=True)
    return missed


@settings(max_examples=40)
@given(st.integers(1, 3000), losses, accuracies)
def test_tails_agree_with_the_incomplete_beta_function(
    copies: int, loss: Fraction, accuracy: Fraction
) -> None:
    low, high = estimate_misses(copies, loss, accuracy)
    assert 0 <= low <= high <= 1
    # Twice the bits of the enclosure leave the ball far narrower than it.
    with flint.ctx.workprec(256):
        ball = in_balls(copies, loss, accuracy)
        width = flint.arb(flint.fmpq(WIDTH.numerator, WIDTH.denominator))
        assert ball.rad() < width
        middle = (low + high) / 2
        # The enclosure and the ball share the true value.
        gap = abs(ball - flint.fmpq(middle.numerator, middle.denominator))
        assert gap.lower() <= width / 2


@settings(max_examples=30)
@given(losses, st.sampled_from([0.5, 0.3, 0.9]), st.sampled_from([0.4, 0.1, 0.01]))
def test_the_promised_copies_keep_the_promise(
    loss: Fraction, accuracy: float, failure: float
) -> None:
    copies = sampling_copies(accuracy, failure)
    assert estimate_misses(copies, loss, Fraction(str(accuracy)))[1] <= Fraction(str(failure))


@pytest.mark.parametrize(
    ("copies", "loss", "accuracy"),
    [
        (0, Fraction(0), Fraction(1)),
        (5, Fraction(3, 2), Fraction(1)),
        (5, Fraction(-3, 2), Fraction(1)),
        (5, Fraction(0), Fraction(0)),
    ],
)
def test_values_outside_their_ranges_are_named(
    copies: int, loss: Fraction, accuracy: Fraction
) -> None:
    with pytest.raises(
        InputError, match=rf"{copies} copies, loss {loss}, accuracy {accuracy}: exp"
    ):
        estimate_misses(copies, loss, accuracy)


@given(
    st.integers(1, 12),
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)).filter(any),
    st.integers(1, 4),
    st.fractions(min_value=Fraction(1, 10), max_value=2),
)
def test_three_outcomes_by_the_law_of_two(
    copies: int, weights: tuple[int, int, int], scale: int, accuracy: Fraction
) -> None:
    """Summed again over how often each outcome comes up."""
    a, b, c = weights
    total, mean = sum(weights), Fraction(scale * (c - a), sum(weights))
    missed = Fraction(0)
    for ups in range(copies + 1):
        for downs in range(copies + 1 - ups):
            if abs(Fraction(scale * (ups - downs), copies) - mean) > accuracy:
                rest = copies - ups - downs
                ways = comb(copies, ups) * comb(copies - ups, downs)
                missed += Fraction(ways * c**ups * a**downs * b**rest, total**copies)
    assert ternary_misses(copies, weights, scale, accuracy) == missed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, (1, 1, 1), 1, Fraction(1, 2)), "0 copies"),
        ((1, (0, 0, 0), 1, Fraction(1, 2)), "expected positive numbers"),
        ((1, (1, -1, 1), 1, Fraction(1, 2)), "expected positive numbers"),
        ((10**5, (1, 1, 1), 1, Fraction(1, 2)), "more memory than is sensible"),
    ],
)
def test_three_outcomes_have_ranges(arguments: tuple, message: str) -> None:
    with pytest.raises(InputError, match=message):
        ternary_misses(*arguments)
