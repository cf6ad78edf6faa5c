"""The report on paper: printed by Chromium where it is installed, the same bytes every time."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from qdml.errors import InputError, QdmlError
from qdml.io import write_atomic

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: Seconds after which a browser is taken to be stuck.
LIMIT = 600

_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)
_DATE = re.compile(rb"(/(?:CreationDate|ModDate) ?\(D:)\d{14}")


class PrintError(QdmlError):
    """A browser that is installed did not print."""

    exit_status = 3


def to_pdf(page: Path) -> Path:
    """Print `page` beside itself, its dates set to the beginning of 1970; returns the PDF's path.

    Raises `InputError` where no Chromium is installed, `PrintError` where it prints nothing.
    """
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser is None:
        raise InputError(
            f"--pdf: none of {', '.join(CHROMIUM)} is on PATH; install one, "
            f"or print {page} from any browser"
        )
    with TemporaryDirectory() as scratch:
        printed = Path(scratch) / "printed.pdf"
        # Chromium refuses to run as root inside its own sandbox.
        flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        flags += [f"--user-data-dir={scratch}/profile", f"--print-to-pdf={printed}"]
        status = _wait([browser, *flags, page.resolve().as_uri()])
        if status or not printed.is_file():
            raise PrintError(f"{browser} printed nothing and ended with status {status}")
        content = _DATE.sub(rb"\g<1>19700101000000", printed.read_bytes())
    target = page.with_suffix(".pdf")
    write_atomic(target, content)
    return target


def _wait(command: list[str]) -> int:
    """The exit status of a browser; one that is stuck is ended with all that it started."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True) as started:
        try:
            return started.wait(LIMIT)
        except subprocess.TimeoutExpired:
            raise PrintError(f"{command[0]} printed nothing within {LIMIT} seconds") from None
        finally:
            if started.poll() is None:
                os.killpg(started.pid, signal.SIGKILL)
