"""Announcements: made on the command line, read, dismissed and reacted to by Mastodon.py."""

import mastodon
import pytest

from entities import check
from node import Node, unkept
from streams import Lines


@pytest.fixture(scope="module")
def node():
    made = Node("Announcements")
    made.init()
    yield made.serve()
    made.close()


def test_announcements(node, word):
    gil, hana = node.person("gil" + word), node.person("hana" + word)
    api = mastodon.Mastodon(access_token=gil.token, api_base_url=node.url, ratelimit_method="throw", session=unkept())
    node.do("announcement", "add", f"Lunch {word}\nat <noon>", "--starts", "2099-01-01T11:00:00Z", "--ends", "2099-01-02")
    made = check(gil.get("/api/v1/announcements"), "[Announcement]")[0]
    assert made["content"] == f"<p>Lunch {word}<br>at &lt;noon&gt;</p>" and made["starts_at"] == "2099-01-01T11:00:00.000Z"
    assert [str(a["id"]) for a in api.announcements()] == [made["id"]]
    api.announcement_reaction_create(made["id"], "🐱")
    hana.call("PUT", f"/api/v1/announcements/{made['id']}/reactions/🐱")
    assert gil.get("/api/v1/announcements")[0]["reactions"] == [{"name": "🐱", "count": 2, "me": True}]
    api.announcement_reaction_delete(made["id"], "🐱")
    assert gil.get("/api/v1/announcements")[0]["reactions"] == [{"name": "🐱", "count": 1, "me": False}]
    assert "name" in gil.call("PUT", f"/api/v1/announcements/{made['id']}/reactions/cat", 422)["error"]
    api.announcement_dismiss(made["id"])
    assert [a.read for a in api.announcements()] == [True] and hana.get("/api/v1/announcements")[0]["read"] is False
    assert gil.get("/api/v1/announcements", with_dismissed="false") == []
    assert word in node.cli("announcement", "list").stdout
    node.do("announcement", "remove", made["id"])
    assert hana.get("/api/v1/announcements") == []


def test_who_and_what_it_names(node, word):
    hana = node.person("hana" + word)
    node.do("announcement", "add", f"@hana{word} and @hana{word} and @nobody{word} meet for #Lunch and #lunch")
    made = check(hana.get("/api/v1/announcements"), "[Announcement]")[0]
    assert made["mentions"] == [{"id": hana.id, "username": "hana" + word, "url": hana.me["url"], "acct": "hana" + word}]
    assert made["tags"] == [{"name": "lunch", "url": f"{node.url}/tags/lunch"}]
    assert f'href="{hana.me["url"]}"' in made["content"] and f"@nobody{word}" in made["content"]
    node.do("announcement", "remove", made["id"])


def test_in_streams(node, word):
    gil, hana = node.person("gil" + word), node.person("hana" + word)
    with Lines(node, "user", gil.token) as his:
        node.do("announcement", "add", word)
        name, made = his.event()
        assert name == "announcement" and word in check(made, "Announcement")["content"] and made["read"] is False
        reaction = f"/api/v1/announcements/{made['id']}/reactions/"
        hana.call("PUT", reaction + "❤")
        assert his.event() == ("announcement.reaction", {"name": "❤", "count": 1, "announcement_id": made["id"]})
        gil.call("PUT", reaction + "❤️")
        assert his.event()[1] == {"name": "❤", "count": 2, "announcement_id": made["id"]}
        for person in (gil, hana):
            person.call("DELETE", reaction + "❤")
        assert [his.event()[1]["count"] for _ in range(2)] == [1, 0]
        node.do("announcement", "remove", made["id"])
        assert his.event() == ("announcement.delete", int(made["id"]))


@pytest.mark.parametrize("words", [(" ",), ("x", "--ends", "soon"), ("x", "--ends", "2020-01-01"), ("x" * 5001,)])
def test_what_cannot_be_meant(node, words):
    assert node.cli("announcement", "add", *words).returncode == 2


def test_one_that_is_not_there(node):
    assert node.cli("announcement", "remove", "1").returncode == 1
