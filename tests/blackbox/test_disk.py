"""A disk that is full: an honest refusal, no crash, no half a change; and the way back when there is room again.

A limit on the size of files stands in for the disk: the system refuses to let the store grow in the same place,
and no test needs to be root for it."""

import os
import resource

from entities import check


def test_a_full_disk_is_a_507_and_nothing_is_lost(new_node, word):
    node = new_node()
    ana = node.person("ana")
    ana.say(f"{word} first")
    store = os.path.join(node.data, "data.mdb")
    _, hard = resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (os.path.getsize(store) + (256 << 10), hard))
    kept, answer = [], None
    for n in range(1000):
        answer = ana.raw("POST", "/api/v1/statuses", data={"status": f"{word} {n} " + "x" * 4000})
        if answer.status_code != 200:
            break
        kept.append(answer.json()["id"])
    assert answer.status_code == 507 and check(answer.json(), "Error"), answer.text
    assert node.process.poll() is None and "full" in node.log().lower()
    assert ana.raw("POST", "/api/v1/statuses", data={"status": "y" * 4000}).status_code == 507
    seen = [s["id"] for s in ana.all_pages("/api/v1/timelines/home")]
    assert seen[:-1] == kept[::-1], "reads go on, and what was acknowledged is there"

    resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
    kept.append(ana.say(f"{word} room again")["id"])
    node.do("check")
    node.restart()
    assert [s["id"] for s in ana.all_pages("/api/v1/timelines/home")][:-1] == kept[::-1]
    node.do("check")
