"""What is wrong with an organiser's file is said with its line."""

from pathlib import Path

import pytest

from infra.load import _refusal
from infra.yaml_lines import line_of

TEXT = """# a congress
id: dag
questions:
  - id: vervoer
    kind: one
    options:
      - {id: fiets, title: {nl: Fiets}}

      - id: ov
        title:
          nl: >
            Trein
  - id: x
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("id", 2),
        ("questions", 3),
        ("questions[0].kind", 5),
        ("questions[0].options[0].title.nl", 7),
        ("questions[0].options[1].title.nl", 11),
        ("questions[1].when", 13),  # what is missing: the line of what lacks it
        ("questions[7].kind", 3),
        ("starts", 2),
        ("", 2),
    ],
)
def test_a_path_is_found_in_the_file(path: str, line: int) -> None:
    assert line_of(TEXT, path) == line


def test_an_empty_file_has_a_first_line() -> None:
    assert line_of("", "id") == 1


def test_a_refusal_names_each_line_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "dag.yaml"
    path.write_text(TEXT)
    said = _refusal(path, "invalid_definition", {"questions[1].kind": "soort", "id": "kort"})
    assert said.splitlines() == [
        "dag.yaml is refused (invalid_definition).",
        "  line 2, id: kort",
        "  line 13, questions[1].kind: soort",
    ]
