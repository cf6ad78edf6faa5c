"""`qdml bound`: a certified lower bound on communication, for a family or a matrix of one's own."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from qdml.cli import complete
from qdml.cli.options import AsJson
from qdml.cli.output import emit
from qdml.errors import InputError

#: No exponents: a short text would stand for a number that fills the memory.
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20}|/0*[1-9][0-9]{0,19})?")


def bound(
    matrix: Annotated[
        Path | None,
        typer.Argument(help="CSV file of 1, -1 and, where nothing is promised, empty entries."),
    ] = None,
    family: Annotated[
        str | None,
        typer.Option(autocompletion=complete.families, help="A family of problems by name."),
    ] = None,
    n: Annotated[int | None, typer.Option(help="Bits of each input of the family.")] = None,
    gap: Annotated[int | None, typer.Option(help="Least |N - 2 distance| promised.")] = None,
    qubits: Annotated[int | None, typer.Option(help="Qubits of the quantum message.")] = None,
    success: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Probability of success.")
    ] = None,
    score: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Average cross-entropy score.")
    ] = None,
    alpha: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="1/(1-2 delta) at error delta, above 1.  [default: 3]"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the certificate here.")] = None,
    primal_out: Annotated[
        Path | None, typer.Option(help="Write the certificate of the upper bound here.")
    ] = None,
    beside: Annotated[
        bool, typer.Option("--beside", help="Rank and discrepancy of the same matrix as well.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Certify how much communication a problem needs, quantum and classical.

    \b
    qdml bound matrix.csv --alpha 3 --out cert.json
    qdml bound --family disjointness --n 4 --json
    qdml bound --family gap-hamming --n 6 --gap 2 --alpha 5/2
    qdml bound --family inner-product --n 4 --beside
    qdml bound --family majority --n 5 --primal-out above.json
    """
    from qdml.bounds import families
    from qdml.io import dumps, write_atomic

    options = {
        "n": n,
        "gap": gap,
        "qubits": qubits,
        "success": _number("success", success),
        "score": _number("score", score),
        "alpha": _number("alpha", alpha),
    }
    if (matrix is None) == (family is None):
        raise InputError("name either a CSV file or a --family, and not both; see --help")
    if options["alpha"] is not None and options["alpha"] <= 1:
        raise InputError(f"--alpha {alpha}: expected a number above 1, such as 3 for error 1/3")
    if family is not None:
        found = families.answer(family, options)
    else:
        from qdml.bounds.gamma2 import answers, user

        strangers = [name for name in options if name != "alpha" and options[name] is not None]
        if strangers:
            raise InputError(f"--{strangers[0]}: an option of families; a matrix takes --alpha")
        assert matrix is not None
        found = answers.matrix(user.read(matrix), Fraction(options["alpha"] or 3))
    if beside:
        from qdml.bounds.gamma2 import answers

        found = answers.with_company(found)
    for place, path in enumerate((out, primal_out)):
        if path is not None:
            if place >= len(found.certificates):
                raise InputError(f"{path}: this problem has no certificate of that kind to write")
            write_atomic(path, dumps(found.certificates[place]))
    if as_json:
        emit("bound", dict(found.fields))
    else:
        typer.echo("\n".join(found.says))


def _number(option: str, text: str | None) -> Fraction | None:
    """An exact number as a user writes it: 3, 2.5 or 5/2."""
    if text is None:
        return None
    if _NUMBER.fullmatch(text):
        return Fraction(text)
    raise InputError(f"--{option} {text[:40]!r}: expected a number such as 3, 2.5 or 5/2")
