"""`qdml spectrum`: the frequencies that a model can use, and how freely."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated

import typer

from qdml.cli.options import AsJson
from qdml.cli.output import emit
from qdml.errors import InputError

#: Longer numbers, or fractions that are not decimal, would not come out of JSON as they went in.
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")

#: Sums of fractions below this have at most 15 digits, all of which a floating-point number holds.
_LARGEST = 10**9

#: Frequencies that are printed for people.
_SHOWN = 20


def spectrum(
    weights: Annotated[
        str, typer.Option(metavar="W1,W2,...", help="Weights of the encoding gates, by commas.")
    ],
    as_json: AsJson = False,
) -> None:
    """Print the frequencies of a model that encodes x by exp(-i w x Z/2) on one qubit.

    Size is the number of frequencies; the losses fill only the reachable dimension, 2L+1 for L
    gates of any weights that are not zero. Write negative weights as --weights=-1,3.

    \b
    qdml spectrum --weights 1,3,9
    qdml spectrum --weights 1,2,4,8 --json
    qdml spectrum --weights 0.5,1.5
    """
    from qdml.expressivity.spectrum import frequencies, reachable_dimension

    given = _numbers(weights)
    found = frequencies(given)
    dimension = reachable_dimension(given)
    if as_json:
        numbers = [int(m) if m == int(m) else float(m) for m in found]
        record = {"frequencies": numbers, "size": len(found), "reachable_dimension": dimension}
        emit("spectrum", record)
        return
    some = [f"{float(m):.15g}" for m in found[-_SHOWN:]]
    dots = ["..."] if len(found) > _SHOWN else []
    typer.echo(f"frequencies          {' '.join(dots + some)}")
    typer.echo(f"size                 {len(found)}")
    typer.echo(f"reachable dimension  {dimension}")


def _numbers(text: str) -> list[int | Fraction]:
    words = [word.strip() for word in text.split(",")] if text.strip() else []
    for word in words:
        if not _NUMBER.fullmatch(word):
            raise InputError(
                f"--weights: {word!r}: expected a number such as 3 or -0.5, of at most 12 digits "
                "and 6 after a point; separate weights by commas: 1,3,9"
            )
    numbers = [Fraction(word) for word in words]
    whole = all(number.denominator == 1 for number in numbers)
    if not whole and sum(map(abs, numbers)) >= _LARGEST:
        raise InputError(
            f"--weights: sizes add up to {float(sum(map(abs, numbers))):g}: expected less than "
            f"{_LARGEST:g} where some are not whole, so that all frequencies can be told apart"
        )
    return [int(number) if number == int(number) else number for number in numbers]
