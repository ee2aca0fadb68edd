"""Chromium without a screen, driven by its DevTools protocol over two pipes."""

import json
import os
import shutil
import subprocess
import tempfile

from node import PATIENCE, wait_for

BINARY = shutil.which("chromium")


class Chromium:
    """One window. `hosts` maps a host to the loopback port that it is found at; every other but localhost is not found.
    `trusted` is the hash of a certificate's public key that is believed."""

    def __init__(self, hosts, trusted):
        self.folder = tempfile.mkdtemp(prefix="rse-chromium-")
        rules = [f"MAP {host}:443 127.0.0.1:{port}" for host, port in hosts.items()]
        rules += ["EXCLUDE localhost", "MAP * ~NOTFOUND"]
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        command = [BINARY, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                   "--no-proxy-server", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                   "--disable-extensions", "--password-store=basic", "--remote-debugging-pipe",
                   f"--user-data-dir={self.folder}", f"--host-resolver-rules={','.join(rules)}",
                   f"--ignore-certificate-errors-spki-list={trusted}", "about:blank"]
        # The protocol is spoken on the descriptors 3 and 4.
        self.process = subprocess.Popen(["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "bash", *command],
                                        pass_fds=(to_read, to_write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_read)
        os.close(to_write)
        self._buffer, self._count, self._session = b"", 0, None
        target = next(t for t in self.order("Target.getTargets")["targetInfos"] if t["type"] == "page")["targetId"]
        self._session = self.order("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.order("Page.enable")

    def order(self, method, **params):
        """What the browser answers; events in between are passed over."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data):]
        while True:
            while b"\0" not in self._buffer:
                piece = os.read(self._read, 65536)
                assert piece, "the browser ended"
                self._buffer += piece
            line, self._buffer = self._buffer.split(b"\0", 1)
            answer = json.loads(line)
            if answer.get("id") == self._count:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def open(self, url):
        failed = self.order("Page.navigate", url=url).get("errorText")
        assert not failed, f"{url}: {failed}"

    def run(self, script):
        """The value of an expression in the page. A page that is just being left has none."""
        made = self.order("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return made["result"].get("value")

    def wait(self, script, what, seconds=25):
        """Waits until the expression is true in whatever page is there by then."""
        return wait_for(lambda: self._try(script), what, seconds)

    def _try(self, script):
        try:
            return self.run(script)
        except AssertionError as error:
            if "context" in str(error) or "navigated" in str(error):
                return None
            raise

    def type(self, selector, text):
        """As fingers do: into the field, key by key for the page."""
        assert self.run(f"(at => (at?.focus(), at === document.activeElement))(document.querySelector({json.dumps(selector)}))"), \
            f"there is no field {selector}"
        self.order("Input.insertText", text=text)

    def click(self, selector):
        box = self.run("(at => (at?.scrollIntoView(), at = at?.getBoundingClientRect(), at && [at.x + at.width / 2, "
                       f"at.y + at.height / 2]))(document.querySelector({json.dumps(selector)}))")
        assert box, f"there is no {selector}"
        for kind in ("mousePressed", "mouseReleased"):
            self.order("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def close(self):
        os.close(self._write)
        os.close(self._read)
        self.process.terminate()
        self.process.wait(10 * PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)
