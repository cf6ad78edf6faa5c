"""Shard jobs and their merger: the files of an undivided job, or one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from qdml.errors import EvidenceError
from qdml.io import read_json, write_json
from qdml.runs import depends, jobs
from qdml.runs.shards import merge_shards, run_shard
from tests import toys

SETTINGS = depends.settings(toys.CONFIG, "learning")
SOURCE = "0123456789abcdef"


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    toys.install(monkeypatch)
    monkeypatch.setitem(toys.CLAIMS, "unset", toys.claim("another"))


def shards(name: str, number: int, folder: Path) -> list[Path]:
    paths = [folder / f"{name}.{k}-of-{number}.json" for k in range(1, number + 1)]
    for k, path in enumerate(paths, start=1):
        run_shard(name, (k, number), SETTINGS, path)
    return paths


@pytest.mark.parametrize("name", [*toys.CLAIMS, "unset"])
def test_merged_shards_leave_the_files_of_an_undivided_job(name: str, tmp_path: Path) -> None:
    merge_shards(name, SETTINGS, SOURCE, shards(name, 2, tmp_path), tmp_path / "merged")
    jobs.evidence(name, SETTINGS, SOURCE, tmp_path / "whole")
    written = [path.name for path in (tmp_path / "whole/evidence").iterdir()]
    assert len(written) == 2
    for file in written:
        merged, whole = (tmp_path / way / "evidence" / file for way in ("merged", "whole"))
        # What broke names the line that called it, which is another one here.
        if name not in ("broken", "unset"):
            assert merged.read_bytes() == whole.read_bytes()
    merged, whole = (
        read_json(tmp_path / way / f"timings/{name}.json") for way in ("merged", "whole")
    )
    assert merged["seconds"].keys() == whole["seconds"].keys()
    assert jobs.verdict(name, tmp_path / "merged") == jobs.verdict(name, tmp_path / "whole")


def test_a_shard_that_was_edited_is_refused(tmp_path: Path) -> None:
    paths = shards("sound", 2, tmp_path)
    paths[0].write_text(paths[0].read_text().replace("Gauss", "Euler"))
    with pytest.raises(EvidenceError, match=r"sound\.1-of-2\.json: content was changed"):
        merge_shards("sound", SETTINGS, SOURCE, paths, tmp_path)


def test_a_shard_of_another_claim_is_refused(tmp_path: Path) -> None:
    paths = shards("sound", 2, tmp_path)
    record = read_json(shards("false", 2, tmp_path)[1])
    del record["schema_version"]
    write_json(paths[1], record)
    with pytest.raises(EvidenceError, match="holds 'false', expected 'sound'"):
        merge_shards("sound", SETTINGS, SOURCE, paths, tmp_path)
