"""Classical protocols for hidden matching, with their bills and their exact success."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qdml.bounds import hidden_matching, small_matchings
from qdml.claims import Context, Figure, Series
from qdml.protocols import hidden_matching as protocol
from qdml.protocols.hidden_matching import Instance

#: Vertices of a perfect matching of an odd number of edges, far beyond where a bit is a bound.
ODD = 102

#: Qubits at which an edge in two ways costs fewer bits than any protocol one way.
TWO_WAY = 14


@dataclass(frozen=True)
class Point:
    """A classical protocol: what it costs, and how often it is right, exactly."""

    name: str
    vertices: int
    edges: int
    bits: int
    success: Fraction
    one_way: bool = True


def classical_points(context: Context, wanted: Fraction) -> tuple[Point, ...]:
    """Classical protocols run for their bills, the birthday protocol at success `wanted`."""
    points = []
    for vertices, edges in ((6, 3), (ODD, ODD // 2)):
        drawn = draw(context, vertices, edges, "parity")
        run = protocol.parity(drawn, 0)
        # The product of all z_e is b^m times that of the weights, and m is odd.
        points.append(Point("parity", vertices, edges, run.transcript.bits, Fraction(1)))
    drawn = draw(context, 2**TWO_WAY, 2 ** (TWO_WAY - 2), "edge")
    run = protocol.edge_by_edge(drawn, 0)
    bits = run.transcript.bits
    points.append(Point("one edge", 2**TWO_WAY, 2 ** (TWO_WAY - 2), bits, Fraction(1), False))
    for vertices, edges, least in ((16, 4, 6), (64, 16, 10)):
        success = small_matchings.threshold_success(vertices, edges, least)
        points.append(Point(f"|sum| >= {least}", vertices, edges, 1, success))
    for vertices, edges in ((8, 2), (16, 4), (64, 16), (1024, 256)):
        bits = hidden_matching.birthday_bits(vertices, edges, wanted)
        success = 1 - hidden_matching.birthday_miss(vertices, edges, bits) / 2
        points.append(Point("birthday", vertices, edges, bits, success))
    return tuple(points)


def draw(context: Context, vertices: int, edges: int, *key: str | int) -> Instance:
    """An instance of its own for every key."""
    return protocol.random_instance(vertices, edges, context.rng("draw", vertices, edges, *key))


def figure(rows: Sequence[tuple[int, int, int, int]]) -> Figure:
    """Qubits against bits; a row is n, qubits, bits needed, bits that suffice."""
    ns, qubits, lower, upper = zip(*rows, strict=True)
    return Figure(
        title="Hidden matching at success 3/4: qubits against bits, one way",
        x_label="qubits n (N = 2^n vertices, N/4 edges)",
        y_label="communication",
        y_scale="log",
        series=(
            Series(label="bits that suffice (birthday)", kind="formula", x=ns, y=upper),
            Series(label="bits that are needed, certified", kind="bound", x=ns, y=lower),
            Series(label="qubits that suffice", kind="exact", x=ns, y=qubits),
        ),
        caption=(
            "The lower line is proved, given the inequality of Kahn, Kalai and Linial: a checker "
            "without a solver recomputes every point in ball arithmetic. One way only: in two ways "
            "2n + 1 bits are enough."
        ),
    )
