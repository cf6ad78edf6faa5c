"""Metered quantum networks: parties own registers, channels move and transcripts bill them."""

from qdml.network.network import Network, no_noise
from qdml.network.party import MOST_COPIES, Channel, Party
from qdml.network.record import Record
from qdml.network.register import Register
from qdml.network.transcript import Message, Transcript

__all__ = [
    "MOST_COPIES",
    "Channel",
    "Message",
    "Network",
    "Party",
    "Record",
    "Register",
    "Transcript",
    "no_noise",
]
