"""How the platform is doing, for who must keep it going: queues, what is stuck, the last runs."""

from typing import Any

import msgspec

from chalicelib.platform.calls import call
from chalicelib.platform.collaborators import clock
from chalicelib.platform.domain.operations import Platform, QueueState
from chalicelib.platform.pages.routing import desk_router
from shared import auth, dead_letters
from shared.errors import NotFound, SignInNeeded
from shared.http import Answer, Html, Request, SeeOther, organiser
from shared.pages import link, render, say
from shared.settings import Settings, load
from shared.texts import later as _

OPERATIONS = "/beheer/werking"
OWNER = organiser(auth.PLATFORM, "own")

SERVICE_NAMES = {
    "registration": _("Congres"),
    "directory": _("Leden"),
    "documents": _("Documenten"),
    "notices": _("Meldingen"),
}
QUEUE_KINDS = {
    "inbox": _("gebeurtenissen"),
    "mail": _("mails"),
    "uploads": _("bestanden"),
    "feedback": _("teruggekomen mails"),
}
JOB_KINDS = {
    "sweep": _("elke minuut"),
    "nightly": _("elke nacht"),
    "notify": _("meldingen versturen"),
}
FOUND = {
    "behind": _("liepen achter"),
    "resent": _("alsnog verstuurd"),
    "missing": _("abonnementen missen"),
    "removed": _("verwijderd"),
    "sent": _("verstuurd"),
    "unsent": _("niet verstuurd"),
    "failures": _("wachtrijen liepen vast"),
}
CAUSES = {
    "delivery": _("SNS kon het niet afleveren"),
    "log": _("Het logboek zegt"),
    "log_unreadable": _("Het logboek is nu niet te lezen"),
    "unknown": _("Het logboek zegt niet waarom"),
}


@desk_router.page(OPERATIONS, access=OWNER)
def operations(request: Request) -> Answer:
    """Everything is well, or what needs a person; then the figures."""
    found = _look(request)
    now = clock.now()
    text = render(
        request,
        "operations/overview.html",
        platform=found,
        well=found.is_well(now),
        late=[_job_name(request, job) for job in found.late(now)],
        failed=[_job_name(request, job) for job in found.failed()],
        queues=[(queue, queue_name(request, queue.name)) for queue in found.queues],
        runs=[_shown_run(request, found, job) for job in found.known_jobs()],
        causes=CAUSES,
        version=load(Settings).version,
    )
    return Html(text)


@desk_router.form(f"{OPERATIONS}/{{queue}}/terugzetten", access=OWNER)
def redrive(request: Request, queue: str) -> Answer:
    """Put what is stuck back where it failed."""
    done = _ask(request, "redrive", queue=queue)
    parts = [say(request, _("Teruggezet: %(moved)s.")) % done]
    if done["left"]:
        parts.append(say(request, _("Nog %(left)s te gaan: druk nog eens.")) % done)
    if done["refused"]:
        parts.append(say(request, _("SQS nam er %(refused)s niet aan; die staan er nog.")) % done)
    return SeeOther(link(OPERATIONS, request.language), flash=" ".join(parts))


@desk_router.page(f"{OPERATIONS}/{{queue}}/{{message}}/weggooien", access=OWNER)
def ask_to_drop(request: Request, queue: str, message: str) -> Answer:
    """Ask once more: what is thrown away never has its effect."""
    state = _queue(_look(request), queue)
    letter = next((one for one in state.letters if one.id == message), None)
    if letter is None:
        raise NotFound("message_gone", _("Dit bericht staat niet (meer) in deze wachtrij."))
    name = queue_name(request, queue)
    text = render(
        request, "operations/drop.html", queue=state, name=name, letter=letter, causes=CAUSES
    )
    return Html(text)


@desk_router.form(f"{OPERATIONS}/{{queue}}/{{message}}/weggooien", access=OWNER)
def drop(request: Request, queue: str, message: str) -> Answer:
    """Throw one message away for good."""
    _ask(request, "drop", queue=queue, message=message)
    done = say(request, _("Het bericht is weggegooid."))
    return SeeOther(link(OPERATIONS, request.language), flash=done)


def queue_name(request: Request, queue: str) -> str:
    """What a queue is called on a page: whose it is, and what comes in it."""
    service, _dash, kind = queue.partition("-")
    words = [SERVICE_NAMES[service]] + ([QUEUE_KINDS[kind]] if kind else [])
    return ": ".join(say(request, word) for word in words)


def _job_name(request: Request, job: str) -> str:
    service, _dot, kind = job.partition(".")
    words = SERVICE_NAMES.get(service, service), JOB_KINDS.get(kind, kind)
    return ", ".join(say(request, word) for word in words)


def _shown_run(request: Request, found: Platform, job: str) -> dict[str, Any]:
    run = found.run(job)
    figures = run.what.items() if run else ()
    what = [f"{count} {say(request, FOUND.get(name, name))}" for name, count in figures if count]
    return {"name": _job_name(request, job), "run": run, "what": ", ".join(what)}


def _queue(found: Platform, name: str) -> QueueState:
    if name not in dead_letters.QUEUES:
        raise NotFound("queue_not_found")
    return next(queue for queue in found.queues if queue.name == name)


def _look(request: Request) -> Platform:
    return msgspec.convert(_ask(request, "look"), Platform)


def _ask(request: Request, action: str, **given: str) -> dict[str, Any]:
    """Have the function `operations` do it, for who is signed in."""
    if request.organiser is None:
        raise SignInNeeded
    return call("operations", {"do": action, "by": request.organiser.id, **given})
