"""What is said of a cluster, in Chinese and English."""

from __future__ import annotations

from gis.clusters import Cluster


def cluster_words(cluster: Cluster) -> tuple[str, str]:
    """Return the sentence in Chinese and in English.

    Examples
    --------
    ``76分钟内、160米范围内有7件“水压低”，可能是同一原因`` and
    ``7 reports of low water pressure within 160 m in 1 h 16 min: probably one cause``.
    """
    count, metres = len(cluster.members), rounded_m(cluster.within_m)
    _, name_zh, name_en = cluster.subject
    zh = (
        f"{_span(cluster.minutes, '小时', '分钟', '')}内、{metres}米范围内有{count}件“{name_zh}”，"
        "可能是同一原因"
    )
    name = name_en[:1].lower() + name_en[1:]
    en = (
        f"{count} reports of {name} within {metres} m in {_span(cluster.minutes, ' h', ' min', ' ')}:"
        " probably one cause"
    )
    return zh, en


def rounded_m(metres: float) -> int:
    """Return metres rounded up to tens: who reads ``within`` must be able to rely on it."""
    return max(10, -int(-metres // 10) * 10)


def _span(minutes: int, hour: str, minute: str, between: str) -> str:
    hours, rest = divmod(max(minutes, 1), 60)
    parts = [f"{hours}{hour}"] if hours else []
    if rest or not hours:
        parts.append(f"{rest}{minute}")
    return between.join(parts)
