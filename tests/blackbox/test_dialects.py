"""What other software says, in its own words: the documents from which the fuzzer of activities starts, said by a peer
over HTTP, and what our people see of them."""

import datetime
import json
import pathlib

import pytest

from node import PATIENCE, plain, wait_for
from peer import now
from test_hostile import Stage

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "fuzz/corpus/fuzz_activity"
REACTIONS = "/api/v1/pleroma/statuses/{}/reactions"


class Dialects(Stage):
    """Carol, whom Ana follows, lives where the corpus has her; `status` is the post of Ana's that it speaks of."""

    def __init__(self):
        super().__init__()
        self.carol = self.peer.actor("carol")
        self.carol.extra["featured"] = self.carol.id + "/collections/featured"
        self.carol_id, _ = self.known(self.carol)
        self.peer.count = 1000  # above the numbers of the corpus
        self.status = self.asks("Hello")

    def asks(self, text, *options):
        more = {"poll[options][]": list(options), "poll[expires_in]": "600", "poll[multiple]": "true"} if options else {}
        return self.ana.say(text, **more)

    def document(self, name, status=None, **names):
        """A document of the corpus with the names and the days of here and now; `names`: numbers of posts of b.example."""
        today = datetime.datetime.now(datetime.timezone.utc)
        text = (CORPUS / name).read_text()
        for old, new in (("https://b.example", self.peer.url), ("https://a.example/u/7", self.ana_uri),
                         ("https://a.example/p/9", (status or self.status)["uri"]),
                         ("2026-11-25", (today + datetime.timedelta(days=1)).strftime("%Y-%m-%d")),
                         ("2026-11-24T07:58:00Z", now()), *names.items()):
            text = text.replace(old, new)
        return json.loads(text)

    def says(self, name, **options):
        document = self.document(name, **options)
        self.accepted(document, self.carol)
        return document

    def seen(self, uri):
        """A post of hers as Ana finds it."""
        return wait_for(lambda: next((s for s in self.ana.home(limit=40) if s["uri"] == uri), None), f"{uri} at home")

    def kinds(self):
        return [(k["name"], k["count"]) for k in self.ana.get(REACTIONS.format(self.status["id"]))]


@pytest.fixture(scope="module")
def stage():
    made = Dialects()
    yield made
    made.close()


def test_mastodon_posts(stage):
    seen = stage.seen(stage.says("mastodon-create")["object"]["id"])
    assert seen["spoiler_text"] == "lunch" and seen["sensitive"] and plain(seen["content"]) == "@alice soup #Soup"
    assert [m["id"] for m in seen["mentions"]] == [stage.ana.id] and [t["name"] for t in seen["tags"]] == ["soup"]
    assert [(m["type"], m["description"]) for m in seen["media_attachments"]] == [("image", "A bowl of soup")]
    stage.says("mastodon-delete")
    wait_for(lambda: stage.ana.raw("GET", f"/api/v1/statuses/{seen['id']}").status_code == 404, "the post goes")


@pytest.mark.parametrize("name, text", [("gotosocial-create", "bonjour"), ("snac-create", "hello")])
def test_others_post(stage, name, text):
    assert plain(stage.seen(stage.says(name)["object"]["id"])["content"]) == text


def test_mastodon_likes_and_boosts(stage):
    stage.says("mastodon-like")
    stage.says("mastodon-announce")
    wait_for(lambda: [stage.ana.get(f"/api/v1/statuses/{stage.status['id']}")[k] for k in
                      ("favourites_count", "reblogs_count")] == [1, 1], "a like and a boost")


def test_mastodon_asks_and_tells_the_totals(stage):
    document = stage.says("mastodon-question")
    seen = stage.seen(document["object"]["id"])
    poll = seen["poll"]
    assert [o["title"] for o in poll["options"]] == ["Yes", "No"] and not poll["multiple"] and not poll["expired"]
    stage.ana.post(f"/api/v1/polls/{poll['id']}/votes", **{"choices[]": ["1"]})
    vote = wait_for(lambda: [a for a in stage.peer.inbox("Create") if a["object"].get("name") == "No"], "the vote")[0]
    assert vote["object"]["inReplyTo"] == seen["uri"] and vote["to"] in (stage.carol.id, [stage.carol.id])
    for option, total in zip(document["object"]["oneOf"], (5, 8)):
        option["replies"]["totalItems"] = total
    document["object"]["votersCount"] = 13
    stage.accepted(stage.peer.activity("Update", stage.carol, document["object"]), stage.carol)
    told = wait_for(lambda: next((p for p in [stage.ana.get(f"/api/v1/polls/{poll['id']}")] if p["voters_count"] == 13), None),
                    "the totals")
    assert [o["votes_count"] for o in told["options"]] == [5, 8] and told["own_votes"] == [1]


def test_a_poll_ends(stage, word):
    document = stage.document("mastodon-question", **{"/statuses/120": f"/statuses/{word}"})
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3 * PATIENCE)
    document["object"]["endTime"] = end.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    stage.accepted(document, stage.carol)
    poll = stage.seen(document["object"]["id"])["poll"]
    stage.ana.post(f"/api/v1/polls/{poll['id']}/votes", **{"choices[]": ["0"]})
    told = wait_for(lambda: stage.ana.notifications("poll"), "word that it ended", 10)
    assert [n["status"]["poll"]["id"] for n in told] == [poll["id"]] and told[0]["status"]["poll"]["expired"]
    assert datetime.datetime.now(datetime.timezone.utc) >= end
    stage.ben.post(f"/api/v1/polls/{poll['id']}/votes", expect=422, **{"choices[]": ["0"]})


def test_gotosocial_votes_all_at_once(stage, word):
    asked = stage.asks(f"Which {word}?", "Yes", "No", "Both")
    stage.says("gotosocial-votes", status=asked)
    poll = wait_for(lambda: next((p for p in [stage.ana.get(f"/api/v1/polls/{asked['poll']['id']}")] if p["votes_count"]), None),
                    "the votes")
    assert [o["votes_count"] for o in poll["options"]] == [1, 1, 0] and poll["voters_count"] == 1


def test_reactions_of_misskey_akkoma_and_their_ends(stage):
    stage.says("akkoma-emoji-react")
    stage.says("misskey-reaction")
    wait_for(lambda: stage.kinds() == [("🍲", 1), (f"blob@{stage.peer.domain}", 1)], "both reactions")
    assert stage.ana.get(f"/api/v1/statuses/{stage.status['id']}")["favourites_count"] <= 1, "a reaction is no favourite"
    stage.says("undo-emoji-react")
    wait_for(lambda: stage.kinds() == [("🍲", 1)], "one is taken back")


def test_mastodon_asks_to_quote_and_quotes_in_all_spellings(stage):
    stage.peer.note(stage.carol, "x", note_id=f"{stage.peer.url}/notes/91")
    request = stage.says("mastodon-quote-request")
    accept = wait_for(lambda: [a for a in stage.peer.inbox("Accept") if request["id"] in json.dumps(a["object"])], "Accept")[0]
    stamp = stage.peer.fetch(stage.node, accept["result"].removeprefix(stage.node.url), stage.carol).json()
    assert stamp["type"] == "QuoteAuthorization" and stamp["interactingObject"] == f"{stage.peer.url}/notes/91"
    quoting = stage.says("quote-all-spellings", **{"https://a.example/a/1": accept["result"], "/notes/104": "/notes/91"})
    seen = stage.seen(quoting["object"]["id"])
    quote = wait_for(lambda: stage.ana.get(f"/api/v1/statuses/{seen['id']}")["quote"], "the quote")
    assert quote["state"] == "accepted" and quote["quoted_status"]["id"] == stage.status["id"]


@pytest.mark.parametrize("name", ["flag", "flag-misskey"])
def test_reports(stage, name):
    before = len(stage.node.do("report", "list").splitlines())
    stage.says(name)
    lines = wait_for(lambda: stage.node.do("report", "list").splitlines()[:-before or None], "a report")
    assert "\tana\t" in lines[0] and "spam" in lines[0] and lines[0].split("\t")[4] == f"by carol@{stage.peer.domain}"


def test_a_report_does_not_drive_the_operators_terminal(stage, word):
    flag = stage.document("flag")
    flag.update(id=stage.peer.new_id(), content=f"{word}\x1b[2J\x9b2J\n\t\x7fé")
    stage.accepted(flag, stage.carol)
    line = wait_for(lambda: next((line for line in stage.node.do("report", "list").split("\n") if word in line), None), "it")
    assert line.endswith(f"{word} [2J 2J   é")


def test_pins(stage):
    stage.accepted(stage.peer.create(stage.carol, "on top", note_id=f"{stage.peer.url}/notes/9"), stage.carol)
    stage.seen(f"{stage.peer.url}/notes/9")

    def pinned():
        return [s["uri"] for s in stage.ana.get(f"/api/v1/accounts/{stage.carol_id}/statuses", pinned="true")]

    stage.says("add-featured")
    wait_for(lambda: pinned() == [f"{stage.peer.url}/notes/9"], "a pin")
    stage.says("remove-featured")
    wait_for(lambda: pinned() == [], "none")


def test_blocks(stage):
    def stands():
        stood = stage.ana.relationship(stage.carol_id)
        return stood["following"], stood["blocked_by"]

    stage.says("block")
    wait_for(lambda: stands() == (False, True), "the block")
    stage.says("undo-block")
    wait_for(lambda: stands() == (False, False), "its end")
