"""Evidence, verdicts, report: `snakemake --cores all` runs every claim and experiment, and judges.

Change a setting with `--config scale=quick seed=7` or `--configfile COPY`; what is not given takes
the defaults of its scale (qdml/config, spelled out in workflow/config/default.yaml).
"""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from snakemake.exceptions import WorkflowError

sys.path.insert(0, workflow.basedir)
# Every job runs the code that stands beside this file, and orders its sets alike in every run.
os.environ.update(PYTHONPATH=workflow.basedir, PYTHONHASHSEED="0")

import proofs_checks
import qdml.config
from qdml.errors import QdmlError
from qdml.runs import costs, depends

try:
    # No `configfile:` here: it would lay the grids of `default` under every other scale.
    CONFIG = qdml.config.parse(config)
except QdmlError as error:
    raise WorkflowError(str(error))

STARTED = time.time()
CLAIMS = proofs_checks.ids()
DATASETS = CONFIG.grids.classifier.datasets
# From the table alone, not from earlier runs: the jobs of a run do not depend on what ran before.
MODEL = costs.model()
COSTS = {claim: MODEL.predict(claim, CONFIG) for claim in CLAIMS}
DEALT = [claim for claim in CLAIMS if COSTS[claim].shards > 1]
EXPERIMENTS = [f"classifier-{name}" for name in DATASETS]


def one_of(names):
    """The pattern of a wildcard that is one of `names`; Snakemake takes an empty one for any."""
    return "|".join(names) or "(?!)"


rule all:
    input:
        "reports/index.html",
        "reports/manifest.json",
        "reports/judged.txt",


include: "workflow/rules/evidence.smk"
include: "workflow/rules/verdicts.smk"
include: "workflow/rules/report.smk"


# On a cluster these are not worth a place in the queue.
localrules:
    all,
    merge,
    verdicts,
    manifest,
    judged,


onerror:
    # What was gathered is judged all the same: a claim that could not be run hides no other.
    from qdml.runs import jobs

    with suppress(QdmlError):
        jobs.verdicts(jobs.unjudged(CLAIMS, Path("reports")), Path("reports"))
    # The last words of a run are its own errors, each one clear line, not those of Snakemake.
    for log_file in sorted(Path("reports/logs").rglob("*.log")):
        _, found, words = f"\n{log_file.read_text()}".partition("\nqdml: ")
        if found and log_file.stat().st_mtime >= STARTED:
            print(f"qdml: {words}", end="", file=sys.stderr)
