"""Nothing that is read is ever run, no string becomes a shell's, and all licences are known."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_locks import LOCKS, ROOT, pins

FOLDERS = ("qdml", "proofs_checks", "workflow")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
# Its pickles can name nothing but its own holders of arrays.
UNPICKLER = ROOT / "qdml/data/unpickle.py"
EVALUATORS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load"}
EVALUATORS |= {"subprocess.getoutput", "subprocess.getstatusoutput"}
RUN_WHAT_THEY_READ = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}


def offences(source: str) -> set[str]:
    """What in a module could run data: evaluators, shells, pickles and loaders that allow them."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names):
                found |= {name.name for name in names} & RUN_WHAT_THEY_READ
            case ast.ImportFrom(module):
                found |= {module} & RUN_WHAT_THEY_READ
            case ast.Call(func, _, keywords):
                found |= {ast.unparse(func)} & EVALUATORS
                given = {word.arg: ast.unparse(word.value) for word in keywords}
                loose = {"shell", "allow_pickle"} & given.keys()
                found |= {name for name in loose if given[name] != "False"}
    return found


def test_no_module_runs_what_it_reads() -> None:
    found = {path: offences(path.read_text()) for path in FILES if path != UNPICKLER}
    assert {path: words for path, words in found.items() if words} == {}
    assert offences(UNPICKLER.read_text()) == {"pickle"}


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)",
        "import pickle",
        "from joblib import load",
        "numpy.load(path, allow_pickle=True)",
        "subprocess.run(text, shell=wanted)",
        "os.system(text)",
        "yaml.load(text)",
    ],
)
def test_the_search_finds(source: str) -> None:
    assert offences(source)


def test_no_rule_of_the_pipeline_is_a_shell_command() -> None:
    rules = [ROOT / "Snakefile", *(ROOT / "workflow").rglob("*.smk")]
    assert len(rules) > 1
    assert not [path for path in rules if "shell:" in path.read_text()]


@pytest.mark.needs("unshare")
def test_a_check_needs_no_network() -> None:
    command = [Path(sys.executable).with_name("qdml"), "check", "privacy-span", "--json"]
    # A name space of its own has no network device that is up, not even the loopback.
    said = []
    for before in ([], ["unshare", "-rn"]):
        done = subprocess.run([*before, *command], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        said.append(
            {key: value for key, value in json.loads(done.stdout).items() if key != "seconds"}
        )
    assert said[0] == said[1]


def test_every_locked_package_has_a_licence_on_the_list() -> None:
    rows = [line.split(" | ") for line in (ROOT / "LICENCES.md").read_text().splitlines()]
    listed = {
        f"{name[2:]}=={version}" for name, version, *_ in (row for row in rows if len(row) == 4)
    }
    locked = {pin.split(" ;")[0] for name in LOCKS for pin in pins(name)}
    assert listed - {"package==version"} == locked
