"""Strings and numbers of evidence are shown as text, whatever they hold."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from qdml.report import text


@given(st.text())
def test_nothing_unseen_is_left(string: str) -> None:
    cleaned = text.clean(string)
    assert not {unicodedata.category(one) for one in cleaned if one not in "\n\t"} & {
        *("Cc", "Cf", "Cs", "Zl", "Zp")
    }
    assert text.clean(cleaned) == cleaned
    assert len(cleaned) == len(string)


def test_what_can_be_seen_stays() -> None:
    seen = "ψ|φ⟩ é 中 x\u0302 “quoted” − 1\n\t2"
    assert text.clean(seen) == seen


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200f", "\ufeff", "\0", "\x1b", "\x85"])
def test_marks_that_reorder_or_control_are_replaced(mark: str) -> None:
    assert text.clean(f"a{mark}b") == "a\ufffdb"


def test_a_line_separator_becomes_a_line_feed() -> None:
    assert text.clean("a\u2028b\u2029c") == "a\nb\nc"


def test_cutting_leaves_an_ellipsis() -> None:
    assert text.cut("a" * 1000000, 10) == "a" * 9 + "…"
    assert text.cut("a" * 10, 10) == "a" * 10
    assert text.tail("a" * 20 + "end", 4) == "…end"
    assert text.tail("end", 4) == "end"


@pytest.mark.parametrize(
    ("scalar", "shown"),
    [
        (None, "none"),
        (True, "yes"),
        (False, "no"),
        (20231011, "20231011"),
        (-1.5, "−1.5"),
        (0.1 + 0.2, "0.3"),
        (1e-07, "1×10<sup>−7</sup>"),
        (2.5e300, "2.5×10<sup>300</sup>"),
        ("1/3", "1/3"),
        pytest.param(10**5000, "an integer of more than 240 digits", id="huge"),
        pytest.param("x" * 300, "x" * 239 + "…", id="long"),
    ],
)
def test_one_value(scalar: object, shown: str) -> None:
    assert str(text.value(scalar)) == shown


def test_markup_is_trusted_and_strings_are_not() -> None:
    markup = Markup("<b>\u200f</b>")
    assert text.shown(markup) is markup
    assert text.shown("<b>\u200f</b>") == "<b>\ufffd</b>"
    assert not isinstance(text.shown("<b>"), Markup)
    assert text.shown(3) == 3
