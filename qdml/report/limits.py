"""The table that says how small an error in each constant of a claim is still refuted."""

from __future__ import annotations

from qdml.claims import ClaimRecord, Scalar
from qdml.claims.evidence import Limit, Sensitivity


def limits(record: ClaimRecord) -> tuple[dict[str, Scalar], ...]:
    """One row a constant: its value, where increase and decrease are refuted, who was not asked."""
    return tuple(_row(each) for each in record.sensitivity or ())


def _row(each: Sensitivity) -> dict[str, Scalar]:
    row: dict[str, Scalar] = {
        "constant": each.constant,
        "claimed": each.value,
        "least increase refuted": _said(each.increase),
        "least decrease refuted": _said(each.decrease),
    }
    return row | {"not asked": ", ".join(each.unasked)} if each.unasked else row


def _said(limit: Limit) -> str:
    if limit.tried is None:
        return "none was tried"
    if limit.step:
        return f"{limit.tried}, by {limit.step}"
    return f"not even {limit.tried}{', where a check breaks' if limit.broke else ''}"
