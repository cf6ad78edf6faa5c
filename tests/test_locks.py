"""The locks are whole: every package pinned and hashed, no address, one version in both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(name: str) -> dict[str, str]:
    """Each pinned requirement of a lock, markers included, with its hashes."""
    text = (ROOT / name).read_text()
    entries = re.findall(
        r"^(\S+==.*?) \\\n((?:    --hash=\S+(?: \\)?\n)+)", text, flags=re.MULTILINE
    )
    return dict(entries)


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_a_pin_or_its_hash(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    hashes = [line for line in lines if re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line)]
    assert len(lines) == len(hashes) + len(pins(name))
    assert all(pins(name).values())


def test_the_run_lock_is_part_of_the_other() -> None:
    # Markers may differ: what only other systems need is wanted by more packages in the second.
    run, dev = ({(pin.split(" ;")[0], sums) for pin, sums in pins(name).items()} for name in LOCKS)
    assert run <= dev


def test_run_finds_uv_in_the_lock() -> None:
    # `run` takes this pin, to its last hash, out of the lock before there is any package.
    assert sum(pin.startswith("uv==") for pin in pins("requirements-dev.lock")) == 1
