"""Snakemake's long output, read as it comes: one line for a finished job, and what failed."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_START = re.compile(r"(?:local)?(?:rule|checkpoint) (\S+):$")
_ENTRY = re.compile(r"    (jobid|log|message|wildcards): (.+)$")
_FINISHED = re.compile(r"Finished jobid: (\d+) \(Rule: (\S+)\)$")
_STEPS = re.compile(r"(\d+) of (\d+) steps")
_EXIT = re.compile(r".*returned non-zero exit status (\d+)")
_ERROR = re.compile(r"Error in (?:rule|checkpoint) (\S+):$")

#: The job that only names the targets of the run.
_TARGETS = "all"


@dataclass
class FailedJob:
    """A job that failed: rule and wildcards, exit status (3 if not told), why if told, logs."""

    name: str
    exit_status: int = 3
    why: str = ""
    logs: tuple[Path, ...] = ()


@dataclass
class Progress:
    """What the output has told so far."""

    failed: list[FailedJob] = field(default_factory=list)
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=15))
    clock: Callable[[], float] = time.monotonic
    _start: float = 0.0
    _names: dict[str, str] = field(default_factory=dict)
    _block: dict[str, str] = field(default_factory=dict)
    _finished: str = ""
    _exit_status: int = 3

    def __post_init__(self) -> None:
        self._start = self.clock()

    def read(self, raw: str) -> Iterator[str]:
        """Take in the next line; yield a short one when a job has finished or failed."""
        line = raw.rstrip()
        if line:
            self.last_lines.append(line)
        if entry := _ENTRY.match(line):
            self._block.setdefault(entry[1], entry[2])
            yield from self._known()
        elif start := _START.match(line):
            self._block = {"rule": start[1]}
        elif error := _ERROR.match(line):
            self._block = {"error": error[1]}
        elif told := _EXIT.match(line):
            self._exit_status = int(told[1])
        elif finished := _FINISHED.match(line):
            self._finished = self._names.get(finished[1], finished[2])
        elif (steps := _STEPS.match(line)) and self._finished != _TARGETS:
            done, jobs = int(steps[1]), int(steps[2])
            left = (self.clock() - self._start) * (jobs - done) / done
            yield f"[{done}/{jobs}] {self._finished}; {left / 60:.0f} min left at this pace"

    def _known(self) -> Iterator[str]:
        block = self._block
        if "rule" in block and "jobid" in block:
            detail = f" {block['wildcards']}" if "wildcards" in block else ""
            self._names[block["jobid"]] = block["rule"] + detail
        if "error" in block and "jobid" in block:
            name = self._names.get(block["jobid"], block["error"])
            if not self.failed or self.failed[-1].name != name:
                # What a cluster says of a lost job; the next sentences are about Snakemake.
                why = block.get("message", "None").partition(". ")[0]
                why = "" if why == "None" else why
                self.failed.append(FailedJob(name, self._exit_status, why))
                yield f"[failed] {name}"
            if "log" in block:
                logs = block["log"].partition(" (")[0].split(", ")
                self.failed[-1].logs = tuple(map(Path, logs))
