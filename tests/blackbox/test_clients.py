"""Real clients as Debian ships them: toot and Mastodon.py sign in, post and read."""

import os
import re
import subprocess
import sys

import pytest

from browser import Browser
from node import PASSWORD, PATIENCE, plain

mastodon = pytest.importorskip("mastodon")


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


def test_toot_follows_across(world, toot, word):
    other = world.b.person(f"{word}t")
    assert other.name in toot.run("search", f"@{other.handle}", "-r")
    toot.run("follow", other.handle)
    assert other.name in toot.run("whois", other.handle)
    toot.run("unfollow", other.handle)
    toot.run("notifications")


def test_toot_says_why_it_failed(world, toot):
    done = subprocess.run(["toot", "delete", "1", "--no-color"], env=toot.env, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60 * PATIENCE)
    assert done.returncode != 0 and "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def api(world, tmp_path_factory):
    """Mastodon.py, from registration to token, by its own files."""
    secret = str(tmp_path_factory.mktemp("mastodon.py") / "app.secret")
    mastodon.Mastodon.create_app("Mastodon.py", api_base_url=world.a.url, to_file=secret)
    client = mastodon.Mastodon(client_id=secret, ratelimit_method="throw")
    browser = Browser()
    assert browser.authorize(client.auth_request_url(), "ben", PASSWORD) is None
    client.log_in(code=browser.page.code, to_file=secret + ".user")
    return mastodon.Mastodon(access_token=secret + ".user", ratelimit_method="throw")


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


def test_mastodon_py_changes_its_profile(api, word):
    assert api.account_update_credentials(note=f"Bio {word}", fields=[("Dept", word)]).source.note == f"Bio {word}"
    api.account_update_credentials(note="", fields=[])


def test_mastodon_py_can_sign_out(world, tmp_path):
    secret = str(tmp_path / "app.secret")
    mastodon.Mastodon.create_app("Mastodon.py", api_base_url=world.a.url, to_file=secret)
    client = mastodon.Mastodon(client_id=secret, ratelimit_method="throw")
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

