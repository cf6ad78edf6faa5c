"""The Markdown of a run of benchmarks.mutation: how many mutants were killed, and which lived."""

from __future__ import annotations

from collections import Counter
from typing import Any

from qdml.claims.intervals import clopper_pearson

#: Chance that the interval of a proportion misses it.
FAILURE = 0.05


def report(rows: list[dict[str, Any]], places: int, seed: int) -> str:
    """Counts by room with exact 95% intervals, kinds of operators, and every mutant that lived.

    `rows` are what became of the mutants drawn with `seed` from `places` places.
    """
    rooms = sorted({_room(row) for row in rows})
    lines = [
        f"{len(rows)} of {places} places, drawn uniformly with seed {seed}; exact 95% intervals.",
        "",
        "| mutated | mutants | killed | over the time limit | survived | share killed | interval |",
        "|---|---|---|---|---|---|---|",
        *(_counts(room, [row for row in rows if _room(row) == room]) for room in rooms),
        _counts("all", rows),
        "",
        "Operators: "
        + ", ".join(f"{n} {name}" for name, n in _operators(rows).most_common())
        + ".",
        "",
        "| survivor | before | after |",
        "|---|---|---|",
    ]
    for row in sorted(rows, key=lambda row: row["key"]):
        if row["fate"] != "killed":
            before, after = (f"`` {text.replace('|', chr(92) + '|')} ``" for text in row["change"])
            lines.append(f"| {row['file']}:{row['line']} | {before} | {after} |")
    return "\n".join(lines) + "\n"


def _room(row: dict[str, Any]) -> str:
    parts = row["file"].split("/")
    return "/".join(parts[:2]) if parts[0] == "qdml" else parts[0]


def _operators(rows: list[dict[str, Any]]) -> Counter[str]:
    return Counter(row["operator"].partition("_")[0] for row in rows)


def _counts(name: str, rows: list[dict[str, Any]]) -> str:
    fates = Counter(row["fate"] for row in rows)
    killed, total = fates["killed"], len(rows)
    low, high = clopper_pearson(killed, total, FAILURE)
    late = fates["time"]
    return (
        f"| {name} | {total} | {killed} | {late} | {total - killed - late} | {killed / total:.1%} "
        f"| {low:.1%} to {high:.1%} |"
    )
