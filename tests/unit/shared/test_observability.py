"""Log lines say what happened and never to whom."""

import json
from typing import Any

from botocore.exceptions import ClientError

from shared.observability import correlated, correlation_id, log, log_error, metric


def _lines(capsys: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_carries_the_id_of_what_caused_it(capsys: Any) -> None:
    with correlated("outer"):
        with correlated("inner"):
            log("inner.happened")
        log("outer.happened", count=3)
    inner, outer = _lines(capsys)
    assert inner["correlation_id"] == "inner"
    assert (outer["correlation_id"], outer["count"]) == ("outer", 3)


def test_without_a_cause_one_is_made_up_and_kept() -> None:
    assert correlation_id() == correlation_id() != ""


def test_an_error_is_logged_with_its_places_but_not_its_message(capsys: Any) -> None:
    try:
        int("kees@example.org")
    except ValueError as error:
        log_error("test.failed", error)
    (line,) = _lines(capsys)
    assert line["error"] == "ValueError"
    assert "test_observability.py" in line["at"]
    assert "kees" not in json.dumps(line)


def test_what_aws_refused_is_logged_with_its_code(capsys: Any) -> None:
    refused = ClientError(
        {"Error": {"Code": "AccessDenied", "Message": "kees@example.org"}}, "Send"
    )
    log_error("test.failed", refused)
    wrapped = RuntimeError("kees@example.org")
    wrapped.__cause__ = refused
    log_error("test.failed", wrapped)
    lines = _lines(capsys)
    assert [line["aws_code"] for line in lines] == ["AccessDenied", "AccessDenied"]
    assert "kees" not in json.dumps(lines)


def test_a_metric_is_in_cloudwatchs_embedded_format(capsys: Any) -> None:
    metric("OutboxBehind", 4, "Count", service="directory")
    (line,) = _lines(capsys)
    (definition,) = line["_aws"]["CloudWatchMetrics"]
    assert definition["Dimensions"] == [["service"]]
    assert definition["Metrics"] == [{"Name": "OutboxBehind", "Unit": "Count"}]
    assert (line["OutboxBehind"], line["service"]) == (4, "directory")
