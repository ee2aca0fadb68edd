"""The description of the API for programs: well formed, complete, and true."""

import pathlib
import re
import time

import pytest
from answers import entities_of
from entities import fields, _ENTITIES, _EXTENSIONS, _WORDS
from node import Person

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
        assert named[:path.count("{")] == re.findall(r"{(\w+)}", path) and len(set(named)) == len(named), path
        assert all(p["in"] == ("path" if "{%s}" % p["name"] in path else "query") and p["schema"]
                   for p in operation["parameters"])
        assert all(p["required"] for p in operation["parameters"] if p["in"] == "path")
        assert ("requestBody" in operation) == (method != "get")
        for alternative in operation["security"]:
            assert set(alternative["oauth"]) <= set(flow["scopes"])
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"101|[24]XX|4\d\d", status) and resolve(described, response)["description"]
        error = resolve(described, operation["responses"]["4XX"])["content"]["application/json"]["schema"]
        assert "error" in resolve(described, error)["required"]


def test_it_has_the_rows_of_the_route_table(world, described):
    table = {(method.lower(), re.sub(r":(\w+)", r"{\1}", path)): (access, set(scopes.split()) - {"-"})
             for method, path, access, scopes in re.findall(r"^(\w+) +(/\S*) +(\w+) +\S+ +(.*?)  ", world.a.do("routes"), re.M)}
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


LEAVES = {"s": {"type": "string"}, "i": {"type": "integer"}, "n": {"type": "number"}, "b": {"type": "boolean"},
          "o": {"type": "object"}, "d": {"type": "string", "format": "date-time"}, "D": {"type": "string", "format": "date"},
          "u": {"type": "string", "format": "uri"}, "id": {"type": "string", "pattern": "^[0-9]+$"},
          "file": {"type": "string", "contentMediaType": "application/octet-stream"}}


def schema_of(kind):
    """A kind of entities.py as JSON Schema."""
    if kind in LEAVES:
        return LEAVES[kind]
    if kind.startswith("["):
        return {"type": "array", "items": schema_of(kind[1:-1])}
    if kind.startswith("{"):
        return {"type": "object", "additionalProperties": schema_of(kind[1:-1])}
    if kind.startswith("("):
        return {"type": "string", "enum": kind[1:-1].split("|")}
    return {"$ref": "#/components/schemas/" + kind}


def test_the_schemas_are_the_entities_that_answers_are_held_against(described):
    schemas = described["components"]["schemas"]
    assert set(schemas) == {*_ENTITIES, *_EXTENSIONS, *_WORDS}
    for name, words in _WORDS.items():
        assert schemas[name] == {"type": "string", "enum": list(words)}
    for name in {*_ENTITIES, *_EXTENSIONS}:
        whole = dict(schemas[name]["properties"])
        for base in schemas[name].get("allOf", []):
            whole = {**resolve(described, base)["properties"], **whole}
            for again in resolve(described, base).get("allOf", []):
                whole = {**resolve(described, again)["properties"], **whole}
        wanted = {key: {"anyOf": [schema_of(kind), {"type": "null"}]} if "?" in marks else schema_of(kind)
                  for key, (kind, marks) in fields(name).items()}
        assert whole == wanted, name
        assert all(fields(name)[key][1] in ("", "?") for key in schemas[name]["required"]), name


def test_each_route_names_its_answer(described):
    for method, path, operation in operations(described):
        kinds = entities_of(method.upper(), re.sub(r"{\w+}", "1", path))
        content = next(iter(operation["responses"].values())).get("content", {}).get("application/json")
        if kinds and path.startswith("/api/"):
            wanted = [schema_of(kind) for kind in kinds]
            assert content.get("schema") == (wanted[0] if len(wanted) == 1 else {"anyOf": wanted}), f"{method} {path}: route_shapes.c"


def wrong(described, schema, value, path="answer"):
    """What is wrong with a value by a schema of the document; the part of JSON Schema that the document uses."""
    schema = resolve(described, schema)
    if "anyOf" in schema:
        found = [wrong(described, one, value, path) for one in schema["anyOf"]]
        return min(found, key=len)
    types = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list,
             "null": type(None)}
    if not isinstance(value, types[schema["type"]]) or (schema["type"] == "integer" and isinstance(value, bool)):
        return [f"{path} is no {schema['type']}"]
    found = [p for base in schema.get("allOf", []) for p in wrong(described, base, value, path)]
    if "enum" in schema and value not in schema["enum"] or "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{path} is {value!r}")
    if isinstance(value, list):
        found += [p for i, item in enumerate(value) for p in wrong(described, schema["items"], item, f"{path}[{i}]")]
    if isinstance(value, dict):
        found += [f"{path}.{key} is missing" for key in schema.get("required", []) if key not in value]
        for key, item in value.items():
            inner = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
            found += wrong(described, inner, item, f"{path}.{key}") if inner else []
    return found


def parameters(operation):
    """(name, schema, required) of a query, or of a body in the form that clients send."""
    for parameter in operation["parameters"]:
        if parameter["in"] == "query":
            yield parameter["name"], parameter["schema"], parameter["required"]
    for content in list(operation.get("requestBody", {}).get("content", {}).values())[:1]:
        yield from members(content["schema"], "")


def members(schema, prefix):
    for key, inner in schema.get("properties", {}).items():
        name = f"{prefix}[{key}]" if prefix else key
        if inner.get("properties"):
            yield from members(inner, name)
        else:
            yield name + ("[]" if inner.get("type") == "array" else ""), inner, key in schema["required"]


def asked(method, name, value):
    return {"params" if method == "get" else "data": {name: value}}


def test_answers_are_as_the_schemas_say(world, described):
    status = world.ana.say("@ben schema #schema", **{"poll[options][]": ["a", "b"], "poll[expires_in]": 3600})
    world.ben.post(f"/api/v1/statuses/{status['id']}/favourite")
    reached = 0
    for method, path, operation in operations(described):
        schema = next(iter(operation["responses"].values())).get("content", {}).get("application/json", {}).get("schema")
        if method != "get" or not schema or any(required for _, _, required in parameters(operation)):
            continue
        target = re.sub(r"{\w+}", world.ben.id if "/accounts/" in path else status["id"], path)
        answer = world.a.request("GET", target, token=world.ana.token)
        if answer.status_code == 200:
            reached += 1
            assert not wrong(described, schema, answer.json()), f"{path}: {wrong(described, schema, answer.json())[:5]}"
    assert reached > 60


def test_numbers_out_of_bounds_harm_nobody(world, described):
    """What is no number, or beyond the bounds, is refused by a sentence or read as the nearest that may be."""
    for method, path, operation in operations(described):
        if method != "get" or "{" in path or any(required for _, _, required in parameters(operation)):
            continue
        for name, schema, _ in parameters(operation):
            if schema.get("type") == "integer" and not path.endswith("streaming"):
                for value in ("x", "", str(schema.get("minimum", 0) - 1), str(schema.get("maximum", 10**12) + 1), "9" * 30):
                    answer = world.a.request("GET", path, token=world.ana.token, params={name: value, "unknown": "x"})
                    assert answer.status_code in (200, 400, 403, 404, 422), f"{path} {name}={value}: {answer.status_code}"
                    if name == "limit" and answer.status_code == 200 and isinstance(answer.json(), list):
                        assert len(answer.json()) <= schema["maximum"]


def test_what_is_required_is_asked_for(world, described):
    status = world.ana.say("required")
    found = 0
    for method, path, operation in operations(described):
        required = [name for name, _, needed in parameters(operation) if needed]
        if not required or "/streaming" in path:
            continue
        found += 1
        target = re.sub(r"{\w+}", world.ben.id if "/accounts/" in path else status["id"], path)
        with world.a.request(method, target, token=world.ana.token, stream=True) as answer:
            assert 400 <= answer.status_code < 500, f"{method} {path} without {required}: {answer.status_code}"
    assert found > 20


def test_the_names_of_parameters_are_those_of_the_sources(described):
    sources = "".join(file.read_text() for file in (pathlib.Path(__file__).resolve().parents[2] / "node").rglob("*.c")
                      if not file.name.endswith("_shapes.c"))
    said = {name.removesuffix("[]") for _, _, operation in operations(described) for name, _, _ in parameters(operation)}
    for name in said:
        # A whole name, or the members of one that is put together.
        assert f'"{name}"' in sources or all(f'"{part}' in sources or f"[{part}]" in sources
                                             for part in re.findall(r"\w+", name)), f"nobody reads {name}"
    read = {name for name in re.findall(r'call_param\w*\((?:call|\w+->call), "([\w\[\]]+)"', sources)}
    elsewhere = {  # pages and federation
        "cursor", "page", "decision", "password", "username", "form_token", "return", "repeat", "lang", "end", "ended",
        "force_login", "response_type", "code_challenge", "code_challenge_method", "state", "redirect_uri", "client_id",
        "email", "display_name", "hold_seconds", "local_only", "federated", "policy", "list", "tag", "stream", "code", "scope",
        "do", "done", "reset", "sent", "credential", "kind", "passkey_name", "invite", "resend", "revoke"}
    assert read - said <= elsewhere, f"route_shapes.c does not say: {sorted(read - said - elsewhere)}"


def parts(node, at="#"):
    """Every object of the document with the place where it stands."""
    if isinstance(node, dict):
        yield at, node
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from parts(inner, f"{at}/{key}")


def test_every_reference_leads_somewhere(described):
    referring = [(at, node) for at, node in parts(described) if "$ref" in node]
    assert len(referring) > 500
    for at, node in referring:
        try:
            resolve(described, node)
        except KeyError:
            pytest.fail(f"{at}: there is no {node['$ref']}")


def flaws(described, schema, at):
    """What keeps a schema from being one of those that the document uses; references end the descent."""
    kinds = [key for key in ("$ref", "type", "anyOf") if key in schema]
    if len(kinds) != 1:
        yield f"{at}: {schema}"
        return
    known = {"$ref": set(), "anyOf": set(), "string": {"format", "pattern", "enum", "maxLength", "contentMediaType"},
             "integer": {"minimum", "maximum"}, "number": {"minimum", "maximum"}, "boolean": set(), "null": set(),
             "array": {"items", "maxItems"}, "object": {"properties", "required", "additionalProperties"}}
    kind = schema.get("type", kinds[0])
    if kind not in known or set(schema) - {kinds[0]} - known[kind]:
        yield f"{at}: {schema}"
    elif kind == "array" and "items" not in schema or set(schema.get("required", [])) - set(schema.get("properties", {})):
        yield f"{at}: {schema}"
    elif schema.get("minimum", 0) > schema.get("maximum", schema.get("minimum", 0)):
        yield f"{at}: {schema}"
    for key, inner in [*schema.get("properties", {}).items(), *enumerate(schema.get("anyOf", [])),
                       *((key, schema[key]) for key in ("items", "additionalProperties") if key in schema)]:
        yield from flaws(described, inner, f"{at}.{key}")


def test_each_parameter_has_a_schema_that_can_be_read(described):
    for method, path, operation in operations(described):
        schemas = [(p["name"], p["schema"]) for p in operation["parameters"]]
        schemas += [(kind, content["schema"]) for kind, content in operation.get("requestBody", {}).get("content", {}).items()]
        for name, schema in schemas:
            assert not list(flaws(described, schema, f"{method} {path} {name}"))


# Values of required parameters that a node takes.
LATER = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 10**7))
SAMPLES = {"title": "sample", "context[]": "home", "phrase": "sample", "keyword": "sample", "name": "sample", "q": "sample",
           "url": "https://news.example/1", "domain": "sample.example", "client_name": "sample", "keys[]": "new_users",
           "redirect_uris": "https://client.example/", "start_at": "2026-01-01", "end_at": "2026-01-02",
           "quote_approval_policy": "public", "choices[]": "0", "scheduled_at": LATER, "mode": "merge",
           "type": "none", "email": "sample@corp.example", "acct": "probed", "tag": "sample", "list": "1"}
# Refused without parameters, though no single one is needed, or for what the path names.
ONE_OF_SEVERAL = {("post", "/api/v1/statuses")}
BY_THE_PATH = {("post", "/api/v1/accounts/{id}/endorse"), ("post", "/api/v1/accounts/{id}/pin"),
               ("put", "/api/v1/pleroma/statuses/{id}/reactions/{emoji}"),
               ("delete", "/api/v1/pleroma/statuses/{id}/reactions/{emoji}")}


@pytest.fixture(scope="module")
def prober(world):
    world.a.add_user("prober", role="moderator,people_manager,data_protection_officer,admin")
    return Person(world.a, "prober", world.a.token("prober", "read write follow push profile admin:read admin:write"))


def target_of(world, prober, method, path):
    """The path with what the prober has, made anew for what may be taken away."""
    home = {"context[]": "home"}
    makers = [
        (r"/accounts/{", lambda: world.a.person("probed")),
        (r"/lists?/{", lambda: prober.post("/api/v1/lists", title="probe")),
        (r"/filters/keywords/{", lambda: prober.post(
            f"/api/v2/filters/{prober.post('/api/v2/filters', title='probe', **home)['id']}/keywords", keyword="probe")),
        (r"/v2/filters/{", lambda: prober.post("/api/v2/filters", title="probe", **home)),
        (r"/v1/filters/{", lambda: prober.post("/api/v1/filters", phrase="probe", **home)),
        (r"/scheduled_statuses/{", lambda: prober.post("/api/v1/statuses", status="probe", scheduled_at=LATER)),
        (r"/polls/{", lambda: world.ana.say("probe", **{"poll[options][]": ["a", "b"], "poll[expires_in]": 3600})["poll"]),
        (r"{", lambda: prober.post("/api/v1/statuses", status="probe"))]
    for pattern, make in makers:
        if re.search(pattern, path):
            made = make()
            return re.sub(r"{\w+}", made["id"] if isinstance(made, dict) else made.id, path)
    return path


def test_what_a_route_refuses_to_lack_is_required(world, described, prober):
    """Without any parameter, and with all that are said to be required, nobody is told that another one is missing."""
    reached = 0
    for method, path, operation in operations(described):
        required = [name for name, _, needed in parameters(operation) if needed]
        if "/streaming" in path or (method, path) in BY_THE_PATH | ONE_OF_SEVERAL:
            continue
        rounds = [{}] if not required else []
        if required and all(name in SAMPLES for name in required) and "/admin/" not in path:
            rounds.append({name: SAMPLES[name] for name in required})
        for given in rounds:
            options = {"params" if method == "get" else "data": given}
            with world.a.request(method, target_of(world, prober, method, path), token=prober.token, stream=True,
                                 **options) as answer:
                reached += 1
                assert answer.status_code not in (400, 422), f"{method} {path} given {given}: {answer.text[:200]}"
    assert reached > 150


def test_each_of_the_required_is_asked_for(world, described, prober):
    """All but one of the required parameters do not do."""
    reached = 0
    for method, path, operation in operations(described):
        required = [name for name, _, needed in parameters(operation) if needed]
        if len(required) < 2 or not all(name in SAMPLES for name in required):
            continue
        for left_out in required:
            options = {"params" if method == "get" else "data": {name: SAMPLES[name] for name in required if name != left_out}}
            answer = world.a.request(method, target_of(world, prober, method, path), token=prober.token, **options)
            reached += 1
            assert answer.status_code in (400, 422), f"{method} {path} without {left_out}: {answer.status_code}"
    assert reached > 8
