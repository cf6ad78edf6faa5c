"""The one door to numerical solvers: they suggest, exact arithmetic elsewhere decides."""

from qdml.solve.conic import Solution, Solver, solve

__all__ = ["Solution", "Solver", "solve"]
