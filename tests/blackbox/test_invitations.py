"""Invitations: who may come, by whom and how often; whatever a link is that is not good, the answer is the same."""

import concurrent.futures
import csv
import io
import re

import mastodon
import pytest

from browser import Browser
from node import PASSWORD, Person, unkept, wait_for
from postbox import Postbox, text_of

SCOPES = "read write follow admin:read admin:write"
PATH = "/api/rse/v1/invitations"


@pytest.fixture(scope="module")
def hr(world):
    world.a.add_user("usher", role="people_manager", display_name="Inès Usher")
    return Person(world.a, "usher", world.a.token("usher", SCOPES))


@pytest.fixture(scope="module")
def admin(world):
    world.a.add_user("steward", role="admin")
    return Person(world.a, "steward", world.a.token("steward", SCOPES))


@pytest.fixture(scope="module")
def client(world):
    made = mastodon.Mastodon.create_app("newcomer", api_base_url=world.a.url, scopes=["read", "write"], session=unkept())
    token = world.a.request("POST", "/oauth/token", data={
        "grant_type": "client_credentials", "client_id": made[0], "client_secret": made[1], "scope": "read write"})
    return token.json()["access_token"]


def fill(browser, link, **values):
    browser.open(link)
    form = browser.page.form("username", "password")
    assert form is not None, browser.page.html
    values = {"password": PASSWORD, "repeat": PASSWORD, **values}
    return browser.submit(form, **values)


def come(world, link, name, **values):
    """Makes the account; the person with a token."""
    browser = Browser()
    fill(browser, link, username=name, display_name=name.title(), **values)
    assert browser.page.status == 200 and f"@{name}" in browser.page.text, browser.page.html
    return Person(world.a, name, world.a.token(name))


def code_of(link):
    return link.rsplit("/", 1)[1]


def test_a_link_makes_one_account_and_says_who_invited_it(world, hr, word):
    made = hr.post(PATH, email=f"{word}@corp.example", display_name="Léa Morel", department="R&D", name="lea" + word,
                    **{"communities[]": ["Vélo", "Cuisine"]}, language="fr")
    assert (made["state"], made["uses"], made["uses_max"], made["sponsor_id"]) == ("open", 0, 1, hr.id)
    assert made["communities"] == ["Vélo", "Cuisine"] and made["link"].startswith(world.a.url + "/invitation/")
    browser = Browser("fr")
    browser.open(made["link"])
    assert browser.page.status == 200 and browser.page.language == "fr"
    for shown in ("Inès Usher", "R&D", "Vélo, Cuisine", f"{word}@corp.example"):
        assert shown in browser.page.text, browser.page.text
    form = browser.page.form("username", "password")
    assert form.find(attrs={"name": "email"}) is None
    assert form.find(attrs={"name": "username"})["value"] == "lea" + word
    assert form.find(attrs={"name": "display_name"})["value"] == "Léa Morel"
    browser.submit(form, password="short", repeat="short")
    assert browser.page.status == 422
    browser.submit(browser.page.form("username", "password"), username="ana", password=PASSWORD, repeat=PASSWORD)
    assert browser.page.status == 422 and "pris" in browser.page.text
    browser.submit(browser.page.form("username", "password"), username="lea" + word, password=PASSWORD, repeat=PASSWORD)
    assert browser.page.status == 200 and f"@lea{word}" in browser.page.text
    shown = hr.get(f"{PATH}/{made['id']}")
    assert (shown["state"], shown["uses"], shown["link"], len(shown["account_ids"])) == ("used", 1, None, 1)
    person = hr.get(f"/api/v1/admin/accounts/{shown['account_ids'][0]}")
    assert (person["email"], person["invited_by_account_id"]) == (f"{word}@corp.example", hr.id)
    assert person["account"]["display_name"] == "Léa Morel" and person["locale"] == "fr"
    admin_client = mastodon.Mastodon(access_token=hr.token, api_base_url=world.a.url, session=unkept())
    assert [str(a.id) for a in admin_client.admin_accounts_v2(invited_by=hr.id)] == shown["account_ids"]
    assert hr.get("/api/v2/admin/accounts", invited_by=world.ana.id) == []
    assert hr.get("/api/v2/admin/accounts", invited_by="x") == []
    lines = world.a.do("user", "show", "lea" + word).splitlines()
    assert {"department\tR&D", "community\tVélo", "community\tCuisine", "invited by\t@usher"} <= set(lines)
    rows = {r["name"]: r for r in csv.DictReader(io.StringIO(world.a.do("user", "export")))}
    assert (rows["lea" + word]["department"], rows["lea" + word]["communities"]) == ("R&D", "Vélo|Cuisine")


def test_links_that_are_not_good_answer_with_the_same_bytes(world, hr, client, word):
    used, revoked, renewed = (hr.post(PATH) for _ in range(3))
    come(world, used["link"], "one" + word, email=f"one{word}@corp.example")
    hr.post(f"{PATH}/{revoked['id']}/revoke")
    fresh = hr.post(f"{PATH}/{renewed['id']}/resend")
    unknown = world.a.url + "/invitation/" + "x" * 43
    dead = [used["link"], revoked["link"], renewed["link"], unknown]

    def bare(text, link):
        return re.sub(r'value="[^"]*"', "", text.replace(code_of(link), "CODE"))

    for ask in (lambda link: world.a.get("/invitation/" + code_of(link), headers={"Accept": "text/html"}),
                lambda link: world.a.request("POST", "/invitation/" + code_of(link), data={"username": "x"}),
                lambda link: world.a.get("/invite/" + code_of(link)),
                lambda link: world.a.request("POST", "/api/v1/accounts", token=client, data={
                    "username": "two" + word, "email": f"two{word}@corp.example", "password": PASSWORD,
                    "agreement": "true", "invite_code": code_of(link)})):
        answers = [ask(link) for link in dead]
        assert len({(a.status_code, bare(a.text, link)) for a, link in zip(answers, dead)}) == 1, [a.text for a in answers]
        assert answers[0].status_code in (401, 404, 422)
    good = world.a.get("/invite/" + code_of(fresh["link"]))
    assert good.json() == {"invite_code": code_of(fresh["link"]), "instance_api_url": world.a.url + "/api/v2/instance"}
    asked = world.a.get("/invitation/" + code_of(fresh["link"]), headers={"Accept": "application/json"})
    assert asked.json() == good.json()
    assert hr.raw("POST", f"{PATH}/{used['id']}/resend").status_code == 422
    assert hr.raw("POST", f"{PATH}/{revoked['id']}/resend").status_code == 422
    # the sponsor is out, so are their links
    world.a.add_user("gone" + word, role="people_manager")
    gone = Person(world.a, "gone" + word, world.a.token("gone" + word, SCOPES))
    theirs = gone.post(PATH)
    world.a.do("user", "disable", "gone" + word)
    assert world.a.get("/invite/" + code_of(theirs["link"])).status_code == 401
    again = hr.post(f"{PATH}/{theirs['id']}/resend")
    assert again["sponsor_id"] == hr.id and world.a.get("/invite/" + code_of(again["link"])).status_code == 200


def test_two_at_once_share_one_place(world, hr, word):
    link = hr.post(PATH, uses=2)["link"]
    browsers = [Browser() for _ in range(4)]
    forms = []
    for browser in browsers:
        browser.open(link)
        forms.append(browser.page.form("username", "password"))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: browsers[i].submit(forms[i], username=f"r{i}{word}", email=f"r{i}{word}@corp.example",
                                                   display_name="", password=PASSWORD, repeat=PASSWORD), range(4)))
    assert sorted(b.page.status for b in browsers) == [200, 200, 404, 404]
    there = [world.a.cli("user", "show", f"r{i}{word}").returncode for i in range(4)]
    assert sorted(there) == [0, 0, 1, 1]
    assert [b.page.status == 200 for b in browsers] == [code == 0 for code in there]


def test_an_app_signs_up_with_an_invitation(world, hr, client, word):
    data = {"username": "app" + word, "email": f"app{word}@corp.example", "password": PASSWORD, "agreement": "true",
            "locale": "en"}
    assert world.a.request("POST", "/api/v1/accounts", token=client, data=data).status_code == 403
    bound = code_of(hr.post(PATH, email=f"app{word}@corp.example")["link"])
    other = world.a.request("POST", "/api/v1/accounts", token=client,
                            data={**data, "invite_code": bound, "email": f"x{word}@corp.example"})
    assert other.status_code == 422 and "email" in other.json()["details"]
    answer = world.a.request("POST", "/api/v1/accounts", token=client, data={**data, "invite_code": bound})
    assert answer.status_code == 200, answer.text
    assert Person(world.a, "app" + word, answer.json()["access_token"]).me["username"] == "app" + word
    world.a.do("config", "set", "invitations.approval", "on")
    try:
        waits = code_of(hr.post(PATH)["link"])
        data.update(username="wait" + word, email=f"wait{word}@corp.example", invite_code=waits)

        def signs_up():
            made = world.a.request("POST", "/api/v1/accounts", token=client, data=data)
            return made if made.status_code == 200 else None
        token = signs_up().json()["access_token"]
        assert Person(world.a, "wait" + word, token).raw("GET", "/api/v1/accounts/verify_credentials").status_code == 403
        browser = Browser()
        fill(browser, hr.post(PATH)["link"], username="page" + word, email=f"page{word}@corp.example")
        assert browser.page.status == 200 and "moderator" in browser.page.text
        assert {a["username"] for a in hr.get("/api/v2/admin/accounts", status="pending")} >= {"wait" + word, "page" + word}
    finally:
        world.a.do("config", "set", "invitations.approval")


def test_who_may_invite_whom(world, hr, admin, word):
    assert world.ana.raw("POST", PATH).status_code == 403
    assert world.ana.get(PATH) == []
    theirs = hr.post(PATH, department=word)
    assert world.ana.raw("GET", f"{PATH}/{theirs['id']}").text == world.ana.raw("GET", f"{PATH}/1").text
    assert world.ana.raw("POST", f"{PATH}/{theirs['id']}/revoke").text == world.ana.raw("POST", f"{PATH}/1/revoke").text
    assert hr.raw("POST", PATH, data={"role": "admin"}).status_code == 422
    world.a.add_user("mod" + word, role="moderator")
    assert Person(world.a, "mod" + word, world.a.token("mod" + word, SCOPES)).raw("POST", PATH).status_code == 403
    # a token for oneself alone has one's own powers alone
    narrow = Person(world.a, "steward", world.a.token("steward", "read write"))
    assert narrow.raw("POST", PATH, data={"role": "admin"}).status_code == 403
    assert narrow.raw("GET", f"{PATH}/{theirs['id']}").status_code == 404
    assert narrow.raw("POST", f"{PATH}/import", data={"data": "email\na@b.example"}).status_code == 403
    role = admin.post(PATH, role="moderator", email=f"r{word}@corp.example")
    new = come(world, role["link"], "role" + word)
    assert new.me["role"]["name"].lower().startswith("moderator")
    world.a.do("config", "set", "invitations.per_person", "2")
    try:
        wait_for(lambda: world.a.get("/api/v1/instance").json()["invites_enabled"], "members may invite")
        mine = [world.ana.post(PATH, email=f"m{i}{word}@corp.example") for i in range(2)]
        refused = world.ana.raw("POST", PATH)
        assert refused.status_code == 422 and "as many" in refused.json()["error"]
        world.ana.post(f"{PATH}/{mine[0]['id']}/revoke")
        assert world.ana.raw("POST", PATH).status_code == 422, "a place that was taken back is not free at once"
        assert world.ana.raw("POST", PATH, data={"uses": 3}).status_code == 422
        assert {i["id"] for i in world.ana.get(PATH)} == {i["id"] for i in mine}
        assert {i["id"] for i in hr.get(PATH, sponsor_id=world.ana.id)} == {i["id"] for i in mine}
        assert [i["id"] for i in hr.get(PATH, sponsor_id=world.ana.id, state="revoked")] == [mine[0]["id"]]
        again = hr.post(PATH + "/resend", **{"id[]": [mine[0]["id"], mine[1]["id"], "1"]})
        assert [i["id"] for i in again] == [mine[1]["id"]] and again[0]["link"] != mine[1]["link"]
        assert hr.get(PATH, email=f"M1{word}@corp.example")[0]["id"] == mine[1]["id"]
    finally:
        world.a.do("config", "set", "invitations.per_person")
    assert [i["id"] for i in hr.get(PATH, department=word.upper())] == [theirs["id"]]
    for wrong in ({"email": "x"}, {"days": 0}, {"days": "x"}, {"uses": 1001}, {"language": "de"}, {"role": "king"},
                  {"uses": 2, "email": f"z{word}@corp.example"}, {"department": "a\nb"}, {"name": "-"},
                  {"communities[]": [str(i) for i in range(21)]}, {"communities[]": ["x" * 101]}):
        answer = hr.raw("POST", PATH, data=wrong)
        assert answer.status_code == 422 and list(wrong)[0].removesuffix("[]") in answer.json()["error"], (wrong, answer.text)
    pages = hr.all_pages(PATH, limit=2, mine="true")
    assert len(pages) == len({i["id"] for i in pages}) > 2
    rows = list(csv.DictReader(io.StringIO(hr.raw("GET", PATH + ".csv", params={"mine": "true"}).text)))
    assert [r["id"] for r in rows] == [i["id"] for i in pages]
    said = [(e["action"], e["subject_id"]) for e in admin.get("/api/rse/v1/admin/audit", action="invitation")]
    assert {("invitation.create", theirs["id"]), ("invitation.use", role["id"]), ("invitation.revoke", mine[0]["id"]),
            ("invitation.resend", mine[1]["id"])} <= set(said)


def people(word, count):
    """As a French spreadsheet writes it: semicolons, a mark, CRLF."""
    rows = [f'"Personne {i}; {word}";{word}{i}@corp.example;p{i}{word};R&D;"Vélo,Cuisine";fr' for i in range(count)]
    return ("\ufeff" + "\r\n".join(["Nom;Courriel;Identifiant;Service;Communautés;Langue", *rows, ";;;;;", ""])).encode()


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.plain
def test_five_hundred_lines_answer_one_by_one(world, hr, word, tmp_path):
    path = tmp_path / "people.csv"
    bad = f'X;;n;;;\r\nX;{word}3@CORP.example;;;;\r\nX;nobody;;;;\r\nX;{word}x@corp.example;ana;;;\r\n=1+1;{word}y@corp.example;;;;de\r\n'
    path.write_bytes(people(word, 495).rstrip(b"\r\n;") + b"\r\n" + bad.encode())
    dry = table(world.a.do("user", "import", path, "--dry-run"))
    assert len(dry) == 500 and not any(r["link"] for r in dry) and hr.get(PATH, email=f"{word}0@corp.example") == []
    rows = table(world.a.do("user", "import", path))
    assert [(r["line"], r["result"]) for r in rows] == [(r["line"], r["result"]) for r in dry]
    assert [r["result"] for r in rows] == ["accepted"] * 495 + ["refused"] * 5
    assert all(("email" if i in (0, 1, 2) else "name" if i == 3 else "language") in r["reason"]
               for i, r in enumerate(rows[495:])), rows[495:]
    assert "line 5" in rows[496]["reason"] and rows[0]["line"] == "2"
    assert len({r["link"] for r in rows[:495]}) == 495
    come(world, rows[7]["link"], "p7" + word)
    again = table(world.a.do("user", "import", path))
    assert {r["result"] for r in again} == {"refused"} and "here already" in again[7]["reason"]
    assert all("invited already" in r["reason"] for i, r in enumerate(again[:495]) if i != 7)
    shown = world.a.do("user", "export")
    assert any(r["name"] == "p7" + word and r["communities"] == "Vélo|Cuisine" for r in table(shown))
    sent = hr.post(PATH + "/import", data=f"email,display_name\nnew{word}@corp.example,N\n{word}1@corp.example,M\n")
    assert [(l["accepted"], bool(l["link"])) for l in sent] == [(True, True), (False, False)]
    for wrong, why in ((b"", "nobody"), (b"name\nx\n", "email"), (b"email;color\na@b.example;red", "color"),
                       ("email\nl\u00e9a@b.example".encode("latin-1"), "UTF-8"), (b"email\n" + b"a@b.example\n" * 2001, "2000"),
                       (b"email,mail\na@b.example,a@b.example", "same")):
        path.write_bytes(wrong)
        done = world.a.cli("user", "import", path)
        assert done.returncode == 1 and why in done.stderr, done.stderr
    assert hr.raw("POST", PATH + "/import", data={"data": "email,color\na@b.example,red"}).status_code == 422
    assert world.a.do("check").strip() == "clean"


@pytest.mark.plain
def test_a_killed_import_leaves_whole_lines_and_tells_them_the_next_time(new_node, word, tmp_path):
    node = new_node()
    path = tmp_path / "people.csv"
    path.write_bytes(people(word, 2000))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        done = pool.submit(node.cli, "user", "import", path)
        wait_for(lambda: len(node.do("invite", "list").splitlines()) >= 40, "the first batch is there")
        node.kill()
        done.result()
    node.serve()
    there = node.do("invite", "list").splitlines()
    assert 40 <= len(there) and node.do("check").strip() == "clean"
    assert len(there) % 40 == 0, "a batch is there or not"
    rows = table(node.do("user", "import", path))
    known = [r for r in rows if "invited already" in r["reason"]]
    assert len(known) == len(there) and len(rows) == 2000
    assert all(r["result"] == "accepted" for r in rows if r not in known)
    assert len(node.do("invite", "list").splitlines()) == 2000


def desk(node, name, language="en"):
    """A browser of somebody who is signed in, at the page where one invites."""
    browser = Browser(language)
    browser.open(node.url + "/sign-in?return=/settings/invitations")
    browser.submit(browser.page.form("username", "password"), username=name, password=PASSWORD)
    return browser


def shown_link(browser):
    return re.search(r"http://\S+/invitation/[\w-]{43}", browser.page.text)[0]


def test_a_page_to_invite_and_to_take_back(world, hr, word):
    stranger = desk(world.a, "ana")
    assert stranger.page.status == 403 and "managers" in stranger.page.text
    world.a.add_user("keeper" + word)
    world.a.do("config", "set", "invitations.per_person", "1")
    try:
        wait_for(lambda: world.a.get("/api/v1/instance").json()["invites_enabled"], "members may invite")
        member = desk(world.a, "keeper" + word, "fr")
        form = member.page.form("email", "department")
        assert form.find(attrs={"name": "uses"}) is None and form.find(attrs={"name": "role"}) is None
        member.submit(form, email=f"s{word}@corp.example", display_name="Sofia Ñ", department="Atelier", communities="Vélo, Chorale")
        link = shown_link(member)
        assert "Sofia Ñ" in member.page.text and "Ouverte" in member.page.text
        member.submit(member.page.form("email", "department"), email=f"t{word}@corp.example")
        assert member.page.status == 422 and "autant" in member.page.text
        member.submit(member.page.form("email", "department"), email=f"s{word}@corp.example")
        assert member.page.status == 422 and "déjà" in member.page.text
        member.open(world.a.url + "/settings/invitations")
        held = next(f for f in member.page.soup.find_all("form") if f.find("button", attrs={"name": "resend"}))
        member.submit(held, resend=held.find("button", attrs={"name": "resend"})["value"])
        fresh = shown_link(member)
        assert fresh != link and world.a.get("/invite/" + code_of(link)).status_code == 401
        held = next(f for f in member.page.soup.find_all("form") if f.find("button", attrs={"name": "revoke"}))
        member.submit(held, revoke=held.find("button", attrs={"name": "revoke"})["value"])
        assert member.page.status == 200 and world.a.get("/invite/" + code_of(fresh)).status_code == 401
        other = next(i for i in hr.get(PATH, state="open") if i["sponsor_id"] == hr.id)
        button = held.find("button", attrs={"name": "revoke"})
        button["value"] = other["id"]
        member.submit(held, revoke=other["id"])
        assert member.page.status == 422 and hr.get(f"{PATH}/{other['id']}")["state"] == "open"
        assert member.open(world.a.url + "/settings/invitations/import") is None and member.page.status == 403
    finally:
        world.a.do("config", "set", "invitations.per_person")


def test_a_page_for_a_spreadsheet(world, hr, word):
    browser = desk(world.a, "usher", "fr")
    sheet = f"nom;courriel;langue\nLéa;l{word}@corp.example;fr\n=cmd;l{word}@corp.example;\nX;bad;\nY;y{word}@corp.example;de\n".encode()

    def send(data, **more):
        browser.open(world.a.url + "/settings/invitations/import")
        token = browser.page.form("data").find(attrs={"name": "form_token"})["value"]
        browser._go("POST", world.a.url + "/settings/invitations/import", data={"form_token": token, **more},
                    files={"data": ("people.csv", data, "text/csv")})
        return browser.page
    assert "Rien n’est envoyé" in send(sheet, dry_run="1").text and not hr.get(PATH, email=f"l{word}@corp.example")
    page = send(sheet)
    cells = [[td.get_text(" ") for td in tr.find_all("td")] for tr in page.soup.find_all("tr")[1:]]
    assert [c[0] for c in cells] == ["2", "3", "4", "5"] and "Invitée" in cells[0][2] and "=cmd" in cells[1][1]
    assert "plus haut" in cells[1][2] and "e-mail" in cells[2][2] and "Langue" in cells[3][2], cells
    come(world, shown_link(browser), "l" + word)
    assert send(b"\xff\xfe").status == 422 and "UTF-8" in browser.page.text


@pytest.mark.plain
def test_the_mail_of_an_invitation_and_what_became_of_it(new_node, word):
    node, mailbox = new_node("Réseau Orme"), Postbox()
    try:
        mailbox.use_on(node)
        mailbox.answers["nobody@corp.example"] = ["550 5.1.1 no such user"]
        node.add_user("hr", role="people_manager", display_name="Inès Prévost")
        hr = Person(node, "hr", node.token("hr", SCOPES))
        made = hr.post(PATH, email="lea@corp.example", language="fr")
        assert made["link"] is None and made["sent_at"]
        letter = mailbox.wait("lea@corp.example")
        assert "Inès Prévost" in text_of(letter)
        link = re.search(r"http://\S+/invitation/[\w-]{43}", text_of(letter))[0]
        lost = hr.post(PATH, email="nobody@corp.example")
        wait_for(lambda: hr.get(f"{PATH}/{lost['id']}")["mail"] == "bounced", "the bounce is noted")
        assert "no such user" in hr.get(f"{PATH}/{lost['id']}")["mail_answer"]
        assert "bounced: 550" in node.do("invite", "show", lost["id"])
        browser = desk(node, "hr")
        assert "Mail not delivered" in browser.page.text
        assert hr.post(f"{PATH}/{made['id']}/resend")["link"] is None
        wait_for(lambda: len([l for l in mailbox.letters if l.recipients == ["lea@corp.example"]]) == 2, "the second mail")
        assert node.get("/invite/" + code_of(link)).status_code == 401
        fresh = re.search(r"http://\S+/invitation/[\w-]{43}", text_of(mailbox.letters[-1]))[0]
        browser = Browser()
        fill(browser, fresh, username="lea", display_name="Léa")
        assert browser.page.status == 200 and "@lea" in browser.page.text, "who read the mail has shown whose address it is"
        assert "sent to" in node.do("invite", "create", "--email", "zoe@corp.example")
    finally:
        mailbox.close()
