"""Floats of few bits: codes and numbers agree, rounding is as close as it says, and unbiased."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.errors import InputError
from qdml.model.floats import Floats

formats = st.builds(Floats, st.integers(0, 8), st.integers(0, 9), st.integers(-3, 5))
reals = st.lists(
    st.floats(-1, 1) | st.floats(-1e-3, 1e-3) | st.sampled_from([0.0, -0.0, 1.0, -1.0, 5e-324]),
    min_size=1,
    max_size=20,
)


@given(formats)
def test_every_code_is_a_number_of_its_own_and_fits_the_bits(floats: Floats) -> None:
    codes = np.arange(-floats.largest, floats.largest + 1)
    numbers = floats.decode(codes)
    assert len(codes) <= 2**floats.bits
    assert (np.diff(numbers) > 0).all()
    assert (floats.encode(numbers) == codes).all()
    assert np.abs(numbers).max() < 2.0**floats.top
    if floats.largest:
        assert np.diff(numbers).min() == float(floats.step)


@given(formats, reals)
def test_rounding_is_as_close_as_it_says_and_to_the_nearest(floats: Floats, drawn: list) -> None:
    values = np.array(drawn) * 2.0**floats.top
    numbers = floats.decode(floats.encode(values))
    allowed = np.maximum(float(floats.unit) * np.abs(values), float(floats.step) / 2)
    # Half a step beyond the largest number.
    last = floats.mantissa + (2 if floats.octaves else 1)
    inside = np.abs(values) <= 2.0**floats.top * (1 - 2.0**-last)
    assert (np.abs(numbers - values)[inside] <= allowed[inside]).all()
    # The end of the range is not a number: a fixed-point format loses a whole step there.
    relative = float(floats.unit if floats.octaves else 2 * floats.unit)
    assert (np.abs(numbers - values) <= np.maximum(allowed, relative * 2.0**floats.top)).all()
    every = floats.decode(np.arange(-floats.largest, floats.largest + 1))
    closest = np.abs(every[None, :] - values[:, None]).min(axis=1)
    assert (np.abs(numbers - values) == closest).all()


@given(formats, reals, st.integers(0, 2**32))
def test_rounding_at_random_takes_a_neighbour(floats: Floats, drawn: list, seed: int) -> None:
    values = np.array(drawn) * 2.0**floats.top
    codes = floats.encode(values, np.random.default_rng(seed))
    near = floats.encode(values)
    assert (np.abs(codes - near) <= 1).all()
    spacing = np.maximum(2 * float(floats.unit) * np.abs(values), float(floats.step))
    assert (np.abs(floats.decode(codes) - values) <= 2 * spacing).all()


def test_rounding_at_random_is_unbiased() -> None:
    floats, rng = Floats(2, 3), np.random.default_rng(5)
    values = np.linspace(-0.8, 0.8, 9)
    draws = 40000
    numbers = floats.decode(floats.encode(np.tile(values, (draws, 1)), rng))
    spacing = np.maximum(2 * float(floats.unit) * np.abs(values), float(floats.step))
    # Hoeffding: each mean is off by more with probability below 1e-9.
    radius = spacing * np.sqrt(np.log(2e9) / (2 * draws))
    assert (np.abs(numbers.mean(axis=0) - values) <= radius).all()
    assert (np.abs(numbers - values) < spacing).all()


def test_the_formats_of_ieee_are_among_them() -> None:
    half, rng = Floats(10, 30, 16), np.random.default_rng(0)
    values = rng.normal(size=1000) * 10.0 ** rng.uniform(-7, 4, 1000)
    assert (half.decode(half.encode(values)) == values.astype(np.float16)).all()
    assert half.bits == 16


@pytest.mark.parametrize(
    ("floats", "message"),
    [
        (lambda: Floats(-1, 2), "-1 mantissa bits, 2 octaves: expected 0 or more"),
        (lambda: Floats(52, 2).encode(np.ones(1)), "52 mantissa bits and 2 octaves: double"),
        (lambda: Floats(2, 1023).decode(np.ones(1, int)), "holds up to 51 and 1000"),
    ],
)
def test_what_cannot_be_held_is_said(floats, message: str) -> None:
    with pytest.raises(InputError, match=message):
        floats()
