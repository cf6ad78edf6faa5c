"""Files written whole or not at all, and read with distrust."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from qdml.errors import EvidenceError

SCHEMA_VERSION = 1


def write_atomic(path: Path | str, content: bytes | str) -> None:
    """Write `content` to `path` whole or not at all: same folder, fsync, then rename."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    payload = content.encode() if isinstance(content, str) else content
    # One name for all writers: what a killed one left behind is taken over, not kept for ever.
    temporary = path.with_name(f".{path.name}.part")
    with locked(temporary) as file:
        try:
            file.truncate()
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def cache_folder() -> Path:
    """What can be had again is kept here for this user: `qdml` in XDG_CACHE_HOME or `~/.cache`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "qdml"


@contextmanager
def locked(path: Path) -> Iterator[BinaryIO]:
    """Open `path`, made where it is wanting, for this writer alone.

    Its name then still leads to the open file, whatever another writer did before.
    """
    while True:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # The writer that held the lock may have moved the file to its place.
            if _leads_to(path, file):
                yield file
                return


def _leads_to(path: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def dumps(record: dict[str, Any]) -> str:
    """The one JSON form used everywhere: schema version first, no NaN, a final newline."""
    return (
        json.dumps(
            {"schema_version": SCHEMA_VERSION} | record,
            indent=1,
            allow_nan=False,
            ensure_ascii=False,
        )
        + "\n"
    )


def write_json(path: Path | str, record: dict[str, Any]) -> None:
    """Write `record` atomically, sealed with the sha256 of its own content.

    The seal tells a hand-edited or damaged file from a written one when it is read again.
    """
    seal = hashlib.sha256(dumps(record).encode()).hexdigest()
    write_atomic(path, dumps(record | {"seal": seal}))


def read_json(path: Path | str) -> dict[str, Any]:
    """Read a file made by `write_json`.

    Raises `EvidenceError` for a file that is missing, truncated, edited or of another version.
    """
    path = Path(path)
    remedy = "remove it and run the pipeline again"
    try:
        record = json.loads(path.read_text())
    except FileNotFoundError:
        raise EvidenceError(f"{path}: no such file; run the pipeline first") from None
    except (OSError, ValueError, RecursionError) as error:
        raise EvidenceError(f"{path}: not a readable JSON file ({error}); {remedy}") from None
    if not isinstance(record, dict) or record.get("schema_version") != SCHEMA_VERSION:
        found = record.get("schema_version") if isinstance(record, dict) else None
        raise EvidenceError(
            f"{path}: schema_version is {found!r}, this qdml reads {SCHEMA_VERSION}; {remedy}"
        )
    seal = record.pop("seal", None)
    try:
        honest = hashlib.sha256(dumps(record).encode()).hexdigest()
    except (ValueError, UnicodeEncodeError) as error:
        raise EvidenceError(f"{path}: not a record that qdml writes ({error}); {remedy}") from None
    if seal != honest:
        raise EvidenceError(f"{path}: content was changed after it was written (seal); {remedy}")
    return record


def sha256_file(path: Path | str) -> str:
    """Hexadecimal SHA-256 of one file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def source_hash(paths: Iterable[Path | str]) -> str:
    """One hash over the Python, template and style sources under `paths` (files or folders)."""
    digest = hashlib.sha256()
    for path in map(Path, paths):
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.suffix in {".py", ".j2", ".css", ".toml", ".smk"}:
                digest.update(file.relative_to(path.parent).as_posix().encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
