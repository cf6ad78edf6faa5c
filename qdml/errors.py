"""Errors that qdml raises on purpose: one clear line with the value, what is allowed and a hint."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class QdmlError(Exception):
    """Base of every deliberate error: one line on the command line, and its exit status."""

    exit_status = 2


class InputError(QdmlError):
    """A value given by the user is outside what is allowed."""


class ConfigError(InputError):
    """A configuration key or value is wrong."""


class DataError(InputError):
    """A data file is missing, damaged or not the one that was registered."""


class DataAbsent(DataError):
    """A data set is not embedded, not in the mirror and cannot be downloaded here."""


class EvidenceError(InputError):
    """An evidence, verdict or timing file cannot be trusted as it stands."""


class LocalityError(QdmlError):
    """A party touched something that another party owns."""


class NoCloningError(QdmlError):
    """A quantum register was used after it was sent, consumed or split."""


class SolveError(QdmlError):
    """A solver has no answer, or none that an exact proof could be made from."""

    exit_status = 3


def nearest(word: str, options: Iterable[str]) -> str:
    """Return a hint such as `" (nearest: 'quick')"`, or the empty string when nothing is close."""
    close = get_close_matches(word, list(options), n=1, cutoff=0.5)
    return f" (nearest: {close[0]!r})" if close else ""
