"""What a visitor meets: the guide, an entry, the form to join, and the same as JSON."""

from typing import Any

import pytest

from chalicelib.directory import routes, usecases
from chalicelib.directory.repository import Repository
from shared.clock import FixedClock
from shared.events.directory import MemberDrafted
from tests.service.browser import Browser

from .conftest import APPLICATION, FORM, drafted, items, published, told

OUTPUTS = (
    "/leden",
    "/leden?zoek=voedseltuin",
    "/leden/de-voedseltuin",
    "/leden/api/v1/members",
    "/leden/api/v1/members?q=voedseltuin",
    "/leden/api/v1/members/de-voedseltuin",
    "/leden/api/v1/members.geojson",
)


def test_the_guide_lists_published_members_only(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock, "m1", name="De Voedseltuin")
    drafted(repository, clock, "m2", name="Nog Niet Goedgekeurd")
    page = visitor.get("/leden")
    assert page.status == 200
    assert "/leden/de-voedseltuin" in page.text
    assert "Nog Niet" not in page.text
    assert visitor.get("/leden/nog-niet-goedgekeurd").status == 404


def test_withdrawn_consent_is_gone_from_every_output_at_once(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    member = published(repository, clock, email_public=True, latitude=51.9, longitude=4.4)
    for path in OUTPUTS:
        assert "Voedseltuin" in visitor.get(path).text, path
    usecases.withdraw(repository, clock, member.id, member.version)
    for path in OUTPUTS:
        answer = visitor.get(path)
        assert "Voedseltuin" not in answer.text, path
        assert "tuin@example.org" not in answer.text, path
    assert visitor.get("/leden/de-voedseltuin").status == 404
    assert visitor.get("/leden/api/v1/members/de-voedseltuin").status == 404
    assert "tuin@example.org" not in str(items("MEMBER#"))


def test_another_container_sees_a_withdrawal_too(repository: Repository, clock: FixedClock) -> None:
    member = published(repository, clock)
    other = Repository()
    assert other.snapshot().by_slug
    usecases.withdraw(repository, clock, member.id, member.version)
    assert not other.snapshot().by_slug


def test_contact_details_that_are_not_public_never_leave(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock, phone="010 111 22 33", phone_public=True)
    for path in OUTPUTS:
        assert "tuin@example.org" not in visitor.get(path).text
    assert "010 111 22 33" in visitor.get("/leden/de-voedseltuin").text
    assert "tuin@example.org" not in str(items("PUBLIC"))


def test_hostile_words_are_escaped_everywhere(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    hostile = "</script><img src=x onerror=alert(1)>\"'&{{7*7}}"
    published(repository, clock, name=hostile, about=hostile, district=hostile)
    slug = repository.snapshot().members[0].slug
    for path in ("/leden", f"/leden/{slug}", f"/leden?zoek={'%22%3E%3Cimg%20src=x%3E'}"):
        text = visitor.get(path).text
        assert "<img src=x" not in text, path
        assert "49" not in text.split("Bijgewerkt")[0].split("</head>")[1], path
    ld = visitor.get(f"/leden/{slug}").text.split('ld+json">')[1].split("</script>")[0]
    assert "\\u003c/script\\u003e" in ld


def test_search_and_filters_narrow_the_list(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock, "m1", name="Buurtcoöperatie Noord", place="Utrecht")
    published(repository, clock, "m2", name="De Voedseltuin", place="Rotterdam")
    assert "1 lid gevonden" in visitor.get("/leden?zoek=cooperatie").text
    assert "Voedseltuin" not in visitor.get("/leden?plaats=Utrecht").text
    assert "2 leden gevonden" in visitor.get("/leden?soort=organisation").text
    assert "We vonden niets" in visitor.get("/leden?zoek=bestaatniet").text
    assert visitor.get("/leden?soort=onzin").status == 200
    assert visitor.get("/leden?zoek=" + "x" * 5000).status == 200
    assert [m["slug"] for m in visitor.get("/leden/api/v1/members?q=tuin").data["members"]] == [
        "de-voedseltuin"
    ]
    assert visitor.get("/leden/api/v1/members?kind=onzin").status == 422


def test_a_long_guide_is_paged_and_a_request_stays_flat(
    visitor: Browser, repository: Repository, clock: FixedClock, calls: list[str]
) -> None:
    for number in range(30):
        published(repository, clock, f"m{number}", name=f"Lid {number:02}")
    visitor.get("/leden")
    calls.clear()
    first = visitor.get("/leden")
    reads = [call for call in calls if call in ("Query", "Scan", "GetItem")]
    assert reads.count("Scan") == 0
    assert len(reads) <= 2  # the guide's revision, and at most once a minute the network's name
    assert "Lid 23" in first.text
    assert "Lid 24" not in first.text
    following = first.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = visitor.get(following.replace("&amp;", "&"))
    assert "Lid 24" in second.text
    assert "Lid 29" in second.text
    assert visitor.get("/leden?na=verzonnen").status == 422
    assert visitor.get("/leden/api/v1/members?cursor=verzonnen").status == 422


def test_geojson_holds_members_with_a_place_on_the_map(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock, "m1", name="Op de kaart", latitude=52.1, longitude=5.1)
    published(repository, clock, "m2", name="Zonder kaart")
    answer = visitor.get("/leden/api/v1/members.geojson")
    assert answer.headers["Content-Type"].startswith("application/geo+json")
    assert [feature["id"] for feature in answer.data["features"]] == ["op-de-kaart"]
    assert answer.data["features"][0]["geometry"]["coordinates"] == [5.1, 52.1]


def test_english_pages_are_english(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock)
    assert '<html lang="en">' in visitor.get("/leden?lang=en").text
    assert "/leden/de-voedseltuin?lang=en" in visitor.get("/leden?lang=en").text


@pytest.mark.parametrize("path", ["/leden/nergens", "/leden/%2e%2e", "/leden/api", "/leden/x%00y"])
def test_unknown_addresses_are_not_found(visitor: Browser, path: str) -> None:
    assert visitor.get(path).status in (403, 404)


# The form


def test_an_application_waits_for_an_organiser(visitor: Browser, repository: Repository) -> None:
    answer = visitor.post("/leden/aanmelden", FORM)
    assert (answer.status, answer.location) == (303, "/leden/aanmelden/bedankt")
    [member] = repository.every()
    assert member.state == "draft"
    assert member.profile.website == "https://groenehart.example.org"
    assert member.consent is not None
    assert [event.subject for event in told(MemberDrafted)] == [member.id]
    assert visitor.get("/leden/buurtmoestuin-het-groene-hart").status == 404
    assert visitor.get(answer.location).status == 200


def test_a_repeat_with_the_same_key_is_one_application(
    visitor: Browser, repository: Repository
) -> None:
    assert [visitor.post("/leden/aanmelden", FORM).status for _ in range(3)] == [303] * 3
    assert len(repository.every()) == 1
    other = visitor.post("/leden/aanmelden", {**FORM, "name": "Iets Anders"})
    assert other.status == 422
    assert "al eens verstuurd" in other.text
    assert len(repository.every()) == 1


def test_a_known_address_sees_what_an_unknown_one_sees(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock, email="tuin@example.org")
    known = visitor.post("/leden/aanmelden", {**FORM, "idempotency_key": "a"})
    unknown = visitor.post(
        "/leden/aanmelden", {**FORM, "idempotency_key": "b", "email": "nieuw@example.org"}
    )
    assert (known.status, known.text, known.location) == (
        unknown.status,
        unknown.text,
        unknown.location,
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Vul de naam in."),
        ({"kind": "koning"}, "Kies wat het beste past."),
        ({"email": "fout"}, "Dit is geen e-mailadres."),
        ({"consent": ""}, "Zonder jouw akkoord"),
        ({"consent_version": "oud"}, "De tekst is veranderd."),
        ({"about": "x" * 1501}, "Dit is te lang."),
        ({"themes": ["food", "onzin"]}, "Kies alleen thema"),
    ],
)
def test_bad_input_keeps_what_was_typed_and_stores_nothing(
    visitor: Browser, repository: Repository, changes: dict[str, Any], said: str
) -> None:
    answer = visitor.post("/leden/aanmelden", {**FORM, "phone": "030 765 43 21", **changes})
    assert answer.status == 422
    assert said in answer.text
    assert "030 765 43 21" in answer.text
    assert 'value="key-1"' in answer.text
    assert repository.every() == []
    assert items("OUTBOX#") == []


def test_an_empty_form_names_every_missing_field_in_english_too(visitor: Browser) -> None:
    answer = visitor.post("/leden/aanmelden?lang=en", {})
    assert answer.status == 422
    for name in ("name", "kind", "place", "email", "consent"):
        assert f'href="#f-{name}"' in answer.text
    assert '<html lang="en">' in answer.text


def test_a_robot_is_thanked_and_forgotten(visitor: Browser, repository: Repository) -> None:
    answer = visitor.post("/leden/aanmelden", {**FORM, "subject": "cheap pills"})
    assert answer.status == 303
    assert repository.every() == []


def test_a_form_that_is_no_form_is_refused(visitor: Browser, repository: Repository) -> None:
    json = visitor.post_json("/leden/aanmelden", FORM)
    assert json.status == 415
    large = visitor.post("/leden/aanmelden", {**FORM, "about": "x" * 1_000_000})
    assert large.status == 413
    assert repository.every() == []


# JSON


def test_json_applies_with_an_idempotency_key(visitor: Browser, repository: Repository) -> None:
    for _ in range(2):
        answer = visitor.post_json("/leden/api/v1/members", APPLICATION, Idempotency_Key="k")
        assert (answer.status, answer.data) == (202, {"state": "received"})
    assert len(repository.every()) == 1
    other = {**APPLICATION, "name": "Iets Anders"}
    assert visitor.post_json("/leden/api/v1/members", other, Idempotency_Key="k").status == 422


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[]", 422),
        (b"{}", 422),
        ({**APPLICATION, "name": 7}, 422),
        ({**APPLICATION, "themes": "food"}, 422),
        ({**APPLICATION, "consent": False}, 422),
        ({**APPLICATION, "consent": "true"}, 422),
        ({**APPLICATION, "state": "published"}, 422),
        ({**APPLICATION, "email": "fout"}, 422),
        ({**APPLICATION, "language": "de"}, 422),
        ({**APPLICATION, "about": "x" * 1_000_000}, 413),
    ],
)
def test_bad_json_is_a_problem_and_stores_nothing(
    visitor: Browser, repository: Repository, data: Any, status: int
) -> None:
    answer = visitor.post_json("/leden/api/v1/members", data)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert repository.every() == []


def test_health_asks_nothing_of_the_table(visitor: Browser, calls: list[str]) -> None:
    assert visitor.get("/leden/api/health").data == {
        "status": "ok",
        "service": "directory",
        "version": "development",
    }
    assert calls == []


@pytest.fixture
def calls(repository: Repository, listen: Any) -> list[str]:
    """The names of the DynamoDB calls that were made."""
    made: list[str] = []
    listen("dynamodb", "before-call.dynamodb", lambda model, **_: made.append(model.name))
    return made


def test_openapi_describes_every_json_route(visitor: Browser) -> None:
    document = visitor.get("/leden/api/openapi.json").data
    described = {
        (method.upper(), path) for path, found in document["paths"].items() for method in found
    }
    assert described == {(one.method, one.path) for one in routes.router.endpoints}
    assert (
        document["components"]["schemas"]["Application"]["properties"]["name"]["maxLength"] == 100
    )
