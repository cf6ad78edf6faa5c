"""Pickles of arrays, sparse matrices and graphs are read; whatever calls something is not."""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict, defaultdict
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, random_array

from qdml.data.archive import Malformed
from qdml.data.unpickle import unpickle


def old(value: object) -> bytes:
    """A pickle of protocol 2, in which the planetoid sets are published."""
    return pickle.dumps(value, protocol=2)


class Calls:
    """Calls `function` with `arguments` when it is unpickled."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.called = function, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return self.called


def raw(values: np.ndarray) -> bytes:
    """An array as Python 2 pickled it: its bytes are a string, which protocol 2 holds as it is."""
    code = f"{values.dtype.kind}{values.dtype.itemsize}".encode()
    content = values.tobytes()
    shape = b"".join(b"K" + bytes([size]) for size in values.shape)
    made = b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R("
    kind = b"cnumpy\ndtype\nU" + bytes([len(code)]) + code + b"K\x00K\x01\x87R(K\x03"
    order = b"U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U" + bytes([len(content)])
    return made + b"K\x01(" + shape + b"t" + kind + order + content + b"tb."


@pytest.mark.parametrize("dtype", ["<f4", "<f8", "<i4", "<i8", "|u1", "|b1"])
def test_arrays_as_python_2_wrote_them(dtype: str) -> None:
    values = np.arange(6).reshape(2, 3).astype(dtype)
    read = unpickle(raw(values))
    np.testing.assert_array_equal(read, values)
    assert read.dtype == values.dtype
    np.testing.assert_array_equal(pickle.loads(raw(values), encoding="latin1"), values)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 9))
def test_sparse_matrices(rows: int, columns: int, seed: int) -> None:
    values = csr_matrix(random_array((rows, columns), density=0.3, rng=seed))
    # Protocol 3 is the first to hold bytes as such, and has no other instruction for matrices.
    read = unpickle(pickle.dumps(values, protocol=3))
    assert (read != values).nnz == 0


def test_graphs() -> None:
    graph = defaultdict(list, {0: [1, 2], 1: [0], 70000: []})
    assert unpickle(old(dict(graph))) == graph
    # Python 2 called the module of `list` by another name than Python 3 does; protocol 2 uses it.
    assert unpickle(old(graph)) == graph


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (Calls(os.system, "true"), r"(posix|nt)\.system"),
        (Calls(eval, "1"), r"__builtin__\.eval"),
        (Calls(partial, print), r"functools\.partial"),
        (Calls(getattr, "text", "upper"), r"__builtin__\.getattr"),
        (OrderedDict({1: 2}), r"collections\.OrderedDict"),
        ({1: Path("x")}, r"pathlib"),
        (np.random.default_rng(0), r"numpy"),
    ],
)
def test_nothing_is_called(value: object, named: str) -> None:
    with pytest.raises(Malformed, match=f"a pickle that calls .*{named}"):
        unpickle(old(value))


def test_a_call_leaves_no_trace(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    for protocol in range(6):
        with pytest.raises(Malformed):
            unpickle(pickle.dumps(Calls(os.mkdir, str(trace)), protocol=protocol))
    assert not trace.exists()
    # The same pickle does what it says where nobody refuses it.
    pickle.loads(old(Calls(os.mkdir, str(trace))))
    assert trace.is_dir()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a pickle of arrays"),
        (b"\x80\x02K\x01", "not a pickle of arrays"),
        (b"\x80\x02K\x01.", "a pickle of int, not of an array"),
        (b"\x80\x02}r\xff\xff\xff\xff.", "asks for too much memory"),
        (b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00N.", "the instruction FRAME"),
        (b"cos\nsystem\n.", r"a pickle that calls os\.system"),
        (b"\x80\x02ccollections\ndefaultdict\n)R(X\x01\x00\x00\x00aK\x01db.", "instruction DICT"),
        (b"\x80\x02ccollections\ndefaultdict\n)R}b.", "a dictionary with attributes"),
        (b"\x80\x02ccollections\ndefaultdict\nN}\x86b.", "not a pickle of arrays"),
        (b"\x80\x02cnumpy\nndarray\n)R.", "an array without a type"),
        (raw(np.arange(3.0))[:-20], "not a pickle of arrays"),
        (raw(np.arange(3.0)).replace(b"K\x03t", b"K\x04t", 1), "cannot reshape array"),
        (raw(np.arange(3.0)).replace(b"f8", b"O8"), "not a pickle of arrays|an array of object"),
        (raw(np.arange(3.0)).replace(b"f8", b"M8"), "an array of datetime64"),
    ],
)
def test_other_pickles_are_one_line(content: bytes, message: str) -> None:
    with pytest.raises(Malformed, match=message) as caught:
        unpickle(content)
    assert "\n" not in str(caught.value)


def test_a_matrix_whose_indices_lie_is_refused() -> None:
    values = csr_matrix(np.eye(3))
    values.indices = values.indices + 7
    with pytest.raises(Malformed, match="not a pickle of arrays"):
        unpickle(pickle.dumps(values, protocol=3))


@given(st.data())
def test_damage_never_escapes(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([csr_matrix(np.eye(3)), {0: [1]}]))
    content = bytearray(pickle.dumps(whole, protocol=3))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Malformed):
        unpickle(bytes(content))
