"""Own words for mails: what is refused, what reaches a mail, and two organisers at once."""

from collections.abc import Callable
from typing import Any

import pytest

from shared import auth, mail_texts
from shared.access import MailTextItem
from shared.events import decode
from tests.service.conftest import stored

from .conftest import Bench


def test_every_mail_has_its_standard_words(bench: Bench) -> None:
    for kind in bench.desk.kinds.values():
        assert mail_texts.check(kind, kind.standard) == {}
        for language in mail_texts.LANGUAGES:
            mail = bench.sample(language, kind.id)
            standard = mail_texts.standard_words(bench.desk.service, kind, language)
            assert mail.to == "o@example.org"
            assert mail.language == language
            assert "{" not in mail.subject + mail.text
            assert standard.opening.partition("{")[0].split("\n")[0] in mail.text
            if language == "en":
                assert standard.subject != kind.standard.subject, "translated"
                assert standard.opening != kind.standard.opening


def test_only_an_owner_of_the_service_may(bench: Bench) -> None:
    for role in ("reader", "helper", "organiser"):
        browser = bench.browser(role)
        assert browser.get(bench.desk.path).status == 403
        assert bench.save(browser).status == 403
        assert browser.post(f"{bench.address()}/testmail").status == 403
    owner = bench.browser("owner")
    assert owner.get(bench.desk.path).status == owner.get(bench.address()).status == 200
    for wrong in ("/geen/nl", f"/{bench.kind}/fr"):
        assert owner.get(bench.desk.path + wrong).status == 404


def test_own_words_reach_the_mail_in_their_language(bench: Bench) -> None:
    owner = bench.browser("owner")
    name = bench.placeholder()
    opening = f"Dag <b>{{{name}}}</b>\r\nregel twee\r\n\r\n\r\n\r\nalinea twee"
    assert bench.save(owner, subject=f"Voor {{{name}}}\r\nBcc: x@example.org", opening=opening)
    dutch, english = bench.sample("nl"), bench.sample("en")
    assert dutch.subject.startswith("Voor ")
    assert "{" not in dutch.subject
    assert "\n" not in dutch.subject
    assert "regel twee\n\nalinea twee" in dutch.text
    assert "&lt;b&gt;" in dutch.html
    assert "regel twee</p>\n<p>alinea twee</p>" in dutch.html
    assert "Voor " not in english.subject
    assert "alinea twee" not in english.text
    assert "eigen tekst" in owner.get(bench.desk.path).text
    [note] = stored("plekken-test-access", "AUDIT#")
    assert note["item"] == f"{bench.desk.service}/{bench.kind}.nl"
    assert "alinea" not in str(note)


def test_a_wrong_placeholder_is_named(bench: Bench) -> None:
    owner = bench.browser("owner")
    for field, typed, says in (
        ("opening", "Dag {naamm}", "{naamm} kennen we niet"),
        ("opening", "Dag {}", "{} kennen we niet"),
        ("opening", "Dag {naam.__class__}", "{naam.__class__} kennen we niet"),
        ("subject", "Dag {lid", "losse accolade"),
        ("subject", " \r\n ", "Vul een onderwerp in."),
        ("opening", "", "Vul een tekst in."),
        ("subject", "x" * 151, "hoogstens 150 tekens"),
        ("opening", "x" * 2001, "hoogstens 2000 tekens"),
    ):
        answer = bench.save(owner, **{field: typed})
        assert answer.status == 422, typed
        assert says in answer.text
        if typed.startswith("Dag"):
            assert typed in answer.text, "what was typed stays"
            for name in bench.desk.kinds[bench.kind].placeholders:
                assert f"{{{name}}}" in answer.text
        preview = owner.post(f"{bench.address()}/voorbeeld", {"subject": "a", field: typed})
        assert preview.status == 422
    assert stored("plekken-test-access", "MAILTEXTS#") == []


def test_the_second_organiser_sees_the_others_words(bench: Bench) -> None:
    owner = bench.browser("owner")
    assert bench.save(owner, opening="Van de eerste.").status == 303
    answer = bench.save(owner, opening="Van de tweede.")
    assert answer.status == 409
    assert "Iemand anders heeft deze tekst net veranderd" in answer.text
    assert "Van de eerste." in answer.text
    assert "Van de tweede." in answer.text
    assert 'name="version" value="1"' in answer.text
    assert "Van de eerste." in bench.sample().text
    assert bench.save(owner, version=1, opening="Van de tweede.").status == 303
    assert "Van de tweede." in bench.sample().text
    assert bench.save(owner, version=1).status == 409


def test_back_to_the_standard_words(bench: Bench) -> None:
    owner = bench.browser("owner")
    before = bench.sample()
    assert bench.save(owner).status == 303
    assert bench.sample() != before
    answer = owner.post(f"{bench.address()}/standaard", {"version": "0"})
    assert answer.status == 409, "not over words that were not seen"
    assert owner.post(f"{bench.address()}/standaard", {"version": "1"}).status == 303
    assert bench.sample().subject == before.subject
    assert "eigen tekst" not in owner.get(bench.desk.path).text
    assert bench.save(owner, version=0).status == 409, "the version did not start over"


def test_the_preview_shows_what_is_typed(bench: Bench) -> None:
    owner = bench.browser("owner")
    words = {"subject": "Nog niet bewaard", "opening": "Alleen een voorbeeld."}
    shown = owner.post(f"{bench.address()}/voorbeeld", {**words, "show": "html"})
    assert "Alleen een voorbeeld." in shown.text
    policy = shown.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src" not in policy
    text = owner.post(f"{bench.address()}/voorbeeld", {**words, "show": "text"})
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert text.text.startswith("Nog niet bewaard\n")
    assert "Alleen een voorbeeld." not in owner.get(f"{bench.address()}/voorbeeld").text
    assert "Alleen een voorbeeld." not in bench.sample().text


def test_broken_words_give_way_to_the_standard_ones(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    standard = bench.sample()
    MailTextItem(
        f"MAILTEXTS#{bench.desk.service}",
        f"{bench.kind}.nl",
        subject="{verdwenen} en meer",
        version=1,
    ).save()
    assert bench.sample().subject == standard.subject
    said = capsys.readouterr().out
    assert "mail_text.broken" in said
    assert "verdwenen" not in said


def test_a_test_mail_goes_once_to_who_asks(
    bench: Bench, work: Callable[[str], Any], sent: list[tuple[str, bytes]]
) -> None:
    owner = bench.browser("owner")
    assert bench.save(owner, subject="Proef op de som").status == 303
    answer = owner.follow(owner.post(f"{bench.address()}/testmail"))
    assert "De testmail gaat naar owner@example.org." in answer.text
    [item] = stored(f"plekken-test-{bench.desk.service}", "OUTBOX#")
    event = decode(item["event"])
    assert event.type == f"nl.plekken.{bench.desk.service}.test_mail_asked.v1"
    assert "owner@example.org" not in item["event"]
    for _ in range(2):
        assert work(item["event"]) == []
    [(to, mail)] = sent
    assert to == "owner@example.org"
    assert b"Subject: Proef op de som" in mail
    assert b"Reply-To: organisatie@example.org" in mail
    kept = MailTextItem(f"MAILTEXTS#{bench.desk.service}", f"{bench.kind}.nl")
    kept.subject, kept.version = "Van elders", 2
    kept.save()  # by another process
    assert work(item["event"].replace(event.id, "01J00000000000000000000001")) == []
    assert b"Subject: Van elders" in sent.pop()[1]
    auth.save_organiser(auth.Organiser("owner-1", "owner@example.org", "O", {}))
    work(item["event"].replace(event.id, "01J00000000000000000000000"))
    assert len(sent) == 1, "nothing for who may not any more"
