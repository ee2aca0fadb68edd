"""The page that says which methods of the client API are served is what the route table says, and that is what the
node does."""

import pathlib
import re
import subprocess

from node import BINARY

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
PAGE = (DEPLOY / "docs/api-coverage.md").read_text()
ROWS = re.findall(r"^\| (GET|POST|PUT|PATCH|DELETE) \| `(\S+)` \| (yes|no) \| ([^|]*)\|", PAGE, re.M)


def test_the_page_is_what_the_script_makes():
    made = subprocess.run([DEPLOY / "api-coverage", BINARY], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert made.stdout == PAGE, "deploy/docs/api-coverage.md is stale: make docs writes it anew"


def test_each_method_of_the_tiers_is_there_once():
    tiers = {tier: len(re.findall(r"^\| (?:GET|POST|PUT|PATCH|DELETE) ", part, re.M))
             for tier, part in enumerate(PAGE.split("\n## "))}
    assert (tiers[1], tiers[2], tiers[3]) == (35, 123, 111)
    shapes = [(method, re.sub(r":\w+", ":", path)) for method, path, *_ in ROWS]
    assert len(set(shapes)) == len(shapes)


def test_what_is_not_served_says_so_to_clients(world):
    for method, path, served, _ in ROWS:
        if served == "no":
            answer = world.ana.raw(method, re.sub(r":\w+", "1", path))
            assert answer.status_code in (404, 405) and answer.json()["error"], f"{method} {path}: {answer.text}"


def test_what_is_served_is_there_and_asks_for_a_token_where_the_page_says_so(world):
    for method, path, served, scope in ROWS:
        if served == "yes":
            answer = world.a.request(method, re.sub(r":\w+", "1", path))
            if scope.strip() == "open":
                assert answer.status_code not in (401, 404, 405), f"{method} {path}: {answer.text}"
            else:
                assert answer.status_code == 401, f"{method} {path}: {answer.status_code} {answer.text}"


def test_the_page_of_roles_is_what_the_binary_says():
    made = subprocess.run([DEPLOY / "role-table", BINARY], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert made.stdout == (DEPLOY / "docs/roles.md").read_text(), "deploy/docs/roles.md is stale: make docs writes it anew"
