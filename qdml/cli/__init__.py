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
    diff,
    doctor,
    explain,
    leak,
    new,
    plan,
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
    no_args_is_help=True,
    # Plain text: the coloured boxes cost more time than most commands take.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

# In the order of the help, each with what it does in a few words.
for _name, _command, _words in (
    ("claims", claims.claims, "Every claim and how it came out in the last run."),
    ("explain", explain.explain, "A claim, or a word of a verdict, in plain words."),
    ("check", check.check, "Judge one claim now."),
    ("bound", bound.bound, "Certify what a problem needs."),
    ("verify", verify.verify, "Check a certificate without any solver."),
    ("leak", leak.leak, "What an ensemble of states tells, certified."),
    ("spectrum", spectrum.spectrum, "The frequencies that a model can use."),
    ("datasets", datasets.datasets, "What there is to learn from, and where it is."),
    ("train", train.train, "Train a graph network."),
    ("plan", plan.plan, "What a run will take, before it starts."),
    ("report", report.report, "Make the report again."),
    ("diff", diff.diff, "Which verdicts and numbers moved between two runs."),
    ("doctor", doctor.doctor, "What is installed, and what goes without the rest."),
    ("audit", audit.audit, "Are all files still as the run wrote them?"),
):
    app.command(_name, short_help=_words)(_command)
app.add_typer(run.app, name="run")
app.add_typer(cost.app, name="cost")
app.add_typer(new.app, name="new")


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
    qdml claims
    qdml check inference-by-sampling --set eps=0.05
    qdml run inference --qubits 6 --layers 3 --accuracy 0.1 --failure-probability 0.05 --seed 1
    qdml cost inference --qubits 6 --layers 3 --accuracy 0.1 --failure-probability 0.05
    qdml bound --family disjointness --n 4
    qdml train MUTAG

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
