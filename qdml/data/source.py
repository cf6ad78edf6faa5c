"""Getting a registered file from mirror, cache or network, and never an unchecked byte."""

from __future__ import annotations

import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
from pathlib import Path

from qdml.data.registry import Entry
from qdml.errors import DataAbsent, DataError
from qdml.io import write_atomic

#: Environment variable that names a folder of files laid out as the registry's paths say.
MIRROR = "QDML_DATA_MIRROR"

#: Seconds that one network operation, and a whole download, may take.
STALL_SECONDS, DOWNLOAD_SECONDS = 20.0, 600.0


def obtain(entry: Entry) -> bytes:
    """The registered bytes of a set that is a file: from mirror, cache or network, in that order.

    Raises `DataAbsent` when the file is nowhere to be had and `DataError` when what was found is
    not what was registered; of such a file nothing is kept.
    """
    if entry.path is None:
        raise DataError(f"data set {entry.name!r}: the registry names no file for it")
    mirror = os.environ.get(MIRROR)
    mirrored = Path(mirror) / entry.path if mirror else None
    if mirrored and mirrored.is_file():
        return _checked(_read(mirrored, entry), entry, str(mirrored))
    cached = cache_folder() / entry.path
    if cached.is_file():
        try:
            return _checked(_read(cached, entry), entry, str(cached))
        except DataError:
            cached.unlink(missing_ok=True)
            raise
    if entry.url:
        content = _checked(_download(entry, entry.url), entry, entry.url)
        write_atomic(cached, content)
        return content
    where = f"in the folder {MIRROR}" if mirror else f"anywhere ({MIRROR} is not set)"
    raise DataAbsent(
        f"data set {entry.name!r}: no file {entry.path} {where}, and no address that serves it "
        f"is registered; set {MIRROR} to a folder that holds it (sha256 {entry.sha256[:12]}...; "
        f"the data were published at {entry.source_url})"
    )


def cache_folder() -> Path:
    """Where downloads are kept for this user: `qdml` in XDG_CACHE_HOME, else in `~/.cache`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "qdml"


def _read(path: Path, entry: Entry) -> bytes:
    # One byte more than registered is enough to see that a file is too long, whatever its size.
    try:
        with path.open("rb") as file:
            return file.read(entry.bytes + 1)
    except OSError as error:
        raise DataError(f"data set {entry.name!r}: {path}: {error.strerror}") from None


def _download(entry: Entry, url: str) -> bytes:
    give_up = time.monotonic() + DOWNLOAD_SECONDS
    content = bytearray()
    try:
        with urllib.request.urlopen(url, timeout=STALL_SECONDS) as response:
            while len(content) <= entry.bytes:
                # read1 returns what has arrived, so that a trickle cannot outlast the deadline.
                chunk = response.read1(entry.bytes + 1 - len(content))
                if not chunk:
                    break
                content += chunk
                if time.monotonic() > give_up:
                    raise TimeoutError(f"not finished after {DOWNLOAD_SECONDS:.0f} s")
    except (OSError, http.client.HTTPException) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataAbsent(
            f"data set {entry.name!r}: {url} cannot be fetched ({reason}); "
            f"set {MIRROR} to a folder that holds {entry.path}"
        ) from None
    return bytes(content)


def _checked(content: bytes, entry: Entry, place: str) -> bytes:
    if len(content) != entry.bytes:
        size = f"more than {entry.bytes}" if len(content) > entry.bytes else str(len(content))
        raise DataError(
            f"data set {entry.name!r}: {place}: {size} bytes, registered are {entry.bytes}; "
            "nothing was kept; get the registered file"
        )
    found = hashlib.sha256(content).hexdigest()
    if found != entry.sha256:
        raise DataError(
            f"data set {entry.name!r}: {place}: sha256 is {found[:12]}..., registered is "
            f"{entry.sha256[:12]}...; nothing was kept; get the registered file"
        )
    return content
