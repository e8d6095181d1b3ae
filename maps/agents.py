"""What a browser calls itself, in words its owner knows: "Edge · Windows"."""

from __future__ import annotations

# The first that is found counts: browsers name those they descend from as well.
_BROWSERS = (
    ("MicroMessenger", "微信 WeChat"),
    ("DingTalk", "钉钉 DingTalk"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("QQBrowser", "QQ"),
    ("Quark", "Quark"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_LONGEST = 40


def agent_words(agent: str) -> str:
    """Return browser and system of a ``User-Agent``; another program's first word; may be empty.

    Examples
    --------
    >>> agent_words("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Edg/130.0")
    'Edge · Windows'
    >>> agent_words("python-httpx/0.28.1"), agent_words("")
    ('python-httpx', '')
    """
    found = [
        next((words for sign, words in known if sign in agent), "")
        for known in (_BROWSERS, _SYSTEMS)
    ]
    said = " · ".join(filter(None, found))
    return said or agent.split("/", maxsplit=1)[0].split(" ", maxsplit=1)[0][:_LONGEST]
