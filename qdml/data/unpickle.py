"""Reading the pickles in which the planetoid sets are published, without running what they hold.

A pickle is a program. These may name a few things, and each of them stands for a holder of ours
that keeps what it is given; arrays and matrices are made from the holders afterwards, when their
sizes have been compared. Nothing that a pickle names is ever imported or called.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from typing import Any

import numpy as np

from qdml.data.archive import Malformed, require

#: Instructions that arrays, sparse matrices and dictionaries of lists of integers are made of.
_ALLOWED = frozenset(
    """APPEND APPENDS BINBYTES BINGET BININT BININT1 BININT2 BINPUT BINSTRING BINUNICODE BUILD
    EMPTY_DICT EMPTY_LIST EMPTY_TUPLE GLOBAL LONG1 LONG_BINGET LONG_BINPUT MARK NEWFALSE NEWOBJ
    NEWTRUE NONE PROTO REDUCE SETITEM SETITEMS SHORT_BINBYTES SHORT_BINSTRING STOP TUPLE TUPLE1
    TUPLE2 TUPLE3""".split()  # noqa: SIM905 - a list of names would be longer than the code it serves
)


def unpickle(content: bytes) -> Any:
    """The array (`numpy`), CSR matrix (`scipy`) or dictionary that a pickle of protocol 2 holds.

    Raises `Malformed` for a pickle that names or does anything else, and for one that is damaged.
    """
    try:
        for operation, argument, _ in pickletools.genops(content):
            require(operation.name in _ALLOWED, f"a pickle with the instruction {operation.name}")
            # The memory for remembered objects is as large as the largest number given to one.
            if operation.name.endswith("BINPUT"):
                require(
                    int(argument or 0) <= len(content), "a pickle that asks for too much memory"
                )
        return _made(_Unpickler(io.BytesIO(content), encoding="latin1").load())
    except Malformed:
        raise
    except Exception as error:
        # What a damaged pickle raises is not to be foreseen: each holder is given anything.
        reason = " ".join(str(error).split())
        raise Malformed(f"not a pickle of arrays ({type(error).__name__}: {reason})") from None


class _Type:
    """Holds the type of an array's entries: a code such as f8, then its byte order."""

    def __init__(self, code: str, *_: object) -> None:
        self.code, self.order = code, "|"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1]


class _Array:
    """Holds an array: its shape, type, order and bytes."""

    def __init__(self, *_: object) -> None:
        self.bytes: Any = b""
        self.shape: Any = (0,)
        self.type: Any = None
        self.columns_first: Any = False

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, self.shape, self.type, self.columns_first, self.bytes = state


class _Matrix:
    """Holds the attributes of a CSR matrix."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.state = state


class _Dictionary(dict[Any, Any]):
    """Holds a dictionary, whatever is said to be its default."""

    def __init__(self, *_: object) -> None:
        super().__init__()

    def __setstate__(self, state: object) -> None:
        raise Malformed("a pickle of a dictionary with attributes")


_NAMES: dict[tuple[str, str], Any] = {
    ("numpy", "dtype"): _Type,
    ("numpy", "ndarray"): _Array,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("scipy.sparse.csr", "csr_matrix"): _Matrix,
    ("scipy.sparse._csr", "csr_matrix"): _Matrix,
    ("collections", "defaultdict"): _Dictionary,
    ("__builtin__", "list"): list,
}


class _Unpickler(pickle.Unpickler):
    """Knows the holders, by the names of what they stand for, and nothing else."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        if (module_name, global_name) not in _NAMES:
            raise Malformed(f"a pickle that calls {module_name}.{global_name}")
        return _NAMES[module_name, global_name]


def _made(held: object) -> Any:
    from scipy.sparse import csr_array

    if isinstance(held, dict):
        return held
    if isinstance(held, _Matrix):
        state = held.state
        shape = state.get("_shape", state.get("shape"))
        data, indices, pointers = (_made(state[key]) for key in ("data", "indices", "indptr"))
        matrix = csr_array((data, indices, pointers), shape=shape)
        matrix.check_format(full_check=True)
        return matrix
    require(isinstance(held, _Array), f"a pickle of {type(held).__name__}, not of an array")
    assert isinstance(held, _Array)
    require(isinstance(held.type, _Type), "a pickle of an array without a type")
    order = held.type.order if held.type.order in "<>" else ""
    dtype = np.dtype(order + held.type.code)
    require(dtype.kind in "biuf", f"a pickle of an array of {dtype}")
    raw = held.bytes.encode("latin1") if isinstance(held.bytes, str) else held.bytes
    return np.frombuffer(raw, dtype).reshape(held.shape, order="F" if held.columns_first else "C")
