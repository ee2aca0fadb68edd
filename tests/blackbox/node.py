"""A node as its operator and its people see it: the binary, its data folder, its port. Nothing here knows the inside;
what the tests say to a node goes through the command line, the client API or federation."""

import html as html_module
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import requests

from answers import look_at

BINARY = os.environ.get("RSE_NODE") or str(pathlib.Path(__file__).resolve().parents[2] / "build/rse-node")
ALL_SCOPES = "read write follow push"
PASSWORD = "correct horse battery staple"


def _sanitizer():
    try:
        content = pathlib.Path(BINARY).read_bytes()
    except FileNotFoundError:
        return ""
    return "thread" if b"__tsan_init" in content else "address" if b"__asan_init" in content else ""


SANITIZER = _sanitizer()
# A deadline says when something is broken, not how fast it should be; the sanitizers make everything slower.
PATIENCE = {"": 1, "address": 4, "thread": 8}[SANITIZER]
PREFIX = ["setarch", "-R"] if SANITIZER == "thread" and subprocess.run(
    ["setarch", "-R", "true"], capture_output=True).returncode == 0 else []
REPORTS = re.compile(r"ERROR: AddressSanitizer|WARNING: ThreadSanitizer|ERROR: LeakSanitizer|runtime error:|"
                     r"[Aa]ssertion .* failed")


def _environment():
    """Of a node: its keys are cheap, where make built what makes them so."""
    quick = pathlib.Path(__file__).resolve().parents[2] / "build/tests/quick_keys.so"
    if not quick.exists():
        return {}
    options = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
    return {"LD_PRELOAD": str(quick), "ASAN_OPTIONS": options}


ENVIRONMENT = _environment()
_held = []  # sockets that keep a port ours until this process ends


def free_port():
    """A port that no other test of this machine has. It lies below the range that outgoing connections take theirs
    from, so a node can be killed and come back to it."""
    low = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(12000, low)
        mark, probe = socket.socket(socket.AF_UNIX), socket.socket()
        try:
            mark.bind(f"\0rse-test-port-{port}")
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
        except OSError:
            mark.close()
            continue
        finally:
            probe.close()
        _held.append(mark)
        return port


def unkept():
    """A session for a client's library whose connections end with the answer. On a loaded machine the pause between two
    tests may be as long as the node keeps an idle connection, and who sends just then gets no answer."""
    made = requests.Session()
    made.headers["Connection"] = "close"
    return made


def wait_for(probe, what, seconds=10, interval=0.02):
    """The first true value of probe(); an AssertionError that says what was waited for when time is up."""
    deadline, last = time.monotonic() + seconds * PATIENCE, None
    while True:
        last = probe()
        if last:
            return last
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds * PATIENCE} s: {what} (last: {str(last)[:500]})")
        time.sleep(interval)
        interval = min(interval * 1.2, 0.25)


_local = threading.local()


def session():
    """One connection pool per thread, without the proxies of the environment."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.trust_env = False
    return _local.session


class Node:
    def __init__(self, title="Test node", listen=True):
        self.port = free_port()
        self.domain = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.domain}"
        self.folder = tempfile.mkdtemp(prefix="rse-node-test-")
        self.data = os.path.join(self.folder, "data")
        self.log_path = os.path.join(self.folder, "log")
        self.process = None
        self.title = title
        self.people = {}

    # The operator's side.

    def init(self):
        done = self.cli("init", "--domain", self.domain, "--url", self.url, "--listen", self.domain,
                        "--title", self.title)
        assert done.returncode == 0, done.stderr
        return self

    def run(self, *args, stdin=None, seconds=30, env=None):
        """The binary with exactly these arguments."""
        return subprocess.run([*PREFIX, BINARY, *args], input=stdin, capture_output=True, text=True,
                              timeout=seconds * PATIENCE, env={**os.environ, **ENVIRONMENT, **(env or {})},
                              stdin=subprocess.DEVNULL if stdin is None else None)

    def cli(self, *args, stdin=None):
        """A command about this node, as it comes."""
        return self.run(*args, "--data", self.data, stdin=stdin)

    def do(self, *args, stdin=None):
        """A command that must succeed; its output."""
        done = self.cli(*args, stdin=stdin)
        assert done.returncode == 0, \
            f"{' '.join(args)}: status {done.returncode}: {done.stderr}\n{self.log()[-2000:]}"
        return done.stdout.strip()

    def serve(self):
        assert self.process is None
        with open(self.log_path, "a") as log:
            self.process = subprocess.Popen([*PREFIX, BINARY, "serve", "--data", self.data], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, env=dict(os.environ, **ENVIRONMENT))
        wait_for(self.healthy, f"{self.domain} serves", 15, 0.01)
        return self

    def healthy(self):
        if self.process.poll() is not None:
            raise AssertionError(f"serve ended with status {self.process.returncode}:\n{self.log()[-4000:]}")
        try:
            return session().get(self.url + "/health", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def log(self):
        try:
            return pathlib.Path(self.log_path).read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def stop(self):
        """SIGTERM; a node ends by itself, with status 0."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(20 * PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"no end within {20 * PATIENCE} s of SIGTERM:\n{self.log()[-4000:]}")
        assert status == 0, f"serve ended with status {status}:\n{self.log()[-6000:]}"

    def kill(self):
        """kill -9, as a power cut for the process."""
        process, self.process = self.process, None
        process.kill()
        process.wait()

    def restart(self):
        self.stop()
        return self.serve()

    def close(self):
        """The end of the node: stopped, its log free of sanitizer reports, its folder gone."""
        try:
            self.stop()
            reports = REPORTS.search(self.log())
            assert not reports, self.log()[reports.start():reports.start() + 6000]
        finally:
            if not os.environ.get("RSE_KEEP"):
                shutil.rmtree(self.folder, ignore_errors=True)

    def add_user(self, name, *, role="member", display_name=None, password=PASSWORD):
        self.do("user", "add", name, "--email", f"{name}@corp.example", "--display-name",
                display_name or name.title(), "--role", role, "--password-stdin", stdin=password + "\n")

    def token(self, name, scopes=ALL_SCOPES):
        token = self.do("token", "create", name, "--scopes", scopes)
        assert re.fullmatch(r"\S{16,}", token), f"token create prints the token alone, not {token!r}"
        return token

    def allow(self, other, tier="group"):
        self.do("peer", "add", other.domain, "--url", other.url, "--tier", tier)

    def person(self, name, scopes=ALL_SCOPES):
        """A person of that name with a token; made at first mention."""
        if name not in self.people:
            self.add_user(name)
            self.people[name] = Person(self, name, self.token(name, scopes))
        return self.people[name]

    # The network's side.

    def request(self, method, path, token=None, **options):
        url = path if "://" in path else self.url + path
        headers = dict(options.pop("headers", None) or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        answer = session().request(method, url, headers=headers, timeout=options.pop("timeout", 20 * PATIENCE),
                                   allow_redirects=options.pop("allow_redirects", False), **options)
        if not options.get("stream"):
            look_at(method, url, answer, bool(token))
        return answer

    def get(self, path, **options):
        return self.request("GET", path, **options)


class Person:
    """Somebody with a token. get, post, … return the parsed answer and insist on its status."""

    def __init__(self, node, name, token):
        self.node, self.name, self.token = node, name, token
        self._me = None

    @property
    def me(self):
        if self._me is None:
            self._me = self.get("/api/v1/accounts/verify_credentials")
        return self._me

    @property
    def id(self):
        return self.me["id"]

    @property
    def handle(self):
        return f"{self.name}@{self.node.domain}"

    def raw(self, method, path, **options):
        return self.node.request(method, path, token=self.token, **options)

    def call(self, method, path, expect=200, **options):
        answer = self.raw(method, path, **options)
        assert answer.status_code == expect, \
            f"{method} {path}: {answer.status_code}, not {expect}: {answer.text[:600]}\n{self.node.log()[-1500:]}"
        assert answer.headers["Content-Type"].startswith("application/json"), answer.headers
        return answer.json()

    def get(self, path, expect=200, **params):
        return self.call("GET", path, expect, params=params)

    def post(self, path, expect=200, **data):
        return self.call("POST", path, expect, data=data)

    def put(self, path, expect=200, **data):
        return self.call("PUT", path, expect, data=data)

    def patch(self, path, expect=200, **data):
        return self.call("PATCH", path, expect, data=data)

    def delete(self, path, expect=200, **data):
        return self.call("DELETE", path, expect, data=data)

    # Phrases that many stories use.

    def say(self, text, **options):
        return self.post("/api/v1/statuses", status=text, **options)

    def home(self, **params):
        return self.get("/api/v1/timelines/home", **params)

    def notifications(self, *types, **params):
        return [n for n in self.get("/api/v1/notifications", **params) if not types or n["type"] in types]

    def find(self, handle):
        """The account of a handle, fetched from its node if need be."""
        found = self.get("/api/v2/search", q=f"@{handle}", resolve="true", type="accounts")["accounts"]
        assert len(found) == 1, f"search for @{handle} with resolve gives {found}"
        return found[0]

    def resolve(self, url):
        """The status behind a URL, fetched if need be."""
        found = self.get("/api/v2/search", q=url, resolve="true", type="statuses")["statuses"]
        assert len(found) == 1, f"search for {url} with resolve gives {found}"
        return found[0]

    def relationship(self, account_id):
        found = self.get("/api/v1/accounts/relationships", **{"id[]": account_id})
        assert len(found) == 1
        return found[0]

    def follow(self, other):
        """Follows a person here or there, and waits until that is accepted."""
        account = self.find(other.handle)
        self.post(f"/api/v1/accounts/{account['id']}/follow")
        wait_for(lambda: self.relationship(account["id"])["following"], f"{self.handle} follows {other.handle}")
        if other.node is not self.node:
            mine = other.find(self.handle)
            wait_for(lambda: other.relationship(mine["id"])["followed_by"], f"{other.handle} knows the follower")
        return account

    def sees(self, text, seconds=10):
        """Waits for a status with that text at home."""
        return wait_for(lambda: next((s for s in self.home(limit=40) if text in plain(s["content"])), None),
                        f"{self.handle} sees {text!r} at home", seconds)

    def all_pages(self, path, limit=40, **params):
        """Every entry of a list, by its next links."""
        entries, url, params = [], path, dict(params, limit=limit)
        while url:
            answer = self.raw("GET", url, params=params)
            assert answer.status_code == 200, answer.text
            entries += answer.json()
            url, params = answer.links.get("next", {}).get("url"), None
        return entries


def plain(html):
    """The text of a status, tags dropped."""
    text = re.sub(r"<br ?/?>|</p>\s*<p>", "\n", html)
    return html_module.unescape(re.sub(r"<[^>]*>", "", text))


def pair(a, b):
    """Each allows the other."""
    a.allow(b)
    b.allow(a)
