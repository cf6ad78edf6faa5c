"""Local differential privacy of quantum messages: what noise buys, and what it costs in shots.

A channel is (eps, delta)-private if for any two inputs and any outcome the probabilities P, Q obey
P <= e^eps Q + delta. Depolarising with strength p on dimension d: (1-p) rho + p 1/d. Sources: Zhou
and Ying 2017; Hirche, Rouze, Franca 2023 (hockey-stick divergence); Aaronson and Rothblum 2019.
"""

from __future__ import annotations

from math import asinh, expm1, log1p, sqrt, tanh

from qdml.errors import InputError
from qdml.privacy.arguments import check


def depolarising_epsilon(dimension: int, strength: float) -> float:
    """ln(1 + (1-p) d/p): the exact eps of one copy; k copies have k times as much. `InputError`."""
    return mixed_epsilon(dimension, strength, 1.0)


def mixed_epsilon(dimension: int, strength: float, distance: float) -> float:
    """ln(1 + (1-p) d tau/p): eps of pairs at trace distance tau, reached by mixed ones.

    Raises `InputError` for a strength outside (0, 1] or a distance outside [0, 1].
    """
    _check(dimension, strength, distance)
    return log1p((1 - strength) * dimension * distance / strength)


def pure_epsilon(dimension: int, strength: float, distance: float) -> float:
    """2 arsinh(tau/(2 sqrt(b(1+b)))), b = p/(d(1-p)): the exact eps of pure pairs.

    Raises `InputError` as `mixed_epsilon` does.
    """
    _check(dimension, strength, distance)
    noise, kept = strength / dimension, 1 - strength
    # b(1+b) = noise (kept + noise)/kept^2, which also holds where nothing is kept.
    return 2 * asinh(distance * kept / (2 * sqrt(noise * (kept + noise))))


def noise_for(dimension: int, epsilon: float) -> float:
    """p = d/(d + e^eps - 1): the least depolarising that is eps-private. Raises `InputError`."""
    _check_epsilon(epsilon)
    check(dimension, 1)
    return dimension / (dimension + expm1(epsilon))


def shots_factor(dimension: int, epsilon: float) -> float:
    """((d + e^eps - 1)/(e^eps - 1))^2: how many times more shots that noise costs. `InputError`."""
    check(dimension, 1)
    return (dimension / expm1(_check_epsilon(epsilon)) + 1) ** 2


def hockey_stick(dimension: int, strength: float, gamma: float) -> float:
    """max(0, 1 - p - (gamma-1) p/d): the least delta for e^eps = gamma >= 1. `InputError`."""
    _check(dimension, strength, 1.0)
    if not gamma >= 1:
        raise InputError(f"gamma {gamma}: expected a number from 1 on; gamma = e^eps")
    return max(0.0, 1 - strength - (gamma - 1) * strength / dimension)


def flip_delta(dimension: int, copies: int) -> float:
    """sqrt(1 - (1-2/N)^{2k}): the exact delta at eps = 0 for flipping one of N equal entries.

    k copies, no noise. Raises `InputError`.
    """
    check(dimension, copies)
    if dimension == 2:
        return 1.0
    return sqrt(-expm1(2 * copies * log1p(-2 / dimension)))


def gentleness(epsilon: float) -> float:
    """tanh(eps/4): the largest trace distance by which one outcome moves a state.

    For a Lueders outcome whose probability varies by a factor of at most e^eps over all states.
    Raises `InputError` for a negative eps.
    """
    if not epsilon >= 0:
        raise InputError(f"epsilon {epsilon}: expected a number from 0 on")
    return tanh(epsilon / 4)


def _check_epsilon(epsilon: float) -> float:
    # Beyond this e^eps has no floating-point number, and there is no privacy to speak of.
    if not 0 < epsilon <= 700:
        raise InputError(f"epsilon {epsilon}: expected a number in (0, 700], for instance 1")
    return epsilon


def _check(dimension: int, strength: float, distance: float) -> None:
    check(dimension, 1)
    if not 0 < strength <= 1:
        raise InputError(f"strength {strength}: expected a number in (0, 1]; 1 leaves only noise")
    if not 0 <= distance <= 1:
        raise InputError(f"trace distance {distance}: expected a number in [0, 1]")
