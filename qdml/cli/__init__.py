"""The command line: one file a command; whatever a command needs is imported when it runs."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from qdml import __version__
from qdml.cli import (
    audit,
    bound,
    check,
    claims,
    cost,
    datasets,
    leak,
    report,
    run,
    spectrum,
    train,
    verify,
)
from qdml.errors import QdmlError


class _Commands(TyperGroup):
    """A group whose errors of use are one line on standard error and an exit status."""

    def main(self, *args: Any, **settings: Any) -> NoReturn:
        """Parse the command line, run the chosen command and exit."""
        try:
            status = super().main(*args, **settings | {"standalone_mode": False})
        except QdmlError as error:
            typer.echo(f"qdml: {error}", err=True)
            sys.exit(error.exit_status)
        except typer.Abort:
            sys.exit(130)
        except TyperException as error:
            words = error.format_message()
            # The bare command has nothing to complain of: its message is the help text.
            if not words.startswith("Usage:"):
                line = " ".join(words.split()).removesuffix(".")
                words = f"qdml: {line}; `qdml --help` tells more"
            typer.echo(words, err=True)
            sys.exit(error.exit_code)
        sys.exit(status if isinstance(status, int) else 0)


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    # Plain text: the coloured boxes cost more time than most commands take.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("claims")(claims.claims)
app.command("check")(check.check)
app.command("bound")(bound.bound)
app.command("verify")(verify.verify)
app.command("report")(report.report)
app.command("audit")(audit.audit)
app.command("datasets")(datasets.datasets)
app.command("leak")(leak.leak)
app.command("spectrum")(spectrum.spectrum)
app.command("train")(train.train)
app.add_typer(run.app, name="run")
app.add_typer(cost.app, name="cost")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"qdml {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Check, price and run protocols of distributed learning over a quantum network.

    \b
    qdml claims                                  every claim and how it came out in the last run
    qdml check inference-by-sampling             judge one claim now
    qdml check inference-by-sampling --set eps=0.05
    qdml run inference --qubits 6 --layers 3 --accuracy 0.1 --failure-probability 0.05 --seed 1
    qdml cost inference --qubits 6 --layers 3 --accuracy 0.1 --failure-probability 0.05
    qdml bound --family disjointness --n 4       certify what a problem needs
    qdml verify cert.json                        check a certificate without any solver
    qdml leak ensemble.npz --copies 3            what an ensemble of states tells, certified
    qdml spectrum --weights 1,3,9                the frequencies that a model can use
    qdml datasets                                what there is to learn from, and where it is
    qdml train MUTAG                             a quadratic network on a set of graphs
    qdml report                                  make reports/index.html again
    qdml audit                                   are all files still as the run wrote them?

    Exit status: 0 stands, valid or imported; 1 refuted, undecided or rejected;
    2 bad usage or file; 3 failed.
    """


def main() -> None:
    """The entry point `qdml`; numbers come from one thread, whoever asks, unless told otherwise."""
    # Before numpy is imported: more threads only spin on small matrices, and round otherwise.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    try:
        app(prog_name="qdml")
    except OSError as error:
        print(f"qdml: {error}", file=sys.stderr)
        sys.exit(3)
    except Exception:  # noqa: BLE001
        # An error nobody foresaw is a failure, and must not look like a refutation.
        traceback.print_exc()
        sys.exit(3)
