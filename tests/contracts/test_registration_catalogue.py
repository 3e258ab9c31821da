"""Every text of the registration service has an English translation with the same placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.contracts.registration_catalogue import CATALOGUE, Message, messages

PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def _all(texts: Message) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)


def test_every_text_is_translated(catalogue: Catalog) -> None:
    missing = [
        f"{file}: {text}"
        for text, file in messages().items()
        if not (found := catalogue.get(_all(text)[0])) or not all(_all(found.string))
    ]
    assert not missing


def test_nothing_is_translated_that_nobody_says(catalogue: Catalog) -> None:
    said = {_all(text)[0] for text in messages()}
    assert [entry.id for entry in catalogue if entry.id and _all(entry.id)[0] not in said] == []


def test_placeholders_are_the_same_in_both_languages(catalogue: Catalog) -> None:
    for entry in catalogue:
        if entry.id:
            placeholders = [
                {*PLACEHOLDER.findall(text)} for text in (*_all(entry.id), *_all(entry.string))
            ]
            assert all(names == placeholders[0] for names in placeholders), entry.id


def test_the_catalogue_is_where_the_build_looks_for_it() -> None:
    assert CATALOGUE.relative_to(CATALOGUE.parents[3]) == Path("locale/en/LC_MESSAGES/messages.po")
