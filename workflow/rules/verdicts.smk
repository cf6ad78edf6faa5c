# Verdicts: the judge reads evidence and nothing else; the last rule fails a run in which a claim
# fell.


rule verdicts:
    input:
        expand("reports/evidence/{claim}.json", claim=CLAIMS),
        expand("reports/timings/{job}.json", job=[*CLAIMS, *EXPERIMENTS]),
    output:
        ensure(expand("reports/verdicts/{claim}.json", claim=CLAIMS), non_empty=True),
        verdicts=ensure("reports/verdicts.json", non_empty=True),
        timings=ensure("reports/timings.json", non_empty=True),
    log:
        "reports/logs/verdicts.log",
    benchmark:
        "reports/benchmarks/verdicts.tsv"
    threads: 1
    resources:
        mem_mb=500,
    params:
        claims=CLAIMS,
        experiments=EXPERIMENTS,
        scale=CONFIG.scale,
        seed=CONFIG.seed,
        source=depends.source("qdml.claims"),
    script:
        "../scripts/verdicts.py"


rule judged:
    input:
        # After the report, so that a run that fails still shows why; what is in it does not matter.
        ancient("reports/manifest.json"),
        expand("reports/verdicts/{claim}.json", claim=CLAIMS),
        expand("reports/experiments/{experiment}.json", experiment=EXPERIMENTS),
    output:
        "reports/judged.txt",
    log:
        "reports/logs/judged.log",
    benchmark:
        "reports/benchmarks/judged.tsv"
    threads: 1
    resources:
        mem_mb=500,
    params:
        claims=CLAIMS,
        experiments=EXPERIMENTS,
        source=depends.source("qdml.claims"),
    script:
        "../scripts/judged.py"
