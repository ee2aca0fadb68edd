"""The company's directory, a real slapd: who of it comes in and how, what a synchronisation does and refuses to do, and what
hostile names, answers and moments make of it."""

import re
import time

import pytest

from browser import Browser
from node import ALL_SCOPES, PASSWORD, Node, Person, wait_for
from slapd import BASE, Directory, crowd, dn_of, person


def password_of(uid):
    return f"Mot de passe de {uid}"


@pytest.fixture(scope="module")
def made():
    node, directory = Node("Orme"), Directory()
    directory.add_offline(
        [person(uid, f"{first} {last}", ou="Énergie", title="Technicien") for uid, first, last in crowd()[:58]] +
        [person("double.un", "Double Un", mail="double@orme.example"),
         person("double.deux", "Double Deux", mail="double@orme.example"),
         person("sans.mail", "Sans Mail", mail=["aucune adresse"])])
    directory.start()
    node.init()
    node.do("config", "set", "limits.rate", "off")
    node.do("config", "set", "second_factor.required_for", "nobody")
    node.add_user("local", role="admin")
    directory.use_on(node)
    node.serve()
    yield node, directory
    node.close()
    directory.close()


def sign_in(node, name, password, language="fr"):
    browser = Browser(language)
    browser.open(node.url + "/sign-in")
    browser.submit(browser.page.form("username", "password"), username=name, password=password)
    return browser


def is_in(browser, node):
    browser.open(node.url + "/settings/sessions")
    return "/settings/sessions" in browser.page.url


def test_a_preview_and_the_first_synchronisation(made):
    node, directory = made
    assert re.search(r"^people\t61$", node.do("directory", "test"), re.M)
    assert "Zoé Lefèvre" in node.do("directory", "test", "zoe.lefevre")
    before = node.do("user", "list")
    preview = node.do("directory", "preview").splitlines()
    assert preview[-1] == "58 would be made, 0 changed, 0 disabled, 0 enabled; 3 conflicts"
    assert sum("several entries have the same mail address" in line for line in preview) == 2
    assert node.do("user", "list") == before, "a preview changes nothing"
    done = node.do("directory", "sync").splitlines()
    assert done[-1] == "58 made, 0 changed, 0 disabled, 0 enabled; 3 conflicts"
    assert node.do("directory", "preview").splitlines()[-1].startswith("0 would be made, 0 changed"), "a second changes nothing"
    shown = node.do("user", "show", "zoe.lefevre")
    assert "state\tactive" in shown and "department\tÉnergie" in shown and "job title\tTechnicien" in shown
    assert "directory rule\t(objectClass=inetOrgPerson) below ou=people" in shown
    assert "directory.make" in node.do("audit", "list") and "clean" in node.do("check")


def test_somebody_signs_in_by_name_and_by_address(made):
    node, directory = made
    for name in ("zoe.lefevre", "ZOE.LEFEVRE@orme.example", " zoe.lefevre "):
        assert is_in(sign_in(node, name, password_of("zoe.lefevre")), node), name
    assert not is_in(sign_in(node, "local", password_of("zoe.lefevre")), node)
    assert is_in(sign_in(node, "local", PASSWORD), node)


HOSTILE = ["*", "zoe*", "*)(uid=*", "zoe.lefevre)(|(uid=*", "zoe.lefevre\\", "\\2a", "zoe.lefevre\0", "(", ")", "&", "|(uid=zoe.lefevre)",
           "uid=zoe.lefevre,ou=people," + BASE, "zoé.lefèvre", "\u202eervefel.eoz", "a" * 300, " ", "double@orme.example"]


def test_hostile_names_and_passwords_are_wrong_passwords(made):
    node, directory = made
    wrong = sign_in(node, "nobody.at.all", "not the password").page
    assert wrong.status == 422 and "incorrect" in wrong.text
    for name in HOSTILE:
        page = sign_in(node, name, password_of("zoe.lefevre")).page
        assert (page.status == 422 and "incorrect" in page.text) or ("\0" in name and page.status == 400), name
    for password in ("", "\0", password_of("zoe.lefevre") + "\0", "*", "x" * 600, password_of("lea.lefevre")):
        page = sign_in(node, "zoe.lefevre", password).page
        assert page.status in ((400,) if "\0" in password else (422, 429)), password
    assert node.healthy()


def test_an_account_of_the_same_name_is_nobodys_until_it_is_linked(made):
    node, directory = made
    node.add_user("jean.local")
    directory.add(person("jean.local", "Jean Annuaire", mail="jean.autre@orme.example"),
                  person("marie.annuaire", "Marie Annuaire", mail="jean.local@corp.example"))
    for uid in ("jean.local", "marie.annuaire"):
        page = sign_in(node, uid, password_of(uid)).page
        assert page.status == 422 and "lié à l’annuaire" in page.text, uid
    assert is_in(sign_in(node, "jean.local", PASSWORD), node), "its own password still lets in"
    preview = node.do("directory", "preview")
    assert preview.count("directory link") == 2
    node.do("directory", "link", "jean.local", "jean.local")
    assert not is_in(sign_in(node, "jean.local", PASSWORD), node)
    assert is_in(sign_in(node, "jean.local", password_of("jean.local")), node)
    assert node.cli("directory", "link", "jean.local", "marie.annuaire").returncode == 1
    directory.delete(dn_of("marie.annuaire"))
    assert "directory.link\t@jean.local" in node.do("audit", "list")


def test_an_account_is_made_at_the_first_sign_in_only_where_that_is_wanted(made):
    node, directory = made
    directory.add(person("nouvelle.venue", "Nouvelle Venue", title="Stagiaire"))
    page = sign_in(node, "nouvelle.venue", password_of("nouvelle.venue")).page
    assert page.status == 422 and "pas encore de compte" in page.text
    assert "incorrect" in sign_in(node, "nouvelle.venue", "not hers at all").page.text
    node.do("config", "set", "directory.create", "on")
    assert is_in(sign_in(node, "nouvelle.venue@orme.example", password_of("nouvelle.venue")), node)
    node.do("config", "set", "directory.create", "off")
    assert "job title\tStagiaire" in node.do("user", "show", "nouvelle.venue")


def test_a_person_moved_in_the_directory_keeps_the_account(made):
    node, directory = made
    before = node.do("user", "show", "agnes.lefevre")
    directory.rename(dn_of("agnes.lefevre"), "uid=agnes.martin", f"ou=people,{BASE}")
    directory.modify(f"uid=agnes.martin,ou=people,{BASE}", displayName="Agnès Martin", mail="agnes.martin@orme.example")
    preview = node.do("directory", "preview")
    assert 'change\tagnes.lefevre' in preview and '"Agnès Lefèvre" -> "Agnès Martin"' in preview
    node.do("directory", "sync")
    shown = node.do("user", "show", "agnes.lefevre")
    assert "agnes.martin@orme.example" in shown and "directory login\tagnes.martin" in shown
    assert re.search(r"directory id\t(.*)", shown)[1] == re.search(r"directory id\t(.*)", before)[1]
    directory.modify(f"uid=agnes.martin,ou=people,{BASE}", userPassword="un nouveau mot")
    assert is_in(sign_in(node, "agnes.martin", "un nouveau mot"), node)


def test_who_leaves_the_directory_is_out(made):
    node, directory = made
    node.people["remi"] = leaver = Person(node, "noemie.lefevre", node.token("noemie.lefevre", ALL_SCOPES))
    browser = sign_in(node, "noemie.lefevre", password_of("noemie.lefevre"))
    stream = node.request("GET", "/api/v1/streaming/user", token=leaver.token, stream=True)
    assert stream.status_code == 200 and is_in(browser, node)
    directory.delete(dn_of("noemie.lefevre"))
    assert "no longer found in the directory" in node.do("directory", "preview")
    assert node.do("directory", "sync").endswith("1 disabled, 0 enabled; 3 conflicts")
    assert leaver.raw("GET", "/api/v1/accounts/verify_credentials").status_code in (401, 403)
    assert not is_in(browser, node)
    began = time.monotonic()
    for _ in stream.iter_content(None):
        pass
    assert time.monotonic() - began < 10, "the stream ends"
    said = node.do("user", "enable", "noemie.lefevre")
    assert "the directory says no" in said and "state\tdisabled" in node.do("user", "show", "noemie.lefevre")
    page = sign_in(node, "noemie.lefevre", password_of("noemie.lefevre")).page
    assert page.status == 422 and "incorrect" in page.text


def test_a_bad_filter_disables_nobody(made):
    node, directory = made
    node.do("config", "set", "directory.filter", "(uid=nobody-at-all)")
    for words in (("directory", "sync"), ("directory", "sync", "--confirm-disable", "58"), ("directory", "preview")):
        done = node.cli(*words)
        assert done.returncode == 1 and "nobody matches" in done.stderr
    for broken in ("(uid=", "uid=*", "(uid=*)(cn=*)"):
        node.do("config", "set", "directory.filter", broken)
        assert node.cli("directory", "sync").returncode == 1
    # One that leaves few: more than may be disabled without a word.
    node.do("config", "set", "directory.filter", "(&(objectClass=inetOrgPerson)(|(uid=*.lefevre)(uid=*.martin)(uid=jean.*)(uid=nou*)))")
    preview = node.do("directory", "preview")
    number = int(re.search(r"(\d+) disabled", preview.splitlines()[-2])[1])
    assert number > 40 and f"--confirm-disable {number}" in preview
    for words in ((), ("--confirm-disable", str(number - 1)), ("--confirm-disable", str(number + 1)), ("--confirm-disable", "0")):
        done = node.cli("directory", "sync", *words)
        assert done.returncode == 1 and "nothing was done" in done.stderr, words
    assert node.cli("directory", "sync", "--confirm-disable", "many").returncode == 2
    assert "failure" in node.do("directory", "status")
    assert f"{number} disabled" in node.do("directory", "sync", "--confirm-disable", str(number))
    node.do("config", "set", "directory.filter")
    assert f" {number} enabled" in node.do("directory", "sync")
    assert is_in(sign_in(node, "anais.muller", password_of("anais.muller")), node)


def test_a_directory_that_is_down(made):
    node, directory = made
    directory.kill()
    pages = {name: sign_in(node, name, "whatever it is").page for name in ("zoe.lefevre", "nobody.at.all", "local")}
    assert {page.status for page in pages.values()} == {503}
    assert all("annuaire de l’entreprise ne répond pas" in page.text for page in pages.values())
    assert "directory does not answer" in sign_in(node, "chloe.lefevre", "whatever", "en").page.text
    assert is_in(sign_in(node, "local", PASSWORD), node), "who has a password here comes in"
    done = node.cli("directory", "sync")
    assert done.returncode == 1 and "Can't contact" in done.stderr
    assert "state\tactive" in node.do("user", "show", "zoe.lefevre")
    directory.start()
    assert is_in(sign_in(node, "chloe.lefevre", password_of("chloe.lefevre")), node)
