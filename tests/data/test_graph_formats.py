"""TU archives and GIN texts give the graphs that were written, or one line on what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.data import Entry, Graphs
from qdml.data.archive import Malformed
from qdml.data.graph_formats import gin_text, tu_zip
from qdml.data.loaders import read
from qdml.errors import DataError
from tests.data.conftest import Server
from tests.data.test_archive import zipped

#: Two graphs: a path of three nodes whose first edge is listed twice, and an edge with a loop.
TU = {
    "A": "1, 2\n2, 1\n1, 2\n2, 3\n3, 2\n4, 5\n5, 4\n5, 5\n",
    "graph_indicator": "1\n1\n1\n2\n2\n",
    "graph_labels": "-1\n1\n",
    "node_labels": "0\n1\n0\n2\n0\n",
    "node_attributes": "0.5, 1\n1, 2\n0, 0\n3, 4\n5, 6e-1\n",
}
GIN = "2\n3 -1\n0 1 1\n1 2 0 2\n0 1 1\n2 1\n2 1 1\n0 2 0 1\n"
COUNTS = {"graphs": 2, "nodes": 5, "edges": 4, "self_loops": 1, "node_labels": 3}


def tu(**changes: str | None) -> bytes:
    """The TU archive with some of its texts changed or left out."""
    texts = {key: text for key, text in (TU | changes).items() if text is not None}
    return zipped({f"TOY/TOY_{key}.txt": text.encode() for key, text in texts.items()})


def same(one: Graphs, other: Graphs) -> bool:
    """Whether two sets of graphs hold the same but for attributes."""
    fields = ("num_nodes", "num_edges", "edge_u", "edge_v", "label", "node_label")
    return all(np.array_equal(getattr(one, key), getattr(other, key)) for key in fields)


def test_both_formats_say_the_same() -> None:
    text, archive = gin_text(GIN.encode()), tu_zip(tu())
    assert same(text, archive)
    assert same(text, gin_text(zipped({"TOY/TOY.txt": GIN.encode()})))
    assert archive.edge_v.tolist() == [1, 2, 1, 1]
    assert archive.node_attr is not None
    assert archive.node_attr[4].tolist() == [5, 0.6]
    assert archive.counts() | COUNTS == archive.counts()


@given(st.data())
def test_any_graphs_survive_both_formats(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    gin, ends, start = [str(len(sizes))], [], 1
    for graph, size in enumerate(sizes):
        upper = np.triu(rng.integers(0, 2, (size, size)))
        adjacency = upper | upper.T
        gin.append(f"{size} {graph % 2}")
        for node, row in enumerate(adjacency):
            others = np.flatnonzero(row)
            gin.append(" ".join(map(str, [node % 3, len(others), *others])))
            ends += [f"{start + node}, {start + other}" for other in others]
        start += size
    tags = [str(node % 3) for size in sizes for node in range(size)]
    archive = tu(
        # An archive without any edge is not one of the format.
        A="\n".join(ends) or "1, 1",
        graph_indicator="\n".join(str(g + 1) for g, size in enumerate(sizes) for _ in range(size)),
        graph_labels="\n".join(str(graph % 2) for graph in range(len(sizes))),
        node_labels="\n".join(tags) if len(set(tags)) > 1 else None,
        node_attributes=None,
    )
    text = gin_text("\n".join(gin).encode())
    if ends:
        assert same(text, tu_zip(archive))
    assert text.num_nodes.tolist() == sizes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"A": "1, 2\n1, 6\n"}, "a node id out of range"),
        ({"A": "0, 1\n"}, "a node id out of range"),
        ({"A": "1, 4\n"}, "an edge between two graphs"),
        ({"A": "1 2\n"}, "TOY_A.txt is not a table of numbers"),
        ({"A": "1, 2, 3\n"}, "TOY_A.txt has 3 columns, not 2"),
        ({"A": "1, x\n"}, "TOY_A.txt is not a table of numbers"),
        ({"A": ""}, "TOY_A.txt is empty"),
        ({"A": "99999999999999999999, 1\n"}, "TOY_A.txt is not a table of numbers"),
        ({"A": None}, "no member is called NAME_A.txt"),
        ({"graph_indicator": None}, "no member is called TOY_graph_indicator.txt"),
        ({"graph_indicator": "1\n2\n1\n2\n2\n"}, "not listed graph by graph"),
        ({"graph_indicator": "1\n1\n1\n3\n3\n"}, "not listed graph by graph"),
        ({"graph_indicator": "2\n2\n2\n3\n3\n"}, "the first node is not of graph 1"),
        ({"graph_labels": "1\n"}, "not one label a graph"),
        ({"graph_labels": "1\n2\n3\n"}, "not one label a graph"),
        ({"node_labels": "0\n"}, "not one label a node"),
        ({"node_labels": "-1\n0\n0\n0\n0\n"}, "a negative node label"),
        ({"node_labels": "0, 1\n" * 5}, "TOY_node_labels.txt has 2 columns, not 1"),
        ({"node_attributes": "nan\n" * 5}, "an attribute that is not a finite number"),
        ({"node_attributes": "inf\n" * 5}, "an attribute that is not a finite number"),
        ({"node_attributes": "1\n" * 4}, "not one row of attributes a node"),
        ({"node_attributes": "1, 2\n3\n"}, "not a table of numbers"),
    ],
)
def test_what_is_wrong_with_a_tu_archive(change: dict[str, Any], message: str) -> None:
    with pytest.raises(Malformed, match=message) as caught:
        tu_zip(tu(**change))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the first line is not the number of graphs"),
        ("2 1\n", "the first line is not the number of graphs"),
        ("x", "not a text of integers"),
        ("é", "not a text of integers"),
        ("-1\n", "a graph without nodes"),
        ("1\n0 1\n", "graph 0 begins without nodes and label"),
        ("2\n1 0\n0 0\n", "graph 1 begins without nodes and label"),
        ("1\n2 0\n0 0\n", "graph 0 ends before its last node"),
        (f"1\n{10**30} 0\n0 0\n", "graph 0 ends before its last node"),
        (f"1\n1 {10**30}\n0 0\n", "a label or a tag of more than 64 bits"),
        (f"1\n1 0\n{10**30} 0\n", "a label or a tag of more than 64 bits"),
        ("1\n1 0\n0\n", "graph 0: not a tag, a degree and as many neighbours"),
        ("1\n1 0\n0 2 0\n", "graph 0: not a tag, a degree and as many neighbours"),
        ("1\n1 0\n0 1 1\n", "graph 0: a node id out of range"),
        ("1\n1 0\n0 1 -1\n", "graph 0: a node id out of range"),
        ("1\n1 0\n0 0\n0 0\n", "more lines than 1 graphs have"),
        ("1\n2 0\n-1 0\n0 0\n", "a negative node label"),
    ],
)
def test_what_is_wrong_with_a_gin_text(text: str, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        gin_text(text.encode())


def test_an_archive_of_two_texts_is_no_gin_text() -> None:
    with pytest.raises(Malformed, match="an archive of 2 members"):
        gin_text(zipped({"a.txt": b"0", "b.txt": b"0"}))


@pytest.mark.parametrize(
    ("layout", "name", "content"),
    [("tu-zip", "toy.zip", tu()), ("gin-text", "toy.txt", GIN.encode())],
)
def test_downloaded_graphs(
    register: Callable[..., Entry], server: Server, layout: str, name: str, content: bytes
) -> None:
    entry = server.serve(register(layout, {name: content}, COUNTS, mirrored=False))
    server.files[f"/toy/{name}"] = content
    graphs = read(entry)
    assert isinstance(graphs, Graphs)
    assert same(graphs, gin_text(GIN.encode()))
    server.files.clear()
    assert same(read(entry), graphs)  # type: ignore[arg-type]


def test_a_copy_without_isomorphic_graphs_is_refused(register: Callable[..., Entry]) -> None:
    # Some public copies of MUTAG hold 135 graphs of 188: here a graph of the same kind is wanting.
    entry = register("gin-text", {"toy.txt": b"1\n3 -1\n0 1 1\n1 2 0 2\n0 1 1\n"}, COUNTS)
    with pytest.raises(DataError, match="graphs is 1, registered is 2; this is another edition"):
        read(entry)


def test_a_hostile_archive_is_one_line_and_nothing_is_written(
    register: Callable[..., Entry], tmp_path: Any
) -> None:
    content = zipped({"../../outside/TOY_A.txt": b"1, 2\n"})
    entry = register("tu-zip", {"toy.zip": content}, COUNTS)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match=r"toy\.zip: member .* would leave the archive's folder"):
        read(entry)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.usefixtures("mirror")
@pytest.mark.parametrize("name", ["MUTAG", "PTC_MR", "PTC_GIN", "PROTEINS", "NCI1", "IMDB-MULTI"])
def test_every_form_of_a_mirrored_set_holds_the_same(name: str) -> None:
    from qdml.data import entry

    whole = entry(name)
    first, second = (read(whole.model_copy(update={"forms": (form,)})) for form in whole.forms[:2])
    assert same(first, second)  # type: ignore[arg-type]
