"""Write down what the run made, file by file."""

from pathlib import Path

from qdml.runs import audit
from qdml.runs.logs import logged

with logged(snakemake.log[0]):
    audit.write_manifest(Path("reports"))
