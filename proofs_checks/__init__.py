"""One file a claim: statement, steps and mutants; found by id, hyphens become underscores."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qdml.errors import InputError, nearest

if TYPE_CHECKING:
    from qdml.claims import Claim


def ids() -> tuple[str, ...]:
    """The ids of all claims, sorted; nothing is imported."""
    files = Path(__file__).parent.glob("[!_]*.py")
    return tuple(sorted(file.stem.replace("_", "-") for file in files))


def load(claim_id: str) -> Claim[Any, Any]:
    """The claim of that id. Raises `InputError` with the nearest id for one that does not exist."""
    if claim_id not in ids():
        hint = nearest(claim_id, ids())
        raise InputError(f"claim {claim_id!r}: no such claim{hint}; `qdml claims` lists them")
    claim: Claim[Any, Any] = import_module(f"proofs_checks.{claim_id.replace('-', '_')}").CLAIM
    return claim
