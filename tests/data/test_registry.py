"""The registry names its sets, is found in checkout and wheel, and refuses what it cannot mean."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from qdml.data import entries, entry, registry
from qdml.errors import DataError, InputError

CHECKOUT = Path(__file__).parents[2] / "data" / "registry.toml"


@pytest.fixture
def _fresh() -> Iterator[None]:
    entries.cache_clear()
    yield
    entries.cache_clear()


def test_every_entry_says_where_it_comes_from() -> None:
    names = [one.name for one in entries()]
    assert len(set(names)) == len(names)
    assert {"digits", "karate", "cora", "MUTAG", "PTC_MR", "PTC_GIN"} <= set(names)
    for one in entries():
        assert one.source_url.startswith("http")
        assert one.reference
        assert one.licence
        assert one.counts or one.published


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match=r"'MUTAGG': not registered \(nearest: 'MUTAG'\)"):
        entry("MUTAGG")


@pytest.mark.usefixtures("_fresh")
def test_the_installed_registry_is_used_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "registry.toml"
    shutil.copy(CHECKOUT, installed)
    monkeypatch.setattr(registry, "_PLACES", (installed, tmp_path / "absent.toml"))
    assert entry("cora").counts["nodes"] == 2708


@pytest.mark.usefixtures("_fresh")
def test_no_registry_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_PLACES", (tmp_path / "absent.toml",))
    with pytest.raises(DataError, match="no such file; install qdml again"):
        entries()


@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize("text", ["dataset = [", "other = 1", '[[dataset]]\nname = "x"\n', "\x00"])
def test_a_damaged_registry_is_one_line(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "registry.toml"
    damaged.write_text(text)
    monkeypatch.setattr(registry, "_PLACES", (damaged,))
    with pytest.raises(DataError, match="not a registry of data sets") as caught:
        entries()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"path": "../outside.npz"},
        {"path": "/etc/passwd"},
        {"url": "file:///etc/passwd"},
        {"sha256": "12"},
        {"sha256": None, "url": "https://example.org/unchecked"},
        {"bytes": 0},
        {"surprise": 1},
    ],
)
def test_a_file_that_could_be_another_is_refused(change: dict[str, object]) -> None:
    file = entry("cora").forms[0].files[0].model_dump()
    with pytest.raises(ValidationError):
        registry.File.model_validate(file | change)


@pytest.mark.parametrize(
    "change", [{"forms": ()}, {"embedded": "0" * 64}, {"task": "none"}, {"surprise": 1}]
)
def test_an_entry_is_embedded_or_has_forms(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        registry.Entry.model_validate(entry("cora").model_dump() | change)


def test_the_sources_of_what_cannot_be_had_here_are_registered() -> None:
    reddit, products = entry("reddit"), entry("ogbn-products")
    assert reddit.published["nodes"] == 232965
    assert products.published["nodes"] == 2449029
    # Without a published digest nothing is downloaded.
    assert products.forms[0].files[0].url is None
