"""The documents service: uploads, inspection and the library.

Triggers only: Chalice's static analyser wants them here, each hands its event on.
Stream and queue ARNs, batch reports and schedules' limits stand in resources.yaml.
"""

from importlib import import_module
from typing import Any

from chalice.app import CloudWatchEvent, Cron, DynamoDBEvent, Rate, SQSEvent

from shared.observability import wordless

with wordless("import.failed"):
    from chalicelib.documents import pages, routes
    from shared.http import App

IN_RESOURCES = "arn:aws:none:::set-by-resources.yaml"

app = App("documents")
app.register_blueprint(routes.router.blueprint)
app.register_blueprint(pages.router.blueprint)
app.later("chalicelib.documents.pages.organisers")


def _consumers() -> Any:
    """The workers' side. The API function never loads it: people wait for that one's start."""
    return import_module("chalicelib.documents.consumers")


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


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> None:
    """Finish what a crash left half done."""
    _consumers().sweep()


@app.schedule(Cron(0, 3, "*", "*", "?", "*"))
def nightly(event: CloudWatchEvent) -> None:
    """Remove what is past its date."""
    _consumers().nightly()


@app.on_sqs_message(queue_arn=IN_RESOURCES, batch_size=1)
def inspect(event: SQSEvent) -> Any:
    """Inspect a file that reached the quarantine bucket."""
    return _consumers().inspect(event.to_dict())
