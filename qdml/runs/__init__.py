"""Runs of the pipeline: starting one safely, and following it to its end."""
