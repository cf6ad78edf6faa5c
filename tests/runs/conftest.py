"""A tiny checkout: two claims whose evidence is copied, a job that can hang, a job that judges."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qdml.claims import run
from qdml.io import write_json
from tests import toys

SNAKEFILE = """
CLAIMS = ["first-claim", "second-claim"]
rule all:
    input: "reports/verdicts.json", "reports/judged.txt"
rule evidence:
    input: "made/{claim}.json"
    output: "reports/evidence/{claim}.json"
    log: "reports/logs/{claim}.log"
    shell:
        "touch running.{wildcards.claim}; while test -e hold; do sleep 0.05; done;"
        "echo no room left > {log}; test ! -e break.{wildcards.claim}; cp {input} {output}"
rule verdicts:
    input: expand("reports/evidence/{claim}.json", claim=CLAIMS)
    output: "reports/verdicts.json"
    shell: "cp made/verdicts.json {output}"
rule judged:
    input: "reports/verdicts.json"
    output: "reports/judged.txt"
    log: "reports/logs/judged.log"
    shell: "cp made/judgement {log}; exec sh made/judge > {output}"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The checkout, up to a first run."""
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    repository = Path(__file__).parents[2]
    shutil.copytree(repository / "workflow/profiles", tmp_path / "workflow/profiles")
    (tmp_path / "workflow/config").mkdir()
    (tmp_path / "workflow/config/quick.yaml").write_text("scale: quick\n")
    (tmp_path / "proofs_checks").mkdir()
    for name in ("__init__", "_common", "first_claim", "second_claim"):
        (tmp_path / f"proofs_checks/{name}.py").touch()
    judge(tmp_path, "stands", "stands", status=0)
    return tmp_path


def judge(root: Path, first: str, second: str, status: int) -> None:
    """Fix what the next run finds, stands or refuted, and the exit status of the judging job."""
    verdicts = []
    for name, outcome in (("first-claim", first), ("second-claim", second)):
        claim = toys.claim(name, offset=0 if outcome == "stands" else 1)
        record, _ = run(claim, toys.CONFIG.grids.learning, seed=1)
        write_json(root / f"made/{name}.json", record.model_dump(mode="json"))
        verdicts.append({"id": name, "outcome": outcome, "reason": "by hand"})
    write_json(root / "made/verdicts.json", {"claims": verdicts})
    (root / "made/judgement").write_text(f"first-claim is {first}, second-claim is {second}\n")
    (root / "made/judge").write_text(f"exit {status}\n")
