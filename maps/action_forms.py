"""Forms for exactly the actions that are legal now, made from the table of edges.

A form's field has the name of the action's field, so that what the domain refuses can be said
beside it. `read_action` in ``api/action_fields.py`` reads what comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from gis.county_names import UtilityName
from gis.report_file import ReportFile
from gis.suggestions import SuggestedBody
from gis.workflow.fields import Field
from gis.workflow.guards import is_invited
from gis.workflow.table import UNDO, edges_of, fields_of
from maps.refusals import Refusal
from maps.speech import Speech

# What is done most where a report stands comes first and open; everything else is a drawer.
_FIRST = (
    "check_in", "feed_back", "accept", "dispatch", "close", "approve", "acknowledge",
    "resolve_on_site", "reopen", "record_minutes",
)  # fmt: skip
# Ends or takes away: pressed by nobody by mistake.
_GRAVE = frozenset({"reject", "return", "withdraw", "hand_over", "transfer", "rework", "refuse"})
_LONG = frozenset({"reason", "result", "remedy", "text", "minutes"})
_TALK = frozenset({"comment", "ask"})
DECISION = ("utility", "text", "due_at")
"""What a row for a decision in the form of a meeting's minutes holds, in its order."""


@dataclass(frozen=True)
class Choice:
    """One of several values, with what helps to choose it."""

    value: str
    words: str
    hint: str = ""


@dataclass(frozen=True)
class Group:
    """Choices under one heading."""

    words: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Control:
    """One field of a form.

    Attributes
    ----------
    kind
        ``text``, ``long``, ``choose``, ``pick`` (radio buttons), ``tick``, ``files``, ``instant``,
        ``place``, ``decisions`` or ``hidden``.
    values
        What it holds: after a refusal, what was sent.
    """

    name: str
    kind: str
    label: str
    required: bool
    values: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    hint: str = ""
    error: str = ""

    @property
    def value(self) -> str:
        """The first value."""
        return self.values[0] if self.values else ""


@dataclass(frozen=True)
class ActionForm:
    """One action with its fields.

    Attributes
    ----------
    version
        What is sent as If-Match; empty where nothing is compared.
    first
        Whether it stands open on the page.
    error
        What is wrong with it as a whole.
    """

    action: str
    title: str
    version: str
    controls: tuple[Control, ...]
    first: bool
    grave: bool
    opened: bool = False
    error: str = ""

    @property
    def simple(self) -> bool:
        """Whether pressing its button is all there is to do."""
        return all(control.kind == "hidden" for control in self.controls)


@dataclass(frozen=True)
class ActionForms:
    """All that an actor may do: at hand, in drawers, to undo, and the two ways to write."""

    first: tuple[ActionForm, ...] = ()
    others: tuple[ActionForm, ...] = ()
    undo: ActionForm | None = None
    talk: tuple[ActionForm, ...] = ()


@dataclass(frozen=True)
class Sent:
    """What was sent and refused: shown again with what is wrong beside it."""

    action: str = ""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    refusal: Refusal | None = None


def action_forms(file: ReportFile, actor: Any, say: Speech, sent: Sent) -> ActionForms:
    """Return the forms of the actions that are legal now for this actor.

    Parameters
    ----------
    actor
        Whose ``actions`` the document names.
    sent
        The form that was refused just now; an empty one if none was.
    """
    maker = _Maker(file, actor, say)
    legal = [action for action in file.document["actions"] if action != UNDO]
    if not (say.names and say.names.counties):  # a deployment of one county has nobody to hand to
        legal = [action for action in legal if action != "hand_over"]
    forms = {action: _refused(maker.form(action), sent) for action in legal}
    # A closed report stays closed unless its resident asks: then reopening is what waits.
    asked = "" if file.document["reopen_requested"] else "reopen"
    first = [forms[action] for action in _FIRST if action in forms and action != asked][:2]
    if sent.action in forms and forms[sent.action] not in first and sent.action not in _TALK:
        first.append(forms[sent.action])
    others = [form for action, form in forms.items() if action not in _TALK and form not in first]
    undo = maker.form(UNDO) if UNDO in file.document["actions"] else None
    return ActionForms(
        first=tuple(replace(form, first=True) for form in first),
        others=tuple(others),
        undo=undo,
        talk=tuple(forms[action] for action in ("comment", "ask") if action in forms),
    )


def _refused(form: ActionForm, sent: Sent) -> ActionForm:
    """Return the form as it was sent, with what is wrong."""
    if sent.action != form.action or sent.refusal is None:
        return form
    errors = sent.refusal.fields
    controls = tuple(
        replace(control, values=_held(control, sent), error=errors.get(control.name, ""))
        for control in form.controls
    )
    return replace(form, controls=controls, opened=True, error=sent.refusal.words)


def _held(control: Control, sent: Sent) -> tuple[str, ...]:
    """Return what a control held when it was sent; the list beside short choices wins, as when it is read."""
    if control.kind == "decisions":
        columns = [sent.values.get(f"decision_{name}", ()) for name in DECISION]
        return tuple(chain.from_iterable(zip(*columns, strict=False)))
    other = [text for text in sent.values.get(f"{control.name}_other", ()) if text.strip()]
    return tuple(other or sent.values.get(control.name, control.values))


class _Maker:
    """Makes forms for one report and one actor."""

    def __init__(self, file: ReportFile, actor: Any, say: Speech) -> None:
        self._file = file
        self._actor = actor
        self._say = say
        self._names = say.names
        self._special: Mapping[str, Callable[[Field], Control]] = {
            "lead": self._lead,
            "assisting": self._assisting,
            "bodies": self._assisting,
            "outcome": self._outcome,
            "town": self._town,
            "county": self._county,
            "category": self._category,
            "request": self._request,
            "meeting": self._meeting,
            "into": self._into,
            "of": self._asked,
            "decisions": lambda wanted: self._plain(wanted, "decisions", self._utilities()),
            "photos": lambda wanted: self._plain(wanted, "files"),
        }

    def form(self, action: str) -> ActionForm:
        """Return the form of an action with nothing filled in but what is known."""
        wanted = fields_of(action)
        if action == "move":
            controls = [self._plain(Field("place", "place"), "place")]
            wanted = tuple(one for one in wanted if one.name in {"address", "reason"})
            controls += [self._control(one) for one in wanted]
        else:
            controls = [self._control(one) for one in wanted]
        return ActionForm(
            action=action,
            title=self._say.named("act", action),
            version=self._version(action),
            controls=tuple(controls),
            first=False,
            grave=action in _GRAVE,
        )

    def _version(self, action: str) -> str:
        whose = "report" if action == UNDO else edges_of(action)[0].version_of
        if whose == "none":
            return ""
        if whose == "assignment" and self._file.own is not None:
            return str(self._file.own.version)
        return str(self._file.document["version"])

    def _control(self, wanted: Field) -> Control:
        special = self._special.get(wanted.name)
        if special is not None:
            return special(wanted)
        kind = "instant" if wanted.kind == "instant" else "text"
        return self._plain(wanted, "long" if wanted.name in _LONG else kind)

    def _plain(
        self,
        wanted: Field,
        kind: str,
        groups: Sequence[Group] = (),
        values: Sequence[str] = (),
        hint: str = "",
    ) -> Control:
        return Control(
            name=wanted.name,
            kind=kind,
            label=self._say.named("field", wanted.name),
            required=wanted.required,
            values=tuple(values),
            groups=tuple(groups),
            hint=hint,
        )

    # Bodies

    def _lead(self, wanted: Field) -> Control:
        """Offer the bodies the ladder names to be picked, and every other in a list."""
        bodies = self._file.suggestions.bodies if self._file.suggestions else []
        suggested = tuple(self._suggested(i, body) for i, body in enumerate(bodies))
        groups = (Group("", suggested), *self._utilities(besides={c.value for c in suggested}))
        chosen = [body.utility.code for body in bodies if not body.returned][:1]
        return self._plain(wanted, "pick", groups, chosen)

    def _suggested(self, index: int, body: SuggestedBody) -> Choice:
        say = self._say
        hints = [say.named("utility_method", body.method)]
        if body.distance_m is not None:
            hints.append(say.word("suggest.distance", distance=say.distance(body.distance_m)))
        hints.append(say.word("suggest.load", open=body.open_reports, overdue=body.overdue_reports))
        if body.returned:
            hints.append(say.word("suggest.returned"))
        if body.part:
            hints.append(say.named("part_role", body.part))
        words = f"{index + 1}. {say.utility(body.utility.code)}"
        return Choice(body.utility.code, words, " · ".join(hints))

    def _assisting(self, wanted: Field) -> Control:
        return self._plain(wanted, "tick", self._utilities())

    def _utilities(self, besides: frozenset[str] | set[str] = frozenset()) -> list[Group]:
        of_kind: dict[str, list[UtilityName]] = {}
        for one in self._names.utilities.values() if self._names else ():
            if one.code not in besides:
                of_kind.setdefault(one.kind, []).append(one)
        return [
            Group(
                self._say.named("utility_kind", kind),
                tuple(Choice(one.code, one.name.of(self._say.language)) for one in of_kind[kind]),
            )
            for kind in ("utility", "department", "town")
            if kind in of_kind
        ]

    def _asked(self, wanted: Field) -> Control:
        say = self._say
        roles = tuple(Choice(one, say.named("role", one)) for one in ("dispatcher", "grid_staff"))
        assigned = dict.fromkeys(part.utility_code for part in self._file.case.current())
        bodies = tuple(Choice(code, say.utility(code)) for code in assigned)
        return self._plain(wanted, "choose", (Group("", (*bodies, *roles)),))

    # What it is and where

    def _outcome(self, wanted: Field) -> Control:
        # A duplicate needs the other report named; a resident's matter is closed as resolved.
        choices = tuple(Choice(code, self._say.named("outcome", code)) for code in wanted.choices)
        return self._plain(wanted, "choose", (Group("", choices),), ("resolved",))

    def _town(self, wanted: Field) -> Control:
        here = self._file.document["town_code"]
        towns = self._names.towns if self._names else {}
        choices = tuple(
            Choice(code, name.of(self._say.language))
            for code, name in towns.items()
            if code != here
        )
        return self._plain(wanted, "choose", (Group("", choices),))

    def _county(self, wanted: Field) -> Control:
        counties = self._names.counties if self._names else {}
        choices = tuple(Choice(one, name.of(self._say.language)) for one, name in counties.items())
        return self._plain(wanted, "choose", (Group("", choices),))

    def _category(self, wanted: Field) -> Control:
        return self._plain(
            wanted, "choose", category_groups(self._say, besides=self._file.document["category"])
        )

    # Other things of the case

    def _request(self, wanted: Field) -> Control:
        pending = [request for request in self._file.case.requests if request.status == "pending"]
        parts = {part.id: part.utility_code for part in self._file.case.assignments}
        choices = []
        for request in pending:
            until = f" → {self._say.moment(request.until)}" if request.until else ""
            asked = f"{self._say.named('request', request.kind)}{until}"
            body = self._say.utility(parts.get(request.assignment_id))
            choices.append(Choice(str(request.id), f"{body} · {asked}", request.reason))
        return self._plain(
            wanted, "pick", (Group("", tuple(choices)),), [c.value for c in choices][:1]
        )

    def _meeting(self, wanted: Field) -> Control:
        """Offer the meetings that still wait for this: for minutes, or for this body's word."""
        waiting = [
            meeting
            for meeting in self._file.case.meetings
            if meeting.recorded_at is None
            or any(
                is_invited(self._actor, body) and body["acknowledged_at"] is None
                for body in meeting.bodies
            )
        ]
        choices = tuple(
            Choice(str(one.id), f"{self._say.moment(one.meets_at)} · {one.place}", one.subject)
            for one in waiting
        )
        kind = "hidden" if len(choices) == 1 else "pick"
        return self._plain(wanted, kind, (Group("", choices),), [c.value for c in choices][:1])

    def _into(self, wanted: Field) -> Control:
        alike = self._file.suggestions.duplicates if self._file.suggestions else []
        choices = tuple(
            Choice(
                row["number"],
                row["description"],
                self._say.word(
                    "suggest.alike",
                    distance=self._say.distance(row["distance_m"]),
                    when=self._say.moment(row["received_at"]),
                    number=row["number"],
                ),
            )
            for row in alike
        )
        return self._plain(
            wanted, "pick", (Group("", choices),), hint=self._say.word("form.number")
        )


def category_groups(say: Speech, besides: str | None = None) -> list[Group]:
    """Return the categories that are offered, under their parents; one without children is its own."""
    categories = say.names.categories if say.names else {}
    offered = [one for one in categories.values() if one.enabled and one.code != besides]
    children: dict[str, list[Choice]] = {}
    for one in offered:
        choice = Choice(one.code, one.name.of(say.language))
        under = children.setdefault(one.parent_code or one.code, [])
        if one.parent_code is not None:
            under.append(choice)
    return [
        Group(
            categories[parent].name.of(say.language),
            tuple(choices) or (Choice(parent, categories[parent].name.of(say.language)),),
        )
        for parent, choices in children.items()
    ]
