"""What packaging takes out of the zips for a quick start, and that nothing else changes by it."""

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

import pytest
from jinja2 import ChoiceLoader, FileSystemLoader

from infra.packaging import botocore_data, left_out
from infra.packaging import service as packaging
from infra.paths import ROOT, SERVICES, service_folder
from infra.problems import Problem
from shared import pages

FUNCTION = {
    "STAGE": "test",
    "AWS_LAMBDA_FUNCTION_NAME": "of-a-test",
    "ORIGIN": "https://example.org",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "PYTHONHASHSEED": "0",  # botocore names itself in the order of a set
}
CALLS = Path(__file__).with_name("botocore_calls.py")
SOURCES = [*ROOT.glob("shared/*.py"), *ROOT.glob("services/*/chalicelib/**/*.py")]
S3_CALLS = re.compile(
    r"s3(?:\(\)|\"\))?\.((?:abort|complete|create|delete|get|head|list|put|upload)_(?!pag)\w+)\("
)
# What only workers and the workshop need: nobody who opens a page should wait for it.
NOT_FOR_PAGES = {
    "PIL",
    "altcha",
    "asyncio",
    "email.headerregistry",
    "html.parser",
    "icalendar",
    "importlib.metadata",
    "jinja2.idtracking",
    "pypdf",
    "segno",
    "shared.mail",
    "shared.relay",
    "shared.sweeper",
    "unittest",
    "xlsxwriter",
}

LATER = ("consumers", "door", "inspection", "mails", "tickets")  # of a service's own modules


@pytest.fixture(scope="module")
def trees(packages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each service's zip, unpacked as Lambda does it."""
    found = {}
    for service, folder in packages.items():
        found[service] = tmp_path_factory.mktemp(service)
        with zipfile.ZipFile(folder / packaging.CODE) as archive:
            archive.extractall(found[service])
    return found


def run(tree: Path, code: str) -> Any:
    """What `code` prints as JSON, run with nothing but the zip."""
    command = [sys.executable, "-S", "-B", "-W", "error", "-c", code]
    result = subprocess.run(
        command, cwd=tree, env=FUNCTION, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("service", SERVICES)
def test_the_api_function_loads_nothing_of_the_workers(
    trees: dict[str, Path], service: str
) -> None:
    loaded = set(run(trees[service], "import app, json, sys; print(json.dumps([*sys.modules]))"))
    own = f"chalicelib.{service}"
    workers = NOT_FOR_PAGES | {f"{own}.{name}" for name in LATER}
    assert f"{own}.routes" in loaded
    assert loaded & workers == set()


PACKAGES = [("registration", "registration"), ("directory", "directory")]
PACKAGES += [("directory", "platform"), ("documents", "documents")]


@pytest.mark.parametrize(("service", "package"), PACKAGES)
def test_a_desk_page_is_loaded_when_it_is_asked_for(
    trees: dict[str, Path], service: str, package: str
) -> None:
    code = f"""
import json, sys, app
late = "chalicelib.{package}.pages.organisers"
ask = lambda path: app.app({{"requestContext": {{"resourcePath": path, "httpMethod": "PUT"}},
    "headers": {{}}, "pathParameters": {{}}, "body": "", "isBase64Encoded": False,
    "stageVariables": None, "multiValueQueryStringParameters": None}}, None)["statusCode"]
seen = [late in sys.modules]
seen += [ask(sorted(app.app.routes)[0]), late in sys.modules]
paths = {{endpoint.path for endpoint in __import__(late, fromlist=["router"]).router.endpoints}}
seen += [paths & set(app.app.routes) == set(), ask(min(paths)), paths <= set(app.app.routes)]
print(json.dumps(seen))
"""
    # 405: the route is there, and takes no PUT.
    assert run(trees[service], code) == [False, 405, False, True, 405, True]


def sources(service: str) -> Iterator[tuple[str, Path]]:
    """The name and the source of each template that a service has."""
    own = service_folder(service) / "chalicelib" / service / "templates"
    folders = [own, ROOT / "shared" / "templates"]
    for folder in folders:
        for path in sorted(folder.rglob("*.*")):
            yield path.relative_to(folder).as_posix(), path


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("service", SERVICES)
def test_compiled_templates_are_what_the_sources_say(
    trees: dict[str, Path], service: str, language: str
) -> None:
    compiled = trees[service] / "chalicelib" / service / pages.COMPILED
    folders = dict(sources(service))
    loader = ChoiceLoader([FileSystemLoader(path.parent) for path in folders.values()])
    environment = pages.make_environment(service, language, loader, NullTranslations())
    names = set()
    for name, path in folders.items():
        expected = environment.compile(path.read_text(), name, str(path), raw=True, defer_init=True)
        file = f"tmpl_{hashlib.sha1(name.encode()).hexdigest()}.py"
        names.add(file)
        assert (compiled / file).read_text() == expected, name
    assert names == {path.name for path in compiled.glob("*.py")}
    assert not list(trees[service].rglob("templates"))


CONTEXT = {
    "network": {
        "name": "SAMEN030",
        "tagline": "",
        "contact": "post@example.org",
        "colours": "",
        "logo": "",
    },
    "path": "/privacy",
    "organiser": None,
    "csrf_token": "",
    "flash": {"text": "Opgeslagen <nu>.", "undo": None},
    "other_language_url": "/privacy?lang=en",
}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", ["accessibility.html", "privacy.html"])
def test_the_zip_renders_the_bytes_of_the_source(
    trees: dict[str, Path], name: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = trees["directory"]
    code = (
        "import json; from shared import pages;"
        f"page = pages._environment('platform', {language!r}).get_template({name!r});"
        f"print(json.dumps(page.render(**{CONTEXT!r})))"
    )
    assert run(tree, code) == source(tree, name, language, monkeypatch)


def source(tree: Path, name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page as the source's templates and Jinja2's own compiler make it."""
    names = json.loads((tree / "shared" / "static_manifest.json").read_text())
    monkeypatch.setattr(pages, "_manifest", lambda: names)
    words = NullTranslations()
    for package in ("chalicelib/platform", "shared"):
        catalogue = tree / package / "locale" / language / "LC_MESSAGES" / "messages.mo"
        if catalogue.exists():
            with catalogue.open("rb") as file:
                words.add_fallback(GNUTranslations(file))
    folders = [
        ROOT / "services/directory/chalicelib/platform/templates",
        ROOT / "shared" / "templates",
    ]
    loader = FileSystemLoader(folders)
    environment = pages.make_environment("platform", language, loader, words)
    return environment.get_template(name).render(**CONTEXT)


@pytest.fixture(scope="module")
def untrimmed() -> dict[str, Any]:
    """What botocore as it is installed here sends and understands."""
    return printed([str(CALLS)])


def printed(arguments: list[str], **options: Any) -> dict[str, Any]:
    command = [sys.executable, "-B", *arguments]
    environment = {**FUNCTION, **options.pop("env", {})}
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, **options
    )
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_trimmed_botocore_sends_and_understands_the_same(
    trees: dict[str, Path], untrimmed: dict[str, Any], service: str
) -> None:
    tree = trees[service]
    trimmed = printed(["-S", str(CALLS)], cwd=tree, env={"PYTHONPATH": str(tree)})
    assert trimmed.keys() == untrimmed.keys()
    for name, expected in untrimmed.items():
        assert trimmed[name] == expected, name


def test_every_operation_that_is_shipped_is_compared(untrimmed: dict[str, Any]) -> None:
    compared = {tuple(name.split()[:2]) for name in untrimmed if " " in name}
    shipped = {(name, one) for name, all_ in botocore_data.OPERATIONS.items() for one in all_}
    assert compared == shipped


def test_every_operation_that_a_policy_allows_is_shipped() -> None:
    allowed = set()
    for path in ROOT.glob("services/*/.chalice/policy-*.json"):
        for statement in json.loads(path.read_text())["Statement"]:
            allowed |= set(statement["Action"])
    # Lambda itself reads the streams; a condition is a part of a transaction.
    not_called = {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"}
    not_called |= {"ConditionCheckItem"}
    dynamodb = {action.partition(":")[2] for action in allowed if action.startswith("dynamodb:")}
    assert dynamodb - not_called <= botocore_data.OPERATIONS["dynamodb"]
    # Publishing one message and a batch is one permission.
    sns = {action.partition(":")[2] for action in allowed if action.startswith("sns:")}
    assert sns | {"PublishBatch"} == botocore_data.OPERATIONS["sns"]
    s3 = {camel(name) for path in SOURCES for name in S3_CALLS.findall(path.read_text())}
    assert s3 <= botocore_data.OPERATIONS["s3"]


def camel(name: str) -> str:
    return "".join(part.title() for part in name.split("_"))


@pytest.mark.parametrize("name", sorted(left_out.TRIMMED))
def test_another_version_stops_the_packaging(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / f"{name}-99.0.dist-info").mkdir()
    with pytest.raises(Problem, match=f"written for {name} "):
        left_out.leave_out(tmp_path)


def test_what_is_left_out_says_so(trees: dict[str, Path]) -> None:
    code = """
import json
from jinja2 import Environment
try:
    Environment().from_string("x")
except ImportError as error:
    print(json.dumps(str(error)))
"""
    assert run(trees["directory"], code).endswith("is left out of this zip")
