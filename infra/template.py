"""Read templates with CloudFormation's short forms, and write them as CloudFormation takes them."""

import json
from pathlib import Path
from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    """SafeLoader that turns `!Ref x` and `!GetAtt a.b` into their long forms."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_object(yaml.ScalarNode("tag:yaml.org,2002:str", node.value))
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def load(path: Path) -> dict[str, Any]:
    """Return the template in the file, aliases and short forms resolved."""
    template: dict[str, Any] = yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506
    return template


def dump(template: dict[str, Any]) -> bytes:
    """Return the template as JSON, the same bytes for the same template."""
    return json.dumps(template, indent=1, sort_keys=True, default=str).encode()
