"""What a finished run wrote, as a manifest of sha256 sums; a tree held against it, and mended.

A manifest is written when a run has written all else, and every job that changes the tree removes
it first; so whatever differs from it was changed by somebody else: a damaged disk, or a hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qdml.errors import EvidenceError
from qdml.io import read_json, sha256_file, write_json

#: What a run leaves for others to read; logs and times of jobs are Snakemake's own.
_KEPT = (
    "evidence/*.json",
    "experiments/*.json",
    "verdicts/*.json",
    "timings/*.json",
    "verdicts.json",
    "timings.json",
    "index.html",
    "provenance.html",
)

#: What is made of all records.
_GATHERED = (
    "verdicts.json",
    "timings.json",
    "index.html",
    "provenance.html",
    "manifest.json",
    "judged.txt",
)


@dataclass(frozen=True)
class Difference:
    """A file, relative to the reports, that is not as the manifest says, and how."""

    path: str
    why: str


def write_manifest(reports: Path) -> None:
    """Write the sha256 of every file that the run has made into `manifest.json`."""
    files = {_name(path, reports): sha256_file(path) for path in _kept(reports)}
    write_json(_manifest(reports), {"files": files})


def drop_manifest(reports: Path) -> None:
    """Remove the manifest, because the tree is about to change."""
    _manifest(reports).unlink(missing_ok=True)


def audit(reports: Path) -> tuple[int, list[Difference]]:
    """How many files the manifest lists, and which files of the tree differ from it.

    Raises `EvidenceError` when there is no manifest that can be trusted.
    """
    stated: object = read_json(_manifest(reports)).get("files")
    if not isinstance(stated, dict):
        raise EvidenceError(f"{_manifest(reports)}: lists no files; run the pipeline again")
    found = {_name(path, reports): path for path in _kept(reports)}
    differing = []
    for name in sorted(stated.keys() | found.keys()):
        if name not in found:
            differing.append(Difference(name, "missing"))
        elif name not in stated:
            differing.append(Difference(name, "not in the manifest"))
        elif sha256_file(found[name]) != stated[name]:
            differing.append(Difference(name, "changed"))
    return len(stated), differing


def holds(reports: Path) -> bool:
    """Whether a run has finished here and nothing was changed since."""
    try:
        return not audit(reports)[1]
    except EvidenceError:
        return False


def mend(reports: Path) -> list[str]:
    """Remove what cannot be trusted, for the next run to make again; names what was removed.

    Where a run was cut off there is no manifest: then records are held to their own seals, and
    pages, which have none and are quickly made, go.
    """
    try:
        _, differing = audit(reports)
        spoilt = [one.path for one in differing if (reports / one.path).exists()]
    except EvidenceError:
        drop_manifest(reports)
        spoilt = [_name(path, reports) for path in _kept(reports) if not _sealed(path)]
    remove(spoilt, reports)
    return spoilt


def remove(names: Iterable[str], reports: Path) -> None:
    """Remove records, by name, and what was made of them.

    Snakemake does not make a lost input again while the output that it went into is there.
    """
    for name in names:
        (reports / name).unlink(missing_ok=True)
        (reports / "verdicts" / Path(name).name).unlink(missing_ok=True)
        for gathered in _GATHERED:
            (reports / gathered).unlink(missing_ok=True)


def _sealed(path: Path) -> bool:
    try:
        read_json(path)
    except EvidenceError:
        return False
    return True


def _kept(reports: Path) -> Iterator[Path]:
    for pattern in _KEPT:
        yield from (path for path in sorted(reports.glob(pattern)) if path.is_file())


def _name(path: Path, reports: Path) -> str:
    return path.relative_to(reports).as_posix()


def _manifest(reports: Path) -> Path:
    return reports / "manifest.json"
