"""The mutants of benchmarks.mutation: made by cosmic-ray, drawn at random."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]

#: What is mutated: no file there holds a compiled kernel.
SCOPE = ("qdml/claims", "qdml/bounds", "qdml/network", "qdml/privacy", "proofs_checks")


@dataclass(frozen=True)
class Mutant:
    """One mutation: the `occurrence`-th place of a cosmic-ray operator in a file."""

    file: str
    operator: str
    occurrence: int
    line: int
    column: int

    def source(self) -> str:
        """The whole mutated file."""
        from cosmic_ray.mutating import mutate_code
        from cosmic_ray.plugins import get_operator

        text = (ROOT / self.file).read_text("utf-8")
        return str(mutate_code(text, get_operator(self.operator)(), self.occurrence))

    def changed(self) -> tuple[str, str]:
        """The line before and after."""
        old = (ROOT / self.file).read_text("utf-8").splitlines()
        new = self.source().splitlines()
        at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
        return old[at].strip(), new[at].strip() if len(new) == len(old) else "(removed)"

    @property
    def key(self) -> str:
        """Names it in the files that are kept."""
        return f"{self.file}:{self.line}:{self.column}:{self.operator}:{self.occurrence}"


def files() -> list[str]:
    """The files that are mutated."""
    found = (path for folder in SCOPE for path in (ROOT / folder).rglob("*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in found)


def sites(file: str) -> Iterator[list[Mutant]]:
    """Places of a file with all that may be put there: same position, same family of operator."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    nodes = list(ast_nodes(get_ast((ROOT / file).read_text("utf-8"))))
    found: dict[tuple[str, int, int], list[Mutant]] = {}
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments():  # replaces variables that have to be named to it
            continue
        make = operator()
        places = (at for node in nodes for at, _ in make.mutation_positions(node))
        for occurrence, (line, column) in enumerate(places):
            key = name.split("_")[0], line, column
            found.setdefault(key, []).append(Mutant(file, name, occurrence, line, column))
    yield from found.values()


def sample(count: int, seed: int) -> tuple[list[Mutant], int]:
    """`count` mutants: a place uniformly from all places, then what is put there; and all places.

    Places where nothing that runs is changed (annotations) or the file does not parse are redrawn.
    """
    places = [place for file in files() for place in sites(file)]
    rng = random.Random(seed)  # noqa: S311 - draws a sample
    rng.shuffle(places)
    chosen: list[Mutant] = []
    for place in places:
        mutant = rng.choice(place)
        if _tree(mutant.source()) not in (None, _original(mutant.file)):
            chosen.append(mutant)
        if len(chosen) == count:
            break
    return chosen, len(places)


class _Plain(ast.NodeTransformer):
    """Leaves out annotations, which nothing evaluates, and what only type checkers read."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)


def _tree(source: str) -> str | None:
    try:
        return ast.dump(_Plain().visit(ast.parse(source)))
    except SyntaxError:
        return None


@cache
def _original(file: str) -> str | None:
    return _tree((ROOT / file).read_text("utf-8"))
