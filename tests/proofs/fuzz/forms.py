"""The forms of a page as a browser sees them."""

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

TYPED = ("text", "email", "tel", "url", "search", "datetime-local", "date", "")


@dataclass
class Form:
    """Where a form goes and what stands in it; `visible` are the fields that people type in."""

    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)
    visible: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """A page's language and forms."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.language = ""
        self.forms: list[Form] = []
        self._named: dict[str, Form] = {}
        self._form: Form | None = None
        self._area: str | None = None
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")
        elif tag == "form":
            action, method = given.get("action", ""), given.get("method", "get")
            self._form = Form(method.upper(), action)
            self.forms.append(self._form)
            self._named[given.get("id", "")] = self._form
        else:
            self._part(tag, given, self._named.get(given.get("form", "-")) or self._form)

    def _part(self, tag: str, given: dict[str, str], form: Form | None) -> None:
        if form and tag in ("input", "textarea", "select", "option"):
            self._field(tag, given, form)
        elif form and tag == "button" and given.get("formaction"):
            self.forms.append(replace(form, action=given["formaction"]))  # with the same fields
        elif form and tag == "button" and given.get("name"):
            form.values.setdefault(given["name"], given.get("value", ""))  # as Enter does

    def _field(self, tag: str, given: dict[str, str], form: Form) -> None:
        name, kind = given.get("name", ""), given.get("type", "")
        if tag == "textarea":
            self._area = name
            form.visible[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option":
            form.choices.setdefault(self._select, []).append(given.get("value", ""))
        elif kind in TYPED and name:
            form.visible[name] = given.get("value", "")
        elif kind in ("radio", "checkbox"):
            form.choices.setdefault(name, [""]).append(given.get("value", "on"))
        elif kind == "hidden":
            form.values[name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._form and self._area:
            # A browser drops the first line end in a textarea.
            before = self._form.visible[self._area]
            self._form.visible[self._area] = before + (
                data.removeprefix("\n") if not before else data
            )

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
