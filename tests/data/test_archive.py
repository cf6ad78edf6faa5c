"""Archives are read in memory, and one that is torn, hostile or a bomb is one clear line."""

from __future__ import annotations

import gzip
import io
import stat
import tracemalloc
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.data.archive import Malformed, array, arrays, gunzip, members


def zipped(files: dict[str, bytes], **info: Any) -> bytes:
    """A zip archive of these files; `info` is set on the description of each."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            one = zipfile.ZipInfo(name)
            for key, value in info.items():
                setattr(one, key, value)
            archive.writestr(one, content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def npy(values: Any) -> bytes:
    """The bytes of an npy file."""
    stream = io.BytesIO()
    np.save(stream, values, allow_pickle=True)
    return stream.getvalue()


NAMES = st.from_regex(r"[a-c_]{1,5}(/[a-c_]{1,5}){0,2}\.txt", fullmatch=True)


@given(st.dictionaries(NAMES, st.binary(max_size=50)))
def test_members_are_what_was_packed(files: dict[str, bytes]) -> None:
    assert members(zipped(files)) == files


@pytest.mark.parametrize(
    "name", ["../up.txt", "a/../../up.txt", "/etc/passwd", "..\\up.txt", "C:\\up.txt", "C:up.txt"]
)
def test_a_member_that_would_leave_its_folder(name: str) -> None:
    content = zipped({"fine.txt": b"1", name.replace("\\", "%"): b"2"})
    # zipfile itself would write another separator.
    content = content.replace(name.replace("\\", "%").encode(), name.encode())
    with pytest.raises(Malformed, match="would leave the archive's folder"):
        members(content)


def test_links_and_locked_members() -> None:
    link = zipped({"link": b"/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16)
    with pytest.raises(Malformed, match="member 'link' is a link"):
        members(link)
    locked = bytearray(zipped({"locked": b"text"}))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Malformed, match="member 'locked' is encrypted"):
        members(bytes(locked))


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(Malformed, match="that would unpack to 10000000"):
        members(zipped({"zeros": bytes(10**7)}))
    packed = gzip.compress(bytes(10**7))
    with pytest.raises(Malformed, match=f"would unpack to more than {200 * len(packed)}"):
        gunzip(packed, 10**6)


def test_a_bomb_within_a_bomb_is_not_unpacked() -> None:
    # What an archive of 50 bytes holds, itself packed a hundred to one.
    inner = gzip.compress(bytes(range(128)) + bytes(15_000))
    assert len(gunzip(inner, len(inner))) < 200 * len(inner)
    with pytest.raises(Malformed, match="would unpack to more than 10000"):
        gunzip(inner, 50)


def test_a_bomb_that_lies_about_its_size_is_not_unpacked() -> None:
    content = bytearray(zipped({"zeros": bytes(10**7)}))
    central = content.index(b"PK\x01\x02")
    for at in (22, central + 24):
        content[at : at + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(Malformed, match="a damaged archive"):
        members(bytes(content))


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (zipfile.ZIP_DEFLATED, "a damaged archive"),
        (zipfile.ZIP_BZIP2, "member 'zeros' is neither stored nor deflated"),
        (zipfile.ZIP_LZMA, "member 'zeros' is neither stored nor deflated"),
    ],
)
def test_a_bomb_that_lies_takes_no_memory(method: int, message: str) -> None:
    size, stream = 2 * 10**7, io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("zeros", bytes(size))
    content = stream.getvalue().replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    tracemalloc.start()
    try:
        with pytest.raises(Malformed, match=message):
            members(content)
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken < size / 10


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice() -> None:
    content = zipped({"aa": b"1", "ab": b"2"}).replace(b"ab", b"aa")
    with pytest.raises(Malformed, match="two members of the archive have one name"):
        members(content)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 half an archive", b"\x93NUMPY"])
def test_no_archive(content: bytes) -> None:
    with pytest.raises(Malformed, match="a damaged archive"):
        members(content)


@given(st.data())
def test_a_torn_or_changed_archive_is_malformed_or_the_same(data: st.DataObject) -> None:
    files = {"x.npy": npy(np.arange(50)), "y.npy": npy(np.ones(7))}
    whole = bytearray(zipped(files))
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole) - 1)) :]
    else:
        whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        found = members(bytes(whole))
    except Malformed:
        return
    # A name may have changed, or a whole member be lost; never a byte of the content.
    assert set(found.values()) <= set(files.values())


@pytest.mark.parametrize(
    "values", [np.arange(6).reshape(2, 3), np.asfortranarray(np.eye(3)), np.float32(2), np.zeros(0)]
)
def test_arrays_are_what_was_saved(values: Any) -> None:
    read = array(npy(values))
    np.testing.assert_array_equal(read, values)
    assert read.dtype == np.asarray(values).dtype


def test_arrays_that_are_not_plain() -> None:
    with pytest.raises(Malformed, match="one holds Python objects"):
        array(npy(np.array([{}, 1], object)))
    with pytest.raises(Malformed, match="not an archive of plain arrays"):
        array(b"text")
    huge = npy(np.zeros(30)).replace(b"(30,), }         ", b"(10000000000,), }")
    with pytest.raises(Malformed, match=r"shape \(10000000000,\) in 240 bytes"):
        array(huge)
    with pytest.raises(Malformed, match=r"shape \(30,\) in 232 bytes"):
        array(npy(np.zeros(30))[:-8])


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': (((",
        "{[]: 1}",
        "{'descr': '<f8,(', 'fortran_order': False, 'shape': (0,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (0, -5)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 1180591620717411303424)}",
        "{'descr': '|S0', 'fortran_order': False, 'shape': (3,)}",
    ],
)
def test_headers_that_numpy_trips_over(header: str) -> None:
    text = f"{header}\n".encode()
    with pytest.raises(Malformed, match="not an archive of plain arrays") as caught:
        array(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text)
    assert "\n" not in str(caught.value)


def test_only_what_is_wanted_of_an_archive() -> None:
    content = zipped({"x.npy": npy(np.arange(3)), "names.npy": npy(np.array([None], object))})
    assert list(arrays(content, ("x",))) == ["x"]
    with pytest.raises(Malformed, match="Python objects"):
        arrays(content)


def test_gzip_files_that_are_not_whole() -> None:
    packed = gzip.compress(b"1,2\n3,4\n")
    assert gunzip(packed, 100) == b"1,2\n3,4\n"
    with pytest.raises(Malformed, match="a truncated gzip file"):
        gunzip(packed[:-3], 100)
    with pytest.raises(Malformed, match="a damaged gzip file"):
        gunzip(b"text", 100)
