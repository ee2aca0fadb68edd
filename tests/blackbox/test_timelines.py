"""Timelines and their paging; notifications; conversations; search."""

from urllib.parse import parse_qs, urlsplit

import pytest

from entities import check
from node import plain, wait_for


@pytest.fixture(scope="module")
def writer(world):
    """Somebody with twelve posts, oldest first."""
    person = world.a.person("writer")
    return person, [person.say(f"number {i} #writertag") for i in range(12)]


def lists(person, node):
    return [f"/api/v1/accounts/{person.id}/statuses", "/api/v1/timelines/home", "/api/v1/timelines/tag/writertag"]


@pytest.mark.parametrize("which", range(3), ids=["account", "home", "tag"])
def test_paging(world, writer, which):
    person, posts = writer
    path = lists(person, world.a)[which]
    ids = [s["id"] for s in posts]
    newest = ids[::-1]

    def page(**params):
        return [s["id"] for s in check(person.get(path, **params), "[OwnStatus]")]

    assert page() == newest
    assert page(limit=3) == newest[:3]
    assert page(limit=3, max_id=ids[9]) == [ids[8], ids[7], ids[6]], "older than max_id, newest first"
    assert page(limit=3, since_id=ids[2]) == newest[:3], "the newest, down to since_id"
    assert page(limit=3, min_id=ids[2]) == [ids[5], ids[4], ids[3]], "those just above min_id, newest first"
    assert page(min_id=ids[2], max_id=ids[5]) == [ids[4], ids[3]]
    assert page(since_id=ids[9]) == [ids[11], ids[10]]
    assert page(max_id=ids[0]) == [] and page(since_id=ids[11]) == [] and page(min_id=ids[11]) == []
    for odd in ({"limit": "0"}, {"limit": "-5"}, {"limit": "9999"}, {"limit": "many"}, {"max_id": ""},
                {"max_id": "abc"}, {"since_id": "99999999999999999999999999"}):
        assert person.raw("GET", path, params=odd).status_code == 200, odd


def test_link_headers_lead_through_all_and_back(world, writer):
    person, posts = writer
    path = f"/api/v1/accounts/{person.id}/statuses"
    answer, seen = person.raw("GET", path, params={"limit": 5, "exclude_replies": "true"}), []
    first = answer
    for _ in range(10):
        seen += [s["id"] for s in answer.json()]
        if "next" not in answer.links:
            break
        url = answer.links["next"]["url"]
        assert url.startswith(world.a.url + path + "?") and "exclude_replies=true" in url and "limit=5" in url
        answer = person.raw("GET", url)
    assert seen == [s["id"] for s in posts][::-1]
    assert 'rel="next", <' in first.headers["Link"] and first.headers["Link"].count('"') == 4
    back = first.links["prev"]["url"]
    assert parse_qs(urlsplit(back).query)["min_id"] == [posts[-1]["id"]]
    assert person.raw("GET", back).json() == []
    new = person.say("one more")
    assert [s["id"] for s in person.raw("GET", back).json()] == [new["id"]]
    person.delete(f"/api/v1/statuses/{new['id']}")


def test_limits_are_clamped(world, word):
    many = world.a.person("prolific")
    for i in range(45):
        many.say(f"{word} {i}")
    path = f"/api/v1/accounts/{many.id}/statuses"
    assert len(many.get(path)) == 20 and len(many.get(path, limit=100)) == 40


def test_the_public_timeline_knows_local_and_remote(world, word):
    world.chloe.follow(world.ana)
    world.ana.say(f"local {word}")
    world.chloe.sees(f"local {word}")
    def public(person, **which):
        found = person.get("/api/v1/timelines/public", **which)
        assert all(("@" in s["account"]["acct"]) == ("remote" in which) for s in found)
        return [plain(s["content"]) for s in found]

    assert f"local {word}" in public(world.ana, local="true")
    assert f"local {word}" in public(world.chloe, remote="true")
    assert f"local {word}" not in public(world.chloe, local="true")


def test_account_statuses_filter(world, word):
    who = world.a.person(f"{word}x")
    root = who.say(f"root {word} #{word}tag")
    reply = world.ben.say(f"@{who.name} hm {word}", in_reply_to_id=root["id"])
    own_reply = who.say(f"@ben yes {word}", in_reply_to_id=reply["id"])
    boost = who.post(f"/api/v1/statuses/{world.ana.say(word)['id']}/reblog")
    path = f"/api/v1/accounts/{who.id}/statuses"

    def ids(**params):
        return [s["id"] for s in who.get(path, **params)]

    assert ids() == [boost["id"], own_reply["id"], root["id"]]
    assert ids(exclude_replies="true") == [boost["id"], root["id"]]
    assert ids(exclude_reblogs="true") == [own_reply["id"], root["id"]]
    assert ids(tagged=f"{word}TAG") == [root["id"]]
    assert ids(only_media="true") == [] and ids(pinned="true") == []


def test_home_leaves_out_what_is_not_for_me(world, word):
    me, friend, other = (world.a.person(f"{word}{x}") for x in "mfo")
    me.follow(friend)
    theirs = friend.say(f"friend {word}")
    strangers = other.say(f"stranger {word}")
    answer = friend.say(f"@{other.name} between us {word}", in_reply_to_id=strangers["id"])
    boosted = friend.post(f"/api/v1/statuses/{strangers['id']}/reblog")
    ids = [s["id"] for s in me.home()]
    assert theirs["id"] in ids and boosted["id"] in ids
    assert strangers["id"] not in ids and answer["id"] not in ids, "answers to people I do not follow stay out"
    me.post(f"/api/v1/accounts/{friend.id}/follow", reblogs="false")
    assert boosted["id"] not in [s["id"] for s in me.home()]
    me.post(f"/api/v1/accounts/{friend.id}/unfollow")
    assert [s["id"] for s in me.home() if s["account"]["id"] == friend.id] == []


def test_notifications_of_every_kind(world, word):
    me, other = world.a.person(f"{word}me"), world.a.person(f"{word}ot")
    status = me.say(f"mine {word}")
    other.post(f"/api/v1/accounts/{me.id}/follow")
    other.post(f"/api/v1/statuses/{status['id']}/favourite")
    other.post(f"/api/v1/statuses/{status['id']}/reblog")
    mention = other.say(f"@{me.name} look {word}")
    found = check(me.get("/api/v1/notifications"), "[Notification]")
    assert [n["type"] for n in found] == ["mention", "reblog", "favourite", "follow"]
    assert all(n["account"]["id"] == other.id for n in found)
    assert found[0]["status"]["id"] == mention["id"] and found[1]["status"]["id"] == status["id"]
    check(found[0]["status"], "OwnStatus")
    assert len({n["id"] for n in found}) == 4
    for params, kinds in (({"types[]": ["mention", "follow"]}, ["mention", "follow"]),
                          ({"exclude_types[]": ["mention", "follow"]}, ["reblog", "favourite"]),
                          ({"limit": 1}, ["mention"]), ({"max_id": found[1]["id"]}, ["favourite", "follow"]),
                          ({"since_id": found[1]["id"]}, ["mention"]),
                          ({"min_id": found[3]["id"], "limit": 1}, ["favourite"]),
                          ({"account_id": me.id}, [])):
        assert [n["type"] for n in me.get("/api/v1/notifications", **params)] == kinds, params
    assert len(me.all_pages("/api/v1/notifications", limit=1)) == 4
    other.post(f"/api/v1/statuses/{status['id']}/unfavourite")
    other.delete(f"/api/v1/statuses/{mention['id']}")
    assert "mention" not in [n["type"] for n in me.notifications()]
    assert other.notifications() == []


def test_one_does_not_notify_oneself(world, word):
    me = world.a.person(f"{word}me")
    status = me.say(f"@{me.name} {word}")
    me.post(f"/api/v1/statuses/{status['id']}/favourite")
    me.post(f"/api/v1/statuses/{status['id']}/reblog")
    assert me.notifications() == []


def test_one_notification_by_id(world, word):
    me = world.a.person(f"{word}me")
    world.ben.post(f"/api/v1/accounts/{me.id}/follow")
    one = me.notifications()[0]
    answer = me.raw("GET", f"/api/v1/notifications/{one['id']}")
    assert answer.status_code in (200, 404)
    if answer.status_code == 200:
        assert answer.json() == one
        assert world.ana.raw("GET", f"/api/v1/notifications/{one['id']}").status_code == 404


def test_conversations_gather_direct_threads(world, word):
    me, other, outsider = (world.a.person(f"{word}{x}") for x in "moz")
    first = me.say(f"@{other.name} psst {word}", visibility="direct")
    theirs = check(other.get("/api/v1/conversations"), "[Conversation]")
    assert len(theirs) == 1 and theirs[0]["last_status"]["id"] == first["id"] and theirs[0]["unread"] is True
    assert [a["id"] for a in theirs[0]["accounts"]] == [me.id]
    assert me.get("/api/v1/conversations")[0]["unread"] is False
    reply = other.say(f"@{me.name} yes {word}", visibility="direct", in_reply_to_id=first["id"])
    mine = me.get("/api/v1/conversations")
    assert len(mine) == 1 and mine[0]["last_status"]["id"] == reply["id"] and mine[0]["unread"] is True
    other.say(f"@{me.name} another matter {word}", visibility="direct")
    assert len(me.get("/api/v1/conversations")) == 2
    assert outsider.get("/api/v1/conversations") == []
    assert len(me.all_pages("/api/v1/conversations", limit=1)) == 2


def test_reading_a_conversation_marks_it(world, word):
    me, other = (world.a.person(f"{word}{x}") for x in "mo")
    other.say(f"@{me.name} psst", visibility="direct")
    one = me.get("/api/v1/conversations")[0]
    answer = me.post(f"/api/v1/conversations/{one['id']}/read")
    assert check(answer, "Conversation")["unread"] is False
    assert me.get("/api/v1/conversations")[0]["unread"] is False


def test_search_for_people(world, word):
    who = world.a.person(f"{word}find")
    who.patch("/api/v1/accounts/update_credentials", display_name=f"Zoé {word}")
    for q in (who.name, f"@{who.name}", f"{who.name}@{world.a.domain}", f"@{who.name}@{world.a.domain}",
              who.name[:-2], who.me["url"]):
        found = check(world.ben.get("/api/v2/search", q=q), "Search")
        assert who.id in [a["id"] for a in found["accounts"]], q
    assert world.ben.get("/api/v2/search", q=who.name, type="statuses")["accounts"] == []
    assert world.ben.get("/api/v2/search", q="no-such-person-at-all")["accounts"] == []
    assert world.ben.get("/api/v2/search", q=who.name, limit=1, type="accounts")["accounts"][0]["id"] == who.id


def test_search_by_address(world, word):
    status = world.ana.say(word)
    for url in (status["uri"], status["url"]):
        assert [s["id"] for s in world.ben.get("/api/v2/search", q=url, resolve="true")["statuses"]] == [status["id"]]
    for url in ("https://unlisted.example/x", "http://127.0.0.1:1/x", "http://[::1]/", "http://169.254.169.254/",
                "file:///etc/passwd"):
        found = world.ben.get("/api/v2/search", q=url, resolve="true")
        assert found["statuses"] == [] and found["accounts"] == []


def test_search_without_words_is_refused(world):
    assert world.ana.raw("GET", "/api/v2/search").status_code in (400, 422)


def test_a_hashtag_timeline_is_case_blind(world, word):
    status = world.ana.say(f"#{word.upper()}")
    for name in (word, word.upper()):
        assert [s["id"] for s in world.ben.get(f"/api/v1/timelines/tag/{name}")] == [status["id"]]
    tag = world.ben.get("/api/v2/search", q=f"#{word}", type="hashtags")["hashtags"]
    assert tag == [] or check(tag, "[Tag]")[0]["name"].lower() == word


def test_what_links_to_an_address(world, word):
    world.ana.follow(world.chloe)
    here = world.ana.say(f"read https://example.org/{word}#top")
    there = world.chloe.say(f"read HTTPS://Example.org/{word}")
    world.chloe.say(f"quietly https://example.org/{word}", visibility="private")
    seen = wait_for(lambda: next((s for s in world.ana.home() if s["uri"] == there["uri"]), None), "the post of a sibling")
    found = check(world.ana.get("/api/v1/timelines/link", url=f"https://example.org/{word}"), "[Status]")
    assert [s["id"] for s in found] == [seen["id"], here["id"]]
    assert [s["id"] for s in world.ana.all_pages("/api/v1/timelines/link", limit=1, url=f"https://example.org/{word}")] == \
        [seen["id"], here["id"]]
    world.ana.delete(f"/api/v1/statuses/{here['id']}")
    assert [s["id"] for s in world.ana.get("/api/v1/timelines/link", url=f"https://example.org/{word}")] == [seen["id"]]
    assert "url" in world.ana.get("/api/v1/timelines/link", 422)["error"]
