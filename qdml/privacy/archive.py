"""Reading a user's ensemble from an .npz archive, with distrust: plain arrays of a bounded size."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qdml.errors import DataError, InputError
from qdml.privacy.ensemble import Ensemble, from_states, from_vectors

#: Arrays that unpack to more than this are refused unread.
MOST_BYTES = 2**30

_NAMES = ("states", "vectors", "prior")


def load(path: Path, copies: int) -> Ensemble:
    """The ensemble in an archive with an array `states` or `vectors`, and maybe `prior` (m,).

    `states` are (m, N) normalised vectors or (m, N, N) density matrices, `vectors` (m, N) of any
    norm. Raises `DataError` for a file that is no such archive, `InputError` for its content.
    """
    arrays = _unpack(path)
    given = [name for name in _NAMES[:2] if name in arrays]
    if len(given) != 1:
        found = ", ".join(sorted(arrays)) or "no array"
        raise DataError(f"{path}: found {found}; expected one array `states` or `vectors`")
    prior = _numbers(path, "prior", arrays["prior"], "fiu") if "prior" in arrays else None
    content = _numbers(path, given[0], arrays[given[0]], "fiuc")
    axes = (2, 3) if given[0] == "states" else (2,)
    if content.ndim not in axes or 0 in content.shape:
        wanted = " or ".join(("(m, N)", "(m, N, N)")[: len(axes)])
        raise InputError(f"{path}: {given[0]} of shape {content.shape}: expected {wanted}")
    if content.ndim == 3 and content.shape[1] != content.shape[2]:
        raise InputError(f"{path}: states of shape {content.shape}: matrices have to be square")
    make = from_states if given[0] == "states" else from_vectors
    return make(content, copies, prior)


def _unpack(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > MOST_BYTES:
            raise InputError(
                f"{path}: its arrays unpack to {size / 2**30:.1f} GiB, too large for memory; at "
                f"most {MOST_BYTES // 2**30} GiB are read"
            )
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files if name in _NAMES}
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; name an .npz archive") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise DataError(f"{path}: not an .npz archive ({error}); numpy.savez makes one") from None
    except RuntimeError as error:
        # zipfile has no other word for an archive with a password.
        raise DataError(f"{path}: it cannot be read ({error})") from None
    except MemoryError as error:
        raise InputError(f"{path}: too large for memory ({error})") from None
    except (ValueError, SyntaxError, tokenize.TokenError) as error:
        raise DataError(
            f"{path}: not plain arrays of numbers ({error}); states of different dimensions do "
            "not fit in one array: pad them with zeros"
        ) from None


def _numbers(path: Path, name: str, array: NDArray[Any], kinds: str) -> NDArray[Any]:
    # An entry of the archive that is no array at all comes as bytes.
    kind = getattr(array, "dtype", np.dtype(bytes))
    if kind.kind not in kinds:
        raise DataError(f"{path}: not plain arrays of numbers: {name} is of type {kind}")
    # Numbers of more than double precision may be too large for it.
    with np.errstate(over="ignore"):
        numbers = array.astype(float if name == "prior" else np.complex128)
    if not np.isfinite(numbers).all():
        raise InputError(f"{path}: {name} has an entry that is not a finite number")
    return numbers
