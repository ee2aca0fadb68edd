"""Mail by a real SMTP server: what arrives, what is tried again, what is given up, and what never leaves in clear."""

import os
import stat
import threading

import pytest

from postbox import Postbox, configure, html_of, text_of
from node import wait_for


@pytest.fixture(scope="module")
def made():
    from node import Node
    node, mailbox = Node("Réseau Orme"), Postbox()
    node.init()
    node.do("config", "set", "limits.rate", "off")
    node.do("config", "set", "mail.from", "orme@corp.example")
    mailbox.use_on(node)
    node.serve()
    yield node, mailbox
    node.close()
    mailbox.close()


def shown(node, mail_id):
    lines = (line.partition(":") for line in node.do("mail", "show", mail_id).splitlines())
    return {name: value.strip() for name, _, value in lines}


def ends(node, mail_id, state, seconds=10):
    return wait_for(lambda: shown(node, mail_id)["state"] == state and shown(node, mail_id), f"{mail_id} is {state}", seconds)


def test_a_mail_arrives_in_two_shapes(made):
    node, mailbox = made
    mail_id = node.do("mail", "test", "Ana@CORP.example")
    letter = mailbox.wait("Ana@corp.example")
    assert letter.sender == "orme@corp.example"
    assert letter["from"].addresses[0].display_name == "Réseau Orme"
    assert letter["subject"] == "Essai d’envoi de Réseau Orme"
    assert letter["auto-submitted"] == "auto-generated"
    assert letter["message-id"] == f"<mail.{mail_id}@127.0.0.1>"
    assert letter["date"].datetime.tzinfo is not None
    assert "fonctionne\u00a0: ce message est arrivé" in text_of(letter)
    assert '<html lang="fr">' in html_of(letter)
    assert "<img" not in html_of(letter) and "src=" not in html_of(letter)
    raw = mailbox.raw[-1]
    assert all(len(line) <= 998 for line in raw.split(b"\r\n")) and raw.isascii()
    ends(node, mail_id, "sent")
    assert "\tsent\ttest\tAna@corp.example\t1 tries\t" in node.do("mail", "list")


def test_one_that_is_put_off_is_tried_again_and_one_that_is_refused_is_not(made):
    node, mailbox = made
    mailbox.answers["later@corp.example"] = ["451 4.7.1 greylisted", "250 OK"]
    mailbox.answers["nobody@corp.example"] = ["550 5.1.1 no such user"]
    mailbox.after["full@corp.example"] = ["552 5.2.2 mailbox full"]
    later, nobody, full = (node.do("mail", "test", f"{x}@corp.example") for x in ("later", "nobody", "full"))
    assert "550 5.1.1 no such user" in ends(node, nobody, "bounced")["answer"]
    assert "552 5.2.2 mailbox full" in ends(node, full, "bounced")["answer"]
    wait_for(lambda: "451 4.7.1 greylisted" in shown(node, later)["answer"], "the first answer is noted")
    node.do("mail", "retry", later)
    letter = mailbox.wait("later@corp.example")
    assert letter["message-id"] == f"<mail.{later}@127.0.0.1>"
    assert ends(node, later, "sent")["tries"] == "2"
    assert mailbox.asked.count("nobody@corp.example") == 1
    assert "over" in node.cli("mail", "retry", nobody).stderr
    assert nobody in node.do("mail", "list", "--state", "bounced")
    assert "mails bounced: 2\t55" in node.do("status")


def test_a_node_that_dies_behind_the_text_sends_it_once_more_and_no_more(made):
    node, mailbox = made
    mailbox.hold = threading.Event()
    mail_id = node.do("mail", "test", "twice@corp.example")
    mailbox.wait("twice@corp.example", 1)
    node.kill()
    node.serve()
    mailbox.wait("twice@corp.example", 2)
    node.kill()
    mailbox.hold.set()
    node.serve()
    ends(node, mail_id, "given-up")
    letters = [x for x in mailbox.letters if x.recipients == ["twice@corp.example"]]
    assert len(letters) == 2
    assert letters[0]["message-id"] == letters[1]["message-id"]
    mailbox.hold = None


def test_addresses_that_would_be_two_are_refused(made):
    node, mailbox = made
    for address in ("a@corp.example\r\nBcc: eve@evil.test", "a@corp.example>,<eve@evil.test", "élo@corp.example",
                    "\"a b\"@corp.example", "a@corp.example."):
        done = node.cli("mail", "test", address)
        assert done.returncode == 2, (address, done)
    configure(node, "mail.from_name", 'Orme "RH", é\\ <x@evil.test>')
    node.do("mail", "test", "names@corp.example")
    letter = mailbox.wait("names@corp.example")
    assert len(letter["from"].addresses) == 1
    assert letter["from"].addresses[0].display_name == 'Orme "RH", é\\ <x@evil.test>'
    assert letter["from"].addresses[0].addr_spec == "orme@corp.example"
    configure(node, "mail.from_name", "")


def test_nothing_leaves_in_clear_where_encryption_is_required(made):
    node, mailbox = made
    configure(node, "mail.tls", "required")
    mail_id = node.do("mail", "test", "clear@corp.example")
    wait_for(lambda: "SSL" in shown(node, mail_id)["answer"], "the lack of encryption is noted")
    assert "clear@corp.example" not in mailbox.asked
    configure(node, "mail.tls", "auto")


def test_with_encryption_and_a_password(made):
    node, plain = made
    secret = os.path.join(node.folder, "mail-password")
    with open(secret, "w") as file:
        file.write("s3cret phrase\n")
    os.chmod(secret, 0o644)
    mailbox = Postbox(user="orme", password="s3cret phrase", tls=True)
    try:
        mailbox.use_on(node, tls="required", user="orme", password_file=secret)
        mail_id = node.do("mail", "test", "tls@corp.example")
        wait_for(lambda: "read by everybody" in shown(node, mail_id)["answer"], "a password that all can read is not used")
        os.chmod(secret, stat.S_IRUSR)
        node.do("mail", "retry", mail_id)
        wait_for(lambda: "SSL" in shown(node, mail_id)["answer"] or "certificate" in shown(node, mail_id)["answer"],
                 "a certificate that nobody vouches for is refused")
        assert not mailbox.logins
        configure(node, "mail.ca_file", mailbox.certificate)
        mailbox.password = "another"
        node.do("mail", "retry", mail_id)
        wait_for(lambda: "535" in shown(node, mail_id)["answer"], "that we may not send is nobody's bounce")
        assert shown(node, mail_id)["state"] == "waiting" and "tls@corp.example" not in mailbox.asked
        mailbox.password = "s3cret phrase"
        node.do("mail", "retry", mail_id)
        letter = mailbox.wait("tls@corp.example")
        assert letter.encrypted
        assert mailbox.logins[-1][1:] == ("orme", "s3cret phrase")
        ends(node, mail_id, "sent")
        assert "s3cret" not in node.log()
    finally:
        plain.use_on(node, tls="auto", user="", password_file="", ca_file="")
        mailbox.close()


def test_a_relay_that_speaks_tls_from_the_first_byte(made):
    node, plain = made
    mailbox = Postbox(smtps=True)
    try:
        mailbox.use_on(node, ca_file=mailbox.certificate)
        mail_id = node.do("mail", "test", "smtps@corp.example")
        assert mailbox.wait("smtps@corp.example").encrypted
        ends(node, mail_id, "sent")
    finally:
        plain.use_on(node, ca_file="")
        mailbox.close()


def test_a_slow_relay_keeps_nothing_else_waiting(made):
    node, mailbox = made
    configure(node, "mail.seconds", 1)
    mailbox.hold = threading.Event()
    slow = node.do("mail", "test", "slow@corp.example")
    mailbox.wait("slow@corp.example")
    node.add_user("busy")
    assert node.request("POST", "/api/v1/statuses", token=node.token("busy"), data={"status": "x"}).status_code == 200
    wait_for(lambda: "imeout" in shown(node, slow)["answer"], "its time is over")
    assert shown(node, slow)["state"] == "waiting", "nobody knows whether it arrived"
    mailbox.hold.set()
    mailbox.hold = None
    node.do("mail", "retry", slow)
    ends(node, slow, "sent")
    configure(node, "mail.seconds", 120)


def test_a_store_without_its_key_gives_away_nothing(made):
    node, mailbox = made
    mailbox.answers["key@corp.example"] = ["451 later"]
    mail_id = node.do("mail", "test", "key@corp.example")
    wait_for(lambda: "451" in shown(node, mail_id)["answer"], "it waits")
    node.stop()
    os.remove(os.path.join(node.data, "seal.key"))
    node.serve()
    node.do("mail", "retry", mail_id)
    assert "cannot be read" in ends(node, mail_id, "given-up")["answer"]
    assert len([x for x in mailbox.asked if x == "key@corp.example"]) == 1


def test_without_a_relay_nothing_is_queued(made):
    node, mailbox = made
    configure(node, "mail.relay", "")
    done = node.cli("mail", "test", "off@corp.example")
    assert done.returncode == 1 and "mail.relay is not set" in done.stderr
    for wrong in ("mail.example", "http://mail.example", "smtp://u@mail.example", "smtp://mail.example/x"):
        assert node.cli("config", "set", "mail.relay", wrong).returncode != 0
    mailbox.use_on(node)
