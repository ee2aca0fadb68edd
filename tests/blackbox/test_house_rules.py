"""The rules of the house: made on the command line, read and cited in reports by Mastodon.py, shown on the legal page."""

import mastodon
import pytest

from entities import check
from node import Person, unkept


@pytest.fixture(scope="module")
def mod(world):
    world.a.add_user("warden", role="moderator")
    return Person(world.a, "warden", world.a.token("warden", "read write admin:read admin:write"))


@pytest.fixture
def rule(world, word):
    """One rule with a translation, and its id."""
    made = world.a.do("house-rule", "add", f"Be kind {word}", "--hint", f"Always {word}").split()[-1]
    world.a.do("house-rule", "edit", made, "--language", "fr", "--text", f"Soyez aimables {word}", "--hint", "<toujours>")
    yield made
    world.a.cli("house-rule", "remove", made)


def client(person):
    return mastodon.Mastodon(access_token=person.token, api_base_url=person.node.url, ratelimit_method="throw",
                             session=unkept())


def test_clients_read_them(world, word, rule):
    read = [r for r in client(world.ana).instance_rules() if str(r.id) == rule]
    assert [(r.text, r.hint) for r in read] == [(f"Be kind {word}", f"Always {word}")]
    assert read[0].translations["fr"] == {"text": f"Soyez aimables {word}", "hint": "<toujours>"}
    rules = world.ana.get("/api/v1/instance/rules")
    assert check(world.a.get("/api/v2/instance").json()["rules"], "[Rule]") == rules
    assert world.a.get("/api/v1/instance").json()["rules"] == rules


def test_the_legal_page_shows_them_in_the_language_of_the_reader(world, word, rule):
    french = world.a.get("/legal?lang=fr", headers={"Accept": "text/html"}).text
    assert f"Soyez aimables {word}" in french and "&lt;toujours&gt;" in french and 'id="rules"' in french
    english = world.a.get("/legal?lang=en", headers={"Accept": "text/html"}).text
    assert f"Be kind {word}" in english and "Rules of this space" in english


def test_a_report_cites_them(world, mod, word, rule):
    report = client(world.ana).report(world.ben.id, comment=word, category="violation", rule_ids=[rule])
    assert [str(i) for i in report.rule_ids] == [rule] and report.category == "violation"
    at = f"/api/v1/admin/reports/{report.id}"
    assert [r["id"] for r in mod.get(at)["rules"]] == [rule]
    assert f"rule: Be kind {word}" in world.a.do("report", "show", str(report.id)).splitlines()
    world.a.do("house-rule", "remove", rule)
    assert rule not in [r["id"] for r in world.ana.get("/api/v1/instance/rules")]
    assert [r["text"] for r in mod.get(at)["rules"]] == [f"Be kind {word}"]
    assert f"rule: Be kind {word} (holds no longer)" in world.a.do("report", "show", str(report.id)).splitlines()
    assert mod.put(at, **{"rule_ids[]": rule})["rules"], "the report cites it already"
    for wrong in ("1", "x", ""):
        status = 422 if wrong else 200
        answer = mod.raw("PUT", at, data={"rule_ids[]": wrong})
        assert answer.status_code == status and ("rule_ids" in answer.json().get("error", "") or not wrong)
    assert mod.get(at)["rules"] == []
    answer = mod.raw("PUT", at, data={"rule_ids[]": rule})
    assert answer.status_code == 422 and "rule_ids" in answer.json()["error"]


def test_another_category_cites_none(world, mod, rule):
    at = "/api/v1/admin/reports/" + world.ana.post("/api/v1/reports", account_id=world.ben.id, category="spam")["id"]
    assert mod.put(at, **{"rule_ids[]": rule})["category"] == "violation"
    assert mod.put(at, category="legal")["rules"] == []


def test_the_command_line_says_what_is_wrong(world, rule):
    for status, *words in ((2, "add", ""), (2, "add", "x" * 301), (2, "edit", rule), (2, "edit", rule, "--text", ""),
                           (2, "edit", rule, "--language", "no tag", "--text", "x"), (2, "move", rule, "0"),
                           (2, "move", rule, "x"), (1, "move", "1", "1"), (1, "remove", "x"), (1, "edit", "1", "--text", "x")):
        answer = world.a.cli("house-rule", *words)
        assert answer.returncode == status and answer.stderr, words


def test_they_are_moved_and_translations_end(world, word, rule):
    world.a.do("house-rule", "move", rule, "1")
    assert world.ana.get("/api/v1/instance/rules")[0]["id"] == rule
    listed = [line.split("\t") for line in world.a.do("house-rule", "list").splitlines()]
    assert listed[:2] == [[rule, "-", f"Be kind {word}", f"Always {word}"],
                          [rule, "fr", f"Soyez aimables {word}", "<toujours>"]]
    world.a.do("house-rule", "edit", rule, "--hint", "")
    world.a.do("house-rule", "edit", rule, "--language", "fr", "--text", "")
    kept = world.ana.get("/api/v1/instance/rules")[0]
    assert (kept["text"], kept["hint"], kept["translations"]) == (f"Be kind {word}", "", {})
