"""What a shell may offer where a command expects a name; looked up when it asks."""

from __future__ import annotations

from collections.abc import Iterable


def claim_ids(incomplete: str) -> list[str]:
    """Ids of claims."""
    import proofs_checks

    return _from(incomplete, proofs_checks.ids())


def explained(incomplete: str) -> list[str]:
    """What `qdml explain` explains."""
    from qdml.cli.words import WORDS

    return [*claim_ids(incomplete), *_from(incomplete, WORDS)]


def data_sets(incomplete: str) -> list[str]:
    """Names of registered data sets."""
    from qdml.data.registry import entries

    return _from(incomplete, (entry.name for entry in entries()))


def families(incomplete: str) -> list[str]:
    """Families of problems that `qdml bound` knows."""
    from qdml.bounds.families import FAMILIES

    return _from(incomplete, FAMILIES)


def scales(incomplete: str) -> list[str]:
    """Sizes of grids."""
    from qdml.config import SCALES

    return _from(incomplete, SCALES)


def _from(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
