"""Graph networks that are quadratic forms: models, training, and what they cost as protocols."""
