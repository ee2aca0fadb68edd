"""Statuses: written, read, answered, changed, liked, boosted, deleted; seen by whom."""

import pytest

from entities import check
from node import plain


def test_a_status_has_every_key(world, word):
    status = check(world.ana.say(f"Hello {word}", language="en"), "OwnStatus")
    assert plain(status["content"]) == f"Hello {word}" and status["visibility"] == "public"
    assert status["account"]["id"] == world.ana.id and status["language"] == "en"
    assert status["favourites_count"] == status["reblogs_count"] == status["replies_count"] == 0
    read = check(world.ben.get(f"/api/v1/statuses/{status['id']}"), "OwnStatus")
    assert read["id"] == status["id"] and read["uri"].startswith(world.a.url)


@pytest.mark.parametrize("how", ["data", "json", "multipart"])
def test_every_kind_of_body_posts(world, word, how):
    body = {"status": f"é & <b> {word}", "spoiler_text": "careful", "sensitive": "true", "visibility": "unlisted"}
    options = {"files": {k: (None, v) for k, v in body.items()}} if how == "multipart" else {how: body}
    status = world.ana.call("POST", "/api/v1/statuses", **options)
    assert plain(status["content"]) == f"é & <b> {word}" and "<b>" not in status["content"]
    assert status["spoiler_text"] == "careful" and status["sensitive"] is True and status["visibility"] == "unlisted"


def test_json_null_is_absent(world, word):
    status = world.ana.call("POST", "/api/v1/statuses", json={
        "status": word, "in_reply_to_id": None, "media_ids": None, "poll": None, "language": None, "sensitive": None})
    assert status["in_reply_to_id"] is None


@pytest.mark.parametrize("body", [{}, {"status": ""}, {"status": "  \n\t "}, {"status": "x" * 100001},
                                  {"status": "x", "visibility": "secret"}], ids=lambda b: str(b)[:40])
def test_a_bad_status_is_422(world, body):
    check(world.ana.call("POST", "/api/v1/statuses", 422, data=body), "Error")


def test_an_answer_to_nothing_is_refused(world):
    for reply_to in ("1", "abc"):
        answer = world.ana.raw("POST", "/api/v1/statuses", data={"status": "x", "in_reply_to_id": reply_to})
        assert answer.status_code in (404, 422)


def test_the_length_limit_is_the_advertised_one(world):
    limit = world.a.get("/api/v2/instance").json()["configuration"]["statuses"]["max_characters"]
    world.ana.say("é" * limit)
    world.ana.post("/api/v1/statuses", 422, status="é" * (limit + 1))
    # Clients count an address as 23 characters and a mention without its host.
    links = "https://news.example/" + "a" * 60 + " @ben@" + world.a.domain + " "
    world.ana.say(links + "é" * (limit - 23 - 1 - 4 - 1))
    world.ana.post("/api/v1/statuses", 422, status=links + "é" * (limit - 23 - 1 - 4))
    world.ana.post("/api/v1/statuses", 422, status=("https://news.example/" + "a" * 200 + " ") * 200)


@pytest.mark.parametrize("path", ["", "/context", "/source", "/history", "/favourited_by", "/reblogged_by"])
@pytest.mark.parametrize("status_id", ["1", "999999999999999999", "abc", "18446744073709551616"])
def test_an_unknown_status_is_404(world, path, status_id):
    check(world.ana.get(f"/api/v1/statuses/{status_id}{path}", expect=404), "Error")


def test_idempotency_key_posts_once(world, word):
    one, two = (world.ana.call("POST", "/api/v1/statuses", data={"status": word},
                               headers={"Idempotency-Key": word}) for _ in range(2))
    assert one["id"] == two["id"]
    other = world.ben.call("POST", "/api/v1/statuses", data={"status": word}, headers={"Idempotency-Key": word})
    assert other["id"] != one["id"]
    assert world.ana.call("POST", "/api/v1/statuses", data={"status": word},
                          headers={"Idempotency-Key": word + "2"})["id"] != one["id"]


@pytest.mark.plain
def test_idempotency_holds_against_two_at_once(world, word):
    import concurrent.futures
    with concurrent.futures.ThreadPoolExecutor(6) as threads:
        made = list(threads.map(lambda _: world.ana.call(
            "POST", "/api/v1/statuses", data={"status": word}, headers={"Idempotency-Key": word})["id"], range(6)))
    assert len(set(made)) == 1


def test_context_shows_the_thread(world, word):
    root = world.ana.say(f"root {word}")
    one = world.ben.say(f"one {word}", in_reply_to_id=root["id"])
    two = world.ana.say(f"two {word}", in_reply_to_id=root["id"])
    under = world.ana.say(f"under one {word}", in_reply_to_id=one["id"])
    assert one["in_reply_to_id"] == root["id"] and one["in_reply_to_account_id"] == world.ana.id
    context = check(world.ben.get(f"/api/v1/statuses/{root['id']}/context"), "Context")
    assert context["ancestors"] == []
    assert [s["id"] for s in context["descendants"]] == [one["id"], under["id"], two["id"]]
    context = world.ben.get(f"/api/v1/statuses/{under['id']}/context")
    assert [s["id"] for s in context["ancestors"]] == [root["id"], one["id"]] and context["descendants"] == []
    assert world.ben.get(f"/api/v1/statuses/{root['id']}")["replies_count"] == 2


def test_favourite_counts_once_and_can_be_undone(world, word):
    status = world.ana.say(word)
    path = f"/api/v1/statuses/{status['id']}"
    for _ in range(2):
        liked = check(world.ben.post(path + "/favourite"), "OwnStatus")
        assert liked["favourited"] is True and liked["favourites_count"] == 1
    assert world.ana.get(path)["favourited"] is False and world.ana.get(path)["favourites_count"] == 1
    assert len([n for n in world.ana.notifications("favourite") if n["status"]["id"] == status["id"]]) == 1
    for _ in range(2):
        assert world.ben.post(path + "/unfavourite")["favourites_count"] == 0


def test_a_boost_holds_the_inner_status(world, word):
    status = world.ana.say(word)
    path = f"/api/v1/statuses/{status['id']}"
    boost = check(world.ben.post(path + "/reblog"), "OwnStatus")
    assert boost["reblog"]["id"] == status["id"] and boost["content"] == boost["reblog"]["content"]
    assert boost["account"]["id"] == world.ben.id and boost["reblog"]["reblogs_count"] == 1
    assert world.ben.post(path + "/reblog")["id"] == boost["id"], "a second boost is the first"
    assert world.ben.get(path)["reblogged"] is True
    assert world.ben.post(path + "/unreblog")["reblogged"] is False
    assert world.ana.get(path)["reblogs_count"] == 0
    world.ben.get(f"/api/v1/statuses/{boost['id']}", expect=404)


def test_a_private_status_is_boosted_by_nobody_else(world, word):
    status = world.ana.say(word, visibility="private")
    world.ben.follow(world.ana)
    answer = world.ben.raw("POST", f"/api/v1/statuses/{status['id']}/reblog")
    assert answer.status_code in (403, 404, 422)


def test_editing_keeps_the_id_and_says_when(world, word):
    status = world.ana.say(f"first {word}")
    path = f"/api/v1/statuses/{status['id']}"
    assert check(world.ana.get(path + "/source"), "StatusSource")["text"] == f"first {word}"
    edited = check(world.ana.put(path, status=f"second {word}", spoiler_text="oh"), "OwnStatus")
    assert edited["id"] == status["id"] and plain(edited["content"]) == f"second {word}" and edited["edited_at"]
    assert edited["created_at"] == status["created_at"] and edited["spoiler_text"] == "oh"
    assert plain(world.ben.get(path)["content"]) == f"second {word}"
    assert world.ana.get(path + "/source")["text"] == f"second {word}"
    history = check(world.ana.get(path + "/history"), "[StatusEdit]")
    assert [plain(h["content"]) for h in history] == [f"first {word}", f"second {word}"]
    assert world.ben.raw("PUT", path, data={"status": "mine now"}).status_code in (403, 404)
    assert plain(world.ana.get(path)["content"]) == f"second {word}"


def test_deleting_gives_the_text_back(world, word):
    status = world.ana.say(f"gone *soon* {word}")
    path = f"/api/v1/statuses/{status['id']}"
    assert world.ben.raw("DELETE", path).status_code in (403, 404)
    gone = check(world.ana.delete(path), "Status")
    assert gone["text"] == f"gone *soon* {word}"
    for person in (world.ana, world.ben):
        person.get(path, expect=404)
    assert all(word not in s["content"] for s in world.ana.home())
    world.ana.delete(path, expect=404)


def test_deleting_a_boosted_and_answered_status_takes_all_along(world, word):
    root = world.ana.say(f"root {word}")
    reply = world.ben.say(f"reply {word}", in_reply_to_id=root["id"])
    boost = world.ben.post(f"/api/v1/statuses/{root['id']}/reblog")
    world.ana.delete(f"/api/v1/statuses/{root['id']}")
    world.ben.get(f"/api/v1/statuses/{boost['id']}", expect=404)
    left = world.ben.get(f"/api/v1/statuses/{reply['id']}")
    assert plain(left["content"]) == f"reply {word}"
    assert world.ben.get(f"/api/v1/statuses/{reply['id']}/context")["ancestors"] == []
    assert [n for n in world.ana.notifications() if n.get("status") and n["status"]["id"] == root["id"]] == []


def test_mentions_and_hashtags_become_links(world, word):
    status = world.ana.say(f"@ben and @chloe@{world.b.domain}: #Tag{word} and #{word} at https://x.example/a?b=1&c=2")
    assert [m["acct"] for m in status["mentions"]][:1] == ["ben"]
    assert {t["name"].lower() for t in status["tags"]} == {f"tag{word}", word}
    for mention in status["mentions"]:
        assert f'href="{mention["url"]}"' in status["content"] and "mention" in status["content"]
    assert 'rel="tag"' in status["content"] or "hashtag" in status["content"]
    assert 'href="https://x.example/a?b=1&amp;c=2"' in status["content"]
    assert [n for n in world.ben.notifications("mention") if n["status"]["id"] == status["id"]]


@pytest.mark.parametrize("text,name", [("an email ana@corp.example here", None), ("#123 alone", None),
                                       ("#été2026!", "été2026"), ("x#nope", None), ("#a_b.c", "a_b")])
def test_what_is_a_hashtag(world, text, name):
    status = world.ana.say(text)
    assert [t["name"] for t in status["tags"]] == ([name] if name else [])
    assert status["mentions"] == []


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=x>',
                                  "[x](javascript:alert(1))", "javascript:alert(1)", "&lt;b&gt;"])
def test_html_in_a_status_is_text(world, text):
    status = world.ana.say(text)
    assert plain(status["content"]) == text
    for tag in ("<script", "<img", "<svg", 'href="javascript'):
        assert tag not in status["content"]


def test_line_breaks_are_kept(world, word):
    content = world.ana.say(f"one {word}\ntwo\n\nthree")["content"]
    assert plain(content).split("\n") in ([f"one {word}", "two", "three"], [f"one {word}", "two", "", "three"])
    assert "<br" in content and content.count("<p>") == 2


VISIBLE = [("public", True, True, True), ("unlisted", True, True, True), ("private", True, False, False),
           ("direct", False, False, True)]


@pytest.mark.parametrize("visibility,follower,outsider,mentioned", VISIBLE, ids=[v[0] for v in VISIBLE])
def test_who_sees_what(world, word, visibility, follower, outsider, mentioned):
    author, fan, other, named = (world.a.person(f"{word}{letter}") for letter in "afon")
    fan.follow(author)
    text = f"hello @{named.name} {word}" if visibility == "direct" else f"hello {word}"
    status = author.say(text, visibility=visibility)
    assert status["visibility"] == visibility
    path = f"/api/v1/statuses/{status['id']}"
    for person, sees in ((author, True), (fan, follower), (other, outsider), (named, mentioned)):
        for address in (path, path + "/context"):
            assert person.raw("GET", address).status_code == (200 if sees else 404), (person.name, address)
        for action in ("favourite", "reblog"):
            if not sees:
                person.post(f"{path}/{action}", expect=404)
        listed = [s["id"] for s in person.get(f"/api/v1/accounts/{author.id}/statuses")]
        assert (status["id"] in listed) == sees or visibility == "direct"
        found = person.get("/api/v2/search", q=status["uri"], resolve="true")["statuses"]
        assert bool(found) == sees
    assert (status["id"] in [s["id"] for s in fan.home()]) == follower
    public = [s["id"] for s in other.get("/api/v1/timelines/public", limit=40)]
    assert (status["id"] in public) == (visibility == "public")
    for address in (path, path + "/context", status["uri"], status["url"]):
        anonymous = world.a.get(address, headers={"Accept": "application/activity+json, application/json"})
        assert anonymous.status_code in (401, 403, 404) and word not in anonymous.text


def test_a_reply_to_an_invisible_status_is_404(world, word):
    secret = world.ana.say(word, visibility="direct")
    outsider = world.a.person(f"{word}out")
    answer = outsider.raw("POST", "/api/v1/statuses", data={"status": "x", "in_reply_to_id": secret["id"]})
    assert answer.status_code in (404, 422)


def test_who_liked_and_boosted(world, word):
    status = world.ana.say(word)
    path = f"/api/v1/statuses/{status['id']}"
    world.ben.post(path + "/favourite")
    world.ben.post(path + "/reblog")
    for name in ("favourited_by", "reblogged_by"):
        assert [a["id"] for a in check(world.ana.get(f"{path}/{name}"), "[Account]")] == [world.ben.id]
