"""Do the checks have power? `python -m benchmarks.mutation --sample 400 --seed 0 --keep FOLDER`.

Mutants are made by cosmic-ray (`uv pip install cosmic-ray`, group `mutation`).
Every one is put to the tests that mirror its file and to claims on the crudest grid: the claim that
it is in, or a few that run its module. FOLDER keeps what was found, so that the same command goes
on from there; then it prints Markdown. Each mutant lives in a fork of one process that has imported
the libraries, and replaces the source of its module there: no file is ever changed.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import os
import resource
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict
from functools import cache, partial
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import proofs_checks
from benchmarks.mutants import ROOT, Mutant, sample
from benchmarks.mutation_report import report
from qdml.runs import depends

#: A claim on the crudest grid; a mutant of a module is put to at most so many of them.
CRUDEST = "tests/proofs_checks/test_claims.py::test_the_crudest_grid_still_kills_every_mutant[{}-0]"
MOST = 3

#: CPU seconds for one mutant, some ten times what these tests take: none counts as killed by it.
LIMIT = 200

#: Imported once, before the forks.
LIBRARIES = (
    "cvxpy", "flint", "hypothesis", "jax", "jax.numpy", "networkx", "numba", "numpy",
    "optax", "pydantic", "pytest", "scipy.sparse.linalg", "scipy.special", "scipy.stats",
    "sklearn.datasets", "stim", "sympy", "tensornetwork", "yaml",
)  # fmt: skip


def tests_of(file: str) -> list[str]:
    """What a mutant of `file` is put to, in order, as arguments of pytest.

    The tests that mirror it, or else the first of its room that run it; then the claim that it is,
    or the first claims that run it, those before that import it themselves.
    """
    mirror = Path(file.replace("qdml", "tests", 1)).with_name(f"test_{Path(file).name}")
    room = sorted((ROOT / mirror.parent).glob("test_*.py")) if file.startswith("qdml") else []
    # What is loaded by its name is imported by nobody.
    own = [ROOT / mirror] if (ROOT / mirror).exists() else _nearest(file, room) or room[:MOST]
    paths = {ROOT / "proofs_checks" / f"{c.replace('-', '_')}.py": c for c in proofs_checks.ids()}
    claims = [ROOT / file] if ROOT / file in paths else _nearest(file, list(paths))
    return [str(test.relative_to(ROOT)) for test in own] + [
        CRUDEST.format(paths[claim]) for claim in claims
    ]


def _nearest(file: str, candidates: list[Path]) -> list[Path]:
    """The first candidates that run `file`, direct importers first."""
    target = ROOT / file
    direct = [path for path in candidates if target in _imported(path)]
    running = [path for path in candidates if target in depends.sources(*_names(path))]
    ranked = dict.fromkeys((*direct, *running))
    return list(ranked)[:MOST]


def _imported(path: Path) -> set[Path]:
    return {ROOT / f"{name.replace('.', '/')}.py" for name in _names(path)}


@cache
def _names(path: Path) -> tuple[str, ...]:
    """The modules that a file imports, also with names in them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return tuple(sorted(found))


def put_to(tests: list[str], mutant: Mutant, out: Path) -> None:
    """Replace the module of `mutant` by it and write the first of `tests` that fails, or none."""
    target, code = str(ROOT / mutant.file), compile(mutant.source(), mutant.file, "exec")
    load = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> Any:
        return code if self.path == target else load(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
    failed: list[str] = []

    class Watch:
        def pytest_runtest_logreport(self, report: Any) -> None:
            if report.failed:
                failed.extend((report.nodeid, _why(report)))

        def pytest_collectreport(self, report: Any) -> None:
            if report.failed:
                failed.extend((f"collecting {report.nodeid}", _why(report)))

    for test in tests:
        status = _pytest(test, Watch())
        if failed:
            break
        if status:
            raise RuntimeError(f"pytest ended with {status}, and no test failed: {test}")
    out.write_text(json.dumps(failed[:2]))


def _why(report: Any) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash else report.longrepr).strip()[:200]


def _pytest(test: str, watch: object) -> int:
    import pytest
    from hypothesis import Phase, settings

    class Profile:
        def pytest_configure(self, config: Any) -> None:
            # What fails need not be small, and what was drawn is drawn again.
            phases = (Phase.explicit, Phase.generate)
            base = settings.get_profile("ci")
            settings.register_profile("mutants", base, phases=phases)
            settings.load_profile("mutants")

    # Of the parent, hypothesis is there before pytest could rewrite its assertions.
    rewritten = "-Wignore::pytest.PytestAssertRewriteWarning"
    options = ["-x", "-q", "-n0", rewritten, "-p", "no:cacheprovider"]
    return int(pytest.main([*options, test], plugins=[Profile(), watch]))


def fork(work: Callable[[], None], log: Path) -> int:
    """Do `work` in a child with limits on its CPU time and memory; returns its process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        with log.open("w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT + 5))
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + 4 * 2**30,) * 2)
        for name in [m for m in sys.modules if m.split(".")[0] in ("qdml", "proofs_checks")]:
            del sys.modules[name]
        work()
    except BaseException:  # noqa: BLE001 - nothing of the parent may go on in the child
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def main() -> None:
    """Sample, run what is not yet in the folder, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, required=True)
    told = parser.parse_args()
    keep: Path = told.keep.absolute()
    keep.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    os.environ.update(CI="1", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    for name in LIBRARIES:
        importlib.import_module(name)
    drawn = keep / "sample.json"
    if not drawn.exists():
        chosen, places = sample(told.sample, told.seed)
        drawn.write_text(json.dumps([places, [asdict(mutant) for mutant in chosen]]))
    places, rows = json.loads(drawn.read_text())
    mutants = [Mutant(**row) for row in rows]
    results = keep / "results.jsonl"
    done = {row["key"]: row for row in map(json.loads, results.open())} if results.exists() else {}
    waiting = [mutant for mutant in mutants if mutant.key not in done]
    running: dict[int, tuple[Mutant, Path]] = {}
    while waiting or running:
        while waiting and len(running) < told.jobs:
            mutant = waiting.pop(0)
            out = keep / f"{len(waiting)}.json"
            out.unlink(missing_ok=True)
            work = partial(put_to, tests_of(mutant.file), mutant, out)
            running[fork(work, out.with_suffix(".log"))] = mutant, out
        pid, status, used = os.wait4(-1, 0)
        mutant, out = running.pop(pid)
        failed = json.loads(out.read_text()) if out.exists() else None
        fate = "time" if os.WIFSIGNALED(status) else "broken" if failed is None else "survived"
        row = {
            "key": mutant.key,
            "file": mutant.file,
            "line": mutant.line,
            "operator": mutant.operator.removeprefix("core/"),
            "change": mutant.changed(),
            "fate": "killed" if failed else fate,
            "by": failed,
            "seconds": round(used.ru_utime + used.ru_stime, 1),
        }
        done[mutant.key] = row
        with results.open("a") as file:
            file.write(json.dumps(row) + "\n")
    print(report([done[mutant.key] for mutant in mutants], places, told.seed), end="")


if __name__ == "__main__":
    main()
