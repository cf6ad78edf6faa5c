"""Bounds and bills as formulas, and the exact arithmetic that decides them."""
