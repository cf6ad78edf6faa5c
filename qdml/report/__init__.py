"""The report: two self-contained pages made from the files of a run, and from nothing else."""

from qdml.report.build import build

__all__ = ["build"]
