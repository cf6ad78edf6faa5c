"""qdml: an executable, falsifiable edition of the theory of quantum communication advantage."""

__version__ = "0.1.0"
