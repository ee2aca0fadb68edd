"""A directory of a company for the tests: slapd of Debian's package in a folder and on a port of its own, with people of
made-up companies in it. The service that the package may have started has nothing to do with it."""

import base64
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

from node import free_port, wait_for

BASE = "dc=orme,dc=example"
READER = f"cn=reader,{BASE}"
READER_PASSWORD = "the reader's own"

FIRST = ["Zoé", "Léa", "Chloé", "Anaïs", "Gaëlle", "Éloïse", "Inès", "Maëlys", "Noémie", "Agnès", "Jérôme", "Rémi", "François",
         "Benoît", "Gaël", "Loïc", "Aurélien", "Cédric", "Hervé", "Joël"]
LAST = ["Lefèvre", "Müller", "D'Hautecourt", "Le Goff", "Pélissier", "Nuñez", "Besançon"]


def ascii_of(text):
    import unicodedata
    plain = unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()
    return "".join(c for c in plain.lower() if c.isalnum())


def crowd():
    """70 people with French names: (uid, given, family)."""
    return [(f"{ascii_of(first)}.{ascii_of(last)}", first, last) for i, last in enumerate(LAST[:7])
            for first in FIRST[:10] if i < 7]


def ldif_line(name, value):
    data = value.encode() if isinstance(value, str) else value
    plain = isinstance(value, str) and value.isascii() and value and value[0] not in " :<" and value[-1] != " " and "\n" not in value
    return f"{name}: {value}" if plain else f"{name}:: {base64.b64encode(data).decode()}"


def entry(dn, **attributes):
    lines = [ldif_line("dn", dn)]
    for name, values in attributes.items():
        for value in values if isinstance(values, list) else [values]:
            lines.append(ldif_line(name, value))
    return "\n".join(lines) + "\n"


class Directory:
    """slapd, filled before it starts; ldapmodify and its like change it then."""

    def __init__(self, size_limit="unlimited", certificate=None):
        self.port = free_port()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rse-ldap-"))
        (self.folder / "db").mkdir()
        self.url = f"ldap://127.0.0.1:{self.port}"
        self.process = None
        tls = ""
        if certificate:
            tls = f"TLSCertificateFile {certificate[0]}\nTLSCertificateKeyFile {certificate[1]}\n"
        self.conf = self.folder / "slapd.conf"
        self.conf.write_text(f"""
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {self.folder}/pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
sizelimit {size_limit}
{tls}
database mdb
suffix "{BASE}"
rootdn "cn=root,{BASE}"
rootpw root
directory {self.folder}/db
maxsize 67108864
dbnosync
index objectClass,uid,mail,entryUUID eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{READER}" read by * none
overlay memberof
""")
        self.add_offline([
            entry(BASE, objectClass=["dcObject", "organization"], dc="orme", o="Orme"),
            entry(READER, objectClass=["organizationalRole", "simpleSecurityObject"], cn="reader",
                  userPassword=READER_PASSWORD),
            entry(f"ou=people,{BASE}", objectClass="organizationalUnit", ou="people"),
            entry(f"ou=partis,{BASE}", objectClass="organizationalUnit", ou="partis"),
            entry(f"ou=groups,{BASE}", objectClass="organizationalUnit", ou="groups")])

    def add_offline(self, entries):
        subprocess.run(["/usr/sbin/slapadd", "-q", "-f", self.conf], input="\n".join(entries), text=True, check=True,
                       capture_output=True)

    def start(self):
        self.process = subprocess.Popen(["/usr/sbin/slapd", "-d", "0", "-f", self.conf, "-h", self.url],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._listens, "slapd listens")
        return self

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        process, self.process = self.process, None
        if process:
            process.kill()
            process.wait()

    def close(self):
        self.kill()
        if not os.environ.get("RSE_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def _as_root(self, tool, text):
        done = subprocess.run([tool, "-x", "-H", self.url, "-D", f"cn=root,{BASE}", "-w", "root"], input=text, text=True,
                              capture_output=True)
        assert done.returncode == 0, done.stderr

    def add(self, *entries):
        self._as_root("ldapadd", "\n".join(entries))

    def modify(self, dn, **values):
        """Replaces attributes; an empty value takes one away."""
        lines = [ldif_line("dn", dn), "changetype: modify"]
        for name, value in values.items():
            lines += [f"replace: {name}"] + ([ldif_line(name, value)] if value else []) + ["-"]
        self._as_root("ldapmodify", "\n".join(lines) + "\n")

    def delete(self, *dns):
        self._as_root("ldapdelete", "\n".join(dns) + "\n")

    def rename(self, dn, rdn, superior):
        self._as_root("ldapmodify", "\n".join([ldif_line("dn", dn), "changetype: modrdn", ldif_line("newrdn", rdn),
                                               "deleteoldrdn: 1", ldif_line("newsuperior", superior)]) + "\n")

    def use_on(self, node, **settings):
        secret = self.folder / "secret"
        secret.write_text(READER_PASSWORD + "\n")
        secret.chmod(0o600)
        for key, value in {"base": f"ou=people,{BASE}", "bind_dn": READER, "password_file": str(secret), "url": self.url,
                           **settings}.items():
            node.do("config", "set", f"directory.{key}", value)


def dn_of(uid):
    return f"uid={uid},ou=people,{BASE}"


def person(uid, display_name, mail=None, password=None, **more):
    attributes = {"objectClass": "inetOrgPerson", "uid": uid, "cn": display_name, "displayName": display_name,
                  "sn": display_name.split()[-1], "mail": mail or f"{uid}@orme.example",
                  "userPassword": password or f"Mot de passe de {uid}"}
    attributes.update({name: value for name, value in more.items()})
    return entry(dn_of(uid), **{name: value for name, value in attributes.items() if value is not None})
