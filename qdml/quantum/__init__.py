"""States, gates and the reference engine, in floating point and in exact arithmetic."""
