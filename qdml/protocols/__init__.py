"""Protocols: parties talk over a metered network; one file a protocol."""
