"""Fixtures of the black box, and which tests run against which build: all of them against a plain one, all but those
marked `plain` (they measure, or repeat a thousandfold) under AddressSanitizer, only those marked `threads` under
ThreadSanitizer. RSE_NODE names the binary."""

import os
import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

from node import BINARY, PATIENCE, SANITIZER, Node, pair  # noqa: E402

TEST_SECONDS = 60
# The files that take longest, longest first: of the processes that share the files, none is left alone at the end.
FIRST = ["streaming", "absence", "media", "kill", "fedify", "push", "followers_sync", "threads", "accounts"]


def pytest_configure(config):
    config.addinivalue_line("markers", "plain: only with the build without sanitizers")
    config.addinivalue_line("markers", "threads: also under ThreadSanitizer")
    config.addinivalue_line("markers", "seconds(n): may take so long (default 60)")


def pytest_collection_modifyitems(config, items):
    if not os.access(BINARY, os.X_OK):
        raise pytest.UsageError(f"there is no {BINARY}; make builds it, RSE_NODE names another")
    wanted = {"": lambda item: True,
              "address": lambda item: not item.get_closest_marker("plain"),
              "thread": lambda item: item.get_closest_marker("threads")}[SANITIZER]
    left_out = [item for item in items if not wanted(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if wanted(item)]
    items.sort(key=_rank)


def _rank(item):
    name = item.path.stem.removeprefix("test_")
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _too_long(*_):
    raise AssertionError("the test took too long")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    mark = item.get_closest_marker("seconds")
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm((mark.args[0] if mark else TEST_SECONDS) * PATIENCE)
    yield
    signal.alarm(0)


class World:
    """Two paired nodes with two people each, and one that nobody allows."""

    def __init__(self):
        self.a, self.b, self.stranger = Node("Head office"), Node("Subsidiary"), Node("Stranger")
        for node in (self.a, self.b, self.stranger):
            node.init()
            node.do("config", "set", "limits.rate", "off")
            node.serve()
        pair(self.a, self.b)
        for other in (self.a, self.b):
            self.stranger.allow(other)
        self.ana, self.ben = self.a.person("ana"), self.a.person("ben")
        self.chloe, self.dan = self.b.person("chloe"), self.b.person("dan")
        self.eve = self.stranger.person("eve")

    def close(self):
        for node in (self.a, self.b, self.stranger):
            node.close()


@pytest.fixture(scope="session")
def world():
    """Shared by all tests that leave it running; each looks only at what it wrote."""
    made = World()
    yield made
    made.close()


@pytest.fixture
def new_node():
    """Makes nodes that this test may stop, kill and spoil."""
    nodes = []

    def make(title="Test node", serve=True, rate="off"):
        node = Node(title)
        nodes.append(node)
        node.init()
        if rate:
            node.do("config", "set", "limits.rate", rate)
        if serve:
            node.serve()
        return node

    yield make
    for node in nodes:
        node.close()


_count = 0


@pytest.fixture
def word():
    """A word that occurs nowhere else."""
    global _count
    _count += 1
    return f"w{os.getpid()}x{_count}z"
