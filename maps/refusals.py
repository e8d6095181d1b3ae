"""Why the domain refused, in the reader's language: the domain itself speaks English.

One table for the forms we render and for the problem documents that scripts show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gis.errors import FieldError, GridCallError, InvalidInput
from maps.speech import Speech

# The domain's sentences, with what varies in them, to keys of the glossary.
SENTENCES: tuple[tuple[str, str], ...] = (
    (r"`\w+` needs it\.|Must not be blank\.", "why.needed"),
    (r"holds only white space .*", "why.blank"),
    (r"Must have at most (?P<n>\d+) characters\.", "why.long"),
    (r"Must have at most (?P<n>\d+) entries\.", "why.many"),
    (r"Must have at most (?P<n>\d+) MB\.", "why.heavy"),
    (r"Must have at most (?P<n>\d+) million pixels\.", "why.pixels"),
    (r"Is no whole JPEG.*", "why.picture"),
    (r"Holds a character .*", "why.character"),
    (r"Must be an instant.*|Must lie between the years.*", "why.instant"),
    (r"Must be one of.*", "why.choice"),
    (r"Must be the id of a report\.|There is no such report\.", "why.report"),
    (r"is required|is too short: .*|write part of a name", "why.needed"),
    (r"is too long: (?P<n>\d+) at most", "why.long"),
    (r"must not hold .*", "why.character"),
    (r"1 to 64 letters, digits.*", "accounts.bad.username"),
    (r"lies before from", "why.backwards"),
    (r"lies before 1980.*|lies more than a day ahead .*", "why.clock"),
    (r"must be a number of metres.*", "why.metres"),
    (r"no category has the tag .*|there is no (?:town|grid|utility|grid staff) .*", "why.gone"),
    (r"There is no (?:utility|town|other county) .*|there is no category .*", "why.gone"),
    (r"there is no place .*|the active layout has no grid .*", "why.place"),
    (r"one of the four ways to say where is needed|Say where: .*", "why.where"),
    (r"There is no such cluster\.|Nothing is left to merge.*|These reports are no longer offered .*",
     "why.cluster"),
    (r"The database .*|Boundaries are being changed.*", "why.busy"),
    (r"The session has ended.*|Sign in with .*", "why.signed_out"),
    (r"Too many .*", "why.too_many"),
    (r"Send the version you saw .*", "why.changed"),
    (r"A body that was named does not exist\.", "why.gone"),
    (r"Must be a (?:finite )?number\.|.*is not a position.*|.*is not between.*|.*needs both coordinates.*", "why.position"),
    ((r"A meeting has to lie in the future\.|A pause has to end in the future\."
     r"|What is decided has to be due in the future\."), "why.future"),
    (r"A report cannot be merged into itself\.", "why.itself"),
    (r"The other report is closed.*", "why.other_closed"),
    (r"The other report was merged itself.*", "why.other_merged"),
    (r"The other report is with another centre.*", "why.other_centre"),
    (r"Other reports were merged into it.*|Reports of other people were merged.*", "why.has_merged"),
    (r"It was merged into another report.*", "why.is_merged"),
    (r"It was not merged.*", "why.not_merged"),
    ((r"The report has this category already\.|The report is with this town already\."
     r"|This body has the lead already\.|It is with the .* already\."), "why.already"),
    (r"It lies in no town\.", "why.no_town"),
    (r"That report is another person's.*|Outcome `duplicate` needs.*", "why.duplicate"),
    (r"Several requests wait.*|There are several meetings.*", "why.which"),
    (r"That request is not waiting.*|There is no request waiting.*", "why.no_request"),
    (r"An earlier request of yours.*", "why.request_waits"),
    (r"The pause asked for has ended.*", "why.pause_over"),
    (r"The limit has passed.*", "why.overdue"),
    (r"The most that may be granted.*", "why.granted"),
    (r"A pause may last at most \d+ days\.", "why.pause_long"),
    (r"There is no running limit.*", "why.no_limit"),
    (r"Your body has no (?:such )?part in this report\.", "why.no_part"),
    (r"Your body's part is `(?P<status>\w+)`\.", "why.part"),
    (r"Your body has returned this report once.*", "why.returned"),
    (r"There is no invitation.*|There is no meeting.*", "why.no_meeting"),
    (r"There is no last step.*|The last step was somebody else's\.|A step can be undone.*",
     "why.no_undo"),
    (r"`\w+` is not possible for you while .*", "why.state"),
    (r"No evaluation of this report waits.*", "why.no_evaluation"),
    (r"This evaluation was answered before.*", "why.answered"),
    (r"Who handled a report cannot .*", "why.handled"),
    (r"Only dispatchers call residents back\.", "why.dispatchers"),
    (r"Only an answered call has an answer\.", "why.no_answer"),
    (r"A report has at most (?P<n>\d+) photos\.", "why.photos"),
    (r"Only those who have a part .*", "why.not_party"),
    (r"Who did the work shows .*", "why.qr_only"),
    (r"The report was closed more than .*", "why.closed_long"),
    (r"There is no room for photos left\.", "why.room"),
    (r"The role .* never does .*|The role .* hands in no reports\.", "why.role"),
    (r".* is at version \d+ now.*", "why.changed"),
    (r".*client_id.*", "why.client_id"),
)  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """What was refused: in a sentence, and beside the fields it is about."""

    words: str
    fields: Mapping[str, str] = field(default_factory=dict)


def refusal_of(error: GridCallError, say: Speech) -> Refusal:
    """Return an error of the domain as a page says it."""
    if isinstance(error, InvalidInput) and error.errors:
        told = {one.field: sentence(one.reason, say) for one in error.errors}
        return Refusal(say.word("why.fields"), told)
    return Refusal(sentence(error.detail, say))


def problem_words(error: GridCallError, say: Speech) -> tuple[str, list[FieldError]]:
    """Return detail and field errors of a problem document.

    In English they stay as the domain says them, exact to the name of a parameter; what is said of
    a parameter and has no words of its own stays so in Chinese too, because a program may need it.
    """
    errors = error.errors if isinstance(error, InvalidInput) else []
    if say.language == "en":
        return error.detail, errors
    if not errors:
        known = _known(error.detail, say)
        if known is None and isinstance(error, InvalidInput):
            return error.detail, []
        return known or say.word("why.other"), []
    told = [replace(one, reason=_known(one.reason, say) or one.reason) for one in errors]
    named = (f"{say.named('field', one.field)}：{one.reason}" for one in told)
    return "；".join(named), told


def sentence(text: str, say: Speech) -> str:
    """Return a sentence of the domain in the page's language.

    One that has no words of its own is shown as it is in English, and in Chinese as a general
    refusal, never as a foreign sentence.
    """
    return _known(text, say) or (text if say.language == "en" else say.word("why.other"))


def _known(text: str, say: Speech) -> str | None:
    """Return a sentence of the domain in the reader's words, None if it has none."""
    for pattern, key in SENTENCES:
        match = re.fullmatch(pattern, text, re.DOTALL)
        if match:
            parameters = {
                name: say.named("part_status", value) if name == "status" else value
                for name, value in match.groupdict().items()
            }
            return say.word(key, **parameters)
    return None
