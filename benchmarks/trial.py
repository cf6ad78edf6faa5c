"""A checkout to be ill-treated, and what every run in it has to write alike."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qdml.errors import EvidenceError
from qdml.io import read_json

ROOT = Path(__file__).parents[1]

#: What every run with the same seed has to write alike, times and machine left out.
COMPARED = (
    "evidence/*.json",
    "experiments/*.json",
    "verdicts/*.json",
    "verdicts.json",
    "judged.txt",
    "index.html",
)

#: Seconds after which a run hangs, on a machine with other work to do.
PATIENCE = 3600.0


@dataclass(frozen=True)
class Trial:
    """A folder in which `command` runs the pipeline; what it says goes to a file beside it."""

    root: Path
    command: tuple[str, ...] = ("./run", "pipeline", "--scale", "quick")

    @property
    def said(self) -> Path:
        """What the runs here have said, one after the other."""
        return self.root.with_name(f"{self.root.name}.txt")

    @property
    def reports(self) -> Path:
        """What the runs here write."""
        return self.root / "reports"

    def start(
        self, environment: Mapping[str, str] = {}, under: Sequence[str] = (), *order: str
    ) -> subprocess.Popen[bytes]:
        """Start a run, in a changed environment, as a child of the command `under`."""
        with self.said.open("ab") as said:
            return subprocess.Popen(
                [*under, *self.command, *order],
                cwd=self.root,
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def run(
        self, environment: Mapping[str, str] = {}, under: Sequence[str] = (), *order: str
    ) -> tuple[int, str]:
        """Run to the end; the exit status and what was said meanwhile."""
        before = self.said.stat().st_size if self.said.exists() else 0
        status = self.start(environment, under, *order).wait(PATIENCE)
        return status, self.said.read_bytes()[before:].decode(errors="replace")

    def compared(self) -> dict[str, bytes]:
        """The content of what must not differ between runs, by name."""
        found = sorted(path for name in COMPARED for path in self.reports.glob(name))
        return {str(path.relative_to(self.reports)): path.read_bytes() for path in found}

    def torn(self) -> list[str]:
        """Records that are there but cannot be read: none, at any moment."""
        return [str(path) for path in sorted(self.reports.glob("*/*.json")) if not _whole(path)]

    def copy(self, root: Path) -> Trial:
        """The same checkout in the folder `root`, not run yet."""
        made = shutil.ignore_patterns(".snakemake", "reports")
        shutil.copytree(self.root, root, symlinks=True, ignore=made, dirs_exist_ok=True)
        return Trial(root, self.command)


def _whole(path: Path) -> bool:
    try:
        read_json(path)
    except EvidenceError:
        return not path.exists()
    return True


def clone(root: Path, claims: Sequence[str] = (), settings: Mapping[str, str] = {}) -> Trial:
    """A clone of this checkout in the new folder `root`, committed with these claims alone.

    `settings` replaces lists in the quick configuration, by key. Without claims all are kept.
    """
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(root)], check=True)
    (root / ".venv").symlink_to((ROOT / ".venv").resolve())
    kept = {claim.replace("-", "_") for claim in claims}
    for path in (root / "proofs_checks").glob("[!_]*.py") if claims else ():
        if path.stem not in kept:
            path.unlink()
    config = root / "workflow/config/quick.yaml"
    text = config.read_text()
    for key, value in settings.items():
        text, changed = re.subn(rf"^(    {key}): .*$", rf"\1: {value}", text, flags=re.MULTILINE)
        assert changed == 1, f"{key}: no such setting of one line"
    config.write_text(text)
    author = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
    commit = ("commit", "--quiet", "--allow-empty", "--all", "-m", "Keep what is tried")
    subprocess.run(["git", *author, *commit], cwd=root, check=True)
    return Trial(root)


def differing(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """Names of the files that are not the same in two runs, or in one of them only."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
