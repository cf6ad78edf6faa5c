"""Signals become an exception once, and Snakemake's failure a line."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from qdml.runs.snakemake import JobFailure, Stopped, call, stoppable


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_stops_and_later_ones_do_not_disturb(signum: signal.Signals) -> None:
    before = signal.getsignal(signum)
    tidied = False

    def work() -> None:
        nonlocal tidied
        try:
            os.kill(os.getpid(), signum)
        finally:
            os.kill(os.getpid(), signum)
            tidied = True

    with pytest.raises(Stopped) as stopped, stoppable():
        work()
    assert stopped.value.signum == signum
    assert tidied
    assert signal.getsignal(signum) is before


def test_failed_command(tmp_path: Path) -> None:
    with pytest.raises(JobFailure, match=r"snakemake --unlock: .*No Snakefile found") as failure:
        call(["--unlock"], tmp_path)
    assert failure.value.exit_status == 3
