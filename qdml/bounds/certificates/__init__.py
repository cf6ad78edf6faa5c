"""Certificates: small files that prove a bound, and the checkers that need no solver to read them.

A certificate names its kind; the checker of that kind builds the problem anew, uses integers,
rationals and balls alone, and recomputes the bound. No number of the file is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from qdml.bounds.certificates.reading import Checked, Rejected, choice, integer, read
from qdml.errors import QdmlError
from qdml.io import SCHEMA_VERSION

#: The module of each kind of certificate, which has a function `check(record) -> Checked`.
CHECKERS: Mapping[str, str] = {
    "gamma2-blocks": "gamma2_blocks",
    "cross-entropy": "cross_entropy",
    "gamma2-dense": "gamma2_dense",
    "gamma2-factorisation": "gamma2_factorisation",
    "gamma2-krawtchouk": "gamma2_krawtchouk",
    "gamma2-krawtchouk-upper": "gamma2_krawtchouk_upper",
    "hidden-matching": "hidden_matching",
    "rank-mod-p": "rank_mod_p",
    "guessing": "guessing",
}


def check(record: Mapping[str, Any]) -> Checked:
    """Check one certificate: valid with the bound that it proves, or rejected with the reason."""
    try:
        # Files name the version of their form; a checker is handed the certificate alone.
        if "schema_version" in record:
            integer(record, "schema_version", SCHEMA_VERSION, SCHEMA_VERSION)
            record = {key: record[key] for key in record if key != "schema_version"}
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
