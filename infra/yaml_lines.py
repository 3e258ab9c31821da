"""Which line of a YAML file a value stands on, so that whoever wrote it finds what is wrong."""

import re

import yaml

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def line_of(text: str, path: str) -> int:
    """Return the line, from 1, of `rounds[0].sessions[2].capacity`.

    Where something is missing that is the line of what it should stand in.
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = node.start_mark.line if node else 0
    for name, index in _STEP.findall(path):
        found = _item(node, int(index)) if index else _value(node, name)
        if found is None:
            break
        line, node = found
    return int(line) + 1


def _item(node: yaml.Node | None, index: int) -> tuple[int, yaml.Node] | None:
    if not isinstance(node, yaml.SequenceNode) or index >= len(node.value):
        return None
    return node.value[index].start_mark.line, node.value[index]


def _value(node: yaml.Node | None, name: str) -> tuple[int, yaml.Node] | None:
    """The line is that of the name: a longer text starts on the line after it."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return key.start_mark.line, value
    return None
