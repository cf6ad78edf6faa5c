"""The two number systems of the reference engine: complex128, and exact Gaussian rationals.

An exact state is a numpy object array of Gaussian rationals (sympy's `QQ_I`). Exact states need
not be normalised: every expectation value is a ratio, so a Hadamard gate may be used times sqrt 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError

#: Complex floating-point numbers, or objects that are Gaussian rationals.
State = npt.NDArray[Any]


class Angle(Protocol):
    """A rotation angle, known through the cosine and sine of its half up to a common factor."""

    @property
    def half(self) -> tuple[Any, Any]:
        """(cos, sin) of half the angle, both times the same positive number."""
        ...


@dataclass(frozen=True)
class Radians:
    """A floating-point angle."""

    value: float

    @property
    def half(self) -> tuple[float, float]:
        """(cos, sin) of half the angle."""
        return float(np.cos(self.value / 2)), float(np.sin(self.value / 2))


@dataclass(frozen=True)
class Direction:
    """An exact angle: half of it points along the integer vector (cosine, sine).

    Integers keep the state on the Gaussian integers; the factor that is left over drops out of
    every ratio. `Direction(3, 4)` is the angle 2 atan2(4, 3); `Direction(1, 1)` is pi/2.
    """

    cosine: int
    sine: int

    def __post_init__(self) -> None:
        if self.cosine == self.sine == 0:
            raise InputError("Direction(0, 0): the zero vector points nowhere; an angle needs one")

    @property
    def half(self) -> tuple[Any, Any]:
        """(cos, sin) of half the angle, times sqrt(cosine^2 + sine^2)."""
        return gaussian(self.cosine), gaussian(self.sine)

    def shifted(self, quarter_turns: int) -> Direction:
        """The angle plus `quarter_turns` times pi/2."""
        cosine, sine = self.cosine, self.sine
        turn = 1 if quarter_turns > 0 else -1
        for _ in range(abs(quarter_turns)):
            cosine, sine = cosine - turn * sine, sine + turn * cosine
        return Direction(cosine, sine)


def is_exact(state: State) -> bool:
    """Whether the array holds exact numbers."""
    return state.dtype == object


def gaussian(real: int | Fraction, imaginary: int | Fraction = 0) -> Any:
    """One Gaussian rational."""
    rational, pair = _domains()
    parts = (Fraction(part) for part in (real, imaginary))
    return pair(*(rational(part.numerator, part.denominator) for part in parts))


def exact(values: npt.ArrayLike) -> State:
    """Array of Gaussian rationals from integers or fractions of any shape."""
    source = np.asarray(values, dtype=object)
    out = np.empty(source.shape, dtype=object)
    for index, value in np.ndenumerate(source):
        out[index] = value if _is_gaussian(value) else gaussian(value)
    return out


def imaginary_unit(state: State) -> Any:
    """The imaginary unit in the number system of `state`."""
    return gaussian(0, 1) if is_exact(state) else 1j


def conjugate(state: State) -> State:
    """Entrywise complex conjugate."""
    if not is_exact(state):
        return state.conj()
    out = np.empty(state.shape, dtype=object)
    for index, value in np.ndenumerate(state):
        out[index] = type(value)(value.x, -value.y)
    return out


def inner(left: State, right: State) -> Any:
    """<left|right>, a complex number or a Gaussian rational; shapes (N, ...) -> (...)."""
    return (conjugate(left) * right).sum(axis=0)


def real(value: Any) -> Any:
    """Real part: a float (or array of them), or an exact `Fraction`."""
    if _is_gaussian(value):
        return Fraction(int(value.x.numerator), int(value.x.denominator))
    return np.real(value)


def imaginary(value: Any) -> Any:
    """Imaginary part: a float (or array of them), or an exact `Fraction`."""
    if _is_gaussian(value):
        return Fraction(int(value.y.numerator), int(value.y.denominator))
    return np.imag(value)


def _is_gaussian(value: Any) -> bool:
    # Numbers and arrays of numpy are told apart without sympy, which takes long to import.
    if isinstance(value, (complex, float, int, Fraction, np.generic, np.ndarray)):
        return False
    return isinstance(value, _domains()[1].dtype)


@cache
def _domains() -> tuple[Any, Any]:
    """The rationals and the Gaussian rationals of sympy."""
    from sympy import QQ, QQ_I

    return QQ, QQ_I


def no_state() -> InputError:
    """What is wrong with a vector that cannot be normalised."""
    return InputError(
        "the state has norm zero, or entries that are no numbers, or too small or too large to be "
        "squared; qdml.quantum.reference.amplitude_encoding normalises whatever has a direction"
    )
