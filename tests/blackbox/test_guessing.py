"""Guessing passwords at the sign-in page: it costs time, a restart forgives nothing, and who exists is not told."""

import re

import pytest

from browser import Browser
from node import PASSWORD

FREE = 5


def tried(node, name, password, browser=None):
    browser = browser or Browser()
    browser.open(f"{node.url}/sign-in")
    browser.submit(browser.page.form("username", "password"), username=name, password=password)
    return browser.page


def shape(page, name):
    """What the answer looks like, but for secrets that change with each page, all of one length."""
    return page.status, len(page.html), re.sub(r'value="[^"]*"', "", page.html).replace(name, "NAME")


@pytest.mark.plain
def test_guessing_is_slowed_down_across_a_kill_and_alike_for_nobody(new_node):
    node = new_node()
    node.add_user("ana")
    node.add_user("ben")
    own = Browser()
    assert tried(node, "ana", PASSWORD, own).status == 200, "signs in"
    own.submit(own.page.form("form_token"))
    assert "session" not in str(own.http.cookies), "and out"
    for _ in range(FREE):
        known, unknown = tried(node, "ana", "wrong wrong wrong"), tried(node, "zoe", "wrong wrong wrong")
        assert known.status == 422 and shape(known, "ana") == shape(unknown, "zoe")
    node.kill()
    node.serve()
    known, unknown = tried(node, "ana", PASSWORD), tried(node, "zoe", PASSWORD)
    assert known.status == 429 and "Too many tries" in known.text and int(known.answer.headers["Retry-After"]) <= 60
    assert shape(known, "ana") == shape(unknown, "zoe")
    assert tried(node, "ana@corp.example", PASSWORD).status == 429, "by mail address it is the same person"
    assert tried(node, "ben", PASSWORD).status == 200, "nobody else is kept out"
    assert tried(node, "ana", PASSWORD, own).status == 200, "nor is she, with a browser in which she was before"
