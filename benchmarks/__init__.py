"""Comparisons of the engines with other people's, side by side in one run."""
