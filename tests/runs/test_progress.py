"""Snakemake's words, as version 9 says them, become one line a job."""

from __future__ import annotations

from pathlib import Path

from qdml.runs import digest
from qdml.runs.progress import FailedJob, Progress

OUTPUT = """\
Building DAG of jobs...
[Sun Nov 22 18:12:18 2026]
rule evidence:
    output: reports/evidence/a.json
    log: reports/logs/a.log
    jobid: 4
    reason: Missing output files: reports/evidence/a.json
    wildcards: claim=a
    resources: tmpdir=/tmp
[Sun Nov 22 18:12:18 2026]
localrule verdicts:
    output: reports/verdicts.json
    jobid: 2
[Sun Nov 22 18:12:18 2026]
Finished jobid: 4 (Rule: evidence)
1 of 4 steps (25%) done
Finished jobid: 9 (Rule: unseen)
2 of 4 steps (50%) done
RuleException:
CalledProcessError in file "Snakefile", line 9:
Command 'false' returned non-zero exit status 7.
[Sun Nov 22 18:12:18 2026]
Error in rule verdicts:
    message: None
    jobid: 2
    output: reports/verdicts.json
    log: one.log, two.log (check log file(s) for error details)
    shell:
        false
Finished jobid: 0 (Rule: all)
4 of 4 steps (100%) done
"""


def test_a_run() -> None:
    progress = Progress(clock=iter([0.0, 60.0, 300.0]).__next__)
    said = [news for line in OUTPUT.splitlines(keepends=True) for news in progress.read(line)]
    assert said == [
        "[1/4] evidence claim=a; 3 min left at this pace",
        "[2/4] unseen; 5 min left at this pace",
        "[failed] verdicts",
    ]
    assert progress.failed == [FailedJob("verdicts", 7, "", (Path("one.log"), Path("two.log")))]
    assert progress.last_lines[-1] == "4 of 4 steps (100%) done"


def test_a_job_that_a_cluster_lost() -> None:
    progress = Progress()
    words = "message: SLURM-job '1' failed, SLURM status is: 'TIMEOUT'. For further details see"
    for line in ("Error in rule evidence:", f"    {words}", "    jobid: 4"):
        list(progress.read(line))
    why = "SLURM-job '1' failed, SLURM status is: 'TIMEOUT'"
    assert progress.failed == [FailedJob("evidence", 3, why)]


def test_of_a_snakemake_that_broke_the_reason_is_told(tmp_path: Path) -> None:
    progress = Progress()
    said = ["Assuming unrestricted shared filesystem usage.", digest.TRACEBACK, "  File a, line 1"]
    for line in [*said, "OSError: [Errno 28] No space left on device"]:
        assert list(progress.read(line)) == []
    assert list(digest.of_failures(progress, tmp_path, "quick")) == [
        "snakemake failed:",
        f"  {said[0]}",
        "  OSError: [Errno 28] No space left on device",
    ]
