"""The compiled steps of the accelerator engine, in jax; states are real arrays (2, N)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from qdml.quantum.tables import LayerTables, StringTables

#: Products in the precision of the state: accelerators would take less.
_EXACT = lax.Precision.HIGHEST


def double() -> AbstractContextManager[Any]:
    """Inside, double precision is kept."""
    kept: AbstractContextManager[Any] = jax.enable_x64(True)
    return kept


def put(array: np.ndarray) -> Any:
    """An array on the device."""
    return jnp.asarray(array)


@jax.jit
def layers(v: Any, tables: LayerTables) -> Any:
    """Real turns and then a diagonal, layer by layer."""

    def step(v: Any, layer: LayerTables) -> tuple[Any, None]:
        for turn in layer.turns:
            v = _turned(v, turn)
        return _phased(v, layer, 1.0), None

    return lax.scan(step, v, tables)[0]


@jax.jit
def undo_layers(v: Any, w: Any, tables: LayerTables) -> tuple[Any, Any, tuple[Any, Any, Any]]:
    """The state and the observable's image before the layers, and the sums of `derivatives`."""

    def step(pair: tuple[Any, Any], layer: LayerTables) -> tuple[tuple[Any, Any], Any]:
        v, w = pair
        weights = (w[0] * v[1] - w[1] * v[0]).reshape(layer.high.shape[1], -1)
        by_high = weights.sum(axis=1)
        by_low = jnp.matmul(layer.signs, weights, precision=_EXACT)
        v, w = _phased(v, layer, -1.0), _phased(w, layer, -1.0)
        found = []
        for turn in layer.turns:
            found.append(_slopes(v, w, len(turn)))
            v, w = _turned(v, turn.T), _turned(w, turn.T)
        return (v, w), (jnp.concatenate(found), by_high, by_low)

    (v, w), found = lax.scan(step, (v, w), tables, reverse=True)
    return v, w, found


@jax.jit
def strings(v: Any, tables: StringTables) -> Any:
    """Pauli rotations one by one."""

    def step(v: Any, string: StringTables) -> tuple[Any, None]:
        image = _string(v, string.x, string.z, string.phase)
        return string.cosine * v + string.sine * image, None

    return lax.scan(step, v, tables)[0]


@jax.jit
def undo_strings(v: Any, w: Any, tables: StringTables) -> tuple[Any, Any, Any]:
    """The state and the observable's image before the rotations, and their derivatives (R,)."""

    def step(pair: tuple[Any, Any], string: StringTables) -> tuple[tuple[Any, Any], Any]:
        v, w = pair
        image, other = (_string(each, string.x, string.z, string.phase) for each in pair)
        slope = (w * image).sum()
        back = string.cosine * v - string.sine * image, string.cosine * w - string.sine * other
        return back, slope

    (v, w), slopes = lax.scan(step, (v, w), tables, reverse=True)
    return v, w, slopes


@jax.jit
def image(v: Any, x: int, z: int, turns: int) -> Any:
    """P v for the Pauli string with these masks."""
    phase = jnp.array([[1, 0], [0, 1], [-1, 0], [0, -1]], v.dtype)[turns % 4]
    return _string(v, jnp.uint32(x), jnp.uint32(z), phase)


@jax.jit
def overlap(left: Any, right: Any) -> Any:
    """Re <left|right>."""
    return (left * right).sum()


def _turned(v: Any, turn: Any) -> Any:
    """A matrix on the leading axis, which goes to the end."""
    rows = v.reshape(2, len(turn), -1)
    return jnp.einsum("ckr,jk->crj", rows, turn, precision=_EXACT).reshape(2, -1)


def _phased(v: Any, layer: LayerTables, sign: float) -> Any:
    shape = layer.high.shape[1], layer.low.shape[1]
    z = lax.complex(*v.reshape(2, *shape))
    z = z * lax.complex(layer.high[0], sign * layer.high[1])[:, None]
    z = z * lax.complex(layer.low[0], sign * layer.low[1])
    for k in range(layer.shared.shape[0]):
        factor = lax.complex(layer.shared[k, 0], sign * layer.shared[k, 1])
        z = jnp.where((layer.signs[1 + k] < 0)[:, None], z * factor, z)
    return jnp.stack([z.real, z.imag]).reshape(2, -1)


def _slopes(v: Any, w: Any, size: int) -> Any:
    """Im <w|Y_p|v> for the qubits of the leading axis, in order."""
    rows = (each.reshape(2, size, -1) for each in (w, v))
    products = jnp.einsum("cir,cjr->ij", *rows, precision=_EXACT)
    return (products * _generators(size)).sum(axis=(1, 2))


def _generators(size: int) -> np.ndarray:
    """-iY = [[0, -1], [1, 0]] on each qubit in turn, the identity on the others."""
    count = size.bit_length() - 1
    turn = np.array([[0, -1], [1, 0]], dtype=np.float32)
    return np.array(
        [np.kron(np.kron(np.eye(2**q), turn), np.eye(2 ** (count - 1 - q))) for q in range(count)],
        dtype=np.float32,
    )


def _string(v: Any, x: Any, z: Any, phase: Any) -> Any:
    """Entry k is phase (-1)^|(k xor x) & z| v[k xor x]."""
    source = jnp.arange(v.shape[1], dtype=jnp.uint32) ^ x
    sign = 1 - 2 * (lax.population_count(source & z) & 1).astype(v.dtype)
    moved = v[:, source] * sign
    return jnp.stack(
        [phase[0] * moved[0] - phase[1] * moved[1], phase[0] * moved[1] + phase[1] * moved[0]]
    )
