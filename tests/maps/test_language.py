"""Words: both languages complete, every key used exists, the language chosen by clear rules."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.bundle import STATIC
from maps.language import LANGUAGES, choose_language, glossary, words

PARAMETER = re.compile(r"\{(\w+)\}")
# Groups of words looked up by a code of the server: t['role.' ~ actor.role], named("status", ...).
CODES = {
    "role": ["admin", "supervisor", "dispatcher", "grid_staff", "volunteer", "utility", "planner"],
    "status": ["received", "accepted", "dispatched", "handling", "handled", "closed"],
    "outcome": ["resolved", "self_resolved", "rejected", "duplicate", "withdrawn", "transferred"],
    "source": [
        "grid_staff",
        "volunteer",
        "party_branch",
        "resident",
        "hotline_12345",
        "patrol",
        "utility",
    ],
    "light": ["green", "yellow", "red"],
    "staff_role": ["leader", "member", "branch_secretary", "volunteer"],
    "grid_method": ["covers", "nearest", "outside", "stated"],
    "staff_method": ["on_duty", "leader", "community_duty", "town_duty", "none"],
    "utility_method": ["service_area", "nearest", "town_office", "none"],
    "utility_kind": ["utility", "department", "town"],
    "unit": ["grid", "town"],
}


def sources(pattern: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(STATIC.parent.glob(pattern)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_missing(language):
    assert [
        key for key, entry in glossary().items() if not entry.get(language, "").strip(" ")
    ] == []


def test_both_languages_take_the_same_parameters():
    different = {
        key: entry
        for key, entry in glossary().items()
        if set(PARAMETER.findall(entry["zh"])) != set(PARAMETER.findall(entry["en"]))
    }
    assert different == {}


def test_forms_go_with_a_number_that_the_words_tell():
    """``{n|report|reports}`` is chosen by ``{n}``, and by scripts only: templates know no forms."""
    forms = re.compile(r"\{(\w+)\|[^|}]*\|[^}]*\}")
    in_templates = set(re.findall(r"""t\['([\w.]+)'\]""", sources("templates/*.html")))
    chosen = {key: forms.findall(entry["en"]) for key, entry in glossary().items()}
    assert sum(map(bool, chosen.values())) >= 15
    for key, names in chosen.items():
        assert set(names) <= set(PARAMETER.findall(glossary()[key]["en"])), key
        assert not names or key not in in_templates, key
    assert not [key for key, entry in glossary().items() if forms.search(entry["zh"])]


def test_every_key_used_has_words():
    used = set(re.findall(r"""\bt\(\s*"([\w.]+)\"""", sources("static/js/**/*.js")))
    used |= set(re.findall(r"""\? "([\w]+\.[\w.]+)" :""", sources("static/js/**/*.js")))
    used |= set(re.findall(r"""t\['([\w.]+)'\]""", sources("templates/*.html")))
    assert len(used) > 80
    assert sorted(used - set(glossary())) == []


def test_every_code_of_the_server_has_words():
    missing = [
        f"{group}.{code}"
        for group, codes in CODES.items()
        for code in codes
        if f"{group}.{code}" not in glossary()
    ]
    assert missing == []


def test_every_word_is_used():
    text = (
        sources("static/js/**/*.js")
        + sources("templates/*.html")
        + sources("*.py")
        + sources("../api/**/*.py")
    )
    # A group whose keys are put together from a code of the server: named("status", …), 'status.' ~ code.
    groups = set(re.findall(r"""named\(["'](\w+)["']""", text))
    groups |= set(re.findall(r"""["'](\w+)\.(?:\w+\.)?["'] ~""", text))
    groups |= set(re.findall(r"""f["'](\w+)\.\{""", text))
    groups |= {
        "thing",
        "role",
        "language",
        "heat",
        "reports",
        "unit",
        "map",
        "than",
        "test",
        "step",
        "view",
    }
    unused = [
        key
        for key in glossary()
        if f'"{key}"' not in text and f"'{key}'" not in text and key.split(".")[0] not in groups
    ]
    assert unused == []


@pytest.mark.parametrize(
    ("query", "cookie", "header", "expected"),
    [
        (None, None, None, "zh"),
        ("en", "zh", "zh-CN", "en"),
        ("zh", "en", "en", "zh"),
        (None, "en", "zh-CN,zh;q=0.9", "en"),
        ("fr", None, "en-GB", "en"),
        (None, "fr", "de,en;q=0.4,zh;q=0.6", "zh"),
        (None, None, "en;q=0,zh;q=0.1", "zh"),
        (None, None, "de-DE,fr;q=0.8", "zh"),
        (None, None, "en;q=nonsense", "zh"),
    ],
)
def test_language_is_chosen(query, cookie, header, expected):
    assert choose_language(query, cookie, header) == expected


@given(st.none() | st.text(), st.none() | st.text(), st.none() | st.text())
def test_any_header_gives_a_language(query, cookie, header):
    assert words(choose_language(query, cookie, header))["brand"]
