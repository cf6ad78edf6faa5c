"""Floating-point numbers of few bits: what a classical message is written in.

A number has a sign, `mantissa` bits and one of `octaves` exponents below 2^top; smaller numbers are
even multiples of the least step, zero among them (IEEE 754 with gradual underflow, without
infinities). No octaves at all are fixed-point numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from qdml.errors import InputError

Reals = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

#: Mantissas that double precision can round to, and exponents that it has.
MOST_MANTISSA, MOST_EXPONENT = 51, 1000


@dataclass(frozen=True)
class Floats:
    """The numbers, and how reals are rounded to them.

    Raises `InputError` for a negative number of mantissa bits or octaves.
    """

    mantissa: int
    octaves: int
    top: int = 0

    def __post_init__(self) -> None:
        if self.mantissa < 0 or self.octaves < 0:
            raise InputError(
                f"{self.mantissa} mantissa bits, {self.octaves} octaves: expected 0 or more of each"
            )

    @property
    def largest(self) -> int:
        """Codes are the whole numbers from -largest to largest, in the order of their numbers."""
        return (self.octaves + 1 << self.mantissa) - 1

    @property
    def bits(self) -> int:
        """Bits of one number: sign, mantissa and exponent."""
        return 1 + self.largest.bit_length()

    @property
    def unit(self) -> Fraction:
        """u: rounding to nearest changes x with |x| <= 2^top by at most max(u |x|, step/2).

        Without octaves by up to a whole step above the largest number.
        """
        return Fraction(1, 2 ** (self.mantissa + 1))

    @property
    def step(self) -> Fraction:
        """The distance of the least numbers; none is larger than 2 u |x| at a larger x."""
        return Fraction(2) ** (self.top - self.octaves - self.mantissa)

    def encode(self, values: Reals, rng: np.random.Generator | None = None) -> Codes:
        """Codes of real numbers: the nearest, or with `rng` the one above or below, unbiased.

        What is beyond the largest number becomes that one.
        Raises `InputError` for a format that double precision does not hold.
        """
        self._check()
        size = np.abs(values)
        base = self.top - self.octaves
        # Zero has no exponent of its own: it is below every octave.
        exponents = np.where(size > 0, np.frexp(size)[1], base).astype(np.int64)
        octave = np.clip(exponents - 1 - base, 0, max(self.octaves - 1, 0))
        scaled = np.ldexp(size, self.mantissa - base - octave)
        steps = np.rint(scaled) if rng is None else np.floor(scaled + rng.random(scaled.shape))
        codes = (octave << self.mantissa) + steps.astype(np.int64)
        signed: Codes = np.where(values < 0, -1, 1) * np.minimum(codes, self.largest)
        return signed

    def decode(self, codes: Codes) -> Reals:
        """The numbers (float64) that codes stand for, exactly."""
        self._check()
        size = np.abs(codes)
        octave = np.maximum((size >> self.mantissa) - 1, 0)
        steps = size - (octave << self.mantissa)
        exponent = self.top - self.octaves - self.mantissa + octave
        numbers: Reals = np.sign(codes) * np.ldexp(steps.astype(float), exponent)
        return numbers

    def _check(self) -> None:
        if self.mantissa > MOST_MANTISSA or self.octaves + abs(self.top) > MOST_EXPONENT:
            raise InputError(
                f"{self.mantissa} mantissa bits and {self.octaves} octaves: double precision holds "
                f"up to {MOST_MANTISSA} and {MOST_EXPONENT}; ask for a larger accuracy"
            )
