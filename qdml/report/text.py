"""Turns strings and numbers of evidence, hostile ones too, into text that is safe to show."""

from __future__ import annotations

import unicodedata

from markupsafe import Markup, escape

#: Longest string shown of each kind, in characters; what is cut is in the evidence file.
LONGEST_PROSE = 6000
LONGEST_CELL = 240
LONGEST_TRACEBACK = 12000

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def clean(text: str) -> str:
    """Replace characters that are not seen or that change the order of the others.

    Control and format characters (bidirectional marks among them) and lone surrogates become
    U+FFFD; line and paragraph separators become line feeds.
    """
    return "".join(map(_clean, text)) if not text.isascii() or not text.isprintable() else text


def cut(text: str, longest: int) -> str:
    """Shorten `text` to `longest` characters, the last of them an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def tail(text: str, longest: int = LONGEST_TRACEBACK) -> str:
    """Shorten a traceback from its beginning: the error stands at the end."""
    return text if len(text) <= longest else "…" + text[1 - longest :]


def value(scalar: object) -> str | Markup:
    """One value of a table or a point, ready to be shown."""
    if scalar is None:
        return "none"
    if isinstance(scalar, bool):
        return "yes" if scalar else "no"
    if isinstance(scalar, float):
        return number(scalar)
    # Digits of very long integers are refused by str(): a power of ten says enough.
    if isinstance(scalar, int) and abs(scalar) >= 10**LONGEST_CELL:
        return "an integer of more than 240 digits"
    return cut(str(scalar), LONGEST_CELL)


def number(quantity: float, digits: int = 6) -> Markup:
    """A number with `digits` significant digits, a true minus sign and a power of ten."""
    mantissa, _, exponent = f"{quantity:.{digits}g}".replace("-", "−").partition("e")
    if not exponent:
        return escape(mantissa)
    power = exponent.lstrip("+").replace("−0", "−").lstrip("0")
    return Markup("{}×10<sup>{}</sup>").format(mantissa, power)


def percent(share: object) -> str | Markup:
    """A percentage with one decimal."""
    return f"{share:.1f}" if isinstance(share, int | float) else value(share)


def shown(output: object) -> object:
    """What a template prints: every string that is not markup yet is cleaned before escaping."""
    if isinstance(output, Markup):
        return output
    return clean(output) if isinstance(output, str) else output


def _clean(character: str) -> str:
    if character in "\n\t":
        return character
    category = unicodedata.category(character)
    if category in ("Zl", "Zp"):
        return "\n"
    return _REPLACEMENT if category in ("Cc", "Cf", "Cs") else character
