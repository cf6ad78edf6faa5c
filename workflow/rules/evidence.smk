# Evidence: one job a claim and one a data set; a claim that is long on this grid is dealt to several
# jobs and merged. `threads: 1` makes Snakemake set OMP_NUM_THREADS and its kin to 1 before Python
# starts. `config` and `source` are all that a job depends on.


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
        claim=one_of(sorted({*CLAIMS} - {*DEALT})),
    threads: 1
    resources:
        mem_mb=lambda wildcards: COSTS[wildcards.claim].memory_limit,
        runtime=lambda wildcards: COSTS[wildcards.claim].time_limit,
    params:
        config=lambda wildcards: depends.settings(CONFIG, depends.topic(wildcards.claim)),
        source=lambda wildcards: depends.source(depends.claim_module(wildcards.claim)),
    script:
        "../scripts/evidence.py"


rule shard:
    output:
        temp(ensure("reports/shards/{claim}.{number}-of-{shards}.json", non_empty=True)),
    log:
        "reports/logs/shards/{claim}.{number}-of-{shards}.log",
    benchmark:
        "reports/benchmarks/shards/{claim}.{number}-of-{shards}.tsv"
    wildcard_constraints:
        claim=one_of(DEALT),
    threads: 1
    resources:
        mem_mb=lambda wildcards: COSTS[wildcards.claim].memory_limit,
        runtime=lambda wildcards: COSTS[wildcards.claim].time_limit,
    params:
        config=lambda wildcards: depends.settings(CONFIG, depends.topic(wildcards.claim)),
        source=lambda wildcards: depends.source(depends.claim_module(wildcards.claim)),
    script:
        "../scripts/shard.py"


rule merge:
    input:
        lambda wildcards: [
            f"reports/shards/{wildcards.claim}.{number}-of-{COSTS[wildcards.claim].shards}.json"
            for number in range(1, COSTS[wildcards.claim].shards + 1)
        ],
    output:
        evidence=ensure("reports/evidence/{claim}.json", non_empty=True),
        provenance=ensure("reports/evidence/{claim}.provenance.json", non_empty=True),
        timing=ensure("reports/timings/{claim}.json", non_empty=True),
    log:
        "reports/logs/evidence/{claim}.log",
    benchmark:
        "reports/benchmarks/evidence/{claim}.tsv"
    wildcard_constraints:
        claim=one_of(DEALT),
    threads: 1
    resources:
        mem_mb=1500,
    params:
        config=lambda wildcards: depends.settings(CONFIG, depends.topic(wildcards.claim)),
        source=lambda wildcards: depends.source(depends.claim_module(wildcards.claim)),
    script:
        "../scripts/merge.py"


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
        dataset=one_of(DATASETS),
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
