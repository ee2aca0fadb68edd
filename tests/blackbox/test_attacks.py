"""What hostile, slow or dying clients and commands do to a node, and what they must not."""

import os
import resource
import socket
import subprocess
import threading
import time

import pytest

from browser import Browser
from node import BINARY, PASSWORD, PREFIX, wait_for


def control(node):
    """The control socket of a serving node, which opens last; its path is too long for some systems, so it is named from
    within."""
    wait_for(lambda: os.path.exists(os.path.join(node.data, "control")), "the control socket")
    connection, here = socket.socket(socket.AF_UNIX), os.getcwd()
    try:
        os.chdir(node.data)
        connection.connect("control")
    finally:
        os.chdir(here)
    return connection


def quick(node, *command, seconds=3):
    started = time.monotonic()
    node.do(*command)
    assert time.monotonic() - started < seconds, command


def test_a_new_title_is_on_the_pages_at_once(new_node):
    node = new_node(title="Before")
    assert "Before" in node.get("/sign-in").text
    node.do("config", "set", "title", "Afterwards & <more>")
    wait_for(lambda: "Afterwards &amp; &lt;more&gt;" in node.get("/sign-in").text, "the new title is shown")
    assert "Afterwards" in node.get("/api/v2/instance").json()["title"]
    node.do("config", "set", "description", "What it is for")
    wait_for(lambda: "What it is for" in node.get("/").text, "the new description is shown")


@pytest.mark.threads
def test_commands_that_hang_hold_no_other_up(new_node):
    node = new_node()
    silent = [control(node) for _ in range(5)]
    partial = control(node)
    partial.sendall(b"\0\0")
    greedy = control(node)
    greedy.sendall(b"\x03\xff\xff\xff{")
    quick(node, "status")
    garbage = control(node)
    garbage.sendall(b"\xff\xff\xff\xff" + b"x" * 100)
    deaf = control(node)
    deaf.sendall(b"\0\0\0\x15" + b'{"words":["--help"]}  ')
    deaf.close()
    quick(node, "status")
    node.stop()
    for connection in (*silent, partial, greedy, garbage):
        connection.close()


@pytest.mark.threads
def test_many_commands_at_once_all_come_through(new_node):
    node = new_node()
    failed = []

    def create(n):
        done = node.cli("token", "create", "ana", "--scopes", "read")
        if done.returncode:
            failed.append(done.stderr)

    node.add_user("ana")
    threads = [threading.Thread(target=create, args=(n,)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_commands_survive_starts_and_stops(new_node):
    """A command that meets a node on its way up or down waits for it, and runs exactly once."""
    node = new_node()
    node.add_user("ana")
    failed, made, stop = [], [], threading.Event()

    def post(n):
        while not stop.is_set():
            done = node.cli("post", "ana", f"post {n}.{len(made)}")
            (failed if done.returncode else made).append(done.stderr or done.stdout.strip())

    threads = [threading.Thread(target=post, args=(n,), daemon=True) for n in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(5):
            time.sleep(0.3)
            node.stop()
            time.sleep(0.1)
            node.serve()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failed, failed[:5]
    assert len(set(made)) == len(made) > 20


@pytest.mark.parametrize("serving", [True, False], ids=["serving", "at rest"])
def test_words_that_are_no_text_get_a_clear_answer(new_node, serving):
    node = new_node(serve=serving)
    node.add_user("ana")
    done = node.cli("post", "ana", "caf\udce9")
    assert done.returncode == 2 and "UTF-8" in done.stderr and done.stderr.count("\n") == 1
    raw = subprocess.run([BINARY, "user", "password", "ana", "--password-stdin", "--data", node.data],
                         input=b"mot de passe secret \xe9\n", capture_output=True)
    assert raw.returncode == 1 and b"UTF-8" in raw.stderr


@pytest.fixture
def stuck(new_node):
    """A node with a listed peer that accepts connections and never answers."""
    node = new_node()
    trap = socket.socket()
    trap.bind(("127.0.0.1", 0))
    trap.listen(200)
    address = "127.0.0.1:%d" % trap.getsockname()[1]
    node.do("peer", "add", address, "--url", f"http://{address}")
    node.ask = lambda: node.person("ana").raw("GET", "/api/v2/search", params={
        "q": f"http://{address}/x", "resolve": "true"})
    node.person("ana")
    yield node
    trap.close()


def ask_in_background(node, count):
    threads = [threading.Thread(target=node.ask, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    return threads


@pytest.mark.plain
def test_fetches_that_hang_keep_nobody_from_signing_in(stuck):
    ask_in_background(stuck, 20)
    started = time.monotonic()
    browser = Browser()
    browser.open(stuck.url + "/sign-in")
    browser.submit(browser.page.form("username", "password"), username="ana", password=PASSWORD)
    assert "@ana" in browser.page.html
    assert time.monotonic() - started < 4


@pytest.mark.plain
def test_fetches_that_hang_do_not_keep_a_node_from_stopping(stuck):
    ask_in_background(stuck, 20)
    started = time.monotonic()
    stuck.stop()
    assert time.monotonic() - started < 8


def test_a_disk_that_gets_full_under_load_is_507_and_no_end(new_node):
    """The write that meets the end of the disk is cut short; here the disk is a limit on the size of files."""
    node = new_node()
    ana = node.person("ana")
    node.stop()
    size = os.path.getsize(os.path.join(node.data, "data.mdb"))
    with open(node.log_path, "a") as log:
        node.process = subprocess.Popen(
            [*PREFIX, BINARY, "serve", "--data", node.data], stdout=log, stderr=log,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size + 500_001, resource.RLIM_INFINITY)))
    wait_for(node.healthy, "the node serves")
    statuses, made = [], []

    def post():
        while statuses.count(507) < 20 and len(statuses) < 3000:
            answer = ana.raw("POST", "/api/v1/statuses", data={"status": "x" * 4900})
            statuses.append(answer.status_code)
            if answer.status_code == 200:
                made.append(answer.json()["id"])

    threads = [threading.Thread(target=post, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) == {200, 507} and made
    assert "status=507" in node.log()
    for post_id in made[-5:]:
        assert ana.raw("GET", f"/api/v1/statuses/{post_id}").status_code == 200
    resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    ana.say("room again")
    node.do("check")
