"""What clients say from their first request to their first timeline, as their sources have it and runs of them showed, word
for word: methods, paths, encodings of bodies, headers; and whether the answers hold what each of them reads. Browsers' clients
send an Origin, ask before they send a token or JSON, and see no header that is not exposed to them."""

import dataclasses
import json
import re

import pytest

from browser import Browser, query_of
from node import PASSWORD, session
from streams import Socket

pytestmark = pytest.mark.plain

SCOPES = "read write follow push"
SEEN_BY_ALL = {"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"}


@dataclasses.dataclass
class Ask:
    """One request, and what the client reads of its answer: members by dots, `[]` for each entry of a list that has one.
    `keep` names what later requests use as {name}."""
    method: str
    path: str
    reads: str = ""
    form: dict = None
    json: dict = None
    token: bool = True
    headers: dict = dataclasses.field(default_factory=dict)
    status: int = 200
    keep: dict = dataclasses.field(default_factory=dict)
    shows: str = ""  # response headers that the client reads


@dataclasses.dataclass
class SignIn:
    """A window in which a person lets the app in; the code comes back to the app's address, or is shown."""
    query: str


@dataclasses.dataclass
class Listen:
    """A WebSocket, with the token as sub-protocol or in the query."""
    query: str = ""
    protocol: bool = False
    subscribe: str = ""


@dataclasses.dataclass
class Trace:
    client: str
    steps: list
    origin: str = None


APP = {"client_id": "client_id", "client_secret": "client_secret", "vapid_key": "vapid_key"}
STATUS = ("[].id [].uri [].url [].created_at [].account.acct [].account.avatar_static [].content [].visibility [].spoiler_text "
          "[].sensitive [].media_attachments [].mentions [].tags [].emojis [].replies_count [].reblogs_count "
          "[].favourites_count [].favourited [].reblogged [].bookmarked [].poll [].card [].reblog [].language [].filtered")
ACCOUNT = ("id username acct display_name url note avatar avatar_static header locked bot emojis fields created_at "
           "followers_count following_count statuses_count")
ME = ACCOUNT + " source.privacy source.sensitive source.language source.note source.fields source.follow_requests_count"
PHANPY_BACK = "https://phanpy.social/"
PHANPY = Trace("Phanpy", origin="https://phanpy.social", steps=[
    Ask("GET", "/.well-known/host-meta", token=False),
    Ask("POST", "/api/v1/apps", "client_id client_secret vapid_key", token=False, keep=APP,
        form={"client_name": "Phanpy", "redirect_uris": PHANPY_BACK, "scopes": SCOPES, "website": PHANPY_BACK}),
    Ask("GET", "/.well-known/oauth-authorization-server", "code_challenge_methods_supported", token=False),
    SignIn(f"client_id={{client_id}}&scope=read+write+follow+push&redirect_uri=https%3A%2F%2Fphanpy.social%2F&response_type=code"
           "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"),
    Ask("POST", "/oauth/token", "access_token", token=False, keep={"token": "access_token"},
        form={"grant_type": "authorization_code", "client_id": "{client_id}", "client_secret": "{client_secret}",
              "redirect_uri": PHANPY_BACK, "code": "{code}", "scope": SCOPES,
              "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}),
    Ask("GET", "/api/v1/preferences", "posting:default:visibility posting:default:sensitive reading:expand:media "
        "reading:expand:spoilers"),
    Ask("GET", "/api/v1/accounts/verify_credentials", ME),
    Ask("GET", "/api/v2/instance", "domain title version configuration.urls.streaming configuration.vapid.public_key "
        "configuration.statuses.max_characters configuration.statuses.characters_reserved_per_url "
        "configuration.statuses.max_media_attachments configuration.polls.max_options api_versions.mastodon "
        "configuration.media_attachments.supported_mime_types", keep={"vapid": "configuration.vapid.public_key"}),
    Ask("GET", "/.well-known/nodeinfo", "links", token=False),
    Ask("GET", "/nodeinfo/2.0", "software.name software.version version usage", token=False),
    Ask("GET", "/api/v1/timelines/home?limit=20", STATUS, shows="link"),
    Ask("GET", "/api/v1/followed_tags?limit=200", "[].name [].following"),
    Ask("GET", "/api/v1/notifications?limit=1&since_id=0", "[].id [].type [].created_at [].account.id"),
    Ask("GET", "/api/v1/markers?timeline=notifications", "notifications.last_read_id notifications.updated_at"),
    Ask("GET", "/api/v2/notifications/policy", "summary.pending_requests_count"),
    Ask("GET", "/api/v2/filters", "[].id"),
    Ask("GET", "/api/v1/push/subscription", "error", status=404),
    Listen(protocol=True, subscribe="user:notification"),
    Ask("GET", "/api/v1/custom_emojis", "[].shortcode [].url"),
    Ask("POST", "/api/v1/statuses", "id url uri content account.acct", json={"status": "From Phanpy's words", "visibility": "public",
        "language": "fr", "sensitive": False}, headers={"Idempotency-Key": "1-2-3"}, keep={"post": "id"}),
    Ask("GET", "/api/v1/statuses/{post}/context", "ancestors descendants"),
    Ask("POST", "/oauth/revoke", token=False, form={"client_id": "{client_id}", "client_secret": "{client_secret}",
                                                  "token": "{token}"}),
    Ask("GET", "/api/v1/timelines/home?limit=20", "error", status=401),
])

# Its address comes back with what is escaped in it.
ELK_BACK = "https://elk.zone/api/{domain}/oauth/https%3A%2F%2Felk.zone"
ELK_SERVER = Trace("Elk's server", [
    Ask("POST", "/api/v1/apps", "client_id client_secret vapid_key redirect_uri", token=False, keep=APP,
        json={"client_name": "Elk", "website": "https://elk.zone", "redirect_uris": ELK_BACK, "scopes": SCOPES}),
    Ask("GET", "/api/v2/instance", "domain title", token=False),
    SignIn("client_id={client_id}&force_login=true&scope=read+write+follow+push&response_type=code&lang=en-US"
           "&redirect_uri=https%3A%2F%2Felk.zone%2Fapi%2F{domain}%2Foauth%2Fhttps%253A%252F%252Felk.zone"),
    Ask("POST", "/oauth/token", "access_token", token=False, keep={"token": "access_token"},
        json={"client_id": "{client_id}", "client_secret": "{client_secret}", "redirect_uri": ELK_BACK,
              "grant_type": "authorization_code", "code": "{code}", "scope": SCOPES}),
])
ELK_BROWSER = Trace("Elk's page", origin="https://elk.zone", steps=[
    Ask("GET", "/nodeinfo/2.0", "software.name software.version", token=False),
    Ask("GET", "/api/v1/push/subscription", "error", status=404),
    Ask("GET", "/api/v1/preferences", "posting:default:language"),
    Ask("GET", "/api/v1/accounts/verify_credentials", ME),
    Ask("GET", "/api/v2/instance", "configuration.urls.streaming configuration.statuses.max_characters thumbnail.url "
        "registrations.enabled rules contact languages", keep={"vapid": "configuration.vapid.public_key"}),
    Ask("GET", "/api/v1/timelines/home?limit=30", STATUS + " [].quote_approval.current_user", shows="link"),
    Ask("GET", "/api/v1/followed_tags", "[].name"),
    Ask("GET", "/api/v1/markers?timeline[]=notifications", "notifications.last_read_id notifications.version"),
    Ask("GET", "/api/v1/notifications?limit=30", "[].id [].type [].account.acct", shows="link"),
    Listen(protocol=True, subscribe="user"),
    Ask("GET", "/api/v1/accounts/lookup?acct={name}", ACCOUNT, keep={"me": "id"}),
    Ask("GET", "/api/v1/accounts/relationships?id[]={me}", "[].id [].following [].followed_by [].requested [].blocking [].muting "
        "[].domain_blocking [].showing_reblogs [].notifying [].note"),
])

TUSKY_BACK = "oauth2redirect://com.keylesspalace.tusky/"
TUSKY = Trace("Tusky", [
    Ask("POST", "/api/v1/apps", "client_id client_secret", token=False, keep=APP,
        form={"client_name": "Tusky", "redirect_uris": TUSKY_BACK, "scopes": SCOPES, "website": "https://tusky.app"}),
    SignIn("client_id={client_id}&redirect_uri=oauth2redirect%3A%2F%2Fcom.keylesspalace.tusky%2F&response_type=code"
           "&scope=read%20write%20follow%20push"),
    Ask("POST", "/oauth/token", "access_token", token=False, keep={"token": "access_token"},
        form={"client_id": "{client_id}", "client_secret": "{client_secret}", "redirect_uri": TUSKY_BACK, "code": "{code}",
              "grant_type": "authorization_code"}),
    Ask("GET", "/api/v1/accounts/verify_credentials", ME),
    Ask("GET", "/api/v2/instance", "domain version configuration.statuses.max_characters configuration.polls.max_options "
        "configuration.polls.min_expiration configuration.media_attachments.image_size_limit configuration.translation.enabled "
        "api_versions.mastodon rules", keep={"vapid": "configuration.vapid.public_key"}),
    Ask("GET", "/api/v1/custom_emojis", "[].shortcode [].url [].static_url"),
    Ask("GET", "/api/v2/filters", "[].id [].title [].context [].filter_action"),
    Ask("GET", "/api/v1/announcements?with_dismissed=false", "[].id [].content"),
    Ask("GET", "/api/v1/timelines/home?limit=30", STATUS, shows="link"),
    Ask("GET", "/api/v1/markers?timeline[]=notifications", "notifications.last_read_id notifications.version"),
    Ask("GET", "/api/v1/notifications?limit=30&exclude_types[]=poll", "[].id [].type [].account.acct", shows="link"),
    Ask("GET", "/api/v2/notifications/policy", "for_not_following for_not_followers for_new_accounts for_private_mentions "
        "for_limited_accounts summary.pending_requests_count summary.pending_notifications_count"),
    Ask("POST", "/api/v1/push/subscription", "id endpoint server_key", form={
        "subscription[endpoint]": "https://push.example/tusky", "subscription[keys][p256dh]":
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "subscription[keys][auth]": "BTBZMqHH6r4Tts7J_aSIgg", "data[alerts][mention]": "true", "data[alerts][poll]": "true"},
        keep={"push": "id"}),
    Ask("GET", "/api/v1/lists", "[].id [].title"),
    Ask("POST", "/api/v1/statuses", "id content visibility", headers={"Idempotency-Key": "tusky-1"}, keep={"post": "id"},
        json={"status": "From Tusky's words", "in_reply_to_id": None, "spoiler_text": "", "visibility": "unlisted",
              "sensitive": False, "media_ids": [], "scheduled_at": None, "poll": None, "language": "fr"}),
    Ask("POST", "/api/v1/statuses/{post}/bookmark", "bookmarked"),
    Ask("GET", "/api/v1/statuses/{post}/source", "text spoiler_text"),
])

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
MASTODON_PY = Trace("Mastodon.py", [
    Ask("POST", "/api/v1/apps", "client_id client_secret", token=False, keep=APP,
        form={"client_name": "pytooterapp", "scopes": "read write follow push", "redirect_uris": OUT_OF_BAND}),
    Ask("GET", "/api/v1/instance/", "uri title version urls.streaming_api", token=False),
    SignIn("client_id={client_id}&response_type=code&redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob&force_login=False"
           "&scope=read+write+follow+push&state=None&lang=None"),
    Ask("POST", "/oauth/token", "access_token scope", token=False, keep={"token": "access_token"},
        form={"grant_type": "authorization_code", "code": "{code}", "redirect_uri": OUT_OF_BAND, "client_id": "{client_id}",
              "client_secret": "{client_secret}", "scope": SCOPES}),
    Ask("GET", "/api/v1/accounts/verify_credentials", ME),
    Ask("GET", "/api/v1/timelines/home", STATUS, shows="link"),
    Ask("GET", "/api/v2/instance/", "domain"),
    Ask("GET", "/api/v1/conversations/"),
    Ask("HEAD", "/", shows="date", token=False),
    Ask("GET", "/api/v1/streaming/health", token=False),
])


class Run:
    def __init__(self, node, person, origin=None, **known):
        self.node, self.person, self.origin = node, person, origin
        self.known = dict(known, domain=node.domain, name=person.name)

    def fill(self, value):
        """{name} becomes what was kept under that name; other braces stay."""
        if isinstance(value, dict):
            return {k: self.fill(v) for k, v in value.items()}
        return re.sub(r"\{(\w+)\}", lambda m: self.known[m[1]], value) if isinstance(value, str) else value

    def sign_in(self, step):
        browser = Browser()
        back = browser.authorize(f"{self.node.url}/oauth/authorize?{self.fill(step.query)}", self.person.name, PASSWORD)
        self.known["code"] = query_of(back)["code"] if back else browser.page.code
        wanted = query_of("x:?" + self.fill(step.query))["redirect_uri"]
        assert back is None and wanted == OUT_OF_BAND or re.split(r"[?&]code=", back)[0] == wanted, back

    def listen(self, step):
        headers = {"Origin": self.origin} if self.origin else {}
        with Socket(self.node, self.fill(step.query), protocol=self.known["token"] if step.protocol else None,
                    headers=headers) as stream:
            assert stream.accepted() and stream.headers.get("sec-websocket-protocol") == self.known["token"]
            stream.subscribe(step.subscribe)

    def preflight(self, step, path, headers):
        """As a browser does, for what is not simple."""
        unusual = [name.lower() for name in headers if name.lower() in ("authorization", "idempotency-key") or
                   name.lower() == "content-type" and "json" in headers[name]]
        if not unusual and step.method in ("GET", "HEAD", "POST"):
            return
        answer = session().options(self.node.url + path, headers={
            "Origin": self.origin, "Access-Control-Request-Method": step.method,
            "Access-Control-Request-Headers": ",".join(sorted(unusual))})
        allows = {kind: {word.strip().lower() for word in answer.headers[f"Access-Control-Allow-{kind}"].split(",")}
                  for kind in ("Origin", "Methods", "Headers")}
        assert answer.ok and allows["Origin"] & {"*", self.origin} and step.method.lower() in allows["Methods"]
        assert allows["Headers"] >= set(unusual), (allows, unusual)

    def ask(self, step):
        path, headers = self.fill(step.path), dict(step.headers, Accept="application/json")
        if step.token:
            headers["Authorization"] = f"Bearer {self.known['token']}"
        body = None
        if step.json is not None:
            body, headers["Content-Type"] = json.dumps(self.fill(step.json)), "application/json"
        if self.origin:
            headers["Origin"] = self.origin
            self.preflight(step, path, headers)
        answer = session().request(step.method, self.node.url + path, headers=headers, data=body or self.fill(step.form or {}),
                                   timeout=20, allow_redirects=False)
        assert answer.status_code == step.status, (answer.status_code, answer.text[:300])
        if self.origin:
            assert answer.headers["Access-Control-Allow-Origin"] in ("*", self.origin)
            exposed = {word.strip().lower() for word in answer.headers["Access-Control-Expose-Headers"].split(",")}
            assert set(step.shows.split()) <= exposed | SEEN_BY_ALL, exposed
        for name in step.shows.split():
            assert answer.headers[name], name
        if not step.reads and not step.keep:
            return
        assert answer.headers["Content-Type"].startswith("application/json")
        made = answer.json()
        for member in step.reads.split():
            self.reads(made, member.split("."))
        for name, member in step.keep.items():
            self.known[name] = self.reads(made, member.split("."))

    def reads(self, value, steps):
        if steps and steps[0] == "[]":
            assert isinstance(value, list)
            return [self.reads(entry, steps[1:]) for entry in value]
        if not steps:
            return value
        if value is None:
            return None
        assert steps[0] in value, f"{steps[0]} is missing"
        return self.reads(value[steps[0]], steps[1:])

    def all(self, steps):
        for i, step in enumerate(steps):
            try:
                {Ask: self.ask, SignIn: self.sign_in, Listen: self.listen}[type(step)](step)
            except AssertionError as error:
                raise AssertionError(f"step {i + 1}, {step}: {error}") from error


@pytest.fixture
def person(world, word):
    """Somebody with posts at home, notifications, and a mark of how far they were read."""
    made = world.a.person(word)
    made.follow(world.ana)
    mine = made.say(f"Mine {word}")
    world.ana.say(f"@{word} theirs {word}")
    for act in ("favourite", "reblog"):
        world.ana.post(f"/api/v1/statuses/{mine['id']}/{act}")
    made.post("/api/v1/markers", **{"notifications[last_read_id]": made.notifications()[0]["id"]})
    return made


@pytest.mark.parametrize("traces", [[PHANPY], [ELK_SERVER, ELK_BROWSER], [TUSKY], [MASTODON_PY]], ids=lambda t: t[0].client)
def test_a_client_starts(world, person, traces):
    known = {}
    for trace in traces:
        run = Run(world.a, person, trace.origin, **known)
        run.all(trace.steps)
        known = run.known
    if "vapid" in known:
        assert known["vapid"] == known["vapid_key"]
    if "push" in known:
        assert 0 < int(known["push"]) < 1 << 31, "Tusky reads it as 32 bits"


def test_host_meta_and_nodeinfo_lead_on(world):
    """Phanpy takes the host of the first Link's template, and the highest NodeInfo up to 2.0."""
    page = world.a.get("/.well-known/host-meta").text
    assert world.a.domain in re.search(r'<Link [^>]*template="([^"]+)"', page)[1]
    links = world.a.get("/.well-known/nodeinfo").json()["links"]
    found = next(link["href"] for link in links if link["rel"].endswith("/schema/2.0"))
    assert found == f"{world.a.url}/nodeinfo/2.0"
