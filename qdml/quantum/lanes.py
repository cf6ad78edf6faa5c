"""Vectors of 64 bytes for compiled kernels: loads, stores, fused arithmetic, exchange of lanes.

A compiler does not find the exchanges that butterflies on the lowest qubits need, and guards every
pair of slices against overlap; explicit vectors are several times faster. They are plain LLVM
vectors, so any processor runs them, on whatever registers it has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.extending import intrinsic, models, register_model

F = TypeVar("F", bound=Callable[..., Any])

#: Bytes of a vector: eight doubles or sixteen floats.
BYTES = 64


def compiled(function: F) -> F:
    """Compile without threads or the interpreter lock, and keep the machine code on disk.

    The code lies beside the source, or in the user's cache folder where that is read-only; where
    neither can be written, the function is compiled anew in every process.
    """
    jit = numba.njit(nogil=True, fastmath={"contract"}, error_model="numpy")
    dispatcher: Any = jit(function)
    try:
        dispatcher.enable_caching()
    except RuntimeError:
        return cast(F, dispatcher)
    # numba looks only at the file of a function, not at those of the functions that it calls.
    dispatcher._cache._cache_file._source_stamp = _sources()
    return cast(F, dispatcher)


@cache
def _sources() -> str:
    """Digest of the source of all kernels."""
    digest = hashlib.sha256()
    for name in ("lanes", "butterflies", "layers", "strings", "measures"):
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()


class Lanes(types.Type):
    """Type of a vector of numbers of one floating-point type."""

    def __init__(self, dtype: types.Float) -> None:
        self.dtype = dtype
        self.count = 8 * BYTES // dtype.bitwidth
        super().__init__(f"Lanes({dtype})")

    @property
    def vector(self) -> ir.VectorType:
        """The type in LLVM."""
        element = ir.DoubleType() if self.dtype.bitwidth == 64 else ir.FloatType()
        return ir.VectorType(element, self.count)


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, lanes: Lanes) -> None:
        super().__init__(manager, lanes, lanes.vector)


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    place = builder.gep(data, [index])
    return builder.bitcast(place, Lanes(array_type.dtype).vector.as_pointer())


def _constant(lanes: Lanes, values: list[float]) -> Any:
    return ir.Constant(lanes.vector, values)


@intrinsic
def load(typing: Any, array: Any, index: Any) -> Any:
    """The vector that starts at array[index]."""
    item = array.dtype.bitwidth // 8

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        place = _pointer(context, builder, array, *given)
        return builder.load(place, align=item)

    return Lanes(array.dtype)(array, types.intp), emit


@intrinsic
def store(typing: Any, array: Any, index: Any, value: Any) -> Any:
    """Write a vector to array[index] and on."""
    item = array.dtype.bitwidth // 8

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        place = _pointer(context, builder, array, *given[:2])
        builder.store(given[2], place, align=item)
        return context.get_dummy_value()

    return types.void(array, types.intp, value), emit


@intrinsic
def prefetch(typing: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of array[index] (N,), which will be read soon."""

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        data = context.make_array(array)(context, builder, given[0]).data
        place = builder.bitcast(builder.gep(data, [given[1]]), cgutils.voidptr_t)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, *3 * [cgutils.int32_t]])
        function = builder.module.declare_intrinsic("llvm.prefetch", [cgutils.voidptr_t], kind)
        # To be read, not written; wanted in all caches; data, not instructions.
        builder.call(function, [place, *map(cgutils.int32_t, (0, 3, 1))])
        return context.get_dummy_value()

    return types.void(array, types.intp), emit


@intrinsic
def splat(typing: Any, array: Any, value: Any) -> Any:
    """A vector for `array` with the same number in every lane."""
    lanes = Lanes(array.dtype)

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        one = builder.insert_element(
            ir.Constant(lanes.vector, ir.Undefined), given[1], ir.Constant(ir.IntType(32), 0)
        )
        mask = ir.Constant(ir.VectorType(ir.IntType(32), lanes.count), [0] * lanes.count)
        return builder.shuffle_vector(one, one, mask)

    return lanes(array, array.dtype), emit


@intrinsic
def multiply_add(typing: Any, left: Any, right: Any, addend: Any) -> Any:
    """left * right + addend, lane by lane."""

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        fuse = ("contract",)
        return builder.fadd(builder.fmul(*given[:2], flags=fuse), given[2], flags=fuse)

    return left(left, left, left), emit


@intrinsic
def multiply(typing: Any, left: Any, right: Any) -> Any:
    """left * right, lane by lane."""

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.fmul(*given)

    return left(left, left), emit


@intrinsic(prefer_literal=True)
def exchange(typing: Any, value: Any, distance: Any) -> Any:
    """The vector whose lane i is lane i xor `distance`, a literal power of two."""
    if not isinstance(distance, types.IntegerLiteral):
        return None
    count, step = value.count, distance.literal_value

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        order = [i ^ step for i in range(count)]
        mask = ir.Constant(ir.VectorType(ir.IntType(32), count), order)
        return builder.shuffle_vector(given[0], given[0], mask)

    return value(value, distance), emit


@intrinsic(prefer_literal=True)
def oppose(typing: Any, value: Any, distance: Any) -> Any:
    """The vector with its sign changed in the lanes i where i & `distance` is zero."""
    if not isinstance(distance, types.IntegerLiteral):
        return None
    step = distance.literal_value

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        signs = _constant(value, [1.0 if i & step else -1.0 for i in range(value.count)])
        return builder.fmul(given[0], signs)

    return value(value, distance), emit


@intrinsic
def total(typing: Any, value: Any) -> Any:
    """Sum of the lanes, pairwise."""

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        vector, count = given[0], value.count
        while count > 1:
            count //= 2
            halves = [
                ir.Constant(ir.VectorType(ir.IntType(32), count), [i + k for i in range(count)])
                for k in (0, count)
            ]
            left, right = (builder.shuffle_vector(vector, vector, half) for half in halves)
            vector = builder.fadd(left, right)
        return builder.extract_element(vector, cgutils.int32_t(0))

    return value.dtype(value), emit
