"""Real clients as Debian ships them: toot and Mastodon.py sign in, post and read."""

import base64
import os
import re
import subprocess
import sys

import mastodon
import pytest

from browser import Browser
from node import PASSWORD, PATIENCE, plain, unkept

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


class Toot:
    """The command `toot`, with a home of its own."""

    def __init__(self, home):
        self.env = dict(os.environ, XDG_CONFIG_HOME=str(home), HOME=str(home), PYTHONUNBUFFERED="1", NO_COLOR="1",
                        LC_ALL="C.UTF-8")

    def run(self, *args, text=None):
        done = subprocess.run(["toot", *args, "--no-color"], env=self.env, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL if text is None else None, input=text, timeout=60 * PATIENCE)
        assert done.returncode == 0, f"toot {' '.join(args)}: {done.stdout}{done.stderr}"
        return done.stdout

    def log_in(self, node, name):
        """Its dialogue: it shows an address, a person signs in there and types the code back."""
        toot = subprocess.Popen([sys.executable, "-u", "/usr/bin/toot", "login", "-i", node.domain, "--disable-https",
                                 "--no-color"], env=self.env, text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = ""
        while not (address := re.search(r"^(http://\S+/oauth/authorize/?\?\S+)$", said, re.M)):
            line = toot.stdout.readline()
            assert line, f"toot ended: {said}"
            said += line
        browser = Browser()
        assert browser.authorize(address[1], name, PASSWORD) is None
        assert browser.page.code, browser.page.html
        rest, _ = toot.communicate(f"n\n{browser.page.code}\n", timeout=60 * PATIENCE)
        assert toot.returncode == 0 and "Successfully logged in" in rest, said + rest
        return self


@pytest.fixture(scope="module")
def toot(world, tmp_path_factory):
    return Toot(tmp_path_factory.mktemp("toot")).log_in(world.a, "ana")


def test_toot_posts_and_reads(world, toot, word):
    assert "ana" in toot.run("whoami")
    posted = toot.run("post", f"From toot {word}", "-v", "unlisted")
    assert re.search(r"Toot posted: \S+", posted)
    status = next(s for s in world.ana.home() if word in s["content"])
    assert plain(status["content"]) == f"From toot {word}" and status["visibility"] == "unlisted"
    assert f"From toot {word}" in toot.run("timeline", "--once")
    assert f"From toot {word}" in toot.run("thread", status["id"])
    assert "Head office" in toot.run("instance", world.a.domain, "--disable-https")


@pytest.mark.plain
def test_toot_acts_on_statuses(world, toot, word):
    status = world.ben.say(f"For toot {word}")
    toot.run("favourite", status["id"])
    toot.run("reblog", status["id"])
    seen = world.ben.get(f"/api/v1/statuses/{status['id']}")
    assert seen["favourites_count"] == 1 and seen["reblogs_count"] == 1
    toot.run("unfavourite", status["id"])
    toot.run("unreblog", status["id"])
    own = re.search(r"/(\d+)\s*$", toot.run("post", f"Short lived {word}").strip())
    mine = next(s for s in world.ana.home() if f"Short lived {word}" in s["content"])
    toot.run("delete", mine["id"])
    world.ana.get(f"/api/v1/statuses/{mine['id']}", expect=404)
    assert own is None or own[1]


@pytest.mark.plain
def test_toot_follows_across(world, toot, word):
    other = world.b.person(f"{word}t")
    assert other.name in toot.run("search", f"@{other.handle}", "-r")
    toot.run("follow", other.handle)
    assert other.name in toot.run("whois", other.handle)
    toot.run("unfollow", other.handle)
    toot.run("notifications")


@pytest.mark.plain
@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_toot_posts_with_every_option(world, toot, word, visibility):
    root = world.ana.say(f"Root {word}")
    toot.run("post", f"Answer {word}", "-v", visibility, "-s", "-p", f"cw {word}", "-l", "fr", "-r", root["id"])
    status = world.ana.get(f"/api/v1/statuses/{root['id']}/context")["descendants"][0]
    assert plain(status["content"]) == f"Answer {word}" and status["visibility"] == visibility
    assert status["sensitive"] and status["spoiler_text"] == f"cw {word}" and status["language"] == "fr"
    assert f"Answer {word}" in toot.run("thread", root["id"])


@pytest.mark.plain
def test_toot_reads_every_timeline(world, toot, word):
    world.ben.say(f"Read me {word} #{word}")
    for options in (["-p"], ["-p", "-l"], ["-t", word]):
        assert f"Read me {word}" in toot.run("timeline", "--once", "-c", "2", *options), options
    assert f"#{word}" in toot.run("search", f"#{word}")


@pytest.mark.plain
def test_toot_shows_notifications_and_people(world, toot, word):
    status = world.ana.say(f"Notice {word}")
    world.ben.say(f"@ana mention {word}")
    world.ben.post(f"/api/v1/statuses/{status['id']}/favourite")
    world.ben.post(f"/api/v1/statuses/{status['id']}/reblog")
    world.ben.follow(world.ana)
    shown = toot.run("notifications")
    for part in (f"mention {word}", "favourited your status", "reblogged your status", "now follows you"):
        assert part in shown, part
    assert f"mention {word}" in toot.run("notifications", "-m")
    assert "ben" in toot.run("reblogged_by", status["id"]) and "ben" in toot.run("followers", "ana")
    toot.run("follow", "ben")
    assert "ben" in toot.run("following", "ana")
    toot.run("unfollow", "ben")
    assert "not following any" in toot.run("tags_followed")


@pytest.mark.plain
def test_toot_pins_blocks_and_shows_a_poll(world, toot, word):
    mine = world.ana.say(f"On top {word}")
    toot.run("pin", mine["id"])
    assert [s["id"] for s in world.ben.get(f"/api/v1/accounts/{world.ana.id}/statuses", pinned="true")] == [mine["id"]]
    toot.run("unpin", mine["id"])
    other = world.a.person(f"{word}b")
    toot.run("block", other.name)
    assert world.ana.relationship(other.id)["blocking"]
    toot.run("unblock", other.name)
    assert not world.ana.relationship(other.id)["blocking"]
    asked = world.ben.say(f"Tea {word}?", **{"poll[options][]": ["black", "green"], "poll[expires_in]": "600"})
    world.ana.post(f"/api/v1/polls/{asked['poll']['id']}/votes", **{"choices[]": ["1"]})
    shown = toot.run("thread", asked["id"])
    assert "black" in shown and "green" in shown and "Poll · 1 votes" in shown


@pytest.mark.plain
def test_toot_says_why_it_failed(world, toot):
    done = subprocess.run(["toot", "delete", "1", "--no-color"], env=toot.env, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60 * PATIENCE)
    assert done.returncode != 0 and "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def api(world, tmp_path_factory):
    """Mastodon.py, from registration to token, by its own files."""
    secret = str(tmp_path_factory.mktemp("mastodon.py") / "app.secret")
    mastodon.Mastodon.create_app("Mastodon.py", api_base_url=world.a.url, to_file=secret)
    client = mastodon.Mastodon(client_id=secret, ratelimit_method="throw", session=unkept())
    browser = Browser()
    assert browser.authorize(client.auth_request_url(), "ben", PASSWORD) is None
    client.log_in(code=browser.page.code, to_file=secret + ".user")
    return mastodon.Mastodon(access_token=secret + ".user", ratelimit_method="throw", session=unkept())


def test_mastodon_py_posts_reads_and_acts(world, api, word):
    assert api.me().acct == "ben" and api.account_verify_credentials().username == "ben"
    status = api.status_post(f"From Mastodon.py {word}", visibility="unlisted", spoiler_text="cw", sensitive=True,
                             idempotency_key=word)
    assert api.status_post(f"From Mastodon.py {word}", idempotency_key=word).id == status.id
    assert api.status(status.id).uri == status.uri and api.status_context(status.id).ancestors == []
    assert any(s.id == status.id for s in api.timeline_home())
    reply = api.status_reply(status, f"And again {word}")
    assert reply.in_reply_to_id == status.id
    theirs = world.ana.say(f"For Mastodon.py {word}")
    assert api.status_favourite(theirs["id"]).favourited is True
    assert api.status_reblog(theirs["id"]).reblog.id
    assert api.status_unreblog(theirs["id"]).id and api.status_unfavourite(theirs["id"]).favourites_count == 0
    assert api.status_delete(reply.id)
    with pytest.raises(mastodon.MastodonNotFoundError):
        api.status(reply.id)


def test_mastodon_py_pages(world, api, word):
    for i in range(7):
        api.status_post(f"{word} {i}")
    first = api.account_statuses(world.ben.id, limit=3)
    second = api.fetch_next(first)
    assert len(first) == len(second) == 3 and first[-1].id > second[0].id
    assert [s.id for s in api.fetch_previous(second)] == [s.id for s in first]


def test_mastodon_py_knows_people(world, api, word):
    other = world.b.person(f"{word}m")
    found = api.search(f"@{other.handle}", resolve=True).accounts[0]
    assert found.acct == other.handle
    assert api.account_follow(found.id).id == found.id
    assert api.account_relationships([found.id])[0].id == found.id
    api.account_unfollow(found.id)
    assert api.account_lookup("ana").username == "ana"
    assert isinstance(api.notifications(), list) and isinstance(api.conversations(), list)
    assert api.instance().uri and api.instance_nodeinfo().version == "2.0"
    assert api.preferences()["posting:default:visibility"] == "public"
    assert api.custom_emojis() == []


def test_mastodon_py_reads_every_timeline(world, api, word):
    status = api.status_post(f"Everywhere {word} #{word}", language="fr")
    assert status.language == "fr" and status.tags[0].name == word
    for timeline in (api.timeline_home, api.timeline_local, api.timeline_public):
        assert status.id in [s.id for s in timeline(limit=40)]
    pictured = api.status_post(f"Pictured {word}", media_ids=[api.media_post(PIXEL, "image/png")])
    for timeline in (api.timeline_local, api.timeline_public):
        shown = timeline(only_media=True, limit=40)
        assert shown[0].id == pictured.id and all(s.media_attachments for s in shown)
        assert status.id not in [s.id for s in shown]
    assert [s.id for s in api.timeline_hashtag(word)] == [s.id for s in api.timeline_hashtag(word, local=True)] == \
        [status.id]
    assert [t.name for t in api.search(f"#{word}").hashtags] == [word]
    assert [s.id for s in api.search(status.url, resolve=True).statuses] == [status.id]
    assert status.id in [s.id for s in api.account_statuses(world.ben.id, exclude_replies=True, exclude_reblogs=True)]
    assert len(api.fetch_remaining(api.timeline_home(limit=2))) > 2


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_mastodon_py_edits_and_deletes(api, word, visibility):
    status = api.status_post(f"First {word}", visibility=visibility)
    assert status.visibility == visibility
    assert api.status_update(status.id, f"Second {word}", spoiler_text="cw").edited_at
    assert [plain(edit.content) for edit in api.status_history(status.id)] == [f"First {word}", f"Second {word}"]
    source = api.status_source(status.id)
    assert source.text == f"Second {word}" and source.spoiler_text == "cw"
    assert api.status_delete(status.id).text == f"Second {word}"


def test_mastodon_py_decides_who_follows(world, api, word):
    other = world.a.person(f"{word}f")
    api.account_update_credentials(locked=True)
    other.post(f"/api/v1/accounts/{world.ben.id}/follow")
    assert [n.account.acct for n in api.notifications(types=["follow_request"], limit=1)] == [other.name]
    assert [a.acct for a in api.follow_requests()] == [other.name]
    assert api.follow_request_authorize(other.id).followed_by is True
    assert other.id in [str(a.id) for a in api.account_followers(world.ben.id)]
    assert [str(a.id) for a in api.account_following(other.id)] == [world.ben.id]
    third = world.a.person(f"{word}g")
    third.post(f"/api/v1/accounts/{world.ben.id}/follow")
    assert api.follow_request_reject(third.id).followed_by is False and api.follow_requests() == []
    assert api.account_update_credentials(locked=False).locked is False


def test_mastodon_py_sees_who_did_what(world, api, word):
    status = api.status_post(f"Liked {word}")
    world.ana.post(f"/api/v1/statuses/{status.id}/favourite")
    world.ana.post(f"/api/v1/statuses/{status.id}/reblog")
    world.ana.say(f"@ben privately {word}", visibility="direct")
    assert [a.acct for a in api.status_favourited_by(status.id)] == ["ana"]
    assert [a.acct for a in api.status_reblogged_by(status.id)] == ["ana"]
    assert {n.type for n in api.notifications(limit=3)} == {"favourite", "reblog", "mention"}
    assert {n.type for n in api.notifications(limit=2, exclude_types=["mention"])} == {"favourite", "reblog"}
    one = api.notifications(limit=1)[0]
    assert api.notifications(id=one.id).id == one.id
    conversation = api.conversations()[0]
    assert conversation.unread and word in conversation.last_status.content
    assert api.conversations_read(conversation.id).unread is False


@pytest.mark.parametrize("multiple", [False, True])
def test_mastodon_py_asks_and_votes(world, api, word, multiple):
    poll = api.make_poll(["tea", "coffee", "water"], 600, multiple=multiple)
    status = api.status_post(f"Which {word}?", poll=poll)
    assert [o.title for o in status.poll.options] == ["tea", "coffee", "water"] and status.poll.multiple is multiple
    assert api.poll(status.poll).id == status.poll.id and 590 < (status.poll.expires_at - status.created_at).seconds <= 600
    with pytest.raises(mastodon.MastodonAPIError):
        api.poll_vote(status.poll, 0)
    asked = world.ana.say(f"And {word}?", **{"poll[options][]": ["a", "b", "c"], "poll[expires_in]": "600",
                                             "poll[multiple]": "true" if multiple else "false"})
    api.poll_vote(asked["poll"]["id"], [0, 2] if multiple else 2)  # says nothing
    voted = api.poll(asked["poll"]["id"])
    assert voted.voted and voted.own_votes == ([0, 2] if multiple else [2]) and voted.voters_count == 1
    assert [o.votes_count for o in voted.options] == [1 if multiple else 0, 0, 1]
    for choices in (1, [7], []):
        with pytest.raises(mastodon.MastodonAPIError):
            api.poll_vote(asked["poll"]["id"], choices)


def test_mastodon_py_pins(world, api, word):
    status = api.status_post(f"On top {word}")
    assert api.status_pin(status).pinned is True
    assert [s.id for s in api.account_statuses(world.ben.id, pinned=True)] == [status.id]
    assert api.status_unpin(status).pinned is False
    assert api.account_statuses(world.ben.id, pinned=True) == []
    theirs = world.ana.say(f"Not mine {word}")
    with pytest.raises(mastodon.MastodonAPIError):
        api.status_pin(theirs["id"])


def test_mastodon_py_blocks(world, api, word):
    other = world.a.person(f"{word}b")
    other.say(f"Before {word} #{word}")
    assert api.account_block(other.id).blocking is True
    assert [a.acct for a in api.blocks()] == [other.name]
    assert api.timeline_hashtag(word) == []
    assert api.account_unblock(other.id).blocking is False and api.blocks() == []
    assert len(api.timeline_hashtag(word)) == 1


def test_mastodon_py_reports(world, api, word):
    other = world.a.person(f"{word}r")
    status = other.say(f"Bad {word}")
    report = api.report(other.id, [status["id"]], f"why {word}", category="violation")
    assert report.comment == f"why {word}" and report.category == "violation" and report.action_taken is False
    assert str(report.target_account.id) == other.id and [str(i) for i in report.status_ids] == [status["id"]]
    line = next(line for line in world.a.do("report", "list").splitlines() if f"why {word}" in line)
    assert "by ben" in line
    with pytest.raises(mastodon.MastodonAPIError):
        api.report(other.id, [world.ana.say("not that one")["id"]])


@pytest.mark.parametrize("call, args, error", [
    ("status", ["1"], mastodon.MastodonNotFoundError),
    ("account", ["1"], mastodon.MastodonNotFoundError),
    ("account_lookup", ["nobody"], mastodon.MastodonNotFoundError),
    ("status_favourite", ["1"], mastodon.MastodonNotFoundError),
    ("status_post", [""], mastodon.MastodonAPIError),
    ("status_post", ["x" * 5001], mastodon.MastodonAPIError)])
def test_mastodon_py_says_what_is_wrong(api, call, args, error):
    with pytest.raises(error) as raised:
        getattr(api, call)(*args)
    assert raised.value.args[3], "the error has words"


def test_mastodon_py_without_a_good_token(world):
    with pytest.raises(mastodon.MastodonUnauthorizedError):
        mastodon.Mastodon(access_token="wrong", api_base_url=world.a.url).me()
    anonymous = mastodon.Mastodon(api_base_url=world.a.url)
    with pytest.raises(mastodon.MastodonUnauthorizedError):
        anonymous.timeline_public()
    assert anonymous.instance_health() and anonymous.instance().title == "Head office"


def test_pictures_are_what_every_client_can_draw(world, api):
    account = api.me()
    for url in (account.avatar, account.avatar_static, account.header, account.header_static):
        picture = world.a.get(url)
        assert picture.headers["Content-Type"] == "image/png" and picture.content.startswith(b"\x89PNG\r\n\x1a\n")
        assert picture.headers["Access-Control-Allow-Origin"] == "*"


def test_mastodon_py_changes_its_profile(api, word):
    assert api.account_update_credentials(note=f"Bio {word}", fields=[("Dept", word)]).source.note == f"Bio {word}"
    api.account_update_credentials(note="", fields=[])


def test_mastodon_py_can_sign_out(world, tmp_path):
    secret = str(tmp_path / "app.secret")
    mastodon.Mastodon.create_app("Mastodon.py", api_base_url=world.a.url, to_file=secret)
    client = mastodon.Mastodon(client_id=secret, ratelimit_method="throw", session=unkept())
    browser = Browser()
    browser.authorize(client.auth_request_url(), "ben", PASSWORD)
    token = client.log_in(code=browser.page.code)
    client.revoke_access_token()
    assert world.a.get("/api/v1/timelines/home", token=token).status_code == 401


def test_the_password_grant_is_gone(world, tmp_path):
    secret = str(tmp_path / "app.secret")
    mastodon.Mastodon.create_app("Mastodon.py", api_base_url=world.a.url, to_file=secret)
    with pytest.raises(mastodon.MastodonIllegalArgumentError):
        mastodon.Mastodon(client_id=secret).log_in("ben@corp.example", PASSWORD)

