"""A browser without JavaScript: follows redirects of one site, fills in the forms of its pages."""

import re
from urllib.parse import parse_qs, urljoin, urlsplit

import requests
from bs4 import BeautifulSoup


class Page:
    def __init__(self, answer):
        self.answer, self.url, self.status = answer, answer.url, answer.status_code
        self.html = answer.text
        self.soup = BeautifulSoup(self.html, "html.parser")

    @property
    def text(self):
        return re.sub(r"\s+", " ", self.soup.get_text(" ")).strip()

    @property
    def language(self):
        return (self.soup.html or {}).get("lang", "") if self.soup.html else ""

    def form(self, *names):
        """The first form that has fields of all these names."""
        for form in self.soup.find_all("form"):
            if all(form.find(attrs={"name": name}) for name in names):
                return form
        return None

    @property
    def code(self):
        """An authorization code that is shown to be copied."""
        for element in self.soup.find_all(["code", "pre", "kbd", "samp", "output", "input", "textarea"]):
            text = (element.get("value") or element.get_text()).strip()
            if re.fullmatch(r"[A-Za-z0-9_~.-]{16,}", text) and element.get("type") != "hidden":
                return text
        return None


class Browser:
    def __init__(self, language="en"):
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers.update({"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
                                  "Accept-Language": language, "User-Agent": "Mozilla/5.0 (test)"})
        self.page = None

    def _go(self, method, url, **options):
        """Opens a page; a redirect to another site ends the walk and is returned as its URL."""
        site = urlsplit(url)[:2]
        for _ in range(8):
            answer = self.http.request(method, url, allow_redirects=False, timeout=60, **options)
            if answer.status_code not in (301, 302, 303, 307):
                assert answer.headers["Content-Type"].startswith("text/html"), answer.headers
                self.page = Page(answer)
                return None
            target = urljoin(url, answer.headers["Location"])
            if urlsplit(target)[:2] != site:
                self.page = None
                return target
            method, url, options = "GET", target, {}
        raise AssertionError(f"redirects in circles: {url}")

    def open(self, url):
        return self._go("GET", url)

    def submit(self, form, **values):
        """Sends a form as it stands, with these values filled in; a value for a button presses that button."""
        data = []
        for field in form.find_all(["input", "select", "textarea", "button"]):
            name = field.get("name")
            if not name:
                continue
            kind = (field.get("type") or ("submit" if field.name == "button" else "text")).lower()
            if kind in ("submit", "image", "button"):
                if values.get(name) is not None and values[name] == field.get("value"):
                    data.append((name, values[name]))
            elif name in values:
                data.append((name, values[name]))
            elif kind in ("checkbox", "radio"):
                if field.has_attr("checked"):
                    data.append((name, field.get("value", "on")))
            else:
                data.append((name, field.get("value") or ""))
        url = urljoin(self.page.url, form.get("action") or self.page.url)
        method = (form.get("method") or "get").upper()
        return self._go(method, url, **({"data": data} if method == "POST" else {"params": data}))

    def authorize(self, url, username, password, decision="allow"):
        """Signs in and decides: the URL of the redirect back to the app, or None when a page remains (a shown code,
        or a refusal)."""
        back = self.open(url)
        for _ in range(3):
            if back is not None:
                return back
            sign_in, consent = self.page.form("username", "password"), self.page.form("decision")
            if sign_in is not None:
                back = self.submit(sign_in, username=username, password=password, decision=decision)
                if back is None and self.page.form("username", "password") is not None:
                    return None  # refused
            elif consent is not None:
                back = self.submit(consent, decision=decision)
            else:
                return None
        return back


def query_of(url):
    return {key: values[0] for key, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}
