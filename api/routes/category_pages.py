"""``/admin/categories``: the list in two levels, and the form of one category."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.auth import Caller, SignedIn
from api.category_form import CLUSTERING, UNITS, CategoryForm, draft_of, form_of, typed
from api.page_answers import actor_of, context_of, page, see_other, sign_in_first
from api.posted import PostedForm
from gis.accounts import check_admin
from gis.categories import add_category, category_book, change_category, get_category, version_of
from gis.category_checks import LEVELS, STAGES, CategoryRefused, Fault
from gis.db.database import Row
from gis.errors import PreconditionFailed, PreconditionRequired
from maps.category_pages import (
    category_groups,
    differences,
    inherited_cluster,
    inherited_limits,
)
from maps.pages import render_page

router = APIRouter(include_in_schema=False)

STATES = ("enabled", "disabled", "sensitive", "clustered")


@router.get("/admin/categories")
def show_categories(request: Request, caller: SignedIn) -> Response:
    """List the categories under their first level, with limits and cluster rules."""
    actor = actor_of(caller)
    if actor is None:
        return sign_in_first(request)
    check_admin(actor)
    with caller.read() as (tx, _):
        book = category_book(tx, actor)
    context = context_of(request, actor)
    asked = {name: request.query_params.get(name, "") for name in ("q", "state")}
    html = render_page(
        caller.services.pages, "categories.html", context, word_groups=(), states=STATES,
        asked=asked, stages=STAGES, saved=book.get(request.query_params.get("saved", "")),
        groups=category_groups(context.say, book, asked["q"].strip(), asked["state"]),
    )  # fmt: skip
    return page(request, context, html)


@router.get("/admin/categories/new")
def show_new(request: Request, caller: SignedIn) -> Response:
    """Show the form of a category that does not exist yet."""
    parent = request.query_params.get("parent", "")
    return _form(request, caller, CategoryForm(parent_code=parent, code=parent and f"{parent}."))


@router.post("/admin/categories")
def post_new(request: Request, caller: SignedIn, posted: PostedForm) -> Response:
    """Add a category, or say beside each field what is wrong."""
    form = typed(posted)
    if actor_of(caller) is None:
        return sign_in_first(request)
    try:
        with caller.transaction() as (tx, actor):
            check_admin(actor)
            add_category(tx, actor, form.code, draft_of(form), now=caller.now)
    except CategoryRefused as refused:
        return _form(request, caller, form, refused.faults, status=422)
    return see_other(f"/admin/categories?saved={form.code}#{form.code}")


@router.get("/admin/categories/{code}")
def show_category(request: Request, caller: SignedIn, code: str) -> Response:
    """Show one category, to change."""
    return _form(request, caller, None, code=code)


@router.post("/admin/categories/{code}")
def post_category(request: Request, caller: SignedIn, posted: PostedForm, code: str) -> Response:
    """Change a category, or say beside each field what is wrong, or who was faster."""
    form = typed(posted, code)
    if actor_of(caller) is None:
        return sign_in_first(request)
    try:
        with caller.transaction() as (tx, actor):
            before = get_category(tx, actor, code)
            change_category(
                tx, actor, code, draft_of(form, before), seen=posted.text("if_match") or None,
                now=caller.now,
            )  # fmt: skip
    except CategoryRefused as refused:
        seen = posted.text("if_match")
        return _form(request, caller, form, refused.faults, code=code, seen=seen, status=422)
    except (PreconditionFailed, PreconditionRequired):
        return _form(request, caller, form, code=code, outrun=True, status=412)
    return see_other(f"/admin/categories?saved={code}#{code}")


def _form(
    request: Request,
    caller: Caller,
    form: CategoryForm | None,
    faults: list[Fault] | None = None,
    *,
    code: str = "",
    seen: str = "",
    outrun: bool = False,
    status: int = 200,
) -> Response:
    """Show the form of a category; ``code`` is empty for a new one."""
    actor = actor_of(caller)
    if actor is None:
        return sign_in_first(request)
    with caller.read() as (tx, _):
        book = category_book(tx, actor)
        row = get_category(tx, actor, code) if code else None
    path = f"/admin/categories/{code}" if code else "/admin/categories/new"
    context = context_of(request, actor, path=path)
    told = form or (form_of(row) if row else CategoryForm())
    parent = book.get(told.parent_code)
    html = render_page(
        caller.services.pages, "category.html", context, word_groups=(), form=told, row=row,
        outrun=outrun,
        now=differences(context.say, row, draft_of(told, row), book) if outrun and row else (),
        version=seen or (version_of(row) if row else ""),
        problems=_first_of_each(faults or []), tags=_tags(book),
        parents=[one for one in book.values() if not one["parent_code"] and one["code"] != code],
        children=[one for one in book.values() if code and one["parent_code"] == code],
        stages=STAGES, units=UNITS, levels=LEVELS, clusterings=CLUSTERING,
        inherited_limits=inherited_limits(context.say, parent),
        inherited_cluster=inherited_cluster(context.say, parent),
    )  # fmt: skip
    return page(request, context, html, status=status)


def _first_of_each(faults: list[Fault]) -> Mapping[str, Fault]:
    return {fault.field: fault for fault in reversed(faults)}


def _tags(book: Mapping[str, Row]) -> list[str]:
    return sorted({tag for row in book.values() for tag in row["tags"]})
