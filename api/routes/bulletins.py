"""``/bulletins``: a month of a category or tag as a document or workbook."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from api.auth import SignedIn
from api.bulletins import BulletinForm, bulletin_file
from api.dependencies import NO_STORE, StrictRoute
from api.schemas.common import Code
from gis.layering.files import Language

router = APIRouter(prefix="/bulletins", tags=["planning"], route_class=StrictRoute)

_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            f"application/vnd.openxmlformats-officedocument.{kind}": {
                "schema": {"type": "string", "format": "binary"}
            }
            for kind in ("wordprocessingml.document", "spreadsheetml.sheet")
        }
    }
}


class BulletinParams(BaseModel):
    """Of what, in which form and language."""

    category: Annotated[
        Code | None, Field(description="A first-level category stands for all of its children.")
    ] = None
    tag: Annotated[Code | None, Field(description="Instead of category.")] = None
    f: BulletinForm = "docx"
    lang: Language = "zh"


@router.get("/{month}", response_class=Response, responses=_FILES)
def get_bulletin(
    caller: SignedIn,
    month: Annotated[str, Path(pattern=r"^[0-9]{4}-[0-9]{2}$", examples=["2022-07"])],
    params: Annotated[BulletinParams, Query()],
) -> Response:
    """Write the bulletin of a month: numbers, rankings, hot areas, maps and method."""
    with caller.read() as (tx, actor):
        file = bulletin_file(
            tx,
            actor,
            month,
            category=params.category,
            tag=params.tag,
            form=params.f,
            language=params.lang,
            now=caller.now,
        )
    headers = {**NO_STORE, "Content-Disposition": file.disposition}
    return Response(file.content, media_type=file.media_type, headers=headers)
