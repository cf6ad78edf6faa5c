"""Reading certificates with distrust: bounded size, exact numbers, a reason for each refusal."""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

from qdml.errors import EvidenceError

#: Larger files, and integers of more decimal digits, are refused unread.
MAX_BYTES = 16 * 2**20
MAX_DIGITS = 4000

#: Factors and probabilities are shorter than this, so that what is made of them can be printed.
SHORT = 10**50

_RATIONAL = re.compile(r"-?[0-9]+(/[0-9]+)?")


class Rejected(Exception):
    """A certificate does not prove what it should; the text is the reason."""


@dataclass(frozen=True)
class Checked:
    """What a checker found: the exact number that is proven (None if nothing is), and why."""

    valid: bool
    bound: Fraction | None
    reason: str


def read(path: Path | str) -> dict[str, Any]:
    """The JSON object in a file. Raises `Rejected`, or `EvidenceError` if it cannot be opened."""
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror}; name a certificate file") from None
    return parse(content)


def parse(content: bytes | str) -> dict[str, Any]:
    """The JSON object in `content`; floats, repeated keys and huge numbers are `Rejected`."""
    if len(content) > MAX_BYTES:
        raise Rejected(f"more than {MAX_BYTES} bytes")
    try:
        record = json.loads(
            content,
            parse_int=_integer,
            parse_float=_no_float,
            parse_constant=_no_float,
            object_pairs_hook=_no_repeat,
        )
    except (ValueError, RecursionError) as error:
        raise Rejected(f"not a readable JSON file ({error})") from None
    if not isinstance(record, dict):
        raise Rejected(f"a certificate is a JSON object, not {type(record).__name__}")
    return record


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise Rejected(f"an integer of {len(text)} digits; at most {MAX_DIGITS} are read")
    return int(text)


def _no_float(text: str) -> NoReturn:
    raise Rejected(f"{text[:40]!r}: numbers are integers, or rationals as text 'p/q'")


def _no_repeat(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for key, value in pairs:
        if key in record:
            raise Rejected(f"the key {key[:40]!r} stands twice")
        record[key] = value
    return record


def field(record: Mapping[str, Any], name: str) -> Any:
    """The value of a key that must be there."""
    if name not in record:
        raise Rejected(f"{name}: missing")
    return record[name]


def choice(record: Mapping[str, Any], name: str, allowed: Iterable[str]) -> str:
    """The value of a key that is one of the `allowed` texts."""
    found, known = field(record, name), list(allowed)
    if not isinstance(found, str) or found not in known:
        raise Rejected(f"{name}: {_short(found)}: allowed are {', '.join(known)}")
    return found


def integer(record: Mapping[str, Any], name: str, low: int, high: int) -> int:
    """The value of a key that is an integer from `low` to `high`."""
    found = field(record, name)
    if type(found) is not int or not low <= found <= high:
        raise Rejected(f"{name}: {_short(found)}: allowed are integers {low} ... {high}")
    return found


def rational(value: object, name: str) -> Fraction:
    """An integer, or a text 'p' or 'p/q' with q > 0, as an exact number."""
    if type(value) is int:
        return Fraction(value)
    if not isinstance(value, str) or not _RATIONAL.fullmatch(value):
        raise Rejected(f"{name}: {_short(value)}: not an integer nor a rational 'p/q'")
    above, _, below = value.partition("/")
    if len(above) > MAX_DIGITS or len(below) > MAX_DIGITS:
        raise Rejected(f"{name}: a number of more than {MAX_DIGITS} digits")
    if below and not int(below):
        raise Rejected(f"{name}: {_short(value)}: division by zero")
    return Fraction(int(above), int(below or 1))


def rationals(value: object, name: str, length: int) -> list[Fraction]:
    """A list of `length` exact numbers."""
    if not isinstance(value, list) or len(value) != length:
        size = len(value) if isinstance(value, list) else type(value).__name__
        raise Rejected(f"{name}: {size}: a list of {length} numbers is needed")
    return [rational(entry, f"{name}[{place}]") for place, entry in enumerate(value)]


def integer_matrix(value: object, name: str, rows: int, columns: int | None) -> list[list[int]]:
    """A list of `rows` lists of integers of one length, `columns` unless that is None."""
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise Rejected(f"{name}: {_short(value)}: a list of rows is needed")
    lengths = {len(row) for row in value} | ({columns} if columns is not None else set())
    if len(value) != rows or len(lengths) != 1 or lengths == {0}:
        raise Rejected(f"{name}: {rows} rows of equal, right and positive length are needed")
    for entry in (entry for row in value for entry in row):
        if type(entry) is not int:
            raise Rejected(f"{name}: {_short(entry)}: not an integer")
    return value


def only(record: Mapping[str, Any], known: Container[str]) -> None:
    """Refuse keys that no checker reads: nothing in a certificate is there for show."""
    for key in record:
        if key not in known:
            raise Rejected(f"{key[:40]!r}: unknown key")


def _short(value: object) -> str:
    text = reprlib.repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
