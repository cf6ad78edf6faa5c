"""What is taken away is what is shown: tables and figures as CSV, accuracies by protocol."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdml.claims import Figure, Image, ImageRow, Images, Series
from qdml.report import first, take

_START = "data:text/csv;charset=utf-8,"


def _read(link: str | None) -> list[list[str]]:
    assert link is not None
    assert link.startswith(_START)
    assert link.isascii()
    assert not set('"<>\n#') & set(link)
    return list(csv.reader(io.StringIO(unquote(link.removeprefix(_START)))))


@given(
    st.lists(
        st.dictionaries(
            st.text("abc ,;", min_size=1, max_size=5),
            st.one_of(
                st.integers(), st.floats(allow_nan=False), st.text("xy,\"'#<%&\n ", max_size=9)
            ),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_a_table_is_read_back_as_it_was(rows: list[dict[str, object]]) -> None:
    heads, *cells = _read(take.table(rows))
    assert heads == list(dict.fromkeys(key for row in rows for key in row))
    for row, read in zip(rows, cells, strict=True):
        for key, cell in zip(heads, read, strict=True):
            known = row.get(key)
            assert cell == ("" if known is None else str(known))
            if isinstance(known, float):
                assert float(cell) == known


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@y"])
def test_no_spreadsheet_takes_text_for_a_formula(text: str) -> None:
    assert _read(take.table([{text: text}])) == [["'" + text], ["'" + text]]


@pytest.mark.parametrize("number", ["-1/3", "+2", str(Fraction(-7, 2)), "-0.5"])
def test_exact_numbers_stay_numbers(number: str) -> None:
    assert _read(take.table([{"x": number}]))[1] == [number]


def test_what_is_too_long_for_a_link_has_none() -> None:
    assert take.table([{"x": "y" * 100}] * 1000) is None
    assert _read(take.table([{"x": 10**5000}]))[1] == ["an integer of more than 1000 digits"]


def test_a_figure_is_its_points_and_an_image_its_pixels() -> None:
    measured = Series(label="m", kind="measured", x=(1, 2), y=(3, 4), low=(2, 3), high=(4, 5))
    line = Series(label="b", kind="bound", x=(1,), y=(9,))
    figure = Figure(title="T", x_label="n", y_label="bits", series=(measured, line), caption="")
    rows = take.rows(figure)
    assert [tuple(row.values()) for row in rows] == [
        ("m", "measured", 1.0, 3.0, 2.0, 4.0),
        ("m", "measured", 2.0, 4.0, 3.0, 5.0),
        ("b", "bound", 1.0, 9.0, None, None),
    ]
    one = Image(width=2, pixels=(0, 0.5, 1, 0), note="said")
    shown = Images(
        title="T", columns=("a", "b"), rows=(ImageRow(label="r", images=(None, one)),), caption=""
    )
    assert [tuple(row.values()) for row in take.rows(shown)] == [
        ("r", "b", "said", 2, "0.0 0.5 1.0 0.0")
    ]


@given(st.text())
def test_a_file_name_is_made_of_small_letters_and_digits(title: str) -> None:
    name = take.name(title)
    assert name == "unnamed" or set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_accuracies_stand_by_set_and_by_protocol() -> None:
    own = {"set": "S", "model": "ours, tuned", "protocol": "nested", "accuracy": 80.0}
    rows = [
        own | {"low": 70.0, "high": 90.0, "source": "this run"},
        own | {"model": "GIN", "protocol": "gin", "deviation over folds": 2.0, "source": "seen"},
        own | {"set": "R", "model": "other", "protocol": "10-fold"},
        {"set": "S", "accuracy": 1.0},
    ]
    found = first.accuracies(rows)
    fair, optimistic, otherwise = found["S"].values()
    assert [(one.model, one.own, one.low, one.high) for one in fair] == [("ours", True, 70.0, 90.0)]
    assert [(one.model, one.own, one.deviation) for one in optimistic] == [("GIN", False, 2.0)]
    assert otherwise == []
    assert [len(cell) for cell in found["R"].values()] == [0, 0, 1]
