"""Archives and arrays read in memory with distrust: nothing is written, nothing is executed.

A zip file is refused as a whole if one member would leave its folder, is encrypted or a link, or
if the members together are so large that no honest text or array is packed as tightly.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from math import prod
from pathlib import PurePosixPath
from stat import S_ISLNK
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

#: Bytes that one byte of an archive may stand for. The text and the arrays of the registered sets
#: pack 2 to 40 to one, and zeros 1000 to one.
LARGEST_RATIO = 200

Arrays = dict[str, NDArray[Any]]


class Malformed(Exception):
    """What is wrong with a file, to be completed with the name of the set."""


def require(truth: bool, otherwise: str) -> None:
    """Raise `Malformed` with the message unless it is true."""
    if not truth:
        raise Malformed(otherwise)


def members(content: bytes) -> dict[str, bytes]:
    """The files of a zip archive by name. Raises `Malformed` for one that is damaged or hostile."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [one for one in archive.infolist() if not one.is_dir()]
            for one in infos:
                _require_harmless(one)
            names = [one.filename for one in infos]
            require(len(set(names)) == len(names), "two members of the archive have one name")
            size = sum(one.file_size for one in infos)
            require(
                size <= LARGEST_RATIO * len(content),
                f"an archive of {len(content)} bytes that would unpack to {size}",
            )
            return {one.filename: _unpacked(archive, one) for one in infos}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise Malformed(f"a damaged archive ({error})") from None
    except (NotImplementedError, RuntimeError, ValueError) as error:
        raise Malformed(f"not an archive that can be read ({error})") from None


def arrays(content: bytes, wanted: tuple[str, ...] | None = None) -> Arrays:
    """The arrays of an npz archive by name, all or those wanted; `Malformed` as for `members`."""
    files = {name.removesuffix(".npy"): data for name, data in members(content).items()}
    return {key: array(data) for key, data in files.items() if wanted is None or key in wanted}


def array(content: bytes) -> NDArray[Any]:
    """One plain array from the bytes of an npy file, read-only.

    Raises `Malformed` for objects, and for a header that does not describe exactly these bytes.
    """
    try:
        return _array(content)
    except Malformed:
        raise
    except Exception as error:  # noqa: BLE001 - numpy parses headers as text of Python
        reason = " ".join(str(error).split())
        raise Malformed(f"not an archive of plain arrays ({reason})") from None


def gunzip(content: bytes, packed: int) -> bytes:
    """What a gzip file holds that was itself packed in an archive of `packed` bytes.

    Raises `Malformed` for one that is damaged, or unpacks to too much for that archive.
    """
    unpacker, most = zlib.decompressobj(wbits=31), LARGEST_RATIO * min(packed, len(content))
    try:
        text = unpacker.decompress(content, most + 1)
    except zlib.error as error:
        raise Malformed(f"a damaged gzip file ({error})") from None
    require(
        len(text) <= most,
        f"a gzip file of {len(content)} bytes that would unpack to more than {most}",
    )
    require(unpacker.eof and not unpacker.unused_data, "a truncated gzip file")
    return text


def _array(content: bytes) -> NDArray[Any]:
    stream = io.BytesIO(content)
    version = npy.read_magic(stream)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, columns_first, dtype = read(stream)
    require(not dtype.hasobject, "not an archive of plain arrays (one holds Python objects)")
    start = stream.tell()
    require(
        prod(shape) * dtype.itemsize == len(content) - start,
        f"not an archive of plain arrays (shape {shape} in {len(content) - start} bytes)",
    )
    flat = np.frombuffer(content, dtype, prod(shape), start)
    return flat.reshape(shape, order="F" if columns_first else "C")


def _unpacked(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    # Without a number `read` unpacks all that is there, however little is stated. With it, no more
    # than the stated size is unpacked, and the checksum is compared there.
    with archive.open(one) as member:
        content = member.read(one.file_size)
    require(len(content) == one.file_size, f"member {one.filename!r} is truncated")
    return content


def _require_harmless(one: zipfile.ZipInfo) -> None:
    parts = PurePosixPath(one.filename.replace("\\", "/"))
    outside = parts.is_absolute() or ".." in parts.parts or ":" in one.filename
    require(not outside, f"member {one.filename!r} would leave the archive's folder")
    require(not one.flag_bits & 1, f"member {one.filename!r} is encrypted")
    require(not S_ISLNK(one.external_attr >> 16), f"member {one.filename!r} is a link")
    # Other methods unpack without a limit, and no registered set uses them.
    packed = one.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    require(packed, f"member {one.filename!r} is neither stored nor deflated")
