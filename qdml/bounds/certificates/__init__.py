"""Certificates: small files that prove a bound, and the checkers that need no solver to read them.

A certificate names its kind; the checker of that kind builds the problem anew, uses integers,
rationals and balls alone, and recomputes the bound. No number of the file is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from qdml.bounds.certificates.reading import Checked, Rejected, choice, read
from qdml.errors import QdmlError

#: The module of each kind of certificate, which has a function `check(record) -> Checked`.
CHECKERS: Mapping[str, str] = {
    "guessing": "guessing",
}


def check(record: Mapping[str, Any]) -> Checked:
    """Check one certificate: valid with the bound that it proves, or rejected with the reason."""
    try:
        kind = choice(record, "kind", CHECKERS)
        checker: Callable[[Mapping[str, Any]], Checked] = import_module(
            f"qdml.bounds.certificates.{CHECKERS[kind]}"
        ).check
        return checker(record)
    except (Rejected, QdmlError) as error:
        return Checked(False, None, str(error))


def check_file(path: Path | str) -> Checked:
    """Check the certificate in a file. Raises `EvidenceError` if there is no readable file."""
    try:
        return check(read(path))
    except Rejected as error:
        return Checked(False, None, str(error))
