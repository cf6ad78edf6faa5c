"""What a job depends on: the closure of its imports, and its slice of the configuration."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import proofs_checks
from qdml.config import for_scale
from qdml.runs import depends


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project of a few files in place of this one."""
    files = {
        "qdml/__init__.py": "",
        "qdml/low.py": "import numpy",
        "qdml/data/__init__.py": "",
        "qdml/room/__init__.py": "",
        "qdml/room/one.py": "from . import two\nfrom ..low import thing",
        "qdml/room/two.py": "def f():\n    import qdml.data",
        "qdml/room/other.py": "",
        "qdml/room/page.j2": "",
        "data/registry.toml": "",
        "proofs_checks/__init__.py": "",
        "proofs_checks/a_claim.py": "from qdml.room.one import f\nCLAIM = Claim(id='a', topic='t')",
        "proofs_checks/broken.py": "CLAIM = Claim(",
        "proofs_checks/computed.py": "CLAIM = Claim(topic='t'.upper(), title='T')",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(depends, "ROOT", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    for cached in (depends.outline, depends._files, depends._imports, depends._resources):
        cached.cache_clear()


def names(*modules: str) -> set[str]:
    return {path.relative_to(depends.ROOT).as_posix() for path in depends.sources(*modules)}


def test_imports_are_followed_to_the_end(project: Path) -> None:
    assert names("proofs_checks.a_claim") == {
        "proofs_checks/__init__.py",
        "proofs_checks/a_claim.py",
        "qdml/__init__.py",
        "qdml/low.py",
        "qdml/room/__init__.py",
        "qdml/room/one.py",
        "qdml/room/two.py",
        "qdml/room/page.j2",
        "qdml/data/__init__.py",
        "data/registry.toml",
    }


@pytest.mark.parametrize(
    ("edited", "stale"),
    [
        ("qdml/low.py", True),
        ("qdml/room/page.j2", True),
        ("data/registry.toml", True),
        ("proofs_checks/a_claim.py", True),
        ("qdml/room/other.py", False),
        ("proofs_checks/broken.py", False),
    ],
)
def test_the_hash_changes_with_what_is_run_and_with_nothing_else(
    project: Path, edited: str, stale: bool
) -> None:
    before = depends.source("proofs_checks.a_claim")
    (project / edited).write_text("x = 1")
    assert (depends.source("proofs_checks.a_claim") != before) is stale


def test_a_file_that_does_not_parse_still_counts(project: Path) -> None:
    assert "proofs_checks/broken.py" in names("proofs_checks.broken")
    assert depends.outline("broken") == {}
    assert depends.topic("broken") is None


def test_only_literals_are_read_from_a_claim(project: Path) -> None:
    assert depends.topic("a-claim") == "t"
    assert depends.outline("computed") == {"title": "T"}


@pytest.mark.parametrize("claim_id", proofs_checks.ids())
def test_what_is_read_from_a_claim_file_is_what_the_claim_says(claim_id: str) -> None:
    claim = proofs_checks.load(claim_id)
    says = depends.outline(claim_id)
    assert {"id", "topic", "title", "source"} <= set(says)
    assert {name: getattr(claim, name) for name in says} == says


@pytest.mark.parametrize("claim_id", proofs_checks.ids())
def test_a_claim_depends_on_itself_and_not_on_the_report_or_other_claims(claim_id: str) -> None:
    found = names(depends.claim_module(claim_id))
    helper = "proofs_checks/_"
    claims = {
        name
        for name in found
        if name.startswith("proofs_checks/")
        if not name.startswith(helper) or name.startswith(f"{helper}_")
    }
    assert claims == {"proofs_checks/__init__.py", f"proofs_checks/{claim_id.replace('-', '_')}.py"}
    assert not {name for name in found if name.startswith(("qdml/report", "qdml/runs", "qdml/cli"))}


@pytest.mark.parametrize("claim_id", proofs_checks.ids())
def test_no_claim_reaches_for_a_name_of_the_bare_package(claim_id: str) -> None:
    # Such a name may be found lazily, where following import statements cannot see it.
    for file in depends.sources(depends.claim_module(claim_id)):
        loose = {
            name
            for name in (depends._imports(file) if file.suffix == ".py" else ())
            if name.startswith("qdml.")
            if len(depends._files(".".join(name.split(".")[:2]))) < 2
        }
        assert loose <= {"qdml.__version__"}, f"{file.name} imports {loose}"


@pytest.mark.parametrize(
    "module", ["qdml.report", *map(depends.claim_module, proofs_checks.ids()[:1])]
)
def test_whatever_is_really_imported_was_foreseen(module: str) -> None:
    code = (
        f"import sys, {module}\n"
        "for name, module in sorted(sys.modules.items()):\n"
        "    if name.split('.')[0] in ('qdml', 'proofs_checks'): print(module.__file__)"
    )
    listed = subprocess.run(
        [sys.executable, "-c", code], cwd=depends.ROOT, capture_output=True, text=True, check=True
    )
    assert {Path(line) for line in listed.stdout.splitlines()} <= set(depends.sources(module))


def test_a_job_sees_its_own_section_only() -> None:
    config = for_scale("quick")
    sliced = depends.settings(config, "classifier")
    assert set(sliced["grids"]) == {"classifier"}
    assert (sliced["seed"], sliced["scale"]) == (config.seed, "quick")
    assert set(depends.settings(config, None)["grids"]) == set(type(config.grids).model_fields)
