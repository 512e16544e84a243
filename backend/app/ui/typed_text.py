"""An env file in a form: kept as typed, its values in no log."""

from collections.abc import Mapping
from functools import partial

from app.views.request_body import values_in
from observability.known_secrets import remember_secrets_found_by


def typed_text(sent: Mapping[str, str], field: str = "text") -> str:
    """Return the text in a field of a form, which browsers send with their own line endings.

    Args:
        sent: The fields.
        field: The name of the field.
    """
    text = sent.get(field, "").replace("\r\n", "\n")
    remember_secrets_found_by(partial(values_in, text.encode("utf-8", "surrogatepass")))
    return text
