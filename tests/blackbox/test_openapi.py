"""The description of the API for programs: well formed, complete, and true."""

import re

import pytest

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def described(world):
    answer = world.a.get("/api/openapi.json", headers={"Origin": "https://client.example"})
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return answer.json()


def operations(described):
    return [(method, path, operation) for path, item in described["paths"].items() for method, operation in item.items()]


def resolve(described, node):
    while "$ref" in node:
        at = described
        for key in node["$ref"].removeprefix("#/").split("/"):
            at = at[key]
        node = at
    return node


def test_the_document_is_openapi(world, described):
    assert described["openapi"] == "3.1.0" and described["info"]["title"] and described["info"]["version"]
    assert described["servers"] == [{"url": world.a.url}]
    flow = described["components"]["securitySchemes"]["oauth"]["flows"]["authorizationCode"]
    assert flow["authorizationUrl"] == world.a.url + "/oauth/authorize"
    ids, shapes = set(), set()
    for path in described["paths"]:
        assert path.startswith("/") and ":" not in path and "*" not in path
        shapes.add(re.sub(r"{\w+}", "{}", path))
    assert len(shapes) == len(described["paths"]), "two paths that only their parameters' names tell apart"
    for method, path, operation in operations(described):
        assert method in METHODS and operation["summary"]
        assert re.fullmatch(r"\w+", operation["operationId"]) and operation["operationId"] not in ids
        ids.add(operation["operationId"])
        named = [p["name"] for p in operation["parameters"]]
        assert named == re.findall(r"{(\w+)}", path) and len(set(named)) == len(named), path
        assert all(p["in"] == "path" and p["required"] and p["schema"] for p in operation["parameters"])
        assert ("requestBody" in operation) == (method != "get")
        for alternative in operation["security"]:
            assert set(alternative["oauth"]) <= set(flow["scopes"])
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"101|[24]XX", status) and resolve(described, response)["description"]
        error = resolve(described, operation["responses"]["4XX"])["content"]["application/json"]["schema"]
        assert "error" in resolve(described, error)["required"]


def test_it_has_the_rows_of_the_route_table(world, described):
    table = {(method.lower(), re.sub(r":(\w+)", r"{\1}", path)): (access, set(scopes.split()) - {"-"})
             for method, path, access, scopes in re.findall(r"^(\w+) +(/\S*) +(\w+) +(.*?)  ", world.a.do("routes"), re.M)}
    shown = {(method, path): operation for method, path, operation in operations(described)}
    assert set(shown) <= set(table) and len(shown) > 150
    assert {row for row in table if row[1].startswith("/api/")} <= set(shown)
    for row, operation in shown.items():
        access, scopes = table[row]
        assert (operation["security"] == []) == (access == "open"), row
        if len(operation["security"]) == 1:
            assert set(operation["security"][0]["oauth"]) == scopes, row


def test_each_route_answers_as_it_is_described(world, described):
    status = world.ana.say("described #described")
    reached = 0
    for method, path, operation in operations(described):
        for token in (None, world.ana.token):
            target = re.sub(r"{\w+}", world.ben.id if "/accounts/" in path else status["id"], path)
            asked = {"resource": f"acct:ana@{world.a.domain}"} if path.endswith("/webfinger") else None
            with world.a.request(method, target, token=token, stream=True, params=asked) as answer:
                kind = answer.headers.get("Content-Type", "")
                said = operation["responses"]
                if token is None and operation["security"]:
                    assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
                if answer.status_code >= 400:
                    assert answer.status_code < 500 and kind.startswith("application/json"), f"{method} {path}: {kind}"
                    assert answer.json()["error"]
                else:
                    reached += 1
                    content = said["2XX"]["content"]
                    assert answer.status_code // 100 == 2, f"{method} {path}: {answer.status_code}"
                    assert "*/*" in content or kind.split(";")[0] in content, f"{method} {path}: {kind}, not {content}"
    assert reached > 80
