"""LaTeX becomes SVG in the colour and on the baseline of the text; the rest is shown as code."""

from __future__ import annotations

import re
import time
from xml.etree import ElementTree

import pytest

from qdml.report.formula import Typesetter
from qdml.report.mathml import mathml


@pytest.fixture
def typesetter() -> Typesetter:
    return Typesetter()


def _length(formula: str, name: str) -> float:
    found = re.search(rf"[;\"]{name}:(-?[\d.]+)em", formula)
    assert found, formula
    return float(found.group(1))


def _shape(latex: str) -> str:
    """The MathML of a formula, tags and texts alone."""
    tree = mathml(latex, inline=True)
    return " ".join(
        f"{one.tag}:{(one.text or '').strip()}" for one in tree.iter() if one.tag != "math"
    )


def test_a_formula_is_an_image_whose_text_is_its_latex(typesetter: Typesetter) -> None:
    formula = ElementTree.fromstring(typesetter.inline("a < b"))
    assert formula.attrib["role"] == "img"
    assert formula.attrib["aria-label"] == "a < b"
    outlines = ElementTree.fromstring(typesetter.sheet())
    names = {f"#{path.attrib['id']}" for path in outlines.iter("path")}
    assert {use.attrib["href"] for use in formula.iter("use")} == names
    assert len(names) == 3
    assert not {"fill", "stroke"} & {key for one in formula.iter() for key in one.attrib}


def test_the_baseline_is_that_of_the_text(typesetter: Typesetter) -> None:
    assert _length(typesetter.inline("x"), "vertical-align") == pytest.approx(0, abs=0.02)
    assert _length(typesetter.inline("y"), "vertical-align") == pytest.approx(-0.24, abs=0.05)
    fraction = typesetter.inline(r"\frac{a}{b}")
    drop, height = _length(fraction, "vertical-align"), _length(fraction, "height")
    # A fraction hangs on the axis, a quarter of an em above the baseline.
    assert drop + height / 2 == pytest.approx(0.25, abs=0.1)
    assert "vertical-align" not in typesetter.display("x")


def test_glyphs_are_kept_once(typesetter: Typesetter) -> None:
    typesetter.inline("n")
    once = typesetter.sheet()
    assert typesetter.display("n+n").count("<use") == 3
    assert typesetter.sheet().count("<path") == once.count("<path") + 1


def test_glyphs_put_together_from_parts_are_drawn(typesetter: Typesetter) -> None:
    typesetter.display(r"\underbrace{a+b+c+d}_{x}")
    assert max(outline.count("M") for outline in typesetter.sheet().split("<path")) >= 5


@pytest.mark.parametrize(
    ("latex", "shape"),
    [
        (r"n\log n", "mi:n mspace: mo:log mspace: mi:n"),
        (r"\log_2 N", "msub: mo:log mn:2 mspace: mi:N"),
        (r"\ln(x)", "mo:ln mo:( mi:x mo:)"),
        (r"(\ln x", "mo:( mo:ln mspace: mi:x"),
        (r"x_{n}", "msub: mi:x mi:n"),
        (r"\hat{\mathcal{L}}", "mover: mi:ℒ mo:\u02c6"),
        (r"\widehat{ab}", "mover: mrow: mi:a mi:b mo:\u0302"),
    ],
)
def test_names_have_thin_spaces_and_needless_rows_are_gone(latex: str, shape: str) -> None:
    assert _shape(latex) == shape


def test_a_sign_has_no_spaces_and_a_minus_has(typesetter: Typesetter) -> None:
    signs = [
        one.attrib.get("form")
        for one in mathml("(-1)-x=-y", inline=True).iter("mo")
        if one.text == "\u2212"
    ]
    assert signs == ["prefix", None, "prefix"]


def test_a_comma_has_a_thin_space_unless_it_is_braced(typesetter: Typesetter) -> None:
    assert mathml("f(x,y)", inline=True).find(".//mo[@rspace='0.167em']") is not None
    assert mathml("1{,}000", inline=True).find(".//mo[@rspace]") is None


@pytest.mark.parametrize(
    "latex",
    [
        "",
        r"\frac{1",
        r"\left(x",
        "x_1_2",
        "&lt;",
        "x+" * 600,
        r"\sqrt{" * 40 + "x" + "}" * 40,
        r"\left(" * 40 + "x" + r"\right)" * 40,
        "<script>alert(1)</script>" * 50,
    ],
    ids=range(9),
)
def test_what_cannot_be_typeset_is_code(typesetter: Typesetter, latex: str) -> None:
    start = time.perf_counter()
    shown = typesetter.display(latex)
    assert shown.startswith("<code class='tex'>")
    assert "<script" not in shown
    assert time.perf_counter() - start < 20, "a hostile formula takes for ever"


def test_code_is_escaped_cleaned_and_cut(typesetter: Typesetter) -> None:
    shown = typesetter.inline(r"\frac{<b>" + "\u202e" + "x" * 2000)
    assert shown.startswith(r"<code class='tex'>\frac{&lt;b&gt;" + "\ufffd" + "xxx")
    assert len(shown) < 1100


def test_prose_keeps_a_formula_and_its_punctuation_together(typesetter: Typesetter) -> None:
    prose = typesetter.prose("For ($n$), $k$-th and $x$ < 5 \u202e.")
    assert len(re.findall(r'<span class="with">\(<svg', prose)) == 1
    assert "</svg>),</span>" in prose
    assert "</svg>-th</span>" in prose
    assert "</svg> &lt; 5 \ufffd." in prose


def test_a_dollar_alone_is_a_dollar(typesetter: Typesetter) -> None:
    assert typesetter.prose("It costs 5$ & more.") == "It costs 5$ &amp; more."


def test_paragraphs_are_parted_by_blank_lines(typesetter: Typesetter) -> None:
    assert typesetter.paragraphs("a\nb\n\n\nc ") == "<p>a\nb</p>\n<p>c</p>"
