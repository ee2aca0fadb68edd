"""A web client of another origin in a real browser, the node behind Debian's nginx as deploy/docs/run-a-node.md has it: TLS,
CORS, policies of pages and WebSockets are judged by those who enforce them."""

import base64
import hashlib
import pathlib
import re
import shutil
import socket
import ssl
import subprocess

import pytest
import requests

from chromium import BINARY as CHROMIUM
from chromium import Chromium
from node import PASSWORD, Node, free_port, wait_for
from test_fedify import HERE
from test_media import picture

pytestmark = pytest.mark.plain

HOST, APP = "social.b.example", "app.example"  # the one is the name that the manual uses
MANUAL = pathlib.Path(__file__).resolve().parents[2] / "deploy/docs/run-a-node.md"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")


def openssl(*args):
    return subprocess.run(["openssl", *args], check=True, capture_output=True).stdout


class Authority:
    """Who says that a key belongs to a name."""

    def __init__(self, folder):
        self.folder, self.path = folder, folder / "ca.pem"
        openssl("req", "-x509", *self.key("ca"), "-out", self.path, "-days", "2", "-subj", "/CN=Test authority")
        public = openssl("pkey", "-in", folder / "ca.key", "-pubout", "-outform", "der")
        self.hash = base64.b64encode(hashlib.sha256(public).digest()).decode()

    def key(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", self.folder / f"{name}.key"]

    def certify(self, name, *hosts):
        path = self.folder / f"{name}.pem"
        openssl("req", "-x509", "-CA", self.path, "-CAkey", self.folder / "ca.key", *self.key(name), "-out", path, "-days", "2",
                "-subj", f"/CN={name}", "-addext", "subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts),
                "-addext", "basicConstraints=CA:FALSE")
        path.write_bytes(path.read_bytes() + self.path.read_bytes())


class Nginx:
    """The server of the manual, word for word but for where things are, and one that hands out the client's page."""

    def __init__(self, folder, node_port):
        self.port = free_port()
        written = re.search(r"^    server \{\n(?:    .*\n)*?    \}\n", MANUAL.read_text(), re.M)[0]
        for word, ours in (("443 ssl", f"127.0.0.1:{self.port} ssl"), ("/etc/ssl/", f"{folder}/"),
                           ("127.0.0.1:8080", f"127.0.0.1:{node_port}")):
            assert word in written
            written = written.replace(word, ours)
        (folder / "nginx.conf").write_text(f"""
            daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
            events {{}}
            http {{
                access_log off;
                {" ".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))}
                types {{ text/html html; text/javascript js mjs; }}
                {written}
                server {{
                    listen 127.0.0.1:{self.port} ssl;
                    server_name {APP};
                    ssl_certificate {folder}/{HOST}.pem;
                    ssl_certificate_key {folder}/{HOST}.key;
                    root {HERE};
                }}
            }}""")
        self.process = subprocess.Popen([NGINX, "-p", folder, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"],
                                        stdin=subprocess.DEVNULL)

    def close(self):
        self.process.terminate()
        self.process.wait(10)


class Proxied(Node):
    """A node of a real name, which a proxy makes known."""

    def init(self):
        self.domain = HOST
        self.do("init", "--domain", HOST, "--listen", f"127.0.0.1:{self.port}", "--title", self.title)
        self.do("config", "set", "proxies", "127.0.0.1")
        self.do("config", "set", "limits.rate", "off")
        return self


@pytest.fixture(scope="module")
def node():
    made = Proxied("Behind nginx").init()
    made.serve()
    yield made
    made.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("nginx"))


@pytest.fixture(scope="module")
def nginx(node, authority):
    authority.certify(HOST, HOST, APP)
    made = Nginx(authority.folder, node.port)
    yield made
    made.close()


@pytest.fixture
def browser(authority, nginx):
    made = Chromium({HOST: nginx.port, APP: nginx.port}, authority.hash)
    yield made
    made.close()


@pytest.mark.seconds(120)
def test_a_page_of_another_origin_signs_in_posts_and_listens(node, browser, word):
    ana = node.person("ana")
    ana.raw("PATCH", "/api/v1/accounts/update_credentials", files={"avatar": ("a.jpg", picture(300, 300))})
    for i in range(3):
        ana.say(f"Before {word} {i}")
    browser.open(f"https://{APP}/page.html")

    def sees(script, what):
        try:
            return browser.wait(script, what)
        except AssertionError as error:
            said = browser.run("location.href + ' ' + document.body.innerText")
            raise AssertionError(f"{error}: {said}") from error

    sees("document.querySelector('#server')?.dataset.ready", "the page is there")
    browser.type("#server input", HOST)
    browser.click("#server button")
    sees(f"location.host === '{HOST}' && document.querySelector('[name=password]') !== null", "the sign-in page")
    browser.type("[name=username]", "ana")
    browser.type("[name=password]", PASSWORD)
    browser.click("[name=decision][value=allow]")
    sees(f"location.host === '{APP}' && document.querySelector('#post')?.hidden === false", "the page is signed in")
    assert browser.run("document.querySelector('#me').textContent") == "ana"
    assert browser.run("[...document.querySelectorAll('#home li')].map(li => li.textContent)") == \
        [f"Before {word} {i}" for i in (2, 1, 0)], "page by page, by the Link header"
    assert sees("document.querySelector('#avatar').naturalWidth", "the picture is loaded") > 0
    browser.type("#post textarea", f"From a page {word}")
    browser.click("#post button")
    for place in ("heard", "lines"):
        sees(f"document.querySelector('#{place}').innerText.includes('From a page {word}')", f"the post is {place}")
    assert browser.run("document.querySelector('#error').textContent") == ""
    post = ana.home(limit=1)[0]
    assert post["application"]["name"] == "Page" and post["media_attachments"][0]["description"] == "Drawn"
    assert post["url"].startswith(f"https://{HOST}/") and post["media_attachments"][0]["url"].startswith(f"https://{HOST}/")


def test_nginx_passes_on_what_clients_send(node, authority, nginx):
    """Addresses, large files, pages of lists; the answers name the node as the world knows it."""
    ana, base = node.person("ana"), f"https://127.0.0.1:{nginx.port}"
    http = requests.Session()
    http.trust_env = False
    http.headers.update({"Host": HOST, "Authorization": f"Bearer {ana.token}"})
    http.mount(base, Named())
    http.verify = str(authority.path)
    answer = http.get(base + "/api/v1/timelines/home?limit=1")
    assert answer.status_code == 200
    large = picture(3000, 2500, "PNG") + b"\0" * (2 << 20)
    answer = http.post(base + "/api/v2/media", files={"file": ("large.png", large)})
    assert answer.status_code in (200, 202), answer.text[:300]
    answer = http.post(base + "/api/v2/media", files={"file": ("huge.bin", b"x" * ((16 << 20) + (1 << 19)))})
    assert answer.status_code == 413 and "larger than 16777216 bytes" in answer.json()["error"]
    for path in ("/api/v1/streaming", "/api/v1/streaming/"):
        assert upgraded(nginx.port, authority, f"{path}?stream=user", ana.token) == b"HTTP/1.1 101"
    for i in range(2):
        ana.say(f"Pages {i}")
    answer = http.get(base + "/api/v1/timelines/home?limit=1")
    assert answer.links["next"]["url"].startswith(f"https://{HOST}/api/v1/timelines/home?")


def upgraded(port, authority, target, token):
    """The first words of the answer to who wants a WebSocket there."""
    context = ssl.create_default_context(cafile=authority.path)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain, context.wrap_socket(plain, server_hostname=HOST) as wire:
        wire.sendall(f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                     f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        return wire.recv(4096)[:12]


class Named(requests.adapters.HTTPAdapter):
    """Knows the server by its name, though it is found elsewhere."""

    def init_poolmanager(self, *args, **options):
        super().init_poolmanager(*args, server_hostname=HOST, assert_hostname=HOST, **options)
