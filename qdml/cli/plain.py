"""Formulas in a terminal: LaTeX as the claims use it, in letters and signs."""

from __future__ import annotations

import re
import unicodedata

_SIGNS = {
    "le": "≤", "ge": "≥", "ne": "≠", "in": "∈", "pm": "±", "cdot": "·", "times": "×", "to": "→",
    "langle": "⟨", "rangle": "⟩", "lceil": "⌈", "rceil": "⌉", "lfloor": "⌊", "rfloor": "⌋",
    "sum": "Σ", "prod": "Π", "sqrt": "√", "partial": "∂", "infty": "∞", "otimes": "⊗",
    "oplus": "⊕", "dagger": "†", "ell": "ℓ", "dots": "...", "cdots": "...", "ldots": "...",
    "approx": "≈", "equiv": "≡", "sim": "~", "subset": "⊂", "cup": "∪", "cap": "∩", "mid": "|",
    "quad": "  ", "qquad": "   ", "varepsilon": "ε", "varphi": "φ", "colon": ":", "neq": "≠",
    "leq": "≤", "geq": "≥", "ll": "≪", "gg": "≫", "mp": "∓", "lVert": "‖", "rVert": "‖",
}  # fmt: skip
#: Commands that only say how something looks.
_LOOKS = {
    "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "mathrm", "mathbb", "mathcal",
    "mathbf", "text", "operatorname", "hat", "tilde", "bar", "displaystyle", "textstyle",
}  # fmt: skip
_TWO = r"\s*(?:\{([^{}]*)\}|(\w))\s*(?:\{([^{}]*)\}|(\w))"
_FRACTION = re.compile(r"\\[dt]?frac" + _TWO)
_CHOICE = re.compile(r"\\[dt]?binom" + _TWO)
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
_SCRIPT = re.compile(r"([_^])\{([^{}]*)\}")
_COMMAND = re.compile(r"\\([A-Za-z]+)\s?|\\(.)")


def plain(prose: str) -> str:
    """Prose with its formulas, between signs of dollar, in plain text."""
    parts = prose.split("$")
    return "".join(formula(part) if place % 2 else part for place, part in enumerate(parts))


def formula(latex: str) -> str:
    """One formula in plain text; what has no sign of its own keeps its name."""
    before = None
    while before != latex:  # from the inside out
        before = latex
        latex = _SCRIPT.sub(_script, latex)
        latex = _FRACTION.sub(_fraction, latex)
        latex = _CHOICE.sub(lambda found: "C({}, {})".format(*_two(found)), latex)
        latex = _ROOT.sub(lambda found: f"√{_part(found[1])}", latex)
    text = _COMMAND.sub(_command, latex)
    text = " ".join(text.replace("{", "").replace("}", "").replace("~", " ").split())
    return re.sub(r"(?<=[a-z]) (?=[_^(])", "", text)


def _fraction(found: re.Match[str]) -> str:
    above, below = map(_part, _two(found))
    return f"{above}/{below}"


def _two(found: re.Match[str]) -> tuple[str, str]:
    """The two arguments of a command, each in braces or one letter."""
    return found[1] or found[2] or "", found[3] or found[4] or ""


def _script(found: re.Match[str]) -> str:
    return found[1] + _part(found[2])


def _part(latex: str) -> str:
    return latex if re.fullmatch(r"\w*|\\[A-Za-z]+", latex) else f"({latex})"


def _command(found: re.Match[str]) -> str:
    name = found[1]
    if name is None:
        return {"!": "", "|": "‖"}.get(found[2], " " if found[2] in ",;: \\" else found[2])
    if name in _LOOKS:
        return ""
    if name in _SIGNS:
        return _SIGNS[name]
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        letter = "LAMDA" if name.lower() == "lambda" else name.upper()
        return unicodedata.lookup(f"GREEK {case} LETTER {letter}")
    except KeyError:
        return f"{name} "
