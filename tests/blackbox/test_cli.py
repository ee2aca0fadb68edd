"""The command line is a contract: others script against it."""

import ctypes
import http.server
import os
import re
import stat
import threading

import pytest

from browser import Browser
from node import PASSWORD, Node, wait_for

COMMANDS = [["init"], ["serve"], ["user", "add"], ["user", "list"], ["user", "disable"], ["user", "enable"],
            ["user", "password"], ["role", "grant"], ["role", "revoke"], ["role", "list"], ["role", "actions"], ["user", "alias"], ["user", "move"], ["user", "unmove"],
            ["token", "create"], ["peer", "add"], ["peer", "list"], ["peer", "remove"],
            ["peer", "pause"], ["peer", "resume"], ["peer", "limit"], ["rule", "add"], ["rule", "list"],
            ["rule", "remove"], ["refusals"], ["report", "list"],
            ["report", "show"], ["report", "close"], ["post"], ["config", "get"], ["config", "set"], ["status"],
            ["routes"], ["jobs"], ["check"]]

AREAS = "accounts blocks bookmarks collections favourites filters follows lists mutes notifications statuses".split()
ADMIN = ("accounts reports domain_allows domain_blocks ip_blocks email_domain_blocks canonical_email_blocks").split()
SCOPES = (["profile", "push", "follow", "read", "write", "admin:read", "admin:write", "read:search",
           "write:conversations", "write:media", "write:reports"] +
          [f"{verb}:{area}" for verb in ("read", "write") for area in AREAS] +
          [f"admin:{verb}:{area}" for verb in ("read", "write") for area in ADMIN])


@pytest.fixture(scope="module")
def still():
    """A node that never serves."""
    node = Node().init()
    node.add_user("ana")
    yield node
    node.close()


@pytest.fixture(scope="module", params=["serving", "at rest"])
def node(request):
    """The same commands must work in both states."""
    node = Node().init()
    if request.param == "serving":
        node.serve()
    node.add_user("ana")
    yield node
    node.close()


def fails(done, status):
    assert done.returncode == status, f"status {done.returncode}, not {status}: {done.stdout}{done.stderr}"
    assert re.fullmatch(r"[^\n]+\n", done.stderr), f"an error is one line on standard error, not {done.stderr!r}"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(still, command):
    done = still.run(*command, "--help")
    assert done.returncode == 0
    assert len(done.stdout) > 40 and done.stderr == ""


def test_help_of_the_whole_names_every_command(still):
    text = still.run("--help").stdout
    assert [c[0] for c in COMMANDS if c[0] not in text] == []


@pytest.mark.parametrize("args", [[], ["fly"], ["user"], ["user", "fly"], ["serve", "--fly"], ["init"],
                                  ["token", "create"], ["config", "set", "limits.rate"]], ids=" ".join)
def test_wrong_usage_is_status_2(still, args):
    fails(still.run(*args), 2)


@pytest.mark.parametrize("args", [["post", "nobody", "hello"], ["user", "disable", "nobody"],
                                  ["token", "create", "nobody", "--scopes", "read"],
                                  ["peer", "remove", "nowhere.example"], ["peer", "pause", "nowhere.example"],
                                  ["user", "add", "ana", "--email", "other@corp.example"]], ids=" ".join)
def test_a_failure_is_status_1_and_one_line(node, args):
    fails(node.cli(*args), 1)


@pytest.mark.parametrize("args", [
    ["config", "get", "no.such.key"], ["config", "set", "limits.rate", "sideways"],
    ["config", "set", "push.services", "push.example"], ["config", "set", "push.services", "https://push.example/path"], ["role", "grant", "ana", "queen"],
    ["user", "alias", "ana", "add", "notahandle"], ["user", "move", "ana", "notahandle"],
    ["user", "add", "a b", "--email", "x@corp.example"], ["post", "ana", " "],
    ["announcement", "add", "x", "--starts", "2099-12-02", "--ends", "2099-12-01"]], ids=" ".join)
def test_a_wrong_value_is_usage(node, args):
    fails(node.cli(*args), 2)


def test_a_role_is_changed_and_counts_at_once(node):
    node.add_user("rhea")
    token = node.token("rhea", "admin:read")
    for verb, role, status, left in (("grant", "moderator", 200, "moderator"), ("grant", "admin", 200, "moderator,admin"),
                                     ("revoke", "moderator", 403, "admin"), ("grant", "moderator", 200, "moderator,admin")):
        told = node.do("role", verb, "@rhea", role)
        assert told == f"rhea is {'no longer ' if verb == 'revoke' else ''}{role}"
        assert f"roles\t{left}\n" in node.do("user", "show", "rhea") and f"rhea\t{left}" in node.do("role", "list")
        if node.process:
            assert node.get("/api/v1/admin/reports", token=token).status_code == status
    fails(node.cli("role", "grant", "nobody", "admin"), 1)


def test_the_last_administrator_stays_one(node):
    node.add_user("sole", role="admin")
    if "rhea\t" in node.do("role", "list"):
        node.do("role", "revoke", "rhea", "admin")
    for words in (("role", "revoke", "sole", "admin"), ("user", "disable", "sole")):
        done = node.cli(*words)
        fails(done, 1)
        assert "only administrator" in done.stderr
    node.add_user("second", role="people_manager,admin")
    node.do("user", "disable", "second")
    fails(node.cli("user", "disable", "sole"), 1)
    node.do("user", "enable", "second")
    node.do("role", "revoke", "sole", "admin")
    node.do("user", "disable", "sole")


def test_what_is_missing_is_said(node):
    for words in (["text", "show", "about"], ["text", "remove", "about"]):
        done = node.cli(*words)
        fails(done, 1)
        assert 'no text "about" was set' in done.stderr
    assert "ana@b.example" in node.cli("user", "alias", "ana", "add", "notahandle").stderr
    if node.process:
        assert "peer" in node.cli("user", "move", "ana", "eve@stranger.example").stderr


def test_no_data_folder_is_a_failure(still, tmp_path):
    fails(still.run("status", "--data", str(tmp_path / "none")), 1)
    fails(still.run("serve", "--data", str(tmp_path / "none")), 1)


def test_init_makes_a_commented_configuration_and_private_keys(tmp_path):
    node = Node()
    node.data = str(tmp_path / "data")
    node.init()
    texts = [p.read_text() for p in (tmp_path / "data").glob("*.yaml")]
    assert texts and any("#" in t and node.domain in t for t in texts)
    for path in (tmp_path / "data").rglob("*"):
        assert not path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH), f"{path} is open to all users of the machine"


def test_init_does_not_overwrite(still):
    before = still.do("user", "list")
    fails(still.cli("init", "--domain", still.domain, "--url", still.url), 1)
    assert still.do("user", "list") == before


@pytest.mark.parametrize("url", ["http://social.corp.example", "http://192.0.2.1:8080", "ftp://127.0.0.1/",
                                 "nonsense"])
def test_plain_http_is_for_loopback_only(still, tmp_path, url):
    done = still.run("init", "--data", str(tmp_path / "d"), "--domain", "social.corp.example", "--url", url)
    fails(done, 2)


def test_a_folder_is_served_once(new_node):
    node = new_node()
    fails(node.cli("serve"), 1)
    assert node.get("/health").status_code == 200


def test_tokens_of_every_scope_work_at_once(node):
    for scope in SCOPES:
        token = node.token("ana", scope)
        assert "\n" not in token
    done = node.cli("token", "create", "ana", "--scopes", "read admin")
    assert done.returncode in (1, 2)
    fails(done, done.returncode)
    if node.process:
        token = node.token("ana", "read write follow push")
        assert node.get("/api/v1/accounts/verify_credentials", token=token).json()["username"] == "ana"


def test_the_arguments_stand_in_any_order(node):
    assert node.run("post", "ana", "--data", node.data, "Options in the middle").returncode == 0
    assert node.run("post", "--data", node.data, "ana", "Options first").returncode == 0
    assert node.run("post", "ana", "--data=" + node.data, "--", "--not an option").returncode == 0


def test_users_are_listed_disabled_and_enabled(node):
    node.add_user("uma", role="moderator")
    listed = node.do("user", "list")
    assert re.search(r"\buma\b.*\bmoderator\b", listed) and re.search(r"\bana\b", listed)
    token = node.token("uma")
    node.do("user", "disable", "uma")
    assert "disabled" in next(line for line in node.do("user", "list").splitlines() if "uma" in line)
    if node.process:
        assert node.get("/api/v1/timelines/home", token=token).status_code in (401, 403)
    fails(node.cli("token", "create", "uma", "--scopes", "read"), 1)
    node.do("user", "enable", "uma")
    if node.process:
        assert node.get("/api/v1/timelines/home", token=node.token("uma")).status_code == 200


@pytest.mark.parametrize("name", ["", "two words", "näme", "../x", "a/b", "-", "x" * 300])
def test_a_name_that_cannot_be_a_handle_is_refused(still, name):
    done = still.cli("user", "add", "--email", "x@corp.example", "--password-stdin", "--", name, stdin=PASSWORD)
    assert done.returncode in (1, 2)
    fails(done, done.returncode)


def test_two_users_cannot_share_an_email(node):
    done = node.cli("user", "add", "ana2", "--email", "ana@corp.example", "--password-stdin", stdin=PASSWORD)
    fails(done, 1)


def test_a_user_without_password_gets_a_sign_up_link_that_works_once(new_node):
    node = new_node()
    link = node.do("user", "add", "lea", "--email", "lea@corp.example").splitlines()[-1].split()[-1]
    assert link.startswith(node.url + "/")
    browser = Browser()
    browser.open(link)
    form = browser.page.soup.find("form")
    fields = [f["name"] for f in form.find_all("input", type="password")]
    assert fields, browser.page.html
    browser.submit(form, **{name: "a long enough secret" for name in fields})
    assert browser.page is None or browser.page.status < 400, browser.page.html
    again = Browser()
    again.open(link)
    form = again.page.soup.find("form")
    if form is not None and form.find("input", type="password"):
        again.submit(form, **{name: "another long secret" for name in fields})
    assert again.page.status >= 400
    node.person("ana")
    app = node.request("POST", "/api/v1/apps", data={"client_name": "x", "redirect_uris": "http://127.0.0.1:1/cb",
                                                    "scopes": "read"}).json()
    url = (f"{node.url}/oauth/authorize?response_type=code&client_id={app['client_id']}&scope=read"
           "&redirect_uri=http://127.0.0.1:1/cb")
    assert Browser().authorize(url, "lea", "another long secret") is None
    assert "code=" in (Browser().authorize(url, "lea", "a long enough secret") or "")


def test_a_changed_password_counts_at_once(new_node):
    node = new_node()
    node.add_user("ana")
    node.do("user", "password", "ana", "--password-stdin", stdin="a different one altogether\n")
    app = node.request("POST", "/api/v1/apps", data={"client_name": "x", "redirect_uris": "http://127.0.0.1:1/cb",
                                                    "scopes": "read"}).json()
    url = (f"{node.url}/oauth/authorize?response_type=code&client_id={app['client_id']}&scope=read"
           "&redirect_uri=http://127.0.0.1:1/cb")
    assert Browser().authorize(url, "ana", PASSWORD) is None
    assert "code=" in (Browser().authorize(url, "ana", "a different one altogether") or "")


def test_rules_are_added_listed_and_removed(node):
    node.do("rule", "add", "domain", "Evil.Example", "--comment", "spam since May")
    node.do("rule", "add", "account", "@Mallory@b.example")
    node.do("rule", "add", "word", "Golden  Fleece")
    rows = [line.split("\t") for line in node.do("rule", "list").splitlines()]
    assert [row[:2] for row in rows] == [["domain", "evil.example"], ["account", "mallory@b.example"],
                                         ["word", "golden fleece"]]
    assert rows[0][3] == "spam since May"
    fails(node.cli("rule", "add", "ghost", "x"), 2)
    fails(node.cli("rule", "add", "domain", "https://evil.example/"), 2)
    for kind, value in (("domain", "EVIL.example"), ("account", "mallory@b.example"), ("word", "golden fleece")):
        node.do("rule", "remove", kind, value)
    assert node.do("rule", "list") == "" and node.do("refusals") == ""
    fails(node.cli("rule", "remove", "word", "golden fleece"), 1)


def test_a_sibling_may_be_limited(node):
    node.do("peer", "add", "limited.example")
    assert "default" in node.do("peer", "limit", "limited.example")
    said = node.do("peer", "limit", "limited.example", "--rate", "60", "--size", "16384", "--attachments", "3",
                   "--media", "image,audio")
    assert "60" in said and "16384" in said and "image,audio" in said and "default" not in said
    assert "60" in node.do("peer", "limit", "limited.example")
    assert "default" in node.do("peer", "limit", "limited.example", "--rate", "0")
    for option in (("--rate", "many"), ("--media", "image,none"), ("--attachments", "17"), ("--size", "1")):
        fails(node.cli("peer", "limit", "limited.example", *option), 2)
    fails(node.cli("peer", "limit", "nobody.example", "--rate", "1"), 1)
    node.do("peer", "remove", "limited.example")


def test_peers_are_added_listed_paused_and_removed(node):
    node.do("peer", "add", "sibling.example")
    node.do("peer", "add", "partner.example", "--url", "https://social.partner.example", "--tier", "partner")
    listed = {line.split()[0]: line for line in node.do("peer", "list").splitlines() if line.strip()}
    assert "group" in listed["sibling.example"] and "unpinned" in listed["sibling.example"]
    assert "partner" in listed["partner.example"] and "https://social.partner.example" in listed["partner.example"]
    node.do("peer", "pause", "sibling.example")
    assert "paused" in next(line for line in node.do("peer", "list").splitlines() if line.startswith("sibling"))
    node.do("peer", "resume", "sibling.example")
    assert "paused" not in node.do("peer", "list")
    node.do("peer", "remove", "sibling.example")
    assert "sibling.example" not in node.do("peer", "list")
    fails(node.cli("peer", "remove", "sibling.example"), 1)
    done = node.cli("peer", "add", "x.example", "--tier", "friend")
    assert done.returncode in (1, 2)
    fails(done, done.returncode)
    fails(node.cli("peer", "add", "x.example", "--url", "http://x.example"), 2)
    node.do("peer", "remove", "partner.example")


def test_a_peer_is_not_added_twice(node):
    node.do("peer", "add", "twice.example", "--url", "https://one.twice.example", "--tier", "partner")
    again = node.cli("peer", "add", "twice.example")
    fails(again, 1)
    assert "peer already" in again.stderr and "remove it first" in again.stderr

    def listed():
        return next(line for line in node.do("peer", "list").splitlines() if line.startswith("twice")).split("\t")[:3]

    assert listed() == ["twice.example", "https://one.twice.example", "partner"]
    node.do("peer", "add", "twice.example", "--tier", "group")
    assert listed() == ["twice.example", "https://one.twice.example", "group"]
    node.do("peer", "add", "twice.example", "--url", "https://two.twice.example")
    assert listed() == ["twice.example", "https://two.twice.example", "group"]
    assert "no peer any more" in node.do("peer", "remove", "twice.example")


def test_nothing_is_held_against_the_node_itself(node):
    for words in (["domain", node.domain], ["silence-domain", node.domain], ["account", f"ana@{node.domain}"],
                  ["account", f"{node.url}/u/1"]):
        done = node.cli("rule", "add", *words)
        fails(done, 1)
        assert "itself" in done.stderr
    fails(node.cli("peer", "add", node.domain, "--url", node.url), 1)


def test_a_first_word_alone_says_what_follows(still):
    for words in (["peer"], ["peer", "fly"]):
        done = still.run(*words)
        fails(done, 2)
        assert "add, list, show, remove" in done.stderr


def test_commands_say_what_they_did(node):
    for name, email, said in (("ana", "x@y.example", "the name is taken"), ("anb", "ana@corp.example", "the e-mail address is taken")):
        assert said in node.cli("user", "add", name, "--email", email, "--password-stdin", stdin="long enough " * 2).stderr
    node.do("user", "add", "nina", "--email", "nina@a.example")
    assert "no password yet" in node.do("user", "enable", "nina")
    node.do("rule", "add", "domain", "kept.example", "--comment", "since May")
    node.do("rule", "add", "domain", "kept.example")
    assert "since May" in node.do("rule", "list")
    node.do("rule", "add", "domain", "kept.example", "--comment", "")
    assert "since May" not in node.do("rule", "list")
    empty = node.cli("rule", "add", "word", "")
    fails(empty, 2)
    assert "an empty text is no word" in empty.stderr
    fails(node.cli("refusals", "--origin", "x y"), 2)
    for command in (("config", "set", "title", "Named"), ("user", "alias", "ana", "add", "nina"), ("user", "alias", "ana", "remove", "nina")):
        assert node.do(*command), "what was done is said"
    node.add_user("vic")
    assert "vic" in node.do("user", "disable", "vic") and "vic" in node.do("user", "enable", "vic")
    assert "vic" in node.do("user", "rotate-keys", "vic")
    node.do("peer", "add", "quiet.example")
    for action in ("pause", "resume", "remove"):
        assert node.do("peer", action, "quiet.example").startswith("quiet.example ")
    node.do("rule", "add", "word", "loud")
    assert "gone" in node.do("rule", "remove", "word", "loud")


def test_a_report_is_shown_whole(new_node, word):
    node = new_node()
    ana, ben = node.person("ana"), node.person("ben")
    status = ana.say(f"something rude {word}")
    ben.post("/api/v1/reports", account_id=ana.id, **{"status_ids[]": status["id"]}, comment="not nice", category="spam")
    number = node.do("report", "list").split("\t")[0]
    shown = node.do("report", "show", number)
    assert "not nice" in shown and status["uri"] in shown and f"something rude {word}" in shown and "spam" in shown
    assert number in node.do("report", "close", number) and node.do("report", "list") == ""
    assert "closed: " in node.do("report", "show", number)
    fails(node.cli("report", "show", "1"), 1)


def test_config_set_outranks_the_file_and_explain_says_so(node):
    before = node.do("config", "get", "limits.rate")
    node.do("config", "set", "limits.rate", "off")
    assert node.do("config", "get", "limits.rate") == "off"
    explained = node.do("config", "--explain")
    assert re.search(r"limits\.rate.*", explained) and re.search(r"stor(e|ed)|set", explained)
    node.do("config", "set", "limits.rate", before)
    assert node.do("config", "get", "limits.rate") == before
    assert "proxies" in explained


def test_the_tables_are_printed(still):
    routes, open_routes, jobs = still.do("routes"), still.do("routes", "--open"), still.do("jobs")
    assert "/api/v1/statuses" in routes and "POST" in routes
    assert "/api/v1/instance" in open_routes and "/api/v1/timelines/home" not in open_routes
    assert len(open_routes.splitlines()) < len(routes.splitlines())
    assert "publish" not in jobs and "publish\t" in still.do("jobs", "--kinds")
    assert "--data" in still.do("routes", "--help") and "16384" in still.do("peer", "limit", "--help")
    rows = [row for row in still.do("--help").splitlines() if row.startswith("  ")]
    assert all(row[34:36].strip() == "" and row[36] != " " for row in rows), "one column of help"


def test_status_and_check_answer_in_both_states(node):
    assert node.do("status")
    node.do("check")


@pytest.mark.threads
def test_a_serving_node_notices_at_once(new_node, word):
    node = new_node()
    ana = node.person("ana")
    node.do("post", "ana", f"From the command line {word}")
    assert word in ana.home()[0]["content"]
    node.add_user("late")
    assert node.get("/api/v1/accounts/verify_credentials", token=node.token("late")).status_code == 200
    assert re.search(r"\blate\b", node.do("user", "list"))
    node.stop()
    node.do("post", "ana", f"While it was down {word}")
    node.serve()
    assert "While it was down" in ana.home()[0]["content"]


def test_a_post_needs_text(node):
    for text in ("", " \n "):
        done = node.cli("post", "ana", text)
        assert done.returncode in (1, 2)
        fails(done, done.returncode)
    fails(node.cli("post", "ana", "x" * 120000), 2)


def set_store_format(data, version):
    """Writes into the store at rest what a later program would: its format number."""
    lmdb = ctypes.CDLL("liblmdb.so.0")

    class Value(ctypes.Structure):
        _fields_ = [("size", ctypes.c_size_t), ("data", ctypes.c_char_p)]

    def call(name, *args):
        assert getattr(lmdb, name)(*args) == 0, name

    env, txn, dbi = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_uint()
    call("mdb_env_create", ctypes.byref(env))
    call("mdb_env_set_maxdbs", env, 64)
    call("mdb_env_open", env, data.encode(), 0, 0o600)
    call("mdb_txn_begin", env, None, 0, ctypes.byref(txn))
    call("mdb_dbi_open", txn, b"meta", 0, ctypes.byref(dbi))
    key, value = Value(6, b"format"), Value(8, version.to_bytes(8, "big"))
    call("mdb_put", txn, dbi, ctypes.byref(key), ctypes.byref(value), 0)
    call("mdb_txn_commit", txn)
    lmdb.mdb_env_close(env)


def test_a_newer_store_is_refused_in_one_line(new_node):
    node = new_node(serve=False)
    node.add_user("ana")
    set_store_format(node.data, 9999)
    for command in (["serve"], ["user", "list"], ["check"], ["post", "ana", "hello"]):
        done = node.cli(*command)
        fails(done, 1)
        assert "9999" in done.stderr and "newer" in done.stderr
    set_store_format(node.data, 1)
    node.serve()


def test_routes_need_no_data_folder(still):
    assert still.run("routes").returncode == 0


def test_a_dead_node_leaves_nothing_in_the_way(new_node):
    node = new_node()
    ana = node.person("ana")
    ana.say("Before the cut")
    node.kill()
    node.do("user", "list")
    node.do("check")
    node.serve()
    assert "Before the cut" in ana.home()[0]["content"]


def test_the_socket_in_the_data_folder_is_private(new_node):
    node = new_node()
    sockets = [os.path.join(folder, f) for folder, _, files in os.walk(node.data) for f in files
               if stat.S_ISSOCK(os.stat(os.path.join(folder, f)).st_mode)]
    assert sockets, "no socket in the data folder of a serving node"
    for path in sockets + [node.data]:
        assert not os.stat(path).st_mode & 0o077, f"{path} is open to other users"


def test_start_up_says_where_it_listens(new_node):
    node = new_node()
    assert node.domain in wait_for(node.log, "a line in the log")


def test_scopes_are_as_given(new_node):
    node = new_node()
    node.add_user("ana")
    token = node.token("ana", "read:statuses")
    assert node.get("/api/v1/timelines/home", token=token).status_code == 200
    answer = node.request("POST", "/api/v1/statuses", token=token, data={"status": "no"})
    assert answer.status_code == 403 and "scope" in answer.json()["error"]


def refuser():
    """Where a server answers whatever it is asked with 501."""
    class Never(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Never)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}"


def test_a_peer_that_cannot_be_contacted_is_told(new_node):
    """Here nobody speaks TLS."""
    node = new_node()
    node.do("peer", "add", node.domain.replace("127.0.0.1", "127.0.0.2"))
    line = wait_for(lambda: [row for row in node.do("peer", "list").splitlines() if "unreachable" in row],
                    "the list says so")[0]
    assert "no contact at https://127.0.0.2" in line
    other = refuser()
    node.do("peer", "add", other, "--url", f"http://{other}")
    wait_for(lambda: "it answers 501" in node.do("peer", "list"), "the list says what it answers")


def test_a_pairing_of_one_side_alone_is_told(new_node):
    here, there = new_node(), new_node()
    here.do("peer", "add", there.domain, "--url", there.url)
    wait_for(lambda: "has not added us" in here.do("peer", "list"), "the list says what is missing")
    shown = here.do("peer", "show", there.domain)
    assert "has not added us" in shown and "state: refused" in shown
    there.do("peer", "add", here.domain, "--url", here.url)
    wait_for(lambda: "has not added us" not in here.do("peer", "list"), "it is added", 40)
    assert "has not added us" not in there.do("peer", "list")


def test_settings_that_would_stop_the_next_start_are_refused(node):
    for key, value in (("listen", "garbage"), ("listen", "127.0.0.1:99999"), ("listen", ":80"), ("log.level", "loud")):
        done = node.cli("config", "set", key, value)
        assert done.returncode == 2 and key in done.stderr, done


def test_the_version_is_said_both_ways(still):
    assert still.do("version") == still.do("--version")


def test_a_hold_that_cannot_be_given_is_refused(new_node):
    ana = new_node().person("ana")
    for hold in ("61", "-1", "abc", "500"):
        assert ana.raw("POST", "/api/v1/statuses", data={"status": "held", "hold_seconds": hold}).status_code == 422
    assert ana.raw("POST", "/api/v1/statuses", data={"status": "held", "hold_seconds": "1"}).status_code == 200
