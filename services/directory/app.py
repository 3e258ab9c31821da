"""The directory service: the network's members and its front pages.

Triggers only: Chalice's static analyser wants them here, each hands its event on.
Stream and queue ARNs, batch reports and schedules' limits stand in resources.yaml.
"""

from importlib import import_module
from typing import Any

from chalice.app import CloudWatchEvent, Cron, DynamoDBEvent, Rate, SQSEvent

from shared.observability import wordless

with wordless("import.failed"):
    from chalicelib.directory import pages, routes
    from chalicelib.platform import pages as platform_pages
    from shared.http import App

IN_RESOURCES = "arn:aws:none:::set-by-resources.yaml"

app = App("directory")
app.register_blueprint(routes.router.blueprint)
app.register_blueprint(pages.router.blueprint)
app.register_blueprint(platform_pages.router.blueprint)
app.later("chalicelib.directory.pages.organisers")
app.later("chalicelib.platform.pages.organisers")


def _consumers() -> Any:
    """The workers' side. The API function never loads it: people wait for that one's start."""
    return import_module("chalicelib.directory.consumers")


def _platform_consumers() -> Any:
    return import_module("chalicelib.platform.consumers")


@app.lambda_function(name="accounts")
def accounts(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do what an owner of the platform asks about the organisers; the API function calls it."""
    found: dict[str, Any] = import_module("chalicelib.platform.accounts").answer(event)
    return found


@app.lambda_function(name="operations")
def operations(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Look at the queues, or mend one, for an owner of the platform; the API function calls it."""
    found: dict[str, Any] = import_module("chalicelib.platform.operations").answer(event)
    return found


@app.on_dynamodb_record(stream_arn=IN_RESOURCES, batch_size=25)
def relay(event: DynamoDBEvent) -> Any:
    """Publish the outbox items that the table's stream brings."""
    return _consumers().relay(event.to_dict())


@app.on_sqs_message(queue_arn=IN_RESOURCES, batch_size=10)
def inbox(event: SQSEvent) -> Any:
    """Act on events of this and other services."""
    return _consumers().inbox(event.to_dict())


@app.on_sqs_message(queue_arn=IN_RESOURCES, batch_size=10)
def mail(event: SQSEvent) -> Any:
    """Send the mails that this service's own events ask for."""
    return _consumers().mail(event.to_dict())


@app.on_sqs_message(queue_arn=IN_RESOURCES, batch_size=10)
def notices(event: SQSEvent) -> Any:
    """Put what happened with every organiser who wants to hear it."""
    return _platform_consumers().hear(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def notify(event: CloudWatchEvent) -> None:
    """Mail organisers what they want to hear now."""
    _platform_consumers().notify()


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> None:
    """Finish what a crash left half done."""
    _consumers().sweep()


@app.schedule(Cron(0, 3, "*", "*", "?", "*"))
def nightly(event: CloudWatchEvent) -> None:
    """Remove what is past its date."""
    _consumers().nightly()
