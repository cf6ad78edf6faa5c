"""Put the evidence of one claim together from its shards."""

from pathlib import Path

from qdml.runs.logs import logged
from qdml.runs.shards import merge_shards

with logged(snakemake.log[0]):
    merge_shards(
        snakemake.wildcards.claim,
        snakemake.params.config,
        snakemake.params.source,
        [Path(path) for path in snakemake.input],
        Path("reports"),
    )
