"""The organiser's pages: deciding, changing, and not overwriting each other."""

from typing import Any

import pytest

from chalicelib.directory import usecases
from chalicelib.directory.domain import State
from chalicelib.directory.repository import Repository
from shared import auth
from shared.clock import FixedClock
from shared.events.directory import MemberChanged, MemberDeclined, MemberPublished, MemberWithdrawn
from tests.service.browser import Browser, sign_in

from .conftest import drafted, items, published, told

WORDS = {
    "name": "De Voedseltuin",
    "kind": "organisation",
    "place": "Rotterdam",
    "email": "tuin@example.org",
}


def state_of(repository: Repository, clock: FixedClock, member_id: str = "m1") -> str:
    member = repository.get(member_id, clock.now())
    assert member is not None
    return member.state.value


def test_drafts_come_first_and_look_alikes_are_pointed_out(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock, "m1", name="De Voedseltuin")
    drafted(repository, clock, "m2", name="de voedseltuin", email="ander@example.org")
    page = desk_browser.get("/leden/beheer").text
    assert page.index("/leden/beheer/m2") < page.index("/leden/beheer/m1")
    assert "lijkt op een lid" in page
    assert "Staat dit lid al in de gids?" in desk_browser.get("/leden/beheer/m2").text


def test_approving_publishes_and_tells(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    drafted(repository, clock)
    answer = desk_browser.post("/leden/beheer/m1/goedkeuren", {"version": "1"})
    assert (answer.status, answer.location) == (303, "/leden/beheer")
    assert "De Voedseltuin staat nu in de ledengids." in desk_browser.get("/leden/beheer").text
    assert desk_browser.get("/leden/de-voedseltuin").status == 200
    assert len(told(MemberPublished)) == 1
    assert [item["action"] for item in items("AUDIT#", "ACCESS_TABLE")] == ["member.approved"]


def test_approving_twice_publishes_once(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    drafted(repository, clock)
    assert desk_browser.post("/leden/beheer/m1/goedkeuren", {"version": "1"}).status == 303
    second = desk_browser.post("/leden/beheer/m1/goedkeuren", {"version": "1"})
    assert second.status == 409
    assert "intussen veranderd" in second.text
    assert len(told(MemberPublished)) == 1


def test_the_condition_alone_refuses_who_comes_second(
    repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both organisers read the same draft before either wrote: only the transaction decides."""
    draft = drafted(repository, clock)
    usecases.approve(repository, clock, draft.id, draft.version)
    get = Repository.get
    reads = iter([draft])
    monkeypatch.setattr(Repository, "get", lambda self, *a: next(reads, None) or get(self, *a))
    with pytest.raises(usecases.Overtaken) as caught:
        usecases.decline(repository, clock, draft.id, draft.version)
    assert caught.value.current is not None
    assert caught.value.current.state is State.PUBLISHED
    assert told(MemberDeclined) == []


def test_approving_what_another_declined_is_refused_with_the_newest_state(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    drafted(repository, clock)
    assert desk_browser.post("/leden/beheer/m1/afwijzen", {"version": "1"}).status == 303
    answer = desk_browser.post("/leden/beheer/m1/goedkeuren", {"version": "1"})
    assert answer.status == 409
    assert "afgewezen" in answer.text
    assert state_of(repository, clock) == "declined"
    assert repository.snapshot().members == []
    assert len(told(MemberDeclined)) == 1


def test_two_members_with_one_name_get_two_addresses(
    repository: Repository, clock: FixedClock
) -> None:
    slugs = [published(repository, clock, f"m{n}", name="De Tuin").slug for n in range(3)]
    assert slugs == ["de-tuin", "de-tuin-2", "de-tuin-3"]
    assert len(repository.snapshot().members) == 3


def test_a_withdrawn_members_address_is_never_given_to_another(
    repository: Repository, clock: FixedClock
) -> None:
    first = published(repository, clock, "m1", name="De Tuin")
    usecases.withdraw(repository, clock, first.id, first.version)
    assert published(repository, clock, "m2", name="De Tuin").slug == "de-tuin-2"


def test_a_reserved_name_does_not_hide_a_page(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    assert published(repository, clock, name="Beheer").slug == "beheer-lid"
    assert "Leden beheren" in desk_browser.get("/leden/beheer").text


def test_withdrawing_takes_the_member_out(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    member = published(repository, clock)
    page = desk_browser.get("/leden/beheer/m1").text
    assert f'name="version" value="{member.version}"' in page
    answer = desk_browser.post("/leden/beheer/m1/intrekken", {"version": str(member.version)})
    assert answer.status == 303
    assert desk_browser.get("/leden/de-voedseltuin").status == 404
    assert len(told(MemberWithdrawn)) == 1


def test_editing_changes_the_guide_and_keeps_the_address(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    member = published(repository, clock)
    form = {**WORDS, "version": str(member.version), "name": "Tuin van Zuid", "latitude": "51,9"}
    answer = desk_browser.post("/leden/beheer/m1/wijzigen", {**form, "longitude": "4.4"})
    assert answer.status == 303
    assert "Tuin van Zuid" in desk_browser.get("/leden/de-voedseltuin").text
    assert repository.snapshot().members[0].latitude == 51.9
    assert len(told(MemberChanged)) == 1


def test_saving_without_a_change_tells_nobody(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    member = published(repository, clock)
    form = {**WORDS, "version": str(member.version)}
    assert desk_browser.post("/leden/beheer/m1/wijzigen", form).status == 303
    assert told(MemberChanged) == []


def test_the_second_editor_sees_what_the_first_changed_and_keeps_their_words(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    member = published(repository, clock)
    version = str(member.version)
    first = {**WORDS, "version": version, "place": "Schiedam", "kind": "residents"}
    assert desk_browser.post("/leden/beheer/m1/wijzigen", first).status == 303
    second = {**WORDS, "version": version, "about": "Mijn nieuwe tekst."}
    answer = desk_browser.post("/leden/beheer/m1/wijzigen", second)
    assert answer.status == 409
    assert "nu staat er" in answer.text
    assert "Schiedam" in answer.text
    assert "“bewonersinitiatief”" in answer.text
    assert "Mijn nieuwe tekst." in answer.text
    assert repository.snapshot().members[0].place == "Schiedam"
    again = {**second, "version": str(member.version + 1), "place": "Schiedam"}
    assert desk_browser.post("/leden/beheer/m1/wijzigen", again).status == 303
    shown = repository.snapshot().members[0]
    assert (shown.place, shown.about) == ("Schiedam", "Mijn nieuwe tekst.")


def test_an_edit_without_a_version_says_what_is_wrong(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock)
    answer = desk_browser.post("/leden/beheer/m1/wijzigen", {**WORDS, "place": "Delft"})
    assert answer.status == 422
    assert "Deze pagina is te oud." in answer.text
    assert repository.snapshot().members[0].place == "Rotterdam"


def test_bad_edits_keep_what_was_typed(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    member = published(repository, clock)
    form = {**WORDS, "version": str(member.version), "place": "", "about": "Blijft staan."}
    answer = desk_browser.post("/leden/beheer/m1/wijzigen", form)
    assert answer.status == 422
    assert "Blijft staan." in answer.text
    assert repository.snapshot().members[0].place == "Rotterdam"


@pytest.mark.parametrize("version", ["", "0", "x", "-1", "²", "9" * 30])
def test_a_decision_needs_the_version_that_was_seen(
    desk_browser: Browser, repository: Repository, clock: FixedClock, version: str
) -> None:
    drafted(repository, clock)
    answer = desk_browser.post("/leden/beheer/m1/goedkeuren", {"version": version})
    assert answer.status in (409, 422)
    assert state_of(repository, clock) == "draft"


@pytest.mark.parametrize("action", ["goedkeuren", "afwijzen", "intrekken", "wijzigen"])
def test_an_unknown_member_is_not_found(desk_browser: Browser, action: str) -> None:
    answer = desk_browser.post(f"/leden/beheer/nergens/{action}", {**WORDS, "version": "1"})
    assert answer.status == 404
    assert desk_browser.get("/leden/beheer/nergens").status == 404


@pytest.mark.parametrize(
    "path",
    ["/leden/beheer", "/leden/beheer/m1", "/leden/beheer/m1/wijzigen", "/beheer"],
)
def test_nobody_reads_the_desk_without_signing_in(visitor: Browser, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status == 303
    assert answer.location.startswith("/beheer/inloggen?verder=")


@pytest.mark.parametrize("action", ["goedkeuren", "afwijzen", "intrekken", "wijzigen"])
def test_nobody_decides_without_session_token_or_own_page(
    desk_browser: Browser,
    visitor: Browser,
    repository: Repository,
    clock: FixedClock,
    action: str,
) -> None:
    drafted(repository, clock)
    path, form = f"/leden/beheer/m1/{action}", {**WORDS, "version": "1"}
    assert visitor.post(path, form).status == 303
    assert desk_browser.post(path, {**form, "csrf_token": "x"}).status == 403
    assert desk_browser.post(path, form, Origin="https://evil.example.org").status == 403
    assert state_of(repository, clock) == "draft"


def test_a_reader_may_look_but_not_decide(
    visitor: Browser, organiser: Any, repository: Repository, clock: FixedClock
) -> None:
    auth.save_organiser(
        auth.Organiser("reader-1", "l@example.org", "Lezer", {"directory": "reader"})
    )
    reader = sign_in(visitor, "reader-1")
    drafted(repository, clock)
    assert "Goedkeuren" not in reader.get("/leden/beheer").text
    assert reader.get("/leden/beheer/m1").status == 200
    assert reader.get("/leden/beheer/m1/wijzigen").status == 403
    assert reader.post("/leden/beheer/m1/goedkeuren", {"version": "1"}).status == 403
    auth.save_organiser(auth.Organiser("docs-1", "d@example.org", "D", {"documents": "owner"}))
    assert sign_in(visitor, "docs-1").get("/leden/beheer").status == 403


def test_hostile_words_are_escaped_at_the_desk(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    drafted(repository, clock, name="<img src=x onerror=alert(1)>", about="<script>x</script>")
    for path in ("/leden/beheer", "/leden/beheer/m1", "/leden/beheer/m1/wijzigen"):
        text = desk_browser.get(path).text
        assert "<img src=x" not in text, path
        assert "<script>x" not in text, path
    desk_browser.post("/leden/beheer/m1/goedkeuren", {"version": "1"})
    assert "<img src=x" not in desk_browser.get("/leden/beheer").text
