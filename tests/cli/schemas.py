"""Holds what commands print with --json to the schemas that are shipped, strictly."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

import qdml.cli

SCHEMAS = json.loads((Path(qdml.cli.__file__).parent / "schemas.json").read_text())


def check(printed: str) -> None:
    """Fail unless `printed` is one object that has the schema it names, and no key beyond it."""
    answer = json.loads(printed)
    prefix, command, version = answer["schema"].split("/")
    assert (prefix, version) == ("qdml", "1")
    _strict(command).validate(answer)


@cache
def _strict(command: str) -> Draft202012Validator:
    assert {"$ref": f"#/$defs/{command}"} in SCHEMAS["oneOf"]
    definitions = {name: _closed(one) for name, one in SCHEMAS["$defs"].items()}
    return Draft202012Validator({"$ref": f"#/$defs/{command}", "$defs": definitions})


def _closed(schema: Any) -> Any:
    """The same, with keys that it does not describe forbidden."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(one) for name, one in schema.items()}
    # What several commands share may stand among other keys.
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed
