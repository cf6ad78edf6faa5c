"""Finding certificates for gamma_2^alpha: solvers suggest here, the checkers next door decide."""
