"""Residents' answers: not everybody answers, 99.1 % of those who do are satisfied."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from data.zhucheng.course import courses
from data.zhucheng.frame import rng_for, weighted_choice
from data.zhucheng.reports import archive

SATISFIED_SHARE = 0.991
_ANSWER_SHARE = 0.58
_ASKED = frozenset({"resolved", "self_resolved"})
_CHANNELS = ("link", "qr", "telephone")
_CHANNEL_WEIGHTS = (55.0, 20.0, 25.0)
_PRAISE = (
    "",
    "",
    "",
    "",
    "处理很快",
    "谢谢网格员",
    "问题解决了",
    "态度很好",
    "点赞",
    "当天就修好了",
)
_BLAME = ("等了太久", "修了又坏", "没有人联系我", "只解决了一部分")
_LATEST_S = 12 * 86_400  # within the 14 days that an invitation is good for


@dataclass(frozen=True)
class Answer:
    """One answer; ``answered`` in seconds since 1970."""

    number: str
    answered: int
    answer: str
    channel: str
    comment: str


@cache
def answers() -> tuple[Answer, ...]:
    """Return the answers in the order of the reports."""
    rng = rng_for("evaluations")
    asked = [
        (report, course)
        for report, course in zip(archive(), courses(), strict=True)
        if course.outcome in _ASKED and report.reporter_name
    ]
    story = {"shenglong", "yuewang"}
    answering = rng.random(len(asked)) < _ANSWER_SHARE
    answering |= [bool(r.outbreak and r.outbreak.code in story) for r, _ in asked]
    given = [pair for pair, answers_it in zip(asked, answering, strict=True) if answers_it]
    unhappy = _unhappy([not r.outbreak for r, _ in given], rng)
    channel = weighted_choice(rng, np.array(_CHANNEL_WEIGHTS), len(given))
    waited = np.minimum(rng.exponential(0.9 * 86_400, len(given)), _LATEST_S).astype(np.int64)
    return tuple(
        Answer(
            number=report.number,
            answered=(course.closed or 0) + 60 + int(later),
            answer=grade,
            channel=_CHANNELS[int(by)],
            comment=_comment(grade, rng),
        )
        for (report, course), grade, by, later in zip(given, unhappy, channel, waited, strict=True)
    )


def _unhappy(free: list[bool], rng: np.random.Generator) -> list[str]:
    """Deal out the answers that are not ``satisfied``: exactly the share, two in three so-so."""
    count = len(free) - round(SATISFIED_SHARE * len(free))
    grades = ["satisfied"] * len(free)
    chosen = [n for n in rng.permutation(len(free)).tolist() if free[n]][:count]
    for rank, at in enumerate(chosen):
        grades[at] = "unsatisfied" if rank % 3 == 0 else "so_so"
    return grades


def _comment(grade: str, rng: np.random.Generator) -> str:
    choices = _PRAISE if grade == "satisfied" else _BLAME
    return choices[int(rng.integers(len(choices)))]
