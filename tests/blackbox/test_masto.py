"""masto.js, the library of Phanpy and Elk, through what a person does in a day: it signs in by OAuth, posts, reads, acts,
and listens by WebSocket; server-sent events are read by an EventSource beside it."""

import datetime
import json

import pytest

from browser import Browser, query_of
from masto import Masto
from node import ALL_SCOPES, PASSWORD, plain, wait_for
from streams import quote
from test_media import picture

pytestmark = pytest.mark.plain

BACK = "https://app.example/?x=a%3A%2F%2Fb"  # Elk's has escapes that must come back as they are
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"


def ids(entries):
    return [entry["id"] for entry in entries]


@pytest.fixture(scope="module")
def tess(world):
    """Whom the client's person deals with, by plain requests."""
    return world.a.person("tess")


@pytest.fixture(scope="module")
def masto(world):
    """A client of the person mia, from registration to token."""
    mia = world.a.person("mia")
    client = Masto(world.a)
    client.app = client.v1.apps.create(clientName="masto.js", redirectUris=BACK, scopes=ALL_SCOPES)
    assert client.app["vapidKey"] and client.app["redirectUri"] == BACK
    secret = {"clientId": client.app["clientId"], "clientSecret": client.app["clientSecret"], "redirectUri": BACK}
    own = client.oauth.token.create(grantType="client_credentials", scope="read", **secret)
    client.token(own["accessToken"])
    assert client.v1.apps.verifyCredentials()["name"] == "masto.js"
    assert client.v1.accounts.verifyCredentials.refused().status in (401, 403)
    address = (f"{world.a.url}/oauth/authorize?response_type=code&client_id={client.app['clientId']}"
               f"&redirect_uri={quote(BACK)}&scope={quote(ALL_SCOPES)}&state=s1")
    back = Browser().authorize(address, "mia", PASSWORD)
    assert back.startswith(BACK + "&") and query_of(back)["state"] == "s1"
    given = client.oauth.token.create(grantType="authorization_code", code=query_of(back)["code"], **secret)
    assert given["tokenType"] == "Bearer" and set(given["scope"].split()) == set(ALL_SCOPES.split())
    client.token(given["accessToken"])
    client.secret = given["accessToken"]
    client.id = client.v1.accounts.verifyCredentials()["id"]
    assert client.id == mia.id
    yield client
    client.close()


def test_it_knows_the_node_and_itself(world, masto):
    assert masto.v2.instance.fetch()["title"] == masto.v1.instance.fetch()["title"] == "Head office"
    assert masto.v2.instance.fetch()["configuration"]["vapid"]["publicKey"] == masto.app["vapidKey"]
    assert masto.v1.accounts.verifyCredentials()["username"] == "mia"
    assert masto.v1.preferences.fetch()["posting:default:visibility"] == "public"
    changed = masto.v1.accounts.updateCredentials(displayName="Mia M.", note="From masto", discoverable=True,
                                                  fieldsAttributes=[{"name": "Office", "value": "B12"}],
                                                  source={"language": "fr"})
    assert changed["displayName"] == "Mia M." and plain(changed["note"]) == "From masto" and changed["discoverable"]
    assert [(f["name"], f["value"]) for f in changed["fields"]] == [("Office", "B12")]
    assert changed["source"]["language"] == "fr"


def test_it_posts_edits_and_deletes(masto, word):
    once = {"requestInit": {"headers": {"Idempotency-Key": word}}}
    post = masto.v1.statuses.create(status=f"First {word} #{word}", visibility="unlisted", spoilerText="cw",
                                    sensitive=True, language="fr", meta=once)
    again = masto.v1.statuses.create(status=f"First {word} #{word}", visibility="unlisted", meta=once)
    assert again["id"] == post["id"] and post["language"] == "fr" and post["spoilerText"] == "cw" and post["sensitive"]
    one = masto.v1.statuses[post["id"]]
    assert one.fetch()["tags"][0]["name"] == word
    assert one.update(status=f"Second {word}")["editedAt"]
    assert [plain(edit["content"]) for edit in one.history.list()] == [f"First {word} #{word}", f"Second {word}"]
    assert one.source.fetch()["text"] == f"Second {word}"
    answer = masto.v1.statuses.create(status=f"Third {word}", inReplyToId=post["id"])
    assert ids(one.context.fetch()["descendants"]) == [answer["id"]]
    assert ids(masto.v1.statuses[answer["id"]].context.fetch()["ancestors"]) == [post["id"]]
    assert ids(masto.v1.statuses.list(id=[post["id"], answer["id"]])) == [post["id"], answer["id"]]
    assert masto.v1.statuses[answer["id"]].remove()["text"] == f"Third {word}"
    refused = masto.v1.statuses[answer["id"]].fetch.refused()
    assert refused.status == 404 and refused.error == "Record not found"
    assert masto.v1.statuses.create.refused(status="").status == 422


def test_it_uploads_and_waits(masto, word, tmp_path):
    path = tmp_path / "wall.jpg"
    path.write_bytes(picture(400, 300))
    made = masto.v2.media.create(file=path, description=f"A wall {word}", focus="0.5,-0.5")
    assert made["type"] == "image" and made["url"] and made["blurhash"] and made["description"] == f"A wall {word}"
    assert made["meta"]["focus"] == {"x": 0.5, "y": -0.5} and made["meta"]["original"]["width"] == 400
    assert masto.v1.media[made["id"]].update(description=f"Another {word}")["description"] == f"Another {word}"
    post = masto.v1.statuses.create(status=f"Look {word}", mediaIds=[made["id"]])
    assert ids(post["mediaAttachments"]) == [made["id"]]
    assert ids(masto.v1.accounts[masto.id].statuses.list(onlyMedia=True)) == [post["id"]]
    changed = masto.v1.accounts.updateCredentials(avatar=path)
    assert "/media/" in changed["avatar"]


def test_it_reads_timelines_page_by_page(masto, tess, word):
    posts = [tess.say(f"Page {word} {i} #{word}")["id"] for i in range(5)][::-1]
    account = masto.v1.accounts.lookup(acct="tess")
    assert account["id"] == tess.id
    assert masto.v1.accounts[tess.id].follow()["following"]
    for timeline in (masto.v1.timelines.tag[word].list, masto.v1.accounts[tess.id].statuses.list):
        pages = timeline.pages(3, limit=2)
        assert [ids(page) for page in pages][:2] == [posts[:2], posts[2:4]] and posts[4] in ids(pages[2])
    later = tess.say(f"Later {word}")["id"]
    for timeline in (masto.v1.timelines.home, masto.v1.timelines.public):
        assert later in ids(timeline.list(limit=40))
    assert later in ids(masto.v1.timelines.public.list(limit=40, local=True))
    assert ids(masto.v1.timelines.home.list(sinceId=posts[0])) == [later]


def test_it_acts_on_posts_and_finds_them_again(masto, tess, word):
    post = tess.say(f"Act {word}")["id"]
    one = masto.v1.statuses[post]
    assert one.favourite()["favourited"] and one.bookmark()["bookmarked"]
    assert one.reblog(visibility="unlisted")["reblog"]["id"] == post
    assert masto.v1.favourites.list(limit=1)[0]["id"] == masto.v1.bookmarks.list(limit=1)[0]["id"] == post
    assert [a["acct"] for a in one.favouritedBy.list()] == [a["acct"] for a in one.rebloggedBy.list()] == ["mia"]
    seen = tess.get(f"/api/v1/statuses/{post}")
    assert seen["favourites_count"] == seen["reblogs_count"] == 1
    assert not one.unfavourite()["favourited"] and not one.unbookmark()["bookmarked"] and not one.unreblog()["reblogged"]
    assert one.mute()["muted"] and not one.unmute()["muted"]
    mine = masto.v1.statuses.create(status=f"On top {word}")["id"]
    assert masto.v1.statuses[mine].pin()["pinned"]
    assert ids(masto.v1.accounts[masto.id].statuses.list(pinned=True)) == [mine]
    assert not masto.v1.statuses[mine].unpin()["pinned"]


def test_it_keeps_lists_and_people(masto, tess, word):
    people = masto.v1.accounts[tess.id]
    people.follow()
    made = masto.v1.lists.create(title=f"List {word}", repliesPolicy="none", exclusive=True)
    assert made["repliesPolicy"] == "none" and made["exclusive"]
    one = masto.v1.lists[made["id"]]
    one.accounts.create(accountIds=[tess.id])
    assert ids(one.accounts.list()) == [tess.id] and made["id"] in ids(people.lists.list())
    post = tess.say(f"For a list {word}")
    assert ids(masto.v1.timelines.list[made["id"]].list(limit=1)) == [post["id"]]
    assert one.update(title=f"Renamed {word}", repliesPolicy="list", exclusive=False)["title"] == f"Renamed {word}"
    one.accounts.remove(accountIds=[tess.id])
    assert one.accounts.list() == []
    one.remove()
    assert one.fetch.refused().status == 404
    assert people.note.create(comment=f"Note {word}")["note"] == f"Note {word}"
    assert people.mute(duration=3600)["muting"] and ids(masto.v1.mutes.list()) == [tess.id]
    assert not people.unmute()["muting"] and people.block()["blocking"]
    assert ids(masto.v1.blocks.list()) == [tess.id] and not people.unblock()["blocking"]
    assert masto.v1.accounts.relationships.fetch(id=[tess.id])[0]["note"] == f"Note {word}"
    assert masto.v1.tags[word].follow()["following"] and word in [t["name"] for t in masto.v1.followedTags.list()]
    assert not masto.v1.tags[word].unfollow()["following"]
    people.follow()


def test_it_filters(masto, tess, word):
    made = masto.v2.filters.create(title=f"Filter {word}", context=["home", "public"], filterAction="warn",
                                   expiresIn=3600, keywordsAttributes=[{"keyword": f"hush{word}", "wholeWord": True}])
    assert made["keywords"][0]["keyword"] == f"hush{word}" and made["expiresAt"]
    one = masto.v2.filters[made["id"]]
    post = tess.say(f"A secret hush{word}")
    hit = masto.v1.statuses[post["id"]].fetch()["filtered"][0]
    assert hit["filter"]["title"] == f"Filter {word}" and hit["keywordMatches"] == [f"hush{word}"]
    added = one.keywords.create(keyword=f"more{word}")
    assert set(ids(one.keywords.list())) == {made["keywords"][0]["id"], added["id"]}
    masto.v2.filters.keywords[added["id"]].remove()
    other = tess.say("Plain")
    held = one.statuses.create(statusId=other["id"])
    assert [s["statusId"] for s in one.statuses.list()] == [other["id"]] == [held["statusId"]]
    assert one.update(title=f"Changed {word}", filterAction="hide", context=["home"])["filterAction"] == "hide"
    one.remove()
    assert made["id"] not in ids(masto.v2.filters.list())


def test_it_is_notified_one_by_one_and_in_groups(world, masto, tess, word):
    masto.v1.notifications.clear()
    post = masto.v1.statuses.create(status=f"Liked {word}")["id"]
    for person in (tess, world.ana):
        person.post(f"/api/v1/statuses/{post}/favourite")
    mention = tess.say(f"@mia hello {word}")["id"]
    listed = masto.v1.notifications.list()
    assert [(n["type"], n["account"]["acct"]) for n in listed] == [("mention", "tess"), ("favourite", "ana"),
                                                                  ("favourite", "tess")]
    assert listed[0]["status"]["id"] == mention
    assert masto.v1.notifications[listed[0]["id"]].fetch()["id"] == listed[0]["id"]
    assert [n["type"] for n in masto.v1.notifications.list(types=["mention"])] == ["mention"]
    assert masto.v1.notifications.unreadCount.fetch()["count"] == 3
    groups = masto.v2.notifications.list()
    assert [(g["type"], g["notificationsCount"]) for g in groups["notificationGroups"]] == [("mention", 1), ("favourite", 2)]
    assert {a["acct"] for a in groups["accounts"]} == {"ana", "tess"} and set(ids(groups["statuses"])) == {post, mention}
    liked = masto.v2.notifications[groups["notificationGroups"][1]["groupKey"]]
    assert {a["acct"] for a in liked.accounts.list()} == {"ana", "tess"}
    assert masto.v2.notifications.unreadCount.fetch()["count"] == 2
    liked.dismiss()
    assert [n["type"] for n in masto.v1.notifications.list()] == ["mention"]
    policy = masto.v2.notifications.policy.fetch()
    assert policy["forNotFollowing"] == "accept"
    assert masto.v2.notifications.policy.update(forNotFollowing="filter")["forNotFollowing"] == "filter"
    stranger = world.a.person(f"{word}s")
    stranger.say(f"@mia who are you {word}")
    request = masto.v1.notifications.requests.list()[0]
    assert request["account"]["id"] == stranger.id and request["notificationsCount"] == "1"
    masto.v1.notifications.requests[request["id"]].accept()
    masto.v2.notifications.policy.update(forNotFollowing="accept")
    wait_for(lambda: "@mia who are you" in str([plain(n["status"]["content"]) for n in masto.v1.notifications.list()]),
             "what was held back")


def test_it_searches_asks_and_votes(world, masto, tess, word):
    asked = masto.v1.statuses.create(status=f"Which {word}?", poll={"options": ["tea", "coffee"], "expiresIn": 600,
                                                                  "multiple": True})
    assert [o["title"] for o in asked["poll"]["options"]] == ["tea", "coffee"] and asked["poll"]["multiple"]
    theirs = tess.say(f"And {word}?", **{"poll[options][]": ["a", "b"], "poll[expires_in]": "600"})["poll"]["id"]
    voted = masto.v1.polls[theirs].votes.create(choices=[1])
    assert voted["ownVotes"] == [1] and voted["votesCount"] == 1 and masto.v1.polls[theirs].fetch()["voted"]
    wait_for(lambda: asked["id"] in ids(masto.v2.search.list(q=word, type="statuses")["statuses"]), "the words are found")
    assert [a["acct"] for a in masto.v2.search.list(q="tess", type="accounts")["accounts"]] == ["tess"]
    there = masto.v2.search.list(q=f"@{world.chloe.handle}", resolve=True, type="accounts")["accounts"]
    assert [a["acct"] for a in there] == [world.chloe.handle]
    assert "tess" in [a["acct"] for a in masto.v1.accounts.search.list(q="tess")]


def test_it_schedules(masto, word):
    then, later = (f"{datetime.date.today().year + 1}-{month}-02T03:04:05.000Z" for month in ("01", "02"))
    made = masto.v1.statuses.create(status=f"Next year {word}", scheduledAt=then)
    assert made["scheduledAt"] == then and made["params"]["text"] == f"Next year {word}"
    one = masto.v1.scheduledStatuses[made["id"]]
    assert ids(masto.v1.scheduledStatuses.list()) == [made["id"]]
    assert one.update(scheduledAt=later)["scheduledAt"] == later
    one.remove()
    assert masto.v1.scheduledStatuses.list() == []


def test_it_reads_announcements_conversations_and_marks(world, masto, tess, word):
    world.a.do("announcement", "add", f"Lunch {word}")
    made = next(a for a in masto.v1.announcements.list() if word in a["content"])
    one = masto.v1.announcements[made["id"]]
    one.reactions["🐱"].update()
    assert [(r["name"], r["me"]) for a in masto.v1.announcements.list() for r in a["reactions"]] == [("🐱", True)]
    one.reactions["🐱"].remove()
    one.dismiss()
    world.a.do("announcement", "remove", made["id"])
    tess.say(f"@mia privately {word}", visibility="direct")
    talk = masto.v1.conversations.list(limit=1)[0]
    assert talk["unread"] and word in talk["lastStatus"]["content"] and [a["acct"] for a in talk["accounts"]] == ["tess"]
    assert masto.v1.conversations[talk["id"]].read()["unread"] is False
    masto.v1.conversations[talk["id"]].remove()
    assert talk["id"] not in ids(masto.v1.conversations.list())
    last = masto.v1.timelines.home.list(limit=1)[0]["id"]
    assert masto.v1.markers.create(home={"lastReadId": last})["home"]["lastReadId"] == last
    assert masto.v1.markers.fetch(timeline=["home"])["home"]["version"] >= 1


def test_it_wants_web_push(masto):
    refused = masto.v1.push.subscription.fetch.refused()
    assert refused.status == 404 and "not found" in refused.error.lower()
    made = masto.v1.push.subscription.create(
        subscription={"endpoint": "https://push.example/x", "keys": {"p256dh": P256DH, "auth": AUTH}},
        data={"alerts": {"mention": True, "favourite": False}}, policy="followed")
    assert made["serverKey"] == masto.app["vapidKey"] and made["alerts"]["mention"] and not made["alerts"]["favourite"]
    assert masto.v1.push.subscription.update(data={"alerts": {"favourite": True}})["alerts"]["favourite"]
    assert masto.v1.push.subscription.fetch()["endpoint"] == "https://push.example/x"
    masto.v1.push.subscription.remove()
    assert masto.v1.push.subscription.fetch.refused().status == 404


def test_it_moderates(world, masto, tess, word):
    world.a.add_user(f"mod{word}", role="moderator")
    masto.v1.reports.create(accountId=tess.id, comment=f"why {word}", category="spam")
    masto.token(world.a.token(f"mod{word}", "read write admin:read admin:write"))
    try:
        found = masto.v1.admin.accounts.list(username="tess", origin="local")
        assert [a["username"] for a in found] == ["tess"] and found[0]["account"]["id"] == tess.id
        assert masto.v1.admin.accounts[tess.id].fetch()["email"] == "tess@corp.example"
        report = next(r for r in masto.v1.admin.reports.list() if r["comment"] == f"why {word}")
        assert masto.v1.admin.reports[report["id"]].resolve()["actionTaken"]
        assert world.b.domain in [a["domain"] for a in masto.v1.admin.domainAllows.list()]
        made = masto.v1.admin.domainBlocks.create(domain=f"{word}.example", severity="silence")
        assert made["domain"] == f"{word}.example"
        masto.v1.admin.domainBlocks[made["id"]].remove()
        assert masto.v1.admin.domainBlocks[made["id"]].fetch.refused().status == 404
    finally:
        masto.token(masto.secret)
    assert masto.v1.admin.accounts.list.refused().status == 403


def test_it_listens_on_one_socket(masto, tess, word):
    masto.v1.accounts[tess.id].follow()
    kept = masto.v1.lists.create(title=f"Heard {word}")["id"]
    masto.v1.lists[kept].accounts.create(accountIds=[tess.id])
    masto.listen("told", "user", "notification", "subscribe")
    masto.listen("direct", "direct", "subscribe")
    masto.listen("public", "public", "local", "subscribe")
    masto.listen("tag", "hashtag", "subscribe", tag=word)
    masto.listen("list", "list", "subscribe", list=kept)
    masto.listen("user", "user", "subscribe")  # the last: orders are read one after another
    wait_for(lambda: tess.say("Are you there?") and masto.waiting("user"), "the socket is heard", 10, 0.1)
    post = tess.say(f"Heard by @mia #{word}")

    def hears(name, event, match):
        while True:
            heard, payload = masto.heard(name)
            if heard == event and (match in (payload.get("id"), (payload.get("status") or {}).get("id"))
                                   if isinstance(payload, dict) else payload == match):
                return payload

    for name in ("user", "public", "tag", "list"):
        assert hears(name, "update", post["id"])["content"] == post["content"]
    assert hears("user", "notification", post["id"])["type"] == hears("told", "notification", post["id"])["type"] == "mention"
    masto.leave("tag")
    tess.put(f"/api/v1/statuses/{post['id']}", status=f"Changed for @mia #{word}")
    assert "Changed" in hears("user", "status.update", post["id"])["content"]
    assert hears("public", "status.update", post["id"])["editedAt"]
    tess.delete(f"/api/v1/statuses/{post['id']}")
    for name in ("user", "public", "list"):
        assert hears(name, "delete", post["id"]) == post["id"]
    whisper = tess.say(f"@mia quietly {word}", visibility="direct")
    assert masto.heard("direct")[1]["lastStatus"]["id"] == whisper["id"]
    made = masto.v2.filters.create(title=word, context=["home"], keywordsAttributes=[{"keyword": word}])
    while masto.heard("user")[0] != "filters_changed":
        pass
    masto.v2.filters[made["id"]].remove()
    assert masto.waiting("tag") == 0, "what was unsubscribed is heard no more"


def test_an_event_source_listens_beside_it(world, masto, tess, word):
    events = ("update", "status.update", "delete", "notification")
    base, token = f"{world.a.url}/api/v1/streaming", quote(masto.secret)
    for name, path in (("s-user", "user?"), ("s-told", "user/notification?"), ("s-local", "public/local?"),
                       ("s-tag", f"hashtag?tag={word}&")):
        masto.lines(name, f"{base}/{path}access_token={token}", *events)
    post = tess.say(f"In lines for @mia #{word}")
    heard = dict(masto.heard("s-user") for _ in range(2))
    assert json.loads(heard["update"])["id"] == json.loads(heard["notification"])["status"]["id"] == post["id"]
    for name in ("s-told", "s-local", "s-tag"):
        event, payload = masto.heard(name)
        assert json.loads(payload).get("status", json.loads(payload))["content"] == post["content"]
    tess.delete(f"/api/v1/statuses/{post['id']}")
    for name in ("s-user", "s-local", "s-tag"):
        assert masto.heard(name) == ["delete", post["id"]]
        masto.leave(name)


def test_every_stream_comes_in_lines_too(world, masto, tess, word):
    masto.v1.accounts[tess.id].follow()
    kept = masto.v1.lists.create(title=f"Lines {word}")["id"]
    masto.v1.lists[kept].accounts.create(accountIds=[tess.id])
    base, token = f"{world.a.url}/api/v1/streaming", quote(masto.secret)
    paths = {"public": "public?", "remote": "public/remote?", "tag": f"hashtag/local?tag={word}&", "list": f"list?list={kept}&",
             "direct": "direct?"}
    for name, path in paths.items():
        masto.lines(f"all-{name}", f"{base}/{path}access_token={token}", "update", "conversation")
    post = tess.say(f"Lines #{word}")
    whisper = tess.say(f"@mia in lines {word}", visibility="direct")
    for name in ("public", "tag", "list"):
        assert json.loads(masto.heard(f"all-{name}")[1])["id"] == post["id"]
    event, payload = masto.heard("all-direct")
    assert event == "conversation" and json.loads(payload)["last_status"]["id"] == whisper["id"]
    assert masto.waiting("all-remote") == 0
    for name in paths:
        masto.leave(f"all-{name}")
    masto.v1.lists[kept].remove()


def test_it_knows_people_and_what_they_talk_about(world, masto, tess, word):
    account = masto.v1.accounts[tess.id]
    account.follow()
    tess.post(f"/api/v1/accounts/{masto.id}/follow")
    assert masto.id in ids(account.followers.list()) and tess.id in ids(masto.v1.accounts[masto.id].following.list())
    assert ids(masto.v1.accounts.list(id=[tess.id, masto.id])) == [tess.id, masto.id]
    account.removeFromFollowers()
    assert not masto.v1.accounts.relationships.fetch(id=[tess.id])[0]["followedBy"]
    asks = world.a.person(f"{word}q")
    masto.v1.accounts.updateCredentials(locked=True)
    asks.post(f"/api/v1/accounts/{masto.id}/follow")
    assert ids(masto.v1.followRequests.list()) == [asks.id]
    assert masto.v1.followRequests[asks.id].authorize()["followedBy"]
    assert masto.v1.accounts.updateCredentials(locked=False)["locked"] is False
    world.ana.follow(tess)
    masto.v1.accounts[world.ana.id].follow()
    assert world.ana.id in ids(masto.v1.accounts.familiarFollowers.fetch(id=[tess.id])[0]["accounts"])
    assert account.endorse()["endorsed"] and ids(masto.v1.endorsements.list()) == [tess.id]
    assert not account.unendorse()["endorsed"]
    masto.v1.domainBlocks.create(domain=f"{word}.example")
    assert masto.v1.domainBlocks.list() == [f"{word}.example"]
    masto.v1.domainBlocks.remove(domain=f"{word}.example")
    assert masto.v1.domainBlocks.list() == []
    masto.v1.statuses.create(status=f"About #{word}")
    shown = masto.v1.featuredTags.create(name=word)
    assert [t["name"] for t in masto.v1.accounts[masto.id].featuredTags.list()] == [word]
    masto.v1.featuredTags[shown["id"]].remove()
    assert masto.v1.tags[word].fetch()["name"] == word
    assert masto.id in ids(masto.v1.directory.list(local=True, order="active"))
    assert world.b.domain in masto.v1.instance.peers.list()


def test_it_quotes(masto, tess, word):
    theirs = tess.say(f"Quote me {word}")
    quote_ = masto.v1.statuses.create(status=f"As said {word}", quotedStatusId=theirs["id"])
    assert quote_["quote"]["state"] == "accepted" and quote_["quote"]["quotedStatus"]["id"] == theirs["id"]
    assert quote_["id"] in ids(masto.v1.statuses[theirs["id"]].quotes.list())
    tess.post(f"/api/v1/statuses/{theirs['id']}/quotes/{quote_['id']}/revoke")
    assert masto.v1.statuses[quote_["id"]].fetch()["quote"]["state"] == "revoked"
    mine = masto.v1.statuses.create(status=f"Mine {word}", quoteApprovalPolicy="nobody")
    assert mine["quoteApproval"]["automatic"] == []
