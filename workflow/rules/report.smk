# The report, drawn from evidence and verdicts alone, so that editing a template reruns no claim; and
# the manifest, the sha256 of all that the run wrote.


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


rule manifest:
    input:
        "reports/index.html",
        "reports/provenance.html",
        "reports/verdicts.json",
        "reports/timings.json",
    output:
        ensure("reports/manifest.json", non_empty=True),
    log:
        "reports/logs/manifest.log",
    benchmark:
        "reports/benchmarks/manifest.tsv"
    threads: 1
    resources:
        mem_mb=500,
    params:
        source=depends.source("qdml.runs.audit"),
    script:
        "../scripts/manifest.py"
