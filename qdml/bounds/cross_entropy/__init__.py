"""The cross-entropy task: how many classical bits one message of n qubits is worth."""
