"""The first screen looks as it did: light, dark and on paper, against committed pictures.

Glyphs are drawn a little otherwise by other versions of Chromium and FreeType, so a picture may
differ in a few pixels, but no part of a screen may: a block of 40 x 40 pixels that changed by more
than a twentieth of the scale on average is a part that moved or took another colour. Pictures are
made again with QDML_PICTURES=make.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qdml.report import build
from tests.report import records

pytestmark = pytest.mark.needs("chromium")

FOLDER = Path(__file__).parent / "pictures"
WIDTH, HEIGHT, BLOCK = 1200, 800, 40


def changed(found: np.ndarray, wanted: np.ndarray) -> float:
    """The largest mean change of a block, of 255."""
    apart = np.abs(found.astype(float) - wanted).mean(axis=2)
    blocks = apart.reshape(HEIGHT // BLOCK, BLOCK, WIDTH // BLOCK, BLOCK).mean(axis=(1, 3))
    return float(blocks.max())


@pytest.mark.parametrize("name", ["light", "dark", "print"])
def test_the_first_screen_looks_as_it_did(tmp_path: Path, browser, name: str) -> None:
    claims = (records.inference_by_sampling(), *records.every_outcome())
    path = build(records.write_run(tmp_path, claims))
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    if name == "print":
        page.emulate_media(media="print", color_scheme="light")
    else:
        page.emulate_media(color_scheme=name)
    page.goto(path.as_uri())
    said = page.locator("main").inner_text()
    for words in ("4 of 11", "inference-by-sampling", "is-refuted"):
        assert words in said
    taken = page.screenshot()
    page.close()
    kept = FOLDER / f"{name}.png"
    if os.environ.get("QDML_PICTURES") == "make":
        Image.open(io.BytesIO(taken)).convert("P", palette=Image.Palette.ADAPTIVE).save(
            kept, optimize=True
        )
    found, wanted = (
        np.asarray(Image.open(source).convert("RGB")) for source in (io.BytesIO(taken), kept)
    )
    assert changed(found, wanted) < 255 / 20
    # The measure sees a heading that is gone, and a screen in the wrong colours.
    blank = found.copy()
    blank[:120] = blank[400, 5]
    assert changed(blank, wanted) > 255 / 20
    assert changed(255 - found, wanted) > 255 / 20
