"""A disk that is full: an honest refusal, no crash, no half a change; and the way back when there is room again.

A limit on the size of files stands in for the disk: the system refuses to let the store grow in the same place,
and no test needs to be root for it."""

import os
import resource

from entities import check


def small_acts(node, ana, posts, word):
    """(what it is, method, path, data) of acts that leave small records, each one of its own. The reports come first and take what
    room is left."""
    others = [node.person(f"{word}o{i}") for i in range(3)]
    asked = [others[0].say(f"{word} {i}?", **{"poll[options][]": ["a", "b"], "poll[expires_in]": "600"}) for i in range(5)]
    return [("report", "POST", "/api/v1/reports", {"account_id": others[0].id, "comment": f"{i} " + "z" * 4900})
            for i in range(100)] + \
        [("reaction", "PUT", f"/api/v1/pleroma/statuses/{a['id']}/reactions/{emoji}", {}) for a in asked
         for emoji in "🎉🐙🦊"] + \
        [("vote", "POST", f"/api/v1/polls/{a['poll']['id']}/votes", {"choices[]": ["1"]}) for a in asked] + \
        [("block", "POST", f"/api/v1/accounts/{other.id}/block", {}) for other in others[1:]] + \
        [("pin", "POST", f"/api/v1/statuses/{post}/pin", {}) for post in posts]


def counts(node, ana, acts):
    """How many of each there are, as the node shows them."""
    def of(kind, field):
        paths = {path.rsplit("/", 2 if kind == "reaction" else 1)[0] for k, _, path, _ in acts if k == kind}
        return sum(field(ana.get(path + ("/reactions" if kind == "reaction" else ""))) for path in paths)

    return {"pin": len(ana.get(f"/api/v1/accounts/{ana.id}/statuses", pinned="true", limit=40)),
            "block": len(ana.get("/api/v1/blocks")), "vote": of("vote", lambda poll: poll["votes_count"]),
            "reaction": of("reaction", len),
            "report": sum(line.endswith("zzz") for line in node.do("report", "list").splitlines())}


def test_a_full_disk_is_a_507_and_nothing_is_lost(new_node, word):
    node = new_node()
    ana = node.person("ana")
    acts = small_acts(node, ana, [ana.say(f"{word} pin {i}")["id"] for i in range(5)], word)
    ana.say(f"{word} first")
    before = [s["id"] for s in ana.all_pages("/api/v1/timelines/home")]
    store = os.path.join(node.data, "data.mdb")
    _, hard = resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (os.path.getsize(store) + (256 << 10), hard))
    kept, refused = [], 0
    # Pages that came free meanwhile may take another one after a refusal; they are few.
    for n in range(1000):
        answer = ana.raw("POST", "/api/v1/statuses", data={"status": f"{word} {n} " + "x" * 4000})
        if answer.status_code == 200:
            kept.append(answer.json()["id"])
            continue
        assert answer.status_code == 507 and check(answer.json(), "Error"), answer.text
        refused += 1
        if refused == 5:
            break
    assert refused == 5 and node.process.poll() is None and "full" in node.log().lower()
    seen = [s["id"] for s in ana.all_pages("/api/v1/timelines/home")]
    assert seen == kept[::-1] + before, "reads go on, and what was acknowledged is there"
    done, left = dict.fromkeys(["pin", "block", "vote", "reaction", "report"], 0), []
    for act in acts:
        kind, method, path, data = act
        answer = ana.raw(method, path, data=data)
        assert answer.status_code in (200, 507), answer.text
        if answer.status_code == 200:
            done[kind] += 1
        else:
            left.append(act)
    assert left and counts(node, ana, acts) == done, "all that was acknowledged, and nothing else"

    resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
    kept.append(ana.say(f"{word} room again")["id"])
    for kind, method, path, data in left:
        ana.call(method, path, data=data)
        done[kind] += 1
    node.do("check")
    node.restart()
    assert [s["id"] for s in ana.all_pages("/api/v1/timelines/home")] == kept[::-1] + before
    assert counts(node, ana, acts) == done
    node.do("check")
