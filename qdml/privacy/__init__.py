"""What quantum messages can leak: spans, guessing, estimation, information and noise."""
