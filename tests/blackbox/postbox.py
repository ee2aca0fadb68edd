"""A mail server as a company has one: takes what it is sent, or refuses, or is slow. Debian's aiosmtpd speaks SMTP; what is
taken is read with Python's own e-mail package."""

import email
import email.policy
import re
import ssl
import subprocess
import tempfile
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from node import free_port, wait_for


def configure(node, key, value):
    """Sets a live key, and waits until a serving node has taken it up."""
    def reloads():
        return node.log().count("configuration reloaded")
    before = reloads()
    node.do("config", "set", key, str(value))
    if node.process:
        wait_for(lambda: reloads() > before, f"{key} is taken up")


class Postbox:
    """`answers`: for a recipient, what RCPT is answered each time, the last one for ever. `after`: the same for DATA."""

    def __init__(self, *, user=None, password=None, tls=False, smtps=False):
        self.letters, self.raw, self.answers, self.after = [], [], {}, {}
        self.asked, self.hold = [], None
        self.port = free_port()
        self.user, self.password, self.logins = user, password, []
        options = {}
        self.smtps = smtps
        if tls or smtps:
            self.folder = tempfile.mkdtemp(prefix="rse-mail-")
            self.certificate = f"{self.folder}/cert.pem"
            key = f"{self.folder}/key.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                            "-keyout", key, "-out", self.certificate], check=True, capture_output=True)
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self.certificate, key)
            options.update({"ssl_context": context} if smtps else {"tls_context": context, "require_starttls": True})
        if user:
            options.update(authenticator=self._authenticate, auth_required=True, auth_require_tls=tls)
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self.controller.start()

    @property
    def url(self):
        return f"smtp{'s' if self.smtps else ''}://127.0.0.1:{self.port}"

    def close(self):
        if self.hold:
            self.hold.set()
        self.controller.stop()

    def use_on(self, node, **settings):
        """Makes a node send its mails here."""
        for key, value in dict(settings, relay=self.url).items():
            configure(node, f"mail.{key}", value)
        return self

    def _authenticate(self, server, session, envelope, mechanism, data):
        self.logins.append((mechanism, data.login.decode(), data.password.decode()))
        good = (data.login.decode(), data.password.decode()) == (self.user, self.password)
        return AuthResult(success=good, handled=False)

    @staticmethod
    def _next(answers, address):
        left = answers.get(address)
        if not left:
            return None
        return left.pop(0) if len(left) > 1 else left[0]

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.asked.append(address)
        answer = self._next(self.answers, address)
        if answer and not answer.startswith("2"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        letter.sender, letter.recipients = envelope.mail_from, list(envelope.rcpt_tos)
        letter.encrypted = session.ssl is not None or self.smtps
        self.raw.append(envelope.content)
        self.letters.append(letter)
        if self.hold:
            import asyncio
            await asyncio.get_running_loop().run_in_executor(None, self.hold.wait)
        return self._next(self.after, envelope.rcpt_tos[0]) or "250 taken"

    def wait(self, to, count=1, seconds=10, about=""):
        """The newest letter to that address, when there are so many (whose subject holds `about`)."""
        def found():
            letters = [x for x in self.letters if x.recipients == [to] and about in str(x["subject"])]
            return letters[-1] if len(letters) >= count else None
        return wait_for(found, f"{count} letters to {to} about {about!r}", seconds)


def text_of(letter):
    return letter.get_body(("plain",)).get_content()


def html_of(letter):
    return letter.get_body(("html",)).get_content()


def link_in(letter, path=""):
    """The one address in the text that holds `path`; the HTML has it too."""
    found = set(re.findall(r"https?://\S+", text_of(letter)))
    found = {x for x in found if path in x}
    assert len(found) == 1, found
    link = found.pop()
    assert link.replace("&", "&amp;") in html_of(letter)
    return link
