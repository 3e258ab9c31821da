"""The form parts and tables keep what was typed, escape it, and tie each error to its field."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parents[3] / "shared/templates"


def render(text: str, **context: object) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    given = {"csrf_token": "", "values": {}, "errors": {}, "path": "/", "language": "nl", **context}
    return environment.from_string(text).render(given)


FORM = '{% from "_form.html" import field, textarea, select, radios, checkboxes, checkbox,'
FORM += " form, error_summary, post_button, honeypot with context %}"


def test_a_field_keeps_what_was_typed_and_escapes_it() -> None:
    html = render(FORM + '{{ field("naam", "Naam") }}', values={"naam": '"><script>'})
    assert 'value="&#34;&gt;&lt;script&gt;"' in html
    assert "<script>" not in html


def test_a_password_is_never_sent_back() -> None:
    html = render(FORM + '{{ field("w", "W", type="password") }}', values={"w": "geheim"})
    assert "geheim" not in html


def test_an_error_and_a_hint_belong_to_their_field() -> None:
    html = render(FORM + '{{ field("naam", "Naam", hint="Voluit.") }}', errors={"naam": "Leeg."})
    assert 'aria-describedby="h-naam e-naam" aria-invalid="true"' in html
    assert 'id="h-naam"' in html
    assert 'id="e-naam"' in html


@pytest.mark.parametrize(
    "part", ['textarea("x", "X")', 'select("x", "X", [("a", "A")])', 'checkbox("x", "X")']
)
def test_every_kind_of_field_shows_its_error(part: str) -> None:
    html = render(FORM + "{{ " + part + " }}", errors={"x": "Kan niet."})
    assert "Kan niet." in html
    assert 'aria-describedby="e-x" aria-invalid="true"' in html
    assert 'id="f-x"' in html


def test_choices_keep_what_was_chosen() -> None:
    options = '[("a", "A"), ("b", "B"), ("c", "C")]'
    radios = render(FORM + "{{ radios('x', 'X', " + options + ") }}", values={"x": "b"})
    assert radios.count("checked") == 1
    boxes = FORM + "{{ checkboxes('x', 'X', " + options + ") }}"
    assert render(boxes, values={"x": ["a", "c"]}).count("checked") == 2
    assert render(boxes, values={"x": "ab"}).count("checked") == 0


def test_an_empty_choice_is_chosen_only_when_nothing_else_is() -> None:
    part = FORM + '{{ radios("x", "X", [("a", "A"), ("", "Geen")], required=false) }}'
    assert 'value="" checked' in " ".join(render(part).split())
    assert 'value="a" checked' in " ".join(render(part, values={"x": "a"}).split())


def test_the_summary_links_to_each_field() -> None:
    summary = FORM + "{{ error_summary() }}"
    html = render(summary, errors={"naam": "Vul je naam in.", "": "Dat lukte niet."})
    assert '<a href="#f-naam">Vul je naam in.</a>' in html
    assert "<li>Dat lukte niet.</li>" in html
    assert render(summary).strip() == ""


def test_forms_carry_the_token_of_a_session() -> None:
    parts = FORM + '{{ post_button("/x", "Doe", {"id": "1"}) }}{% call form("/y") %}{% endcall %}'
    assert render(parts, csrf_token="abc").count('name="csrf_token" value="abc"') == 2
    assert "csrf_token" not in render(parts)


def test_a_table_escapes_its_cells_and_says_when_it_is_empty() -> None:
    table = '{% from "_table.html" import table with context %}'
    table += '{{ table("Leden", ["Naam", "Plaats"], rows, "Nog geen leden.") }}'
    html = render(table, rows=[["<b>De Evenaar</b>", "Amsterdam"]])
    assert "&lt;b&gt;De Evenaar" in html
    assert 'data-label="Plaats"' in html
    assert "Nog geen leden." in render(table, rows=[])


@pytest.mark.parametrize(
    ("left", "words"),
    [(None, "vrij toegankelijk"), (0, "vol – wachtlijst"), (1, "nog 1 plek<"), (12, "12 plekken")],
)
def test_a_badge_tells_how_many_seats_are_left(left: int | None, words: str) -> None:
    card = '{% from "_card.html" import capacity with context %}{{ capacity(left) }}'
    assert words in render(card, left=left)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 500, 503])
def test_every_error_says_what_to_do_next(status: int) -> None:
    html = render(
        '{% include "error.html" %}',
        status=status,
        network={
            "name": "Plekken",
            "tagline": "",
            "contact": "hallo@example.org",
            "colours": "",
            "logo": "",
        },
        organiser=None,
        other_language_url="/?lang=en",
        asset="/static/{}".format,
    )
    assert "Wat kun je doen?" in html
    assert f"Foutcode {status}" in html
