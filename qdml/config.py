"""The one typed configuration: seed, scale and the grid of every section.

Defaults live here and nowhere else. `workflow/config/*.yaml` and `schema.json` are generated from
this file (`python -m qdml.config`) and a test fails when they drift.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qdml.errors import ConfigError, nearest
from qdml.io import write_atomic

Scale = Literal["quick", "default", "full"]
SCALES: tuple[Scale, ...] = get_args(Scale)

Accuracy = Annotated[float, Field(gt=0, lt=2)]
Probability = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1, le=10**9)]
SmallQubits = Annotated[int, Field(ge=1, le=12)]
Layers = Annotated[int, Field(ge=1, le=64)]


class Section(BaseModel):
    """Base of every grid: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LearningGrid(Section):
    """Points at which the claims on inference and learning are checked."""

    qubits: tuple[SmallQubits, ...] = Field(
        (1, 2, 3), description="qubits n; the dimension is N = 2^n"
    )
    layers: tuple[Layers, ...] = Field((1, 2, 3), description="layers L, two blocks each")
    accuracy: tuple[Accuracy, ...] = Field((0.5, 0.1), description="accuracy eps of the loss")
    failure_probability: tuple[Probability, ...] = Field(
        (0.2, 0.01), description="failure probability delta"
    )
    instances: Annotated[int, Field(ge=1, le=1000)] = Field(
        2, description="random exact instances at every point"
    )
    loss_steps: Annotated[int, Field(ge=1, le=1000)] = Field(
        8, description="losses -1 ... 1 at which binomial tails are summed"
    )
    runs: Annotated[int, Field(ge=1, le=10**6)] = Field(
        200, description="independent metered runs for each measured frequency"
    )


class ClassifierGrid(Section):
    """What is classified over the metered network, and with how many copies."""

    datasets: tuple[str, ...] = Field(
        ("digits-3-8", "digits-parity"), description="classification tasks, by registered name"
    )
    copies: tuple[Count, ...] = Field(
        (1, 4, 16, 64, 256, 1024), description="copies of the encoded input sent for one decision"
    )
    training_steps: Count = Field(400, description="steps of the convex training")


class Grids(Section):
    """One grid for each section of claims and for the classifier."""

    learning: LearningGrid = LearningGrid()
    classifier: ClassifierGrid = ClassifierGrid()


_GRIDS: dict[Scale, Grids] = {
    "quick": Grids(),
    "default": Grids(
        learning=LearningGrid(
            qubits=(1, 2, 3, 4, 6),
            layers=(1, 2, 3, 4),
            accuracy=(0.5, 0.2, 0.05),
            failure_probability=(0.2, 0.05, 0.001),
            instances=4,
            loss_steps=32,
            runs=1000,
        ),
        classifier=ClassifierGrid(
            datasets=("digits-3-8", "digits-parity", "mutag", "cora"),
            copies=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096),
            training_steps=2000,
        ),
    ),
    "full": Grids(
        learning=LearningGrid(
            qubits=(1, 2, 3, 4, 5, 6, 8),
            layers=(1, 2, 3, 4, 6, 8),
            accuracy=(0.5, 0.2, 0.05, 0.02),
            failure_probability=(0.2, 0.05, 0.001, 1e-6),
            instances=8,
            loss_steps=64,
            runs=10000,
        ),
        classifier=ClassifierGrid(
            datasets=("digits-3-8", "digits-parity", "mutag", "cora"),
            copies=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 16384, 65536),
            training_steps=10000,
        ),
    ),
}


class Config(Section):
    """A whole run: what to check, how finely, and from which seed."""

    scale: Scale = Field("default", description="name of the grids; nothing else depends on it")
    seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(
        20231011, description="root of every random number"
    )
    grids: Grids = Field(default_factory=Grids, description="the grid of every section")


def for_scale(scale: Scale) -> Config:
    """The configuration of one scale, with all its defaults."""
    return Config(scale=scale, grids=_GRIDS[scale])


def parse(raw: dict[str, Any]) -> Config:
    """Check a plain mapping against the types; keys that are absent take the scale's defaults.

    Raises `ConfigError`, one line, for an unknown key (with the nearest known one), a wrong type
    or a value out of range.
    """
    scale = raw.get("scale", "default")
    if scale not in SCALES:
        raise ConfigError(
            f"config scale: {scale!r}: allowed are {', '.join(SCALES)}{nearest(str(scale), SCALES)}"
        )
    try:
        return Config.model_validate(_merge(for_scale(scale).model_dump(), raw))
    except ValidationError as error:
        raise ConfigError(_explain(error)) from None


def load(path: Path | str) -> Config:
    """Read a YAML configuration file. Raises `ConfigError` for anything that is not one."""
    import yaml

    try:
        raw = yaml.safe_load(Path(path).read_text())
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such configuration file") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{path}: not a readable YAML file: {reason}") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: expected a mapping of keys, found {type(raw).__name__}")
    return parse(raw)


def schema() -> str:
    """The JSON schema of the configuration."""
    return json.dumps(Config.model_json_schema(), indent=1) + "\n"


def commented(scale: Scale) -> str:
    """The commented YAML file of one scale."""
    lines = [
        f"# The {scale} configuration, generated by `python -m qdml.config`: do not edit it.",
        "# Copy it, change the copy and run: snakemake --cores all --configfile COPY",
    ]
    lines += _comment(for_scale(scale), 0)
    return "\n".join(lines) + "\n"


def _comment(section: BaseModel, depth: int) -> list[str]:
    lines: list[str] = []
    pad = "  " * depth
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            says = (type(value).__doc__ or "").strip().splitlines()[0]
            lines += [f"{pad}# {says}", f"{pad}{name}:", *_comment(value, depth + 1)]
        else:
            lines += [f"{pad}# {field.description}", f"{pad}{name}: {_yaml(value)}"]
    return lines


def _yaml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    # YAML reads 1e-06 as text: a decimal point makes it a number.
    return repr(value).replace("1e-", "1.0e-") if isinstance(value, float) else str(value)


def _merge(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in change.items():
        nested = isinstance(base.get(key), dict) and isinstance(value, dict)
        merged[key] = _merge(base[key], value) if nested else value
    return merged


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    where = ".".join(path)
    if first["type"] == "extra_forbidden":
        model: Any = Config
        for part in path[:-1]:
            model = model.model_fields[part].annotation
        known = list(model.model_fields)
        return (
            f"config {where}: unknown key{nearest(path[-1], known)}; allowed are {', '.join(known)}"
        )
    message = first["msg"][0].lower() + first["msg"][1:]
    return f"config {where}: {first['input']!r}: {message}"


def main() -> None:
    """Write the generated files."""
    folder = Path(__file__).parents[1] / "workflow" / "config"
    for scale in SCALES:
        write_atomic(folder / f"{scale}.yaml", commented(scale))
    write_atomic(folder / "schema.json", schema())


if __name__ == "__main__":
    main()
