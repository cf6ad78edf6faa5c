"""`python -m qdml.config`: write the files that are generated from the configuration."""

from __future__ import annotations

from pathlib import Path

from qdml.config import SCALES, commented, schema
from qdml.io import write_atomic


def main() -> None:
    """Write the generated files."""
    folder = Path(__file__).parents[2] / "workflow" / "config"
    for scale in SCALES:
        write_atomic(folder / f"{scale}.yaml", commented(scale))
    write_atomic(folder / "schema.json", schema())


if __name__ == "__main__":
    main()
