"""`qdml doctor`: what is here, what is wanting, and what goes without it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import typer

from qdml import __version__
from qdml.cli.options import AsJson
from qdml.cli.output import emit

#: Python from which qdml runs, and the packages without which some command does not.
_PYTHON = (3, 11)
_PACKAGES = {
    "clarabel": "bounds and leaks are not searched for",
    "cotengra": "wide, shallow circuits are not contracted",
    "cvxpy": "bounds and leaks are not searched for",
    "jax": "accelerators are not used, and gradients are not differentiated through",
    "jinja2": "no report is made",
    "matplotlib": "no figure is drawn",
    "networkx": "the graphs that come with it are absent",
    "numba": "every circuit is run by the reference engine",
    "numpy": "nothing is computed",
    "openqasm3": "models are not read from OpenQASM",
    "pandas": "transcripts are not made into tables",
    "python-flint": "nothing is certified",
    "scikit-learn": "the digits are absent",
    "scipy": "no statistics are made",
    "snakemake": "no pipeline runs",
    "stim": "random Clifford unitaries are not drawn",
    "sympy": "nothing is proved",
    "tensornetwork": "wide, shallow circuits are not described",
}
_PROGRAMS = {
    "git": "provenance does not name a commit",
    "chromium": "pages are not tested in a browser, nor printed to PDF",
    "sbatch": "`./run pipeline --profile slurm` has no cluster",
    "uv": "`./run` fetches it when it makes an environment",
}

#: A part as it is told: name, whether it is there, what was found, and what goes without it.
Part = dict[str, Any]


def doctor(
    as_json: AsJson = False,
) -> None:
    """Tell what of everything that qdml can use is installed, and what goes without the rest.

    \b
    qdml doctor
    qdml doctor --json

    Exit status: 0 all that qdml needs is here, whatever else is wanting; 1 something it needs is
    not.
    """
    parts = list(_parts())
    whole = all(part["present"] for part in parts if part["needed"])
    if as_json:
        emit("doctor", {"ok": whole, "parts": parts})
    else:
        for part in parts:
            sign = "ok" if part["present"] else "MISSING" if part["needed"] else "absent"
            lacks = "" if part["present"] else f": {part['without']}"
            typer.echo(f"{sign:<8}{part['name']:<16}{part['found']}{lacks}")
        typer.echo("all that is needed is here" if whole else "something that is needed is missing")
    raise typer.Exit(0 if whole else 1)


def _parts() -> Iterator[Part]:
    yield _part("qdml", True, __version__, "", needed=True)
    python = platform.python_version()
    asked = "needs Python {}.{} or newer".format(*_PYTHON)
    yield _part("python", sys.version_info >= _PYTHON, python, asked, needed=True)
    for package, without in _PACKAGES.items():
        try:
            yield _part(package, True, version(package), without, needed=True)
        except PackageNotFoundError:
            yield _part(package, False, "not installed", without, needed=True)
    lacking = "machine code is compiled anew in every process, for some seconds"
    yield _looked("compile cache", _compile_cache, lacking)
    lacking = "large circuits run on the processor"
    yield _looked("accelerator", _accelerator, lacking)
    lacking = "larger data sets are downloaded, or absent"
    yield _looked("mirror", _mirror, lacking)
    yield _looked("data cache", _data_cache, "downloads are not kept")
    for program, without in _PROGRAMS.items():
        place = shutil.which(program)
        yield _part(program, place is not None, place or "not on PATH", without)
    yield _part("cores", True, f"{len(os.sched_getaffinity(0))} of {os.cpu_count()}", "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield _part("memory", True, f"{memory:.1f} GiB", "")


def _part(name: str, present: bool, found: str, without: str, needed: bool = False) -> Part:
    return {
        "name": name,
        "present": present,
        "needed": needed,
        "found": found,
        "without": without or None,
    }


def _looked(name: str, look: Callable[[], str | None], without: str) -> Part:
    """What a look finds; one that breaks, for want of a package or a driver, is told with why."""
    try:
        found = look()
    except Exception as error:  # noqa: BLE001 - a doctor does not fall ill
        return _part(name, False, " ".join(f"{type(error).__name__}: {error}".split()), without)
    return _part(name, found is not None, found or "none", without)


def _compile_cache() -> str | None:
    from numba.core.caching import FunctionCache

    from qdml.quantum.lanes import compiled

    try:
        return str(FunctionCache(compiled).cache_path)
    except RuntimeError:  # neither beside the source nor in the user's cache
        return None


def _accelerator() -> str | None:
    from qdml.quantum.accelerator import memory

    found = memory()
    return None if found is None else f"{found / 2**30:.1f} GiB"


def _mirror() -> str | None:
    from qdml.data.registry import entries
    from qdml.data.source import MIRROR, locate

    folder = os.environ.get(MIRROR)
    if not folder:
        return None
    if not Path(folder).is_dir():
        raise NotADirectoryError(f"{MIRROR} is {folder!r}, which is no folder")
    places = [locate(one)[0] for one in entries() if not one.embedded]
    return f"{folder}, with {places.count('mirror')} of {len(places)} sets"


def _data_cache() -> str | None:
    from qdml.io import cache_folder

    folder = cache_folder()
    above = next(place for place in (folder, *folder.parents) if place.exists())
    return str(folder) if os.access(above, os.W_OK) else None
