"""The security checklist: flaws that other servers of the fediverse had, each with the test that shows us free of it,
played by hostile peers against one node. What other files test already is only named here."""

import email.utils
import gzip
import json
import pathlib
import re
import socket
import time
from urllib.parse import urlsplit

import pytest

from node import Person
from peer import CONTEXT, PUBLIC, Peer, digest_of, pem_of
from test_hostile import REFUSED, Stage, path_of

NO_CODE = "code does not exist yet: "

# id -> where it is tested (FILE::test from here; no file: in this one), or why it cannot be.
CHECKLIST = {
    "CVE-2024-23832": ["test_CVE_2024_23832_object_on_another_origin",
                       "test_hostile.py::test_an_embedded_object_of_another_origin_is_not_believed"],
    "CVE-2024-25623": ["test_CVE_2024_25623_only_activity_types_are_documents"],
    "Akkoma 3.12.0": ["test_Akkoma_3_12_a_redirect_cannot_pose_as_the_first_host", "test_media.py::test_an_uploaded_document_of_ours_is_nobody"],
    "Akkoma 3.13.2, 3.18": ["test_Akkoma_3_13_a_handle_needs_both_directions"],
    "Akkoma 3.15": ["test_Akkoma_3_15_a_key_document_of_another_owner"],
    "Akkoma 3.19": ["test_hostile.py::test_a_spoiled_signature_is_refused"],
    "Akkoma 3.20": ["test_Akkoma_3_20_the_deleted_sign_nothing", "test_closed.py::test_collections_are_closed",
                    "../unit/test_block.c::check_hidden_from_a_peer"],
    "CVE-2023-42451": ["test_CVE_2023_42451_another_spelling_of_a_host"],
    "CVE-2023-36460": ["test_media.py::test_bombs_and_broken_files_are_refused_and_harm_nobody",
                       "test_media.py::test_documents_keep_their_name_and_bytes",
                       "test_media.py::test_a_worker_that_dies_spoils_one_upload_alone"],
    "CVE-2023-36459, CVE-2023-42452": ["test_hostile.py::test_foreign_html_is_made_safe",
                                       "test_CVE_2023_36459_pages_run_no_inline_script"],
    "CVE-2023-36461": ["test_hostile.py::test_a_slow_peer_holds_nobody_up"],
    "CVE-2023-36462": ["test_CVE_2023_36462_no_part_of_a_link_text_is_lost"],
    "CVE-2023-42450": ["test_CVE_2023_42450_control_characters_in_an_address"],
    "CVE-2023-28853": NO_CODE + "LDAP",
    "CVE-2023-49952, CVE-2024-34535": [
        "test_http.py::test_a_forwarded_address_counts_from_trusted_proxies_only"],
    "CVE-2024-25618, CVE-2024-25619": [NO_CODE + "outside identity providers",
                                       "test_streaming.py::test_revoked_tokens"],
    "CVE-2024-37903": ["test_CVE_2024_37903_no_audience_grows",
                       "test_hostile.py::test_what_a_peer_may_not_see_it_cannot_like_or_answer"],
    "GHSA-8h43-rcqj-wpc6, GHSA-q4g8-82c5-9h33": ["../unit/test_quote.c::check_stamps",
                                              "../unit/test_quote.c::check_elsewhere",
                                              "../unit/test_quote.c::check_refused",
                                              "../unit/test_quote.c::check_late",
                                              "../unit/test_apply_react.c::check_quote_requests"],
    "GHSA-gwhw-gcjx-72v8": ["test_GHSA_gwhw_a_private_post_is_like_none",
                            "test_threads.py::test_collections_of_a_post_between_nodes"],
    "GHSA-xfrj-c749-jxxq, crr4-7rm4-8gpw, xx55-4rrg-8xg6, vwhj-3g83-v276": [
        "test_SSRF_addresses_are_not_connected_to", "test_SSRF_nothing_listens_to_us"],
    "CVE-2026-23961": ["test_CVE_2026_23961_a_stranger_does_not_enter_by_a_boost",
                       "../unit/test_apply_react.c::check_boost_of_suspended", "../unit/test_policy.c::check_blocked_account"],
    "GHSA-gg8q-rcg7-p79g, 6x3w-9g92-gvf3": ["test_GHSA_gg8q_fields_have_limits",
                                            "test_hostile.py::test_names_and_profiles_are_made_safe"],
    "GHSA-ccpr-m53r-mfwr": ["test_GHSA_ccpr_an_outbox_is_for_one_class_of_readers"],
    "CVE-2026-46349, CVE-2026-48028, CVE-2026-42462": ["test_CVE_2026_46349_restructured_documents",
                                                       "test_CVE_2026_46349_an_embedded_signature_is_no_proof"],
    "GHSA-rwcw-vq68-g34p, qrgq-9fx2-vf2r": ["test_hostile.py::test_somebody_elses_activity_is_refused",
                                            "test_hostile.py::test_foreign_html_is_made_safe"],
    "CVE-2026-28432": ["test_hostile.py::test_a_spoiled_signature_is_refused",
                       "test_hostile.py::test_signature_parameters_twice_are_refused"],
    "CVE-2023-49079": ["test_hostile.py::test_somebody_elses_activity_is_refused",
                       "test_proofs.py::test_forged_proofs_have_no_effect",
                       "test_proofs.py::test_nobody_proves_for_another"],
    "GHSA-2vxv-pv3m-3wvj": ["test_GHSA_2vxv_a_remapped_context_has_no_effect"],
    "CVE-2024-52579, CVE-2024-52590..52593, CVE-2025-66482": [
        "test_SSRF_addresses_are_not_connected_to", "test_CVE_2024_23832_object_on_another_origin",
        "test_http.py::test_a_forwarded_address_counts_from_trusted_proxies_only"],
    "CVE-2025-54888": ["test_hostile.py::test_a_spoiled_signature_is_refused"],
    "CVE-2024-39687, CVE-2025-23221, CVE-2026-50131, CVE-2026-62857, CVE-2026-77632": [
        "test_CVE_2024_39687_one_room_speaks_http", "test_SSRF_addresses_are_not_connected_to"],
    "CVE-2026-34148": ["test_CVE_2026_34148_redirects_end", "test_CVE_2026_34148_a_bad_key_is_fetched_once"],
    "CVE-2025-68475, CVE-2026-69132": ["test_CVE_2025_68475_hostile_html_takes_no_time",
                                       "test_threads.py::test_a_peer_without_end_is_asked_a_few_times",
                                       "../unit/test_backfill.c::check_hostile"],
    "CVE-2025-25194, CVE-2026-33693, CVE-2026-29178, CVE-2024-23649": [
        "test_SSRF_addresses_are_not_connected_to", "../unit/test_report.c::check_ours"],
    "CVE-2025-30741": ["test_CVE_2025_30741_a_follow_asked_for_shows_nothing"],
    "snac 2.93": ["test_hostile.py::test_a_key_of_another_actor_is_no_proof",
                  "test_hostile.py::test_a_misshapen_activity_does_no_harm"],
    "Pleroma 2.5.0": ["test_host_meta_with_entities_is_no_way_in"],
    "JSON": ["test_hostile.py::test_a_misshapen_activity_does_no_harm", "test_a_bomb_does_no_harm",
             "test_a_compressed_bomb_is_cut_off"],
    "Replay": ["test_hostile.py::test_a_replayed_request_has_no_effect",
               "test_hostile.py::test_a_spoiled_signature_is_refused", "test_a_body_swapped_under_its_signature"],
    "Foreign acts": ["test_hostile.py::test_only_the_author_changes_and_deletes",
                     "test_hostile.py::test_local_posts_cannot_be_touched_from_outside",
                     "test_an_author_cannot_give_a_post_away", "test_nobody_undoes_what_another_did",
                     "test_an_answer_to_no_follow", "../unit/test_pin.c::check_wrong_hands",
                     "../unit/test_block.c::check_wrong_hands", "../unit/test_move.c::check_wrong_hands",
                     "test_followers_sync.py::test_nobody_speaks_for_others_and_leads_elsewhere",
                     "test_followers_sync.py::test_a_list_that_is_not_what_was_announced_ends_nothing",
                     NO_CODE + "Announce by a group"],
    "Local ids": ["test_a_local_id_from_outside_is_never_fetched"],
    "Mentions": ["test_mentions_have_a_limit"],
}


@pytest.mark.parametrize("entry", CHECKLIST, ids=list(CHECKLIST))
def test_each_line_names_a_test_or_a_reason(entry):
    """No line of the checklist is only a promise."""
    here = pathlib.Path(__file__)
    named = CHECKLIST[entry] if isinstance(CHECKLIST[entry], list) else [CHECKLIST[entry]]
    assert named
    for test in named:
        if test.startswith(NO_CODE):
            assert test != NO_CODE
            continue
        name, _, function = test.rpartition("::")
        source = (here.parent / (name or here.name)).read_text()
        assert re.search(rf"^(def|static void) {function}\(", source, re.M), test


@pytest.fixture(scope="module")
def stage():
    made = Stage()
    yield made
    made.close()


def harmless(answer):
    assert answer.status_code in (202, *REFUSED), f"{answer.status_code}: {answer.text}"


def looked_up(stage, address):
    """What a person gets who pastes that address into the search."""
    answer = stage.ben.raw("GET", "/api/v2/search", params={"q": address, "resolve": "true"})
    assert answer.status_code < 500, answer.text
    found = answer.json() if answer.status_code == 200 else {"statuses": [], "accounts": []}
    return found["statuses"] + found["accounts"]


def served(stage, path, document, kind="application/activity+json"):
    stage.peer.answers[path] = (200, kind, json.dumps({"@context": CONTEXT, **document}).encode(), {})
    return stage.peer.url + path


def redirected(stage, path, to):
    stage.peer.answers[path] = (302, "text/plain", b"", {"Location": to})
    return stage.peer.url + path


def asked(peer, part):
    with peer.lock:
        return [r for r in peer.received if part in r.target]


def test_CVE_2024_23832_object_on_another_origin(stage, word):
    lie = stage.other.note(stage.victim, f"lie {word}", note_id=f"{stage.other.url}/notes/{word}")
    del stage.other.objects[lie["id"]]
    assert looked_up(stage, served(stage, f"/x/{word}", lie)) == []
    assert looked_up(stage, lie["id"]) == []
    document = stage.victim.document()
    document["publicKey"]["publicKeyPem"] = pem_of(stage.mallory.key)
    document["name"] = f"taken over {word}"
    looked_up(stage, served(stage, f"/u/{word}", document))
    answer = stage.other.deliver(stage.node, stage.other.create(stage.victim, word), stage.victim,
                                 key=stage.mallory.key)
    assert answer.status_code in (401, 403)
    assert word not in stage.ana.get(f"/api/v1/accounts/{stage.ids['victim']}")["display_name"]
    stage.settled()
    assert stage.home(word) == []


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "image/png", "text/html",
                                  "application/octet-stream", "application/ld+json",
                                  'application/ld+json; profile="https://example.org/other"'])
def test_CVE_2024_25623_only_activity_types_are_documents(stage, word, kind):
    path = f"/upload/{word}"
    note = stage.peer.note(stage.mallory, word, note_id=stage.peer.url + path)
    assert looked_up(stage, served(stage, path, note, kind)) == []
    uploaded = stage.peer.actor(f"uploaded{word}")
    assert looked_up(stage, served(stage, uploaded.path, uploaded.document(), kind)) == []


def test_Akkoma_3_12_a_redirect_cannot_pose_as_the_first_host(stage, word):
    """The id must lie where the document came from in the end."""
    claimed = f"{stage.other.url}/media/{word}"
    note = stage.other.note(stage.victim, word, note_id=claimed)
    del stage.other.objects[claimed]
    stage.other.answers[f"/media/{word}"] = (302, "text/plain", b"",
                                             {"Location": served(stage, f"/evil/{word}", note)})
    assert looked_up(stage, claimed) == []


def test_Akkoma_3_13_a_handle_needs_both_directions(stage, word):
    boss = f"boss{word}"
    stage.peer.answers["/.well-known/webfinger"] = (
        200, "application/jrd+json", json.dumps(
            {"subject": f"acct:{boss}@{stage.peer.domain}",
             "links": [{"rel": "self", "type": "application/activity+json", "href": stage.victim.id}]}).encode(), {})
    try:
        found = looked_up(stage, f"@{boss}@{stage.peer.domain}")
    finally:
        del stage.peer.answers["/.well-known/webfinger"]
    assert all(boss not in account["acct"] for account in found), found


@pytest.mark.parametrize("owner", ["victim", "trent"])
def test_Akkoma_3_15_a_key_document_of_another_owner(stage, word, owner):
    owner = getattr(stage, owner)
    key_id = served(stage, f"/keys/{word}", {"id": f"{stage.peer.url}/keys/{word}", "owner": owner.id, "type": "Key",
                                             "publicKeyPem": pem_of(stage.mallory.key)})
    answer = stage.send(owner.peer.create(owner, word), key_id=key_id)
    assert answer.status_code in (401, 403), answer.text
    stage.settled()
    assert stage.home(word) == []


def test_Akkoma_3_20_the_deleted_sign_nothing(stage, word):
    leaver = stage.peer.actor(f"leaver{word}")
    stage.known(leaver)
    status = stage.ana.say(f"for siblings {word}")
    assert stage.peer.fetch(stage.node, path_of(stage, status), leaver).status_code == 200
    stage.accepted(stage.peer.activity("Delete", leaver, leaver.id), leaver)
    stage.settled()
    answer = stage.peer.fetch(stage.node, path_of(stage, status), leaver)
    assert answer.status_code in (401, 403, 404, 410) and word not in answer.text
    harmless(stage.send(stage.peer.create(leaver, f"ghost {word}"), leaver))
    stage.settled()
    assert stage.home(f"ghost {word}") == []


SPELLINGS = {
    "trailing dot": "http://127.0.0.1.:%(port)s", "short": "http://127.1:%(port)s",
    "hexadecimal": "http://0x7f.0.0.1:%(port)s", "octal": "http://0177.0.0.1:%(port)s",
    "one number": "http://2130706433:%(port)s", "userinfo": "http://127.0.0.1:%(port)s@%(other)s",
    "empty userinfo": "http://@127.0.0.1:%(port)s", "percent": "http://%%3127.0.0.1:%(port)s",
    "backslash": "http://127.0.0.1:%(port)s\\@%(other)s", "tab": "http://127.0.0.1\t:%(port)s",
    "space": "http:// 127.0.0.1:%(port)s", "mapped": "http://[::ffff:127.0.0.1]:%(port)s",
    "full width": "http://\uff11\uff12\uff17.0.0.1:%(port)s", "dotted": "http://127\u30020.0.1:%(port)s",
    "zero in the port": "http://127.0.0.1:0%(port)s", "no scheme": "//127.0.0.1:%(port)s",
}


@pytest.mark.parametrize("how", SPELLINGS, ids=list(SPELLINGS))
def test_CVE_2023_42451_another_spelling_of_a_host(stage, word, how):
    """In the actor, the key's and the object's id, of one's own host and of another's: never somebody else's words.
    What UTS 46 or a number reads as one's own host is one's own."""
    for port, other in ((stage.peer.port, stage.other.domain), (stage.other.port, stage.peer.domain)):
        origin = SPELLINGS[how] % {"port": port, "other": other}
        activity = stage.peer.create(stage.mallory, word)
        activity["actor"] = activity["object"]["attributedTo"] = origin + "/users/victim"
        harmless(stage.send(activity))
        activity = stage.peer.create(stage.mallory, word)
        activity["object"]["id"] = f"{origin}/notes/{word}"
        harmless(stage.send(activity))
        activity["object"]["attributedTo"] = origin + "/users/victim"
        harmless(stage.send(activity))
        key_id = (origin + "/users/victim#main-key").encode().decode("latin-1")
        harmless(stage.send(stage.peer.create(stage.mallory, word), key_id=key_id))
    stage.settled()
    for status in stage.home(word):
        at = urlsplit(status["uri"])
        assert status["account"]["id"] == stage.ids["mallory"], status["uri"]
        assert at.port == stage.peer.port and "@" not in at.netloc and "%" not in at.netloc, status["uri"]


def test_CVE_2023_36459_pages_run_no_inline_script(stage):
    policy = stage.node.get("/sign-in").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy or "script-src 'none'" in policy or "default-src 'self'" in policy
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy


def test_CVE_2023_36462_no_part_of_a_link_text_is_lost(stage, word):
    """Hidden parts are for the scheme and the rest of a true address, not for making one look like another."""
    stage.accepted(stage.peer.create(
        stage.mallory, f'<p>{word} <a href="https://evil.example/x"><span class="invisible">https://evil.example/?'
                       '</span><span>good.example</span><span style="display:none">z</span></a></p>'))
    content = stage.settled() or stage.home(word)[0]["content"]
    assert "style=" not in content and "invisible" not in content, content
    assert "good.example" in content and "https://evil.example/?" in re.sub("<[^>]*>", "", content)


@pytest.mark.parametrize("tail", ["/%s\r\nX-Evil: 1", "/%s x", "/%s\tx", "/%s\0x", "/%s\x7f", "/%s HTTP/1.1\r\n\r\n"],
                         ids=["CR LF", "space", "tab", "NUL", "DEL", "a request"])
def test_CVE_2023_42450_control_characters_in_an_address(stage, word, tail):
    address = stage.peer.url + tail % word
    looked_up(stage, address)
    harmless(stage.send(stage.peer.activity("Create", stage.mallory, address, to=[PUBLIC])))
    harmless(stage.send(stage.peer.activity("Announce", stage.mallory, address, to=[PUBLIC])))
    stage.settled()
    for request in asked(stage.peer, word):
        assert "x-evil" not in request.headers and request.target == f"/{word}", request.target


def test_CVE_2024_37903_no_audience_grows(stage, word):
    """Neither a second delivery of a post nor a boost of it shows it to more people."""
    ben_uri = stage.ana_uri[:stage.ana_uri.rindex("/")] + "/" + stage.ben.id
    mention = [{"type": "Mention", "href": stage.ana_uri, "name": "@ana"}]
    secret = stage.peer.create(stage.mallory, f"secret {word}", to=[stage.ana_uri], cc=[], tag=mention)
    stage.accepted(secret)
    stage.settled()
    stored = stage.ana.get("/api/v1/conversations")[0]["last_status"]
    assert word in stored["content"]
    for wider in ([PUBLIC], [ben_uri]):
        again = dict(secret, id=stage.peer.new_id(), to=wider, object=dict(secret["object"], to=wider))
        harmless(stage.send(again))
    harmless(stage.send(stage.peer.activity("Announce", stage.trent, secret["object"]["id"], to=[PUBLIC]), stage.trent))
    stage.settled()
    assert stage.ben.raw("GET", f"/api/v1/statuses/{stored['id']}").status_code == 404
    assert stage.ana.get(f"/api/v1/statuses/{stored['id']}")["visibility"] == "direct"
    assert [s for s in stage.home(word) if s["visibility"] != "direct"] == []


def test_GHSA_gwhw_a_private_post_is_like_none(stage, word):
    """Same status and bytes, to people and to peers."""
    secret = stage.ana.say(word, visibility="direct")
    missing = str(int(secret["id"]) + 1)
    for path in ("/api/v1/statuses/%s", "/api/v1/statuses/%s/context"):
        there, not_there = (stage.ben.raw("GET", path % number) for number in (secret["id"], missing))
        assert there.status_code == not_there.status_code == 404 and there.content == not_there.content, path
    for verb in ("favourite", "reblog"):
        there, not_there = (stage.ben.raw("POST", f"/api/v1/statuses/{number}/{verb}")
                            for number in (secret["id"], missing))
        assert there.status_code == not_there.status_code == 404 and there.content == not_there.content, verb
    path = path_of(stage, secret)
    there, not_there = (stage.peer.fetch(stage.node, target, stage.mallory)
                        for target in (path, path.replace(secret["id"], missing)))
    assert there.status_code == not_there.status_code and there.content == not_there.content
    reactions = [stage.send(stage.peer.activity("Like", stage.mallory, secret["uri"].replace(secret["id"], number)))
                 for number in (secret["id"], missing)]
    assert reactions[0].status_code == reactions[1].status_code and reactions[0].content == reactions[1].content


ADDRESSES = """0.0.0.1 10.0.0.1 100.64.0.1 127.0.0.2 169.254.169.254 172.16.0.1 192.0.0.1 192.0.2.1 192.88.99.1 192.168.0.1
    198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 [::] [::1] [::ffff:10.0.0.1] [::10.0.0.1]
    [64:ff9b::a00:1] [64:ff9b:1::1] [100::1] [2001::1] [2001:10::1] [2001:20::1] [2001:db8::1] [2002:a00:1::1]
    [3fff::1] [fc00::1] [fe80::1] [ff02::1]""".split()


@pytest.mark.parametrize("way", ["first hop", "redirect"])
def test_SSRF_addresses_are_not_connected_to(stage, word, way):
    """Refused at once: an attempt to connect would hang or take a round trip for most of them."""
    started = time.monotonic()
    for number, address in enumerate(ADDRESSES):
        url = f"http://{address}:{stage.peer.port}/{word}"
        if way == "redirect":
            url = redirected(stage, f"/to/{word}/{number}", url)
        assert looked_up(stage, url) == [], address
    assert time.monotonic() - started < 4
    assert asked(stage.peer, f"/{word}") == asked(stage.peer, f"/to/{word}"), "none but the first hops"


def test_SSRF_nothing_listens_to_us(stage, word):
    """An address of this machine in every spelling, by name too, with somebody there who would answer; other ports
    of a peer; and an address that only the document of a peer names."""
    trap = socket.socket(socket.AF_INET6)
    trap.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    trap.bind(("::", 0))
    trap.listen(50)
    trap.settimeout(0.2)
    port = trap.getsockname()[1]
    hosts = ["127.0.0.1", "127.0.0.2", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "localhost", "localhost.", "LOCALHOST",
             "ip6-localhost", "127.1", "2130706433"]
    for number, host in enumerate(hosts):
        for scheme in ("http", "https", "gopher", "ftp"):
            url = f"{scheme}://{host}:{port}/{word}"
            assert looked_up(stage, url) == []
            assert looked_up(stage, redirected(stage, f"/trap/{word}/{number}{scheme}", url)) == []
        assert looked_up(stage, f"@ana@{host}:{port}") == []
        harmless(stage.send(stage.peer.create(stage.mallory, word), key_id=f"http://{host}:{port}/k#main-key"))
    odd = stage.peer.actor(f"odd{word}")
    odd.extra = {"inbox": f"http://127.0.0.1:{port}/inbox", "endpoints": {"sharedInbox": f"http://localhost:{port}/"},
                 "featured": f"http://127.0.0.1:{port}/featured", "outbox": f"http://127.0.0.1:{port}/outbox"}
    for found in looked_up(stage, f"@odd{word}@{stage.peer.domain}"):
        stage.ben.post(f"/api/v1/accounts/{found['id']}/follow")
    stage.settled()
    with pytest.raises(socket.timeout):
        trap.accept()
    trap.close()


def test_CVE_2026_23961_a_stranger_does_not_enter_by_a_boost(stage, word):
    stranger = Peer()
    note = stranger.note(stranger.actor("eve"), word)
    stage.accepted(stage.peer.activity("Announce", stage.mallory, note["id"], to=[PUBLIC]))
    stage.accepted(stage.peer.activity("Announce", stage.mallory, note, to=[PUBLIC]))
    stage.accepted(stage.peer.create(stage.mallory, f"answer {word}", inReplyTo=note["id"]))
    stage.settled()
    assert [s for s in stage.home(word) if s["reblog"]] == [] and stranger.received == []
    stranger.close()


def test_GHSA_gg8q_fields_have_limits(stage, word):
    big = stage.peer.actor(f"big{word}")
    big.extra = {"name": "n" * 100000, "summary": "<p>" + "s " * 100000 + "</p>",
                 "alsoKnownAs": [f"{stage.peer.url}/users/{n}" for n in range(5000)],
                 "attachment": [{"type": "PropertyValue", "name": "n" * 5000, "value": "v" * 5000}] * 100,
                 "tag": [{"type": "Emoji", "name": f":e{n}:", "icon": {"type": "Image", "url": big.id}}
                         for n in range(1000)]}
    for found in looked_up(stage, f"@big{word}@{stage.peer.domain}"):
        assert len(found["display_name"]) <= 2048 and len(found["note"]) <= 40000 and len(found["fields"]) <= 50
        assert all(len(f["name"]) <= 2047 and len(f["value"]) <= 4096 for f in found["fields"])
    stage.accepted(stage.peer.create(stage.mallory, f"<p>{word}</p>", summary="w" * 200000, tag=[
        {"type": "Hashtag", "name": f"#t{n}", "href": big.id} for n in range(1500)]))
    stage.settled()
    for status in stage.home(word):
        assert len(status["tags"]) <= 256 and len(status["spoiler_text"]) <= 100000


def test_GHSA_ccpr_an_outbox_is_for_one_class_of_readers(stage, word):
    """What a follower's node got is not shown to the next one."""
    reader = stage.other.actor(f"reader{word}")
    author = stage.node.person(f"author{word}"[:20])
    name = author.me["username"]
    links = stage.node.get("/.well-known/webfinger", params={
        "resource": f"acct:{name}@{stage.node.domain}"}).json()["links"]
    uri = next(link["href"] for link in links if link["rel"] == "self")
    stage.accepted(stage.other.activity("Follow", reader, uri), reader)
    stage.settled()
    author.say(f"private {word}", visibility="private")
    target = stage.peer.fetch(stage.node, uri.replace(stage.node.url, ""), stage.mallory).json()["outbox"]
    page = stage.peer.fetch(stage.node, target.replace(stage.node.url, ""), stage.mallory).json()["first"]
    page = (page if isinstance(page, str) else page["id"]).replace(stage.node.url, "")
    stage.other.fetch(stage.node, page, reader)
    other_class = stage.peer.fetch(stage.node, page, stage.mallory)
    assert f"private {word}" not in other_class.text
    unsigned = stage.node.get(page, headers={"Accept": "application/activity+json"})
    assert unsigned.status_code in (401, 403, 404) and "Signature" in unsigned.headers.get("Vary", "Signature")


@pytest.mark.parametrize("keyword", ["@graph", "@reverse", "@included"])
def test_CVE_2026_46349_restructured_documents(stage, word, keyword):
    for place in ("activity", "object", "deep"):
        activity = stage.peer.create(stage.mallory, word)
        nest = {"activity": activity, "object": activity["object"], "deep": activity["object"].setdefault("x", {})}
        nest[place][keyword] = [{"id": stage.victim.id}]
        answer = stage.send(activity)
        assert answer.status_code in REFUSED, f"{place}: {answer.status_code}"
    stage.settled()
    assert stage.home(word) == []


def test_CVE_2026_46349_an_embedded_signature_is_no_proof(stage, word):
    """A relayed activity counts as what its carrier says, whatever signature stands in it."""
    activity = stage.other.create(stage.victim, word)
    del stage.other.objects[activity["object"]["id"]]
    activity["signature"] = {"type": "RsaSignature2017", "creator": stage.victim.key_id,
                             "created": "2026-01-01T00:00:00Z", "signatureValue": "AAAA"}
    harmless(stage.send(activity))
    stage.settled()
    assert stage.home(word) == []


def test_GHSA_2vxv_a_remapped_context_has_no_effect(stage, word):
    activity = stage.peer.create(stage.mallory, word)
    activity["@context"] = [CONTEXT[0], {"actor": "as:object", "by": "as:actor", "attributedTo": "x:nothing",
                                         "author": "as:attributedTo", "id": "as:url", "key": "@id"}]
    activity["by"] = activity["object"]["author"] = stage.victim.id
    activity["key"] = stage.victim.id
    harmless(stage.send(activity))
    stage.settled()
    assert {s["account"]["id"] for s in stage.home(word)} <= {stage.ids["mallory"]}


def test_CVE_2024_39687_one_room_speaks_http():
    """Whatever goes out passes the one guard of addresses."""
    root = pathlib.Path(__file__).parents[2]
    includes = {str(path.relative_to(root)) for folder in ("storage", "federation", "node")
                for path in (root / folder).rglob("*.[ch]")
                if re.search(r"#include\s+<curl/", path.read_text())}
    assert includes == {"federation/net.c", "federation/wire.c", "node/mail/smtp.c"}
    # the relay is the operator's to choose, and what speaks to it can speak nothing else
    assert re.findall(r"CURLOPT_PROTOCOLS_STR, (.*?)\)", (root / "node/mail/smtp.c").read_text()) == ['"smtp,smtps"']


def test_CVE_2026_34148_redirects_end(stage, word):
    note = stage.peer.note(stage.mallory, word, note_id=f"{stage.peer.url}/end/{word}")
    for n in range(20):
        redirected(stage, f"/chain/{word}/{n}", f"{stage.peer.url}/chain/{word}/{n + 1}")
    redirected(stage, f"/chain/{word}/20", note["id"])
    assert looked_up(stage, f"{stage.peer.url}/chain/{word}/0") == []
    assert len(asked(stage.peer, f"/chain/{word}")) <= 4
    assert asked(stage.peer, f"/end/{word}") == []


def test_CVE_2026_34148_a_bad_key_is_fetched_once(stage, word):
    for _ in range(8):
        answer = stage.send(stage.peer.create(stage.mallory, word), key_id=f"{stage.peer.url}/gone/{word}#main-key")
        assert answer.status_code in (401, 403, 503)
    assert len(asked(stage.peer, f"/gone/{word}")) <= 1


@pytest.mark.parametrize("html", ["<" * 200000, "<a href='" * 20000, "&" * 200000, "<p><b><i>" * 20000, "<!--" * 40000,
                                  "</p>" * 50000, "<a " + "x='y' " * 30000, "@a@b " * 40000, "http://" * 30000,
                                  "<table><tr>" * 15000],
                         ids=lambda html: html[:9])
@pytest.mark.plain
def test_CVE_2025_68475_hostile_html_takes_no_time(stage, word, html):
    started = time.monotonic()
    harmless(stage.send(stage.peer.create(stage.mallory, f"<p>{word}</p>{html}")))
    assert time.monotonic() - started < 2


def test_CVE_2025_30741_a_follow_asked_for_shows_nothing(stage, word):
    wanted = stage.peer.actor(f"locked{word}")
    wanted.extra["manuallyApprovesFollowers"] = True
    account = stage.ben.find(f"{wanted.name}@{stage.peer.domain}")
    assert stage.ben.post(f"/api/v1/accounts/{account['id']}/follow")["following"] is False
    stage.asked(wanted)
    post = stage.peer.create(wanted, word, to=[wanted.id + "/followers"], cc=[])
    harmless(stage.send(post, wanted))
    stage.settled()
    assert [s for s in stage.ben.home(limit=40) if word in s["content"]] == []
    assert looked_up(stage, post["object"]["id"]) == []


def test_host_meta_with_entities_is_no_way_in(stage, word):
    peer = Peer()
    stage.node.allow(peer)
    peer.actor("ann")
    bomb = ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{n} "{"&a%s;" % (n - 1 if n else "") * 10}">' for n in range(10)) +
        '<!ENTITY f SYSTEM "file:///etc/passwd">]><XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
        '<Link rel="lrdd" template="&a9;&f;{uri}"/></XRD>').encode()
    peer.answers["/.well-known/webfinger"] = (404, "text/plain", b"", {})
    peer.answers["/.well-known/host-meta"] = (200, "application/xrd+xml", bomb, {})
    started = time.monotonic()
    assert looked_up(stage, f"@ann@{peer.domain}") == []
    assert time.monotonic() - started < 4
    peer.close()


BOMBS = {
    "__proto__": b'{"__proto__":{"actor":"%(victim)s"},"constructor":1,"id":"%(url)s","type":"Like",%(rest)s}',
    "actor twice": b'{"id":"%(url)s","type":"Like","actor":"%(victim)s",%(rest)s}',
    "10^5 elements": b'{"id":"%(url)s","type":"Like","x":[' + b"1," * 99999 + b"1],%(rest)s}",
    "10^5 objects": b'{"id":"%(url)s","type":"Like","tag":[' + b"{}," * 99999 + b"{}],%(rest)s}",
    "10^5 members": b'{"id":"%(url)s","type":"Like",' + b",".join(b'"k%d":0' % n for n in range(60000)) + b",%(rest)s}",
    "1e999999": b'{"id":"%(url)s","type":"Like","published":1e999999,%(rest)s}',
    "-1e-999999": b'{"id":"%(url)s","type":"Like","published":-1e-999999,%(rest)s}',
    "2^64": b'{"id":"%(url)s","type":"Like","published":18446744073709551616,%(rest)s}',
    "surrogates": b'{"id":"%(url)s","type":"Like","content":"\\udc00\\ud800",%(rest)s}',
    "NUL in a key": b'{"id":"%(url)s","type":"Like","actor\\u0000x":"y",%(rest)s}',
    "byte order mark": b'\xef\xbb\xbf{"id":"%(url)s","type":"Like",%(rest)s}',
    "tail": b'{"id":"%(url)s","type":"Like",%(rest)s} {"actor":"%(victim)s"}',
}


@pytest.mark.parametrize("name", BOMBS, ids=list(BOMBS))
def test_a_bomb_does_no_harm(stage, word, name):
    status = stage.ana.say(word)
    rest = f'"@context":"{CONTEXT[0]}","actor":"{stage.mallory.id}","object":"{status["uri"]}"'
    body = BOMBS[name].replace(b"%(rest)s", rest.encode()).replace(b"%(url)s", stage.peer.new_id().encode()).replace(
        b"%(victim)s", stage.victim.id.encode())
    started = time.monotonic()
    answer = stage.send(body)
    harmless(answer)
    assert time.monotonic() - started < 3
    if name in ("actor twice", "1e999999", "surrogates", "NUL in a key", "tail", "byte order mark"):
        assert answer.status_code in REFUSED
    stage.settled()
    assert stage.victim.id not in {a["url"] for a in stage.ana.get(f"/api/v1/statuses/{status['id']}/favourited_by")}


def test_a_compressed_bomb_is_cut_off(stage, word):
    path = f"/gzip/{word}"
    note = dict(stage.peer.note(stage.mallory, word, note_id=stage.peer.url + path), padding="a" * (64 << 20))
    stage.peer.answers[path] = (200, "application/activity+json", gzip.compress(json.dumps(note).encode(), 1),
                                {"Content-Encoding": "gzip"})
    started = time.monotonic()
    assert looked_up(stage, stage.peer.url + path) == []
    assert time.monotonic() - started < 4
    body = gzip.compress(json.dumps(stage.peer.create(stage.mallory, word)).encode())
    assert stage.send(body, headers={"Content-Encoding": "gzip"}).status_code in REFUSED


def test_a_body_swapped_under_its_signature(stage, word):
    honest = json.dumps(stage.peer.create(stage.mallory, f"honest {word}")).encode()
    swapped = stage.peer.create(stage.mallory, f"swapped {word}")
    assert stage.send(swapped, digest=digest_of(honest)).status_code in (400, 401)
    for names in (("(request-target)", "host", "date"), ("date",), ()):
        assert stage.send(swapped, names=names).status_code in (400, 401), names
    old = email.utils.formatdate(time.time() - 86400, usegmt=True)
    assert stage.send(swapped, date=old).status_code in (400, 401)
    stage.settled()
    assert stage.home(f"swapped {word}") == []


def test_an_author_cannot_give_a_post_away(stage, word):
    create = stage.peer.create(stage.mallory, f"mine {word}")
    stage.accepted(create)
    stage.settled()
    status = stage.home(word)[0]
    for owner in (stage.trent.id, stage.victim.id, stage.ana_uri, [stage.victim.id, stage.mallory.id]):
        harmless(stage.send(stage.peer.activity("Update", stage.mallory, dict(
            create["object"], attributedTo=owner, content=f"given {word}", updated="2099-01-01T00:00:00Z"))))
    stage.settled()
    assert stage.ana.get(f"/api/v1/statuses/{status['id']}")["account"]["id"] == stage.ids["mallory"]


def test_nobody_undoes_what_another_did(stage, word):
    """A Like, a boost, a Follow: by its id alone, embedded, and with its actor changed."""
    status = stage.ana.say(word)
    acts = [stage.peer.activity("Like", stage.trent, status["uri"]),
            stage.peer.activity("Announce", stage.trent, status["uri"], to=[PUBLIC])]
    for act in acts:
        stage.accepted(act, stage.trent)
    for act in acts:
        for signer in (stage.mallory, stage.victim):
            for inner in (act["id"], act, dict(act, actor=signer.id)):
                harmless(stage.send(signer.peer.activity("Undo", signer, inner), signer))
    stage.settled()
    left = stage.ana.get(f"/api/v1/statuses/{status['id']}")
    assert (left["favourites_count"], left["reblogs_count"]) == (1, 1)


def test_an_answer_to_no_follow(stage, word):
    """An Accept of what was never asked makes nobody a follower; nor a friend."""
    hopeful = stage.peer.actor(f"hopeful{word}")
    account = stage.ana.find(f"{hopeful.name}@{stage.peer.domain}")
    for follow in ({"id": f"{stage.node.url}/a/1", "type": "Follow", "actor": stage.ana_uri, "object": hopeful.id},
                   {"type": "Follow", "actor": stage.ana_uri, "object": hopeful.id}, f"{stage.node.url}/a/1",
                   {"id": stage.peer.new_id(), "type": "Follow", "actor": hopeful.id, "object": stage.ana_uri}):
        for kind in ("Accept", "Reject"):
            harmless(stage.send(stage.peer.activity(kind, hopeful, follow), hopeful))
    stage.settled()
    relationship = stage.ana.relationship(account["id"])
    assert not relationship["following"] and not relationship["followed_by"] and not relationship["requested"]


def test_a_local_id_from_outside_is_never_fetched(stage, word):
    status = stage.ana.say(f"ours {word}")
    claim = dict(stage.peer.note(stage.mallory, f"claimed {word}"), id=status["uri"], attributedTo=stage.ana_uri)
    assert looked_up(stage, served(stage, f"/claim/{word}", claim)) == []
    harmless(stage.send(stage.peer.activity("Create", stage.mallory, claim)))
    harmless(stage.send(stage.peer.activity("Create", stage.mallory, dict(claim, attributedTo=stage.mallory.id))))
    missing = f"{stage.node.url}/p/{word}"
    for kind in ("Create", "Announce", "Like"):
        harmless(stage.send(stage.peer.activity(kind, stage.mallory, missing, to=[PUBLIC])))
    stage.settled()
    assert f"ours {word}" in stage.ana.get(f"/api/v1/statuses/{status['id']}")["content"]
    assert stage.home(f"claimed {word}") == [] and f"/p/{word} " not in stage.node.log()


def test_mentions_have_a_limit(stage, word):
    people = [{"type": "Mention", "href": f"{stage.peer.url}/users/m{word}{n}", "name": f"@m{n}"} for n in range(400)]
    stage.accepted(stage.peer.create(stage.mallory, word, tag=people))
    stage.settled()
    assert len(asked(stage.peer, f"/users/m{word}")) <= 100
    assert all(len(status["mentions"]) <= 100 for status in stage.home(word))


def test_the_node_is_whole_after_the_checklist(stage):
    stage.settled()
    stage.node.do("check")
    assert stage.node.process.poll() is None


def test_peers_read_nothing_of_who_is_suspended(stage, word):
    """Neither the actor, nor what it said, nor the activities that brought it."""
    stage.node.add_user(f"mod{word}", role="moderator")
    moderator = Person(stage.node, f"mod{word}", stage.node.token(f"mod{word}", "read admin:read admin:write"))
    author = stage.node.person(f"out{word}")
    post = path_of(stage, author.say(f"public {word}"))
    actor = stage.peer.fetch(stage.node, post, stage.mallory).json()["attributedTo"].replace(stage.node.url, "")
    page = stage.peer.fetch(stage.node, actor + "/outbox?page=true", stage.mallory).json()
    activity = page["orderedItems"][0]["id"].replace(stage.node.url, "")
    paths = (post, actor, actor + "/outbox", activity)
    assert [stage.peer.fetch(stage.node, path, stage.mallory).status_code for path in paths] == [200] * 4
    moderator.post(f"/api/v1/admin/accounts/{author.id}/action", type="suspend")
    assert [stage.peer.fetch(stage.node, path, stage.mallory).status_code for path in paths] == [404] * 4
