"""Forms that pages post, read before the endpoint runs: texts, lists and files by their names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from gis.errors import InvalidInput
from gis.photos import MOST_OF_A_REPORT, Picture, clean_picture

# More than any form wants: which number is too many, each says in its own words.
MOST_FILES = 100
MOST_FIELDS = 200


@dataclass(frozen=True)
class Posted:
    """What a form held.

    Attributes
    ----------
    texts
        Values by name, in the order of the form.
    files
        Bytes of the files that were chosen; an empty file field has none.
    """

    texts: Mapping[str, list[str]] = field(default_factory=dict)
    files: Mapping[str, list[bytes]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return the first value of a field, an empty text where there is none."""
        return next(iter(self.texts.get(name, ())), "")

    def all(self, name: str) -> list[str]:
        """Return the values of a field that are not blank."""
        return [text for text in self.texts.get(name, ()) if text.strip()]


async def read_form(request: Request) -> Posted:
    """Read the posted form, files included."""
    texts: dict[str, list[str]] = {}
    files: dict[str, list[bytes]] = {}
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                data = await value.read()
                if data:
                    files.setdefault(name, []).append(data)
            else:
                # A browser counts the end of a line as one character and sends two.
                texts.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return Posted(texts, files)


def pictures_of(posted: Posted) -> dict[str, Picture]:
    """Decode the photos of a form, before any connection is taken; by the SHA-256 of what was sent.

    Raises
    ------
    InvalidInput
        They are more than a report may have, or one of them is no picture.
    """
    sent = posted.files.get("photos", [])
    if len(sent) > MOST_OF_A_REPORT:
        raise InvalidInput.of("photos", f"A report has at most {MOST_OF_A_REPORT} photos.")
    found = {}
    for data in sent:
        try:
            found[hashlib.sha256(data).hexdigest()] = clean_picture(data)
        except InvalidInput as error:
            raise InvalidInput.of("photos", error.errors[0].reason) from error
    return found


PostedForm = Annotated[Posted, Depends(read_form)]
