"""Published figures: every one says where it was seen, and belongs to a set that exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from qdml.data import entries, published
from qdml.errors import DataError


@pytest.fixture(autouse=True)
def _fresh():
    published.published.cache_clear()
    yield
    published.published.cache_clear()


def test_every_figure_has_a_source_and_a_set() -> None:
    # Sets that are too large to be registered for want of an address that serves them here.
    large = {"ogbn-products", "Reddit"}
    names = {one.name for one in entries()} | large
    models = published.published()
    assert len({model.name for model in models}) == len(models)
    for model in models:
        assert model.seen
        assert model.reference
        assert set(model.figures) <= names


def test_a_figure_is_found_by_model_and_set() -> None:
    assert published.figure("GIN", "NCI1") == (82.7, 1.7)
    assert published.figure("GIN", "cora") is None
    assert published.figure("unheard of", "NCI1") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "no such file; install qdml again"),
        ("model = [", "not a list of figures"),
        ("other = 1", "not a list of figures"),
        ('[[model]]\nname = "x"\n', "not a list of figures"),
    ],
)
def test_figures_that_cannot_be_read_are_one_line(text, says, tmp_path: Path, monkeypatch) -> None:
    place = tmp_path / "published-accuracy.toml"
    if text is not None:
        place.write_text(text)
    monkeypatch.setattr(published, "_PLACES", (place,))
    with pytest.raises(DataError, match=says):
        published.published()
