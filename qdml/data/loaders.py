"""Loading a registered data set: bytes to checked arrays, and nothing that was not checked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from qdml.data import graph_formats, node_formats
from qdml.data.archive import Malformed
from qdml.data.embedded import embedded
from qdml.data.registry import Entry, entry
from qdml.data.sets import Dataset
from qdml.data.source import intact, locate, obtain
from qdml.errors import DataError


def load(name: str) -> Dataset:
    """The registered data set `name`, checked against its sha256 and its counts.

    Raises `InputError` for an unknown name, `DataAbsent` when the set cannot be had here and
    `DataError` when what was found is not what was registered.
    """
    return read(entry(name))


def read(one: Entry) -> Dataset:
    """Load the set that a registry entry describes; errors as for `load`."""
    dataset = _embedded(one) if one.embedded else _filed(one)
    found = dataset.counts()
    for key, stated in (one.counts | one.published).items():
        if key not in found:
            raise DataError(f"data set {one.name!r}: {key!r} is registered but cannot be counted")
        # Published averages are rounded to two places; every other count is an integer.
        if abs(found[key] - stated) > 0.005:
            raise DataError(
                f"data set {one.name!r}: {key} is {found[key]:.10g}, registered is {stated:.10g}; "
                "this is another edition of the set"
            )
    return dataset


def inspect(one: Entry) -> tuple[str, bool | None]:
    """Where a set would be read from, and whether the bytes there are the registered ones.

    The place is `embedded`, `mirror`, `cache`, `download` or `absent`; in the last two there are no
    bytes, and nothing is fetched. Raises `OSError` for a file that cannot be read.
    """
    if one.embedded:
        return "embedded", hashlib.sha256(embedded(one.name)[1]).hexdigest() == one.embedded
    where, form = locate(one)
    return where, intact(where, form) if form is not None and where in ("mirror", "cache") else None


def _embedded(one: Entry) -> Dataset:
    dataset, content = embedded(one.name)
    if hashlib.sha256(content).hexdigest() != one.embedded:
        raise DataError(
            f"data set {one.name!r}: the copy that is installed is not the registered one "
            f"(sha256 {str(one.embedded)[:12]}...); install the locked scikit-learn and networkx"
        )
    return dataset


def _filed(one: Entry) -> Dataset:
    form, contents = obtain(one)
    try:
        return _READERS[form.layout](*contents)
    except Malformed as error:
        path = form.files[0].path
        raise DataError(f"data set {one.name!r}: {path}: {error}") from None


_READERS: dict[str, Callable[..., Dataset]] = {
    "graphs-npz": graph_formats.graphs_npz,
    "tu-zip": graph_formats.tu_zip,
    "gin-text": graph_formats.gin_text,
    "node-npz": node_formats.node_npz,
    "planetoid": node_formats.planetoid,
    "ogb-zip": node_formats.ogb_zip,
    "reddit-zip": node_formats.reddit,
}
