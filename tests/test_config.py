"""The configuration: typed, with one source, and errors that help."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from qdml.config import SCALES, Config, commented, for_scale, load, parse, schema
from qdml.errors import ConfigError

FOLDER = Path(__file__).parents[1] / "workflow" / "config"


@pytest.mark.parametrize("scale", SCALES)
def test_the_files_have_not_drifted(scale) -> None:
    fix = "run `python -m qdml.config`"
    assert (FOLDER / f"{scale}.yaml").read_text() == commented(scale), fix
    assert load(FOLDER / f"{scale}.yaml") == for_scale(scale)
    assert (FOLDER / "schema.json").read_text() == schema(), fix


def test_scales_differ_only_in_grids() -> None:
    for scale in SCALES:
        assert for_scale(scale).model_copy(update={"grids": None, "scale": ""}) == for_scale(
            "quick"
        ).model_copy(update={"grids": None, "scale": ""})


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"sede": 1}, r"config sede: unknown key \(nearest: 'seed'\)"),
        ({"grids": {"learnin": {}}}, r"config grids.learnin: unknown key \(nearest: 'learning'\)"),
        ({"grids": {"learning": {"qubit": [1]}}}, r"grids.learning.qubit.*nearest: 'qubits'"),
        ({"grids": {"learning": {"accuracy": [2]}}}, r"accuracy.0: 2: input should be less than 2"),
        ({"grids": {"learning": {"accuracy": [0]}}}, "greater than 0"),
        ({"grids": {"learning": {"failure_probability": [1]}}}, "less than 1"),
        ({"grids": {"learning": {"qubits": ["three"]}}}, "qubits.0: 'three'"),
        ({"grids": 3}, "config grids: 3"),
        ({"grids": {"\n": None}}, r"config grids\.'.n': unknown key"),
        ({"seed": -1}, "greater than or equal to 0"),
        ({"scale": "quik"}, r"allowed are quick, default, full \(nearest: 'quick'\)"),
    ],
)
def test_bad_values_get_one_line(raw, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        parse(raw)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [("[1, 2]", "expected a mapping"), ("a: [", "not a readable YAML"), ("\x00", "not a readable")],
)
def test_bad_files(tmp_path, text: str, message: str) -> None:
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        load(tmp_path / "c.yaml")
    with pytest.raises(ConfigError, match="no such configuration file"):
        load(tmp_path / "missing.yaml")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["seed", "scale", "grids", "x"]), JSON))
def test_any_mapping_is_a_config_or_a_clear_error(raw) -> None:
    try:
        config = parse(raw)
    except ConfigError as error:
        config, said = None, str(error)
    assert isinstance(config, Config) or "\n" not in said


def test_the_schema_names_every_key() -> None:
    assert set(json.loads(schema())["properties"]) == set(yaml.safe_load(commented("quick")))
