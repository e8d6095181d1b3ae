"""The page of one report, its work order and its QR code: what the templates are given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import segno
from markupsafe import Markup

from gis.clocks import ClockState
from gis.personal import Person
from gis.report_file import ReportFile
from gis.workflow.case import AssignmentState, is_current
from maps.action_forms import ActionForms, Sent, action_forms
from maps.history_words import Line, course_of
from maps.pages import PageContext, render_page
from maps.shell import Pages
from maps.sketch import make_sketch
from maps.speech import Lamp, Speech

WORDS = ("clock", "span", "light", "unit")
"""Groups of words that the scripts of pages of forms use."""


@dataclass(frozen=True)
class PartView:
    """A body's part as the page shows it."""

    name: str
    role: str
    status: str
    requested: str | None
    current: bool
    lamp: Lamp | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Shown:
    """What a visit adds to a report: what was just done, refused or asked to be seen.

    Attributes
    ----------
    done
        Action that has just been done.
    changes
        Steps since the version somebody acted on.
    person
        Who reported, where it was asked for in full.
    """

    done: str = ""
    sent: Sent = field(default_factory=Sent)
    changes: Sequence[Mapping[str, Any]] = ()
    person: Person | None = None
    may_read_person: bool = False
    can_add_photos: bool = False
    can_show_qr: bool = False


def render_report(pages: Pages, context: PageContext, file: ReportFile, shown: Shown) -> str:
    """Return the HTML of ``/reports/{id}``."""
    say, report = context.say, file.document
    forms = action_forms(file, context.actor, say, shown.sent)
    told = say.named("act", shown.done) if shown.done else ""
    return render_page(
        pages,
        "report.html",
        context,
        word_groups=WORDS,
        r=_with_words(report, say),
        file=file,
        forms=forms,
        lamp=_lamp(file, say),
        parts=parts_of_page(file, say),
        course=course_of(file.steps, file.messages, say),
        sketch=sketch_of(file, say),
        grid=_own_grid(file),
        done=told,
        problem=_problem(forms, shown),
        changes=shown.changes,
        person=shown.person or _masked(report),
        may_read_person=shown.may_read_person and shown.person is None,
        can_add_photos=shown.can_add_photos,
        can_show_qr=shown.can_show_qr,
    )


def render_work_order(
    pages: Pages, context: PageContext, file: ReportFile, person: Person | None, address: str
) -> str:
    """Return the HTML of the one page that goes into the field (派工单).

    Parameters
    ----------
    address
        Of the report's page, for the QR code.
    """
    say = context.say
    return render_page(
        pages,
        "work_order.html",
        context,
        word_groups=(),
        r=file.document,
        lamp=_lamp(file, say),
        parts=[part for part in parts_of_page(file, say) if part.current],
        sketch=sketch_of(file, say),
        grid=_own_grid(file),
        person=person,
        qr=qr_code(address),
        printed=say.stamp(say.now),
    )


def render_evaluation_qr(pages: Pages, context: PageContext, address: str, back: str) -> str:
    """Return the HTML of the QR code that a resident scans on the spot.

    Parameters
    ----------
    back
        Path of the report's page.
    """
    return render_page(
        pages, "evaluation_qr.html", context, word_groups=(),
        qr=qr_code(address), address=address, back=back,
    )  # fmt: skip


def qr_code(address: str) -> Markup:
    """Return the QR code of an address as SVG; error correction M survives a folded sheet."""
    code = segno.make(address, error="m", micro=False)
    drawn: str = code.svg_inline(omitsize=True, border=2, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704  drawn by segno from modules, no text of ours in it


def parts_of_page(file: ReportFile, say: Speech) -> list[PartView]:
    """Return the bodies' parts: those of the present round, then the earlier ones, newest first."""
    report = file.case.report
    ordered = sorted(
        file.case.assignments,
        key=lambda part: (not is_current(report, part), -part.round, part.role != "lead"),
    )
    return [_part(file, part, say) for part in ordered]


def sketch_of(file: ReportFile, say: Speech) -> Any:
    """Return the sketch of a report's place; None where nothing is known of it."""
    utility = file.document["match"]["utility"]
    return make_sketch(
        file.surroundings,
        say,
        accuracy_m=file.document["accuracy_m"],
        utility=utility["code"] if utility else None,
    )


def _part(file: ReportFile, part: AssignmentState, say: Speech) -> PartView:
    clock = _running(file.case.clocks, part)
    told = (
        ("field.result", part.result),
        ("field.cause", part.cause),
        ("field.remedy", part.remedy),
        ("field.reason", part.return_reason),
    )
    return PartView(
        name=say.utility(part.utility_code),
        role=part.role,
        status=part.status,
        requested=part.requested,
        current=is_current(file.case.report, part),
        lamp=say.lamp(clock.due_at, clock.yellow_at) if clock else None,
        lines=tuple(line for line in told if line[1]),
    )


def _running(clocks: Sequence[ClockState], part: AssignmentState) -> ClockState | None:
    return next((c for c in clocks if c.runs and c.assignment_id == part.id), None)


def _lamp(file: ReportFile, say: Speech) -> Lamp | None:
    report = file.document
    if report["status"] == "closed":
        return None
    return say.lamp(report["due_at"], report["yellow_at"])


def _with_words(report: Mapping[str, Any], say: Speech) -> dict[str, Any]:
    photos = [{**photo, "when": say.moment(_instant(photo["at"]))} for photo in report["photos"]]
    return {**report, "photos": photos}


def _instant(at: dt.datetime | str) -> dt.datetime:
    return dt.datetime.fromisoformat(at) if isinstance(at, str) else at


def _masked(report: Mapping[str, Any]) -> Person | None:
    reporter = report["reporter"]
    return Person(reporter["name"], reporter["phone"], masked=True) if reporter else None


def _own_grid(file: ReportFile) -> Mapping[str, Any] | None:
    """Return the report's grid with its English name, which the match does not carry."""
    around = file.surroundings
    return next((g for g in around.grids if g["code"] == around.own_grid), None) if around else None


def _problem(forms: ActionForms, shown: Shown) -> str:
    """Return what was refused, unless its own form is there to say it beside the fields."""
    refusal = shown.sent.refusal
    if refusal is None:
        return ""
    offered = {form.action for form in (*forms.first, *forms.others, *forms.talk)}
    told = " ".join(refusal.fields.values()) or refusal.words
    return told if shown.changes or shown.sent.action not in offered else ""
