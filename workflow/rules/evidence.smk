# Evidence: one job a claim and one a data set. `threads: 1` makes Snakemake set OMP_NUM_THREADS and
# its kin to 1 before Python starts. `config` and `source` are all that a job depends on.


rule evidence:
    output:
        evidence=ensure("reports/evidence/{claim}.json", non_empty=True),
        provenance=ensure("reports/evidence/{claim}.provenance.json", non_empty=True),
        timing=ensure("reports/timings/{claim}.json", non_empty=True),
    log:
        "reports/logs/evidence/{claim}.log",
    benchmark:
        "reports/benchmarks/evidence/{claim}.tsv"
    wildcard_constraints:
        claim="|".join(CLAIMS),
    threads: 1
    resources:
        mem_mb=1500,
    params:
        config=lambda wildcards: depends.settings(CONFIG, depends.topic(wildcards.claim)),
        source=lambda wildcards: depends.source(depends.claim_module(wildcards.claim)),
    script:
        "../scripts/evidence.py"


rule experiment:
    output:
        record=ensure("reports/experiments/classifier-{dataset}.json", non_empty=True),
        provenance=ensure(
            "reports/experiments/classifier-{dataset}.provenance.json", non_empty=True
        ),
        timing=ensure("reports/timings/classifier-{dataset}.json", non_empty=True),
    log:
        "reports/logs/experiments/classifier-{dataset}.log",
    benchmark:
        "reports/benchmarks/experiments/classifier-{dataset}.tsv"
    wildcard_constraints:
        dataset="|".join(DATASETS),
    priority: 1
    threads: 1
    resources:
        mem_mb=1500,
    params:
        config=depends.settings(CONFIG, "classifier"),
        source=depends.source("qdml.protocols.classifier"),
        # Data that was absent may be there once a mirror is named.
        mirror=os.environ.get("QDML_DATA_MIRROR"),
    script:
        "../scripts/experiment.py"
