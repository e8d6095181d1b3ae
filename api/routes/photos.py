"""``/reports/{id}/photos``: photos are put one by one, known by the SHA-256 of what is sent."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from api.auth import SignedIn
from api.dependencies import StrictRoute, json_answer, matches_etag
from api.schemas.report import PhotoView
from gis import photos, reports
from gis.errors import InvalidInput
from gis.photos import CONTENT_TYPE, MOST_BYTES, Size, clean_picture

router = APIRouter(prefix="/reports", tags=["photos"], route_class=StrictRoute)

PATHS = re.compile("/api/v1/reports/[^/]+/photos/[^/]+")
MOST_BODY_BYTES = MOST_BYTES + 1
_ANY_PICTURE = {"schema": {"type": "string", "format": "binary"}}
# A photo is shown, and nothing else: were it ever taken for a page, it could do nothing.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization, Cookie",
}


async def photo_body(request: Request, caller: SignedIn) -> bytes:
    """Read the body, but only from somebody who is signed in."""
    await run_in_threadpool(caller.check)
    return await request.body()


@router.put(
    "/{report_id}/photos/{sha256}",
    status_code=201,
    response_model=PhotoView,
    responses={200: {"model": PhotoView, "description": "It was there already."}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": f"The bytes of a JPEG, PNG or WebP picture, at most {MOST_BYTES} of them.",
            "content": dict.fromkeys(("image/jpeg", "image/png", "image/webp"), _ANY_PICTURE),
        }
    },
)
def put_photo(
    caller: SignedIn, report_id: str, sha256: str, body: Annotated[Any, Depends(photo_body)]
) -> Response:
    """Add a photo. It is encoded anew: position, device and comments inside it are dropped.

    Whoever has a part in the report may, up to seven days after it was closed.
    """
    folder, now = caller.services.settings.photo_folder, caller.now
    with caller.read() as (tx, actor):
        key = reports.get_visible_id(tx, actor, report_id)
        if hashlib.sha256(body).hexdigest() != sha256:
            raise InvalidInput.of("sha256", "Is not that of the bytes sent.")
        missing = photos.may_add_photo(tx, actor, key, sha256, now)
    created = False
    if missing:
        picture = clean_picture(body)
        with caller.transaction() as (tx, actor):
            created = photos.add_photo(tx, actor, key, sha256, picture, folder, now)
    with caller.read() as (tx, actor):
        view = photos.get_photo_row(tx, actor, key, sha256)
    return json_answer(orjson.dumps(view), status=201 if created else 200)


@router.get(
    "/{report_id}/photos/{sha256}",
    response_class=Response,
    responses={
        200: {"content": {CONTENT_TYPE: _ANY_PICTURE}, "description": "The photo."},
        304: {"description": "It is the one you have."},
    },
)
def get_photo(
    request: Request,
    caller: SignedIn,
    report_id: str,
    sha256: str,
    size: Annotated[Size, Query(description="A thumbnail has at most 320 pixels a side.")] = "full",
) -> Response:
    """Read a photo of a report that the actor may read."""
    with caller.read() as (tx, actor):
        key = reports.get_id(tx, actor, report_id)
        path = photos.get_photo(tx, actor, key, sha256, size, caller.services.settings.photo_folder)
    return _file(request, path)


def _file(request: Request, path: Path) -> Response:
    """Answer with a file named by its content, so the name is its ETag."""
    headers = {**_HEADERS, "ETag": f'"{path.stem}"'}
    if matches_etag(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=CONTENT_TYPE, headers=headers)
