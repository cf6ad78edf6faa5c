# The report: drawn from evidence and verdicts alone, so that editing a template reruns only this.


rule report:
    input:
        "reports/verdicts.json",
        "reports/timings.json",
        expand("reports/evidence/{claim}.json", claim=CLAIMS),
        expand("reports/evidence/{claim}.provenance.json", claim=CLAIMS),
        expand("reports/experiments/{experiment}.json", experiment=EXPERIMENTS),
        expand("reports/experiments/{experiment}.provenance.json", experiment=EXPERIMENTS),
    output:
        index=ensure("reports/index.html", non_empty=True),
        provenance=ensure("reports/provenance.html", non_empty=True),
    log:
        "reports/logs/report.log",
    benchmark:
        "reports/benchmarks/report.tsv"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        source=depends.source("qdml.report"),
    script:
        "../scripts/report.py"
