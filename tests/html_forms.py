"""What a browser would send for a form of a page, so that tests send no less."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    """Collects the successful controls of one form, by its id."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.data: dict[str, str] = {}
        self.inside = False
        self.textarea = ""
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = found.get("id") == self.form_id
        name = found.get("name", "")
        if not self.inside:
            return
        if tag == "input" and name and self._is_sent(found):
            is_box = found.get("type") in ("checkbox", "radio")
            self.data[name] = found.get("value", "on" if is_box else "")
        elif tag == "textarea":
            self.textarea, self.data[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in found:
            self.data[self.select] = found.get("value", "")

    @staticmethod
    def _is_sent(found: dict[str, str]) -> bool:
        kind = found.get("type", "text")
        if kind in ("checkbox", "radio"):
            return "checked" in found and found["name"] != "_selected_action"
        return kind not in ("submit", "button", "image", "reset", "file")

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.data[self.textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # A browser drops the line end right after the tag.
            self.data[self.textarea] = self.data[self.textarea].removeprefix("\n")
            self.textarea = ""
        elif tag == "form":
            self.inside = False


def filled(html: str, form_id: str) -> dict[str, str]:
    """Return the names and values that a browser sends for the form of that id."""
    parser = _Form(form_id)
    parser.feed(html)
    assert parser.data, f"no form {form_id}"
    return parser.data
