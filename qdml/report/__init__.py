"""The report: two self-contained pages made from the files of a run, and from nothing else."""

from qdml.report.build import build
from qdml.report.pdf import to_pdf

__all__ = ["build", "to_pdf"]
