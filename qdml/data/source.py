"""Getting registered files from mirror, cache or network, and never an unchecked byte."""

from __future__ import annotations

import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import BinaryIO

from qdml.data.registry import Entry, File, Form
from qdml.errors import DataAbsent, DataError
from qdml.io import cache_folder, locked, sha256_file

#: Environment variable that names a folder of files laid out as the registry's paths say.
MIRROR = "QDML_DATA_MIRROR"

#: Names of the sets that this process asked for and could not have.
missed: set[str] = set()

#: Seconds that one network operation, and a whole download, may take.
STALL_SECONDS, DOWNLOAD_SECONDS = 20.0, 600.0

#: Bytes that are read between two looks at the clock.
CHUNK = 1 << 20


def obtain(entry: Entry) -> tuple[Form, tuple[bytes, ...]]:
    """The form in which a set is found, and the registered bytes of each of its files.

    A form is looked for in the mirror, then in the cache, then on the network. Raises `DataAbsent`
    when the set is nowhere to be had and `DataError` when what was found is not what was
    registered; of such a file nothing is kept.
    """
    try:
        where, form = locate(entry)
        if form is None:
            raise _absent(entry)
        if where == "mirror":
            folder = Path(os.environ[MIRROR])
            return form, tuple(_read(folder / one.path, one, entry) for one in form.files)
        return form, tuple(_from_cache(one, entry) for one in form.files)
    except DataAbsent:
        missed.add(entry.name)
        raise


def locate(entry: Entry) -> tuple[str, Form | None]:
    """Where a set that is not embedded would be read from, and in which form.

    That is `mirror`, `cache` or `download` with a form, or `absent` without one. Files are seen,
    not read. Raises `DataError` for a path that the system refuses to look up.
    """
    mirror = os.environ.get(MIRROR)
    for form in entry.forms if mirror else ():
        if all(_is_there(Path(str(mirror)) / one.path) for one in form.files):
            return "mirror", form
    for form in entry.forms:
        if all(one.sha256 and _is_there(cache_folder() / one.path) for one in form.files):
            return "cache", form
    for form in entry.forms:
        if all(one.url for one in form.files):
            return "download", form
    return "absent", None


def intact(where: str, form: Form) -> bool | None:
    """Whether the files of a form, in mirror or cache, are the registered ones; None if unknown."""
    folder = Path(os.environ[MIRROR]) if where == "mirror" else cache_folder()
    if any(one.sha256 is None for one in form.files):
        return None
    return all(sha256_file(folder / one.path) == one.sha256 for one in form.files)


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        place = str(path)
        raise DataError(
            f"{place[:60]}{'...' if len(place) > 60 else ''}: {error.strerror}; expected a path "
            f"in the folder that {MIRROR} names, or in the cache"
        ) from None


def _absent(entry: Entry) -> DataAbsent:
    mirror = os.environ.get(MIRROR)
    where = f"in the folder {MIRROR}" if mirror else f"anywhere ({MIRROR} is not set)"
    first = entry.forms[0].files[0]
    digest = f"sha256 {first.sha256[:12]}..." if first.sha256 else f"{first.bytes} bytes"
    return DataAbsent(
        f"data set {entry.name!r}: no file {first.path} {where}, and no address that serves it "
        f"is registered; set {MIRROR} to a folder that holds it ({digest}; "
        f"the data were published at {entry.source_url})"
    )


def _from_cache(file: File, entry: Entry) -> bytes:
    cached = cache_folder() / file.path
    if not cached.is_file():
        _download(file, entry, cached)
    try:
        return _read(cached, file, entry)
    except DataError:
        cached.unlink(missing_ok=True)
        raise


def _read(path: Path, file: File, entry: Entry) -> bytes:
    # One byte more than registered is enough to see that a file is too long, whatever its size.
    try:
        with path.open("rb") as opened:
            content = opened.read(file.bytes + 1)
    except OSError as error:
        raise DataError(f"data set {entry.name!r}: {path}: {error.strerror}") from None
    return _checked(content, file, f"data set {entry.name!r}: {path}")


def _download(file: File, entry: Entry, cached: Path) -> None:
    """Fetch what is still wanting of a file, and give it its name when it is the right one."""
    cached.parent.mkdir(parents=True, exist_ok=True)
    part = cached.with_name(f".{cached.name}.download")
    with locked(part) as kept:
        if cached.is_file():
            return
        try:
            _fetch(file, kept)
        except (OSError, http.client.HTTPException) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            past_its_end = (
                getattr(error, "code", 0) == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            )
            done = 0 if past_its_end else kept.seek(0, os.SEEK_END)
            if not done:
                part.unlink()
            again = f"run again to go on from byte {done}, or " if done else ""
            raise DataAbsent(
                f"data set {entry.name!r}: {file.url} cannot be fetched ({reason}); "
                f"{again}set {MIRROR} to a folder that holds {file.path}"
            ) from None
        kept.seek(0)
        try:
            _checked(kept.read(file.bytes + 1), file, f"data set {entry.name!r}: {file.url}")
        except DataError:
            part.unlink()
            raise
        os.fsync(kept.fileno())
        os.replace(part, cached)


def _fetch(file: File, kept: BinaryIO) -> None:
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TransferSpeedColumn

    assert file.url is not None, "only files with an address are fetched"
    give_up = time.monotonic() + DOWNLOAD_SECONDS
    done = kept.seek(0, os.SEEK_END)
    if done >= file.bytes:
        return
    request = urllib.request.Request(file.url, headers={"Range": f"bytes={done}-"} if done else {})
    console = Console(stderr=True)
    columns = "{task.description}", DownloadColumn(), TransferSpeedColumn()
    with (
        urllib.request.urlopen(request, timeout=STALL_SECONDS) as response,
        Progress(*columns, console=console, disable=not console.is_terminal) as progress,
    ):
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            # The server sends the file from its beginning, asked for it or not.
            kept.truncate(0)
            done = kept.seek(0)
        shown = progress.add_task(file.path, total=file.bytes, completed=done)
        while done <= file.bytes:
            # read1 returns what has arrived, so that a trickle cannot outlast the deadline.
            chunk = response.read1(min(CHUNK, file.bytes + 1 - done))
            if not chunk:
                break
            kept.write(chunk)
            done += len(chunk)
            progress.update(shown, completed=done)
            if time.monotonic() > give_up:
                raise TimeoutError(f"not finished after {DOWNLOAD_SECONDS:.0f} s")
        if response.length and done < file.bytes:
            raise http.client.IncompleteRead(b"", response.length)


def _checked(content: bytes, file: File, place: str) -> bytes:
    if len(content) != file.bytes:
        size = f"more than {file.bytes}" if len(content) > file.bytes else str(len(content))
        raise DataError(
            f"{place}: {size} bytes, registered are {file.bytes}; "
            "nothing was kept; get the registered file"
        )
    found = hashlib.sha256(content).hexdigest()
    # Where no digest is known, the size and the counts of what is loaded must do.
    if file.sha256 not in (None, found):
        raise DataError(
            f"{place}: sha256 is {found[:12]}..., registered is "
            f"{str(file.sha256)[:12]}...; nothing was kept; get the registered file"
        )
    return content
