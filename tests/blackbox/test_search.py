"""Search: posts by their words for who may see them, people by profile, what edits, deletes, kills and a lost file do."""

import glob
import os

import pytest

from node import Node, pair, wait_for


@pytest.fixture(scope="module")
def office():
    node = Node("Search").init()
    people = {}
    node.serve()
    for name in ("ana", "bob", "cleo"):
        people[name] = node.person(name)
    yield node, people
    node.close()


def hits(person, words, **params):
    found = person.get("/api/v2/search", q=words, type="statuses", **params)
    assert found["accounts"] == [] and found["hashtags"] == []
    return [status["id"] for status in found["statuses"]]


def finds(person, words, status, **params):
    wait_for(lambda: status["id"] in hits(person, words, **params), f"{person.name} finds {words!r}")


def test_words_in_french_and_english(office):
    _, people = office
    ana, bob = people["ana"], people["bob"]
    french = ana.say("Les réunions de l'équipe sécurité sont reportées : œuvre collective", language="fr")
    english = ana.say("The welding policies of the workshop were updated", language="en")
    for words in ("réunion", "REUNION", "équipes", "securite", "reporté", "oeuvres", "\"équipe sécurité\"", "réunions collectives",
                  "reunoin", "from:ana reunion", f"from:@ana@{bob.node.domain} equipe"):
        finds(bob, words, french)
    for words in ("policy", "welded workshop", "updates"):
        finds(bob, words, english)
    assert hits(bob, "réunion chocolat") == []
    assert hits(bob, "from:me réunion") == []
    assert bob.get("/api/v1/search", q="reunion")["statuses"][0]["id"] == french["id"]
    assert bob.get("/api/v2/search", q="reunion", type="accounts")["statuses"] == []


def test_only_who_may_see_finds(office):
    _, people = office
    ana, bob, cleo = people["ana"], people["bob"], people["cleo"]
    bob.follow(ana)
    limited = ana.say("kaléidoscope pour mes abonnés", visibility="private")
    direct = ana.say(f"@{cleo.name} un stéthoscope entre nous", visibility="direct")
    finds(ana, "kaleidoscope", limited)
    finds(bob, "kaleidoscope", limited)
    finds(cleo, "stethoscope", direct)
    assert hits(cleo, "kaleidoscope") == [] and hits(bob, "stethoscope") == []
    assert hits(cleo, "kaleidoscop") == [] and hits(bob, "stethoscopes") == []
    bob.post(f"/api/v1/accounts/{ana.id}/unfollow")
    assert hits(bob, "kaleidoscope") == []
    hidden = cleo.say("un périscope discret")
    finds(bob, "periscope", hidden)
    cleo.patch("/api/v1/accounts/update_credentials", indexable="false")
    assert hits(bob, "periscope") == [] and hits(cleo, "periscope") == [hidden["id"]]
    cleo.patch("/api/v1/accounts/update_credentials", indexable="true")
    assert hits(bob, "periscope") == [hidden["id"]]
    cleo.post(f"/api/v1/accounts/{bob.id}/block")
    assert hits(bob, "periscope") == []
    cleo.post(f"/api/v1/accounts/{bob.id}/unblock")
    bob.post(f"/api/v1/accounts/{cleo.id}/mute")
    assert hits(bob, "periscope") == [] and hits(bob, "from:cleo periscope") == [hidden["id"]]
    bob.post(f"/api/v1/accounts/{cleo.id}/unmute")


def test_edits_and_deletes_follow(office):
    _, people = office
    ana, bob = people["ana"], people["bob"]
    status = ana.say("un ornithorynque")
    finds(bob, "ornithorynque", status)
    ana.put(f"/api/v1/statuses/{status['id']}", status="un hippopotame")
    assert hits(bob, "ornithorynque") == []
    finds(bob, "hippopotame", status)
    ana.delete(f"/api/v1/statuses/{status['id']}")
    assert hits(bob, "hippopotame") == []


def test_pages(office):
    _, people = office
    ana, bob = people["ana"], people["bob"]
    said = [ana.say(f"pamplemousse numéro {i}")["id"] for i in range(5)]
    newest = said[::-1]
    wait_for(lambda: hits(bob, "pamplemousse") == newest, "all are found, the newest first")
    assert hits(bob, "pamplemousse", limit=2) == newest[:2]
    assert hits(bob, "pamplemousse", limit=2, offset=2) == newest[2:4]
    assert hits(bob, "pamplemousse", max_id=said[2]) == newest[3:]
    assert hits(bob, "pamplemousse", min_id=said[1], limit=2) == newest[1:3]
    assert hits(bob, "pamplemousse", account_id=bob.id) == []
    assert hits(bob, "pamplemousse", account_id=ana.id) == newest
    assert hits(bob, "pamplemousse", account_id="x") == []


def test_people_by_profile(office):
    _, people = office
    ana, bob = people["ana"], people["bob"]
    ana.patch("/api/v1/accounts/update_credentials", note="Soudage inox 316", discoverable="true", **{
        "fields_attributes[0][name]": "Métier", "fields_attributes[0][value]": "chaudronnière"})

    def named(words, **params):
        return [a["acct"] for a in bob.get("/api/v2/search", q=words, type="accounts", **params)["accounts"]]
    wait_for(lambda: named("soudages inox") == ["ana"], "ana is found by what she does")
    assert named("chaudronniere") == ["ana"] and named("inox soud") == ["ana"] and named("soudgae inox 316") == ["ana"]
    assert named("soudage", following="true") == []
    assert named("soudage", offset=1) == []
    assert [a["acct"] for a in bob.get("/api/v1/accounts/search", q="chaudronni")] == ["ana"]
    ana.patch("/api/v1/accounts/update_credentials", discoverable="false")
    assert named("soudage") == []
    assert named("ana") == ["ana"]


def test_syntax_of_the_index_does_no_harm(office):
    _, people = office
    for words in ('"', '""', "*", "a AND", "NEAR(a b, 2)", "words:x", "^a", "-a", "a OR b NOT c", "';--", "{a}:", "from:", "has:",
                  "from:@@", "\u2042media", "\x7f", "a" * 2000, "é" * 500, "a " * 900):
        people["bob"].get("/api/v2/search", q=words)


def test_restart_kill_and_lost_file(office):
    node, people = office
    ana, bob = people["ana"], people["bob"]
    before = ana.say("une libellule")
    finds(bob, "libellule", before)
    killed = ana.say("une coccinelle")
    node.kill()
    node.serve()
    finds(bob, "libellule", before)
    finds(bob, "coccinelle", killed)
    node.stop()
    for path in glob.glob(os.path.join(node.data, "search.sqlite*")):
        os.unlink(path)
    node.serve()
    finds(bob, "libellule", before)
    finds(bob, "coccinelle", killed)
    os.unlink(os.path.join(node.data, "search.sqlite"))
    later = ana.say("une sauterelle")
    finds(bob, "sauterelle", later)
    finds(bob, "libellule", before)
    node.stop()
    with open(os.path.join(node.data, "search.sqlite"), "r+b") as file:
        file.write(b"nonsense" * 1000)
    node.serve()
    finds(bob, "libellule", before)


def test_reindex(office):
    node, people = office
    ana, bob = people["ana"], people["bob"]
    status = ana.say("une mirabelle")
    finds(bob, "mirabelle", status)
    assert "begun" in node.do("reindex")
    finds(bob, "mirabelle", status)
    node.stop()
    assert node.do("reindex") == "built"
    assert node.do("check") == "clean"
    node.serve()
    finds(bob, "mirabelle", status)


def test_posts_of_a_sibling():
    a, b = Node("A").init(), Node("B").init()
    try:
        a.serve(), b.serve()
        pair(a, b)
        ana, lucie = a.person("ana"), b.person("lucie")
        lucie.follow(ana)
        ana.say("un tournesol pour tous")
        there = lucie.sees("tournesol")
        finds(lucie, "tournesols", there)
        lucie.post(f"/api/v1/statuses/{there['id']}/favourite")
        ana.patch("/api/v1/accounts/update_credentials", indexable="false")
        nora = b.person("nora")
        wait_for(lambda: hits(nora, "tournesol") == [], "the author's wish holds there")
        assert hits(lucie, "tournesol") == [there["id"]]
    finally:
        a.close(), b.close()
