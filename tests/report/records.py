"""Hand-made records of every outcome, and a run of them on disk, for tests that read runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qdml.claims import (
    ClaimRecord,
    Evidence,
    ExperimentRecord,
    Figure,
    Finding,
    Method,
    Series,
    Tag,
    judge,
)
from qdml.claims.evidence import Limit, MutantRecord, Sensitivity, StepRecord
from qdml.io import write_json

SEED = 20231011

#: Refuted, not refuted, not tried, and a step that was not asked.
SENSITIVITY = (
    Sensitivity(
        constant="factor",
        value="2",
        increase=Limit(tried="1025/512", step="equality"),
        decrease=Limit(tried="0"),
    ),
    Sensitivity(constant="sign", value="-1", increase=Limit(), decrease=Limit(), unasked=("slow",)),
)


def evidence(finding: Finding = Finding.SUPPORTS, **changes: Any) -> Evidence:
    """Evidence in exact arithmetic with the given finding."""
    own = {"method": Method.EXACT, "summary": "all as stated: 12 comparisons", "compared": 12}
    return Evidence(**{"finding": finding} | own | changes)


def step(name: str = "equality", tag: Tag = Tag.EXACT, **changes: Any) -> StepRecord:
    """A step that supports its claim."""
    own = {"role": "support", "says": "Both sides are equal.", "evidence": evidence()}
    return StepRecord(**{"name": name, "tag": tag} | own | changes)


def mutant(name: str, step: str = "equality", **changes: Any) -> MutantRecord:
    """A false variant that was refuted."""
    refuted = evidence(
        Finding.REFUTES,
        summary=f"{name}: found 12, stated 15",
        point={"qubits": 3, "layers": 2},
        margin=3.0,
    )
    own = {"says": "A false variant.", "hypothesis": {"factor": name}, "evidence": refuted}
    return MutantRecord(**{"name": name, "step": step} | own | changes)


def claim(name: str, **changes: Any) -> ClaimRecord:
    """A claim that stands, unless `changes` say otherwise."""
    steps = changes.pop("steps", (step(),))
    mutants = changes.pop("mutants", (mutant("a quarter"), mutant("one more")))
    own = {
        "topic": "learning",
        "title": f"Title of {name}",
        "statement": "For every $n$ it holds that $N = 2^n$.",
        "formulas": ("N = 2^n",),
        "source": "first principles",
        "premises": (),
        "notes": (),
        "scale": "quick",
        "seed": SEED,
        "settings": {},
        "hypothesis": {"factor": "1"},
    }
    listed = {
        "listed_steps": tuple(one.name for one in steps),
        "listed_mutants": tuple(one.name for one in mutants),
    }
    return ClaimRecord(**{"id": name, "steps": steps, "mutants": mutants} | own | listed | changes)


def every_outcome() -> tuple[ClaimRecord, ...]:
    """One claim of each outcome and strength, by name."""
    cited = step("theorem", Tag.IMPORTED, says="A theorem of others, with $c>0$ unknown.")
    cited = cited.model_copy(update={"evidence": evidence(method=Method.CITATION)})
    doubt = evidence(Finding.UNDECIDED, summary="too close to call", margin=1e-9)
    against = evidence(
        Finding.REFUTES, summary="found 7, stated 8", point={"qubits": 3}, margin=1.0
    )
    broken = "Traceback (most recent call last):\n  File 'check.py'\nZeroDivisionError: 1/0"
    symbolic = evidence(method=Method.SYMBOLIC)
    refuted = against.model_copy(update={"method": Method.SYMBOLIC})
    return (
        claim("is-certified", sensitivity=SENSITIVITY),
        claim("is-failed", steps=(step(evidence=None, failure=broken),)),
        claim("is-imported", steps=(cited,), mutants=()),
        claim("is-measured", steps=(step(tag=Tag.NUMERIC),), premises=("A premise of others.",)),
        claim("is-powerless", mutants=(mutant("only one"),)),
        claim(
            "is-proved",
            steps=(step(tag=Tag.PROVED, evidence=symbolic),),
            mutants=tuple(mutant(name, evidence=refuted) for name in ("a quarter", "one more")),
        ),
        claim("is-refuted", steps=(step(evidence=against),)),
        claim("is-survived", mutants=(mutant("killed"), mutant("alive", evidence=doubt))),
        claim("is-undecided", steps=(step(evidence=doubt),)),
        claim("is-without-data", absent="graphs.zip is not in the mirror", steps=(), mutants=()),
    )


def inference_by_sampling() -> ClaimRecord:
    """A claim as a run writes it: four steps, three mutants, a figure and a table."""
    grid = [(n, layers) for n in (1, 2, 3) for layers in (1, 2, 3)]
    table = tuple(
        {"qubits": n, "layers": layers, "messages": 2 * layers - 1, "qubits sent": 738 * n * layers}
        for n, layers in grid
    )
    losses = tuple(-1 + step / 8 for step in range(17))
    failing = tuple(0.0099 * (1 - 0.9 * loss * loss) for loss in losses)
    figure = Figure(
        title="Failure probability against the loss",
        x_label="loss",
        y_label=r"probability of an error above $\varepsilon$",
        series=(
            Series(
                label="measured in 200 runs, with Clopper-Pearson intervals",
                kind="measured",
                x=losses[::2],
                y=failing[::2],
                low=tuple(0.4 * one for one in failing[::2]),
                high=tuple(1.9 * one + 0.003 for one in failing[::2]),
            ),
            Series(label="exact binomial tail", kind="exact", x=losses, y=failing),
            Series(label=r"bound $\delta$", kind="bound", x=(-1.0, 1.0), y=(0.01, 0.01)),
        ),
        caption=r"The bound is never reached: Hoeffding is loose by a factor at $|\mathcal{L}|=1$.",
    )
    ledger = evidence(
        summary="messages, qubits and bits of the run equal the formula: 72 comparisons",
        compared=72,
        point={"qubits": 1, "layers": 1, "accuracy": 0.5, "failure_probability": 0.2},
        margin=0.0,
        table=table,
        assumed=("The network loses no message.",),
    )
    tails = evidence(
        summary=r"the exact tail is at most $\delta$ at every loss: 34 comparisons",
        compared=34,
        point={"loss": 0.0, "accuracy": 0.1},
        margin=1.2e-4,
        figure=figure,
    )
    frequency = evidence(
        method=Method.STATISTICS,
        summary="measured frequency of failures, interval at most 0.0213",
        compared=4,
        point={"loss": 0.25},
        margin=0.0021,
        alarm=2.5e-6,
    )
    symbolic = evidence(method=Method.SYMBOLIC, summary="identity of functions", compared=1)
    steps = (
        step(
            "ledger",
            at="proofs_checks/inference_by_sampling.py:114",
            says=r"The transcript of the run equals $2L-1$ messages of $kn$ qubits, for every "
            r"$(N, L, \varepsilon, \delta)$.",
            evidence=ledger,
        ),
        step("hoeffding", Tag.PROVED, says=r"Hoeffding with range $2$.", evidence=symbolic),
        step("tails", says=r"Exact binomial tails are below $\delta$.", evidence=tails),
        step("frequency", Tag.NUMERIC, says="Failures of metered runs.", evidence=frequency),
    )
    quarter = evidence(
        Finding.REFUTES,
        summary="the exact tail: 0.1345 against the bound 0.01",
        point={"loss": 0.0, "accuracy": 0.1, "failure_probability": 0.01},
        margin=0.1245,
        compared=34,
    )
    return claim(
        "inference-by-sampling",
        at="proofs_checks/inference_by_sampling.py:283",
        title=r"Inference to accuracy $\varepsilon$ from copies that are sent and measured",
        statement=r"$k=\lceil 2\ln(2/\delta)/\varepsilon^2\rceil$ copies estimate the loss "
        r"$\mathcal{L}(\theta,x)=\langle\varphi|Z_0|\varphi\rangle$ to $\varepsilon$ with "
        r"probability at least $1-\delta$. One copy is $2L-1$ messages of $n=\log_2 N$ qubits; "
        r"$k$ copies in parallel are $2L-1$ messages of $kn$ qubits; both parties know the "
        r"answer after one more classical message of $\lceil\log_2(k+1)\rceil$ bits."
        "\n\nThe cost is counted from the run, not declared.",
        formulas=(
            r"\Pr[|\hat{\mathcal{L}}-\mathcal{L}|>\varepsilon]\le 2e^{-k\varepsilon^2/2}\le\delta",
            r"k=\left\lceil\frac{2\ln(2/\delta)}{\varepsilon^2}\right\rceil",
        ),
        source="Gilboa, Michaeli, Soudry, McClean 2024; Hoeffding 1963",
        steps=steps,
        mutants=(
            mutant("k/4 copies", "tails", says="A quarter is enough.", evidence=quarter),
            mutant("2L messages", "ledger", says="A copy takes $2L$ messages."),
            mutant("n-1 qubits", "ledger", says="A copy costs $n-1$ qubits."),
        ),
        notes=(r"Amplitude estimation needs $O(1/\varepsilon)$ copies and more rounds.",),
    )


def experiment(name: str = "classifier-digits-3-8", **changes: Any) -> ExperimentRecord:
    """A classifier evaluated over the network: a figure on logarithmic axes, facts and a table."""
    copies = tuple(float(4**power) for power in range(6))
    accuracy = (0.61, 0.72, 0.84, 0.93, 0.96, 0.972)
    figure = Figure(
        title="Decision accuracy against copies",
        x_label="copies of the encoded image",
        y_label="test accuracy",
        x_scale="log",
        series=(
            Series(
                label="decided over the metered channel, 95% intervals",
                kind="measured",
                x=copies,
                y=accuracy,
                low=tuple(one - 0.05 for one in accuracy),
                high=tuple(min(1.0, one + 0.04) for one in accuracy),
            ),
            Series(label="majority of exact losses", kind="formula", x=(1, 1024), y=(0.975, 0.975)),
        ),
        caption="Every test image is decided; the circuit is the trained model.",
    )
    cost = Figure(
        title="Qubits against the bits of sending the image",
        x_label="copies",
        y_label="sent for one decision",
        x_scale="log",
        y_scale="log",
        series=(
            Series(label="qubits sent", kind="exact", x=copies, y=tuple(6 * one for one in copies)),
            Series(label="bits of the image", kind="bound", x=(1, 1024), y=(256, 256)),
        ),
        caption="Six qubits a copy; an image is 64 pixels of 4 bits.",
    )
    own = {
        "title": "Telling 3 from 8",
        "text": "Alice holds an image, Bob the trained model.\n\nEvery test image is decided over "
        "the metered network, with $k$ copies each.",
        "facts": (("test images", 119), ("test accuracy", 0.9747899), ("padded", False)),
        "table": tuple(
            {"copies": int(k), "accuracy": one} for k, one in zip(copies, accuracy, strict=True)
        ),
        "figures": (figure, cost),
        "scale": "quick",
        "seed": SEED,
    }
    return ExperimentRecord(**{"id": name} | own | changes)


def provenance(name: str) -> dict[str, Any]:
    """Provenance as a run writes it beside the evidence."""
    return {
        "claim": name,
        "version": "0.1.0",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "dirty": False,
        "source_hash": "0123456789abcdef",
        "config_hash": "fedcba9876543210",
        "seed": SEED,
        "scale": "quick",
        "python": "3.11",
        "packages": {"numpy": "2.4.0", "matplotlib": "3.10.0"},
    }


def timing(name: str, seconds: float = 1.25) -> dict[str, Any]:
    """A timing as a run writes it."""
    return {
        "id": name,
        "seconds": {"data": 0.25, "equality": seconds - 0.25},
        "total": seconds,
        "machine": {"processor": "of some kind", "cores": 2},
        "when": "2024-05-06T07:08:09+00:00",
    }


def write_run(
    reports: Path,
    claims: tuple[ClaimRecord, ...],
    experiments: tuple[ExperimentRecord, ...] = (),
) -> Path:
    """Write all files of a run of these records under `reports` and return it."""
    for folder, records in (("evidence", claims), ("experiments", experiments)):
        for record in records:
            write_json(reports / folder / f"{record.id}.json", record.model_dump(mode="json"))
            write_json(reports / folder / f"{record.id}.provenance.json", provenance(record.id))
    ordered = sorted(claims, key=lambda record: record.id)
    verdicts = [judge(record).model_dump(mode="json") for record in ordered]
    write_json(reports / "verdicts.json", {"scale": "quick", "seed": SEED, "claims": verdicts})
    timings = [timing(record.id) for record in (*ordered, *experiments)]
    write_json(reports / "timings.json", {"timings": timings})
    return reports
