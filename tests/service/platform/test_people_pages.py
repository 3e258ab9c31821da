"""The people pages, with the function that they ask."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from chalicelib.platform import user_pool
from shared import auth, desk, network
from shared.errors import Unavailable
from tests.service.browser import Browser, sign_in

from .conftest import Functions, set_up_a_phone

PEOPLE = "/beheer/mensen"
NEW = {"name": "Noor", "email": "Noor+buurt@Example.org", "role_registration": "reader"}


def found(email: str) -> auth.Organiser:
    [one] = [one for one in auth.every_organiser() if one.email == email]
    return one


def changed(organiser: auth.Organiser, **changes: str) -> dict[str, str]:
    roles = {f"role_{key}": role for key, role in organiser.roles.items()}
    return {"version": str(organiser.version), "name": organiser.name, **roles, **changes}


def test_inviting_and_seeing_who_was_invited(desk: Browser) -> None:
    answer = desk.post(f"{PEOPLE}/uitnodigen", NEW)
    assert (answer.status, answer.location) == (303, PEOPLE)
    page = desk.follow(answer).text
    for words in ("Noor", "noor+buurt@example.org", "Alle congressen: meelezer", "uitgenodigd"):
        assert words in page
    assert "doet mee" in page  # the owner
    assert found("noor+buurt@example.org").roles == {"registration": "reader"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "noor@"}, "Dit e-mailadres klopt niet"),
        ({"email": f"{'a' * 64}@{'b' * 60}.{'c' * 60}.nl"}, "ten hoogste 128 tekens"),
        ({"email": "noor@example.org\r\nBcc: x@example.org"}, "Dit e-mailadres klopt niet"),
        ({"name": ""}, "Vul een naam in"),
        ({"name": "Noor\r\nSet-Cookie: a=b"}, "op één regel"),
        ({"name": "N" * 101}, "ten hoogste 100 tekens"),
        ({"role_registration": ""}, "Kies ten minste één rol"),
        ({"role_registration": "keizer"}, "Deze rollen kennen we niet"),
        ({"role_directory": "helper"}, "Deze rollen kennen we niet"),
        ({"role_platform": "reader"}, "Deze rollen kennen we niet"),
        ({"role_elders": "owner"}, "Deze rollen kennen we niet"),
        ({"role_registration/plekken-2027": "owner"}, "Deze rollen kennen we niet"),
        ({"role_registration/../x": "reader"}, "Deze rollen kennen we niet"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    desk: Browser, changes: dict[str, str], words: str
) -> None:
    answer = desk.post(f"{PEOPLE}/uitnodigen", {**NEW, **changes})
    assert answer.status == 422
    assert words in answer.text
    assert "uitnodigen" in answer.text
    if "name" not in changes:
        assert 'value="Noor"' in answer.text
    assert len(auth.every_organiser()) == 1
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("noor+werk@example.org", "noor+werk@example.org"),
        ("noor@bücher.example", "noor@xn--bcher-kva.example"),
        (f"{'a' * 64}@{'b' * 59}.nl", f"{'a' * 64}@{'b' * 59}.nl"),
    ],
)
def test_unusual_addresses_that_work(desk: Browser, typed: str, kept: str) -> None:
    assert desk.post(f"{PEOPLE}/uitnodigen", {**NEW, "email": typed}).status == 303
    assert found(kept).name == "Noor"


def test_an_invitation_that_is_sent_twice(desk: Browser) -> None:
    desk.post(f"{PEOPLE}/uitnodigen", NEW)
    answer = desk.post(f"{PEOPLE}/uitnodigen", NEW)
    assert answer.status == 422
    assert "al van een organisator" in answer.text


def test_roles_for_one_event(desk: Browser) -> None:
    titles = {"plekken-2027": {"nl": "Plekken 2027", "en": "Places 2027"}}
    publish("registration", titles)
    page = desk.get(f"{PEOPLE}/uitnodigen").text
    assert "Alleen Plekken 2027" in page
    form = {**NEW, "role_registration": "", "role_registration/plekken-2027": "helper"}
    assert "Plekken 2027: balie" in desk.follow(desk.post(f"{PEOPLE}/uitnodigen", form)).text
    new = found("noor+buurt@example.org")
    assert new.roles == {"registration/plekken-2027": "helper"}
    publish("registration", {})  # the event is over: the role can still be seen and taken
    assert "Alleen plekken-2027" in desk.get(f"{PEOPLE}/{new.id}").text


def publish(service: str, titles: dict[str, Any]) -> None:
    from shared import fragments

    desk.publish_part(service, desk.DeskPart(titles=titles))
    getattr(fragments, "forget", lambda: None)()


def test_changing_roles_counts_at_once(
    desk: Browser, enrol: Callable[..., str], visitor: Browser
) -> None:
    person = enrol("Bob", {"directory": "owner"})
    theirs = sign_in(visitor, person)
    assert theirs.get("/leden/beheer").status == 200
    current = auth.find_organiser(person)
    assert current is not None
    form = changed(current, role_directory="", role_documents="reader", name="Bobbie")
    answer = desk.post(f"{PEOPLE}/{person}", form)
    assert (answer.status, answer.location) == (303, f"{PEOPLE}/{person}")
    assert theirs.get("/leden/beheer").status == 403
    again = auth.find_organiser(person)
    assert again is not None
    assert (again.name, again.roles) == ("Bobbie", {"documents": "reader"})


def test_the_second_owner_sees_what_the_first_changed(
    desk: Browser, enrol: Callable[..., str]
) -> None:
    person = enrol("Bob", {"directory": "owner"})
    seen = auth.find_organiser(person)
    assert seen is not None
    desk.post(f"{PEOPLE}/{person}", changed(seen, name="Bobbie", role_directory="reader"))
    late = desk.post(f"{PEOPLE}/{person}", changed(seen, name="Robert"))
    assert late.status == 409
    for words in ("Iemand anders", "Bobbie", "meelezer", 'value="Robert"', 'value="2"'):
        assert words in late.text
    gone = desk.post(f"{PEOPLE}/{person}/verwijderen", {"version": "1"})
    assert gone.status == 409
    assert desk.post(f"{PEOPLE}/{person}", {"name": "Bob"}).status == 422  # no version


def test_removing_signs_out_at_once(
    desk: Browser, enrol: Callable[..., str], visitor: Browser
) -> None:
    person = enrol("Bob", {"directory": "owner"})
    theirs = sign_in(visitor, person)
    assert theirs.get("/leden/beheer").status == 200
    page = desk.follow(desk.post(f"{PEOPLE}/{person}/verwijderen", {"version": "1"})).text
    assert "Deze organisator is verwijderd." in page
    assert "Bob" not in page
    assert theirs.get("/leden/beheer").status == 303
    assert theirs.post("/leden/beheer/m1/goedkeuren", {"version": "1"}).status == 303
    assert desk.get(f"{PEOPLE}/{person}").status == 404
    assert desk.post(f"{PEOPLE}/{person}/verwijderen", {"version": "1"}).status == 404


def test_the_only_owner_cannot_leave(desk: Browser, owner: str) -> None:
    current = auth.find_organiser(owner)
    assert current is not None
    for answer in (
        desk.post(f"{PEOPLE}/{owner}/verwijderen", {"version": "1"}),
        desk.post(f"{PEOPLE}/{owner}", changed(current, role_platform="")),
    ):
        assert answer.status == 409
        assert "Jij bent de enige" in answer.text
    assert auth.find_organiser(owner) == current


def test_buttons_of_the_account(
    desk: Browser, enrol: Callable[..., str], pool: str, functions: Functions
) -> None:
    person = enrol("Bob", {"directory": "owner"})
    current = auth.find_organiser(person)
    assert current is not None
    set_up_a_phone(pool, current.email)
    page = desk.get(f"{PEOPLE}/{person}").text
    assert "met tweede stap" in page
    assert "Tweede stap uitzetten" in page
    assert "Opnieuw uitnodigen" not in page
    for button, words in (
        ("tweede-stap", "De tweede stap is uitgezet"),
        ("sessies", "Alle sessies zijn beëindigd"),
    ):
        assert words in desk.follow(desk.post(f"{PEOPLE}/{person}/{button}")).text
    assert "met tweede stap" not in desk.get(f"{PEOPLE}/{person}").text
    desk.post(f"{PEOPLE}/uitnodigen", NEW)
    invited = found("noor+buurt@example.org").id
    assert "Opnieuw uitnodigen" in desk.get(f"{PEOPLE}/{invited}").text
    answer = desk.post(f"{PEOPLE}/{invited}/uitnodiging")
    assert "opnieuw verstuurd" in desk.follow(answer).text


def test_an_interrupted_removal_is_shown_and_finished(
    desk: Browser, enrol: Callable[..., str], monkeypatch: Any, pool: str
) -> None:
    person = enrol("Bob", {"directory": "owner"})
    with monkeypatch.context() as patch:
        patch.setattr(user_pool, "delete", _unavailable)
        assert desk.post(f"{PEOPLE}/{person}/verwijderen", {"version": "1"}).status == 503
    assert "moet het account nog weg" in desk.get(PEOPLE).text
    assert "Opgeruimd" in desk.follow(desk.post(f"{PEOPLE}/opruimen")).text
    assert "moet het account nog weg" not in desk.get(PEOPLE).text
    assert len(boto3.client("cognito-idp").list_users(UserPoolId=pool)["Users"]) == 1


def test_without_the_user_pool_the_list_still_shows_who_there_is(
    desk: Browser, monkeypatch: Any
) -> None:
    monkeypatch.setattr(user_pool, "find", _unavailable)
    page = desk.get(PEOPLE)
    assert page.status == 200
    assert "Olivia" in page.text
    assert "nu niet zien" in page.text


def test_the_list_is_searched_and_paged(desk: Browser) -> None:
    for number in range(30):
        auth.save_organiser(
            auth.Organiser(f"o{number}", f"o{number}@example.org", f"Mens {number:02}", {})
        )
    page = desk.get(PEOPLE).text
    assert "Mens 24" in page
    assert "Mens 29" not in page
    cursor = page.split("cursor=")[1].split('"')[0]
    assert "Mens 29" in desk.get(f"{PEOPLE}?cursor={cursor}").text
    assert "Mens 07" not in desk.get(f"{PEOPLE}?q=mens+29").text
    assert "Niets gevonden" in desk.get(f"{PEOPLE}?q=nergens").text
    assert desk.get(f"{PEOPLE}?cursor=verzonnen").status == 422


def test_the_list_is_filtered_by_what_a_role_is_for(desk: Browser) -> None:
    roles: list[dict[str, auth.Role]] = [{"documents": "reader"}, {auth.event_key("x"): "helper"}]
    for name, one in zip(("Loes", "Piet"), roles, strict=True):
        auth.save_organiser(auth.Organiser(name, f"{name}@example.org", name, one))
    seen = {
        where: [
            name for name in ("Loes", "Piet") if name in desk.get(f"{PEOPLE}?waar={where}").text
        ]
        for where in ("documents", "registration", "directory")
    }
    assert seen == {"documents": ["Loes"], "registration": ["Piet"], "directory": []}


def test_only_owners_of_the_platform_come_here(
    visitor: Browser, enrol: Callable[..., str], functions: Functions
) -> None:
    roles: dict[str, Any] = dict.fromkeys(auth.SERVICES, "owner")
    browser = sign_in(visitor, enrol("Bob", roles))
    target = enrol("Eva")
    assert visitor.get(PEOPLE).status == 303
    for path in ("", "/uitnodigen", f"/{target}"):
        assert browser.get(PEOPLE + path).status == 403
    for path in ("/uitnodigen", f"/{target}", f"/{target}/verwijderen", f"/{target}/sessies",
                 f"/{target}/tweede-stap", f"/{target}/uitnodiging", "/opruimen"):  # fmt: skip
        assert browser.post(PEOPLE + path, {**NEW, "version": "1"}).status == 403
    assert functions.asked == []


def test_nothing_personal_is_logged(desk: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    desk.post(f"{PEOPLE}/uitnodigen", NEW)
    desk.post(f"{PEOPLE}/uitnodigen", {**NEW, "name": "Noor\nERROR vals"})
    desk.get(PEOPLE)
    logged = capsys.readouterr().out
    assert "call.refused" in logged
    for words in ("noor", "Noor", "vals"):
        assert words not in logged


@pytest.fixture(autouse=True)
def _fresh_network() -> None:
    network.forget()


def _unavailable(*_: object, **__: object) -> None:
    raise Unavailable
