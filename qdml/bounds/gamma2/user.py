"""A user's own sign matrix: a CSV file of 1, -1 and, off the promise, empty entries."""

from __future__ import annotations

import csv
from pathlib import Path

from qdml.bounds.certificates.matrices import MAX_SIDE
from qdml.errors import InputError

_ENTRIES = {"1": 1, "+1": 1, "+": 1, "-1": -1, "-": -1, "": None}

#: No matrix of the largest side needs a longer file.
_MAX_CHARACTERS = 16 * MAX_SIDE**2


def read(path: Path | str) -> list[list[int | None]]:
    """The rows of a file: +1, -1, and None where undefined.

    Raises `InputError` for a file that cannot be read, other entries, rows of different length,
    more than 512 rows or columns, and a matrix without a defined entry.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read(_MAX_CHARACTERS + 1)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; name a CSV file of 1, -1 and empty") from None
    except UnicodeDecodeError:
        raise InputError(
            f"{path}: not a text file; expected a CSV file of 1, -1 and empty"
        ) from None
    if len(text) > _MAX_CHARACTERS:
        raise InputError(f"{path}: too long; at most {MAX_SIDE} rows and columns are read")
    rows: list[list[int | None]] = []
    try:
        for number, row in enumerate(csv.reader(text.rstrip("\r\n").splitlines()), start=1):
            rows.append([_entry(path, number, place, word) for place, word in enumerate(row, 1)])
            if len(rows[-1]) != len(rows[0]):
                raise InputError(
                    f"{path}, line {number}: {len(row)} entries, the first line has "
                    f"{len(rows[0])}; an undefined entry is an empty one between commas"
                )
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV file ({error})") from None
    if not rows or max(len(rows), len(rows[0])) > MAX_SIDE:
        width = len(rows[0]) if rows else 0
        raise InputError(f"{path}: {len(rows)} x {width} entries; at least one, at most {MAX_SIDE}")
    if not any(entry for row in rows for entry in row):
        raise InputError(f"{path}: no entry is defined; at least one has to be 1 or -1")
    return rows


def _entry(path: Path | str, line: int, place: int, word: str) -> int | None:
    if word.strip() not in _ENTRIES:
        raise InputError(
            f"{path}, line {line}, entry {place}: {word[:40]!r}: allowed are 1, -1 and empty"
        )
    return _ENTRIES[word.strip()]
