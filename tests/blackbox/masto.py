"""masto.js from Python: the names of the library as attributes, ids in brackets, its parameters as keywords. The client
itself is tests/fedify/masto.mjs."""

import json
import pathlib
import subprocess

from node import PATIENCE
from test_fedify import HERE, NODE


class Refused(Exception):
    def __init__(self, answer):
        super().__init__(answer)
        self.status, self.error = answer.get("status"), answer.get("error")


class Path:
    """masto.v1.statuses[id].context.fetch() is client.v1.statuses.$select(id).context.fetch() there."""

    def __init__(self, masto, order, steps=()):
        self._masto, self._order, self._steps = masto, order, steps

    def __getattr__(self, name):
        return Path(self._masto, self._order, self._steps + (name,))

    def __getitem__(self, key):
        return Path(self._masto, self._order, self._steps + ({"$": key},))

    def __call__(self, *args, meta=None, **params):
        if params or meta:
            args = (*args, params)
        return self._masto.order(self._order, self._steps, *args, *([meta] if meta else []))

    def pages(self, count, **params):
        return self._masto.order("pages", count, self._steps, params)

    def refused(self, **params):
        """The call must fail: the refusal."""
        try:
            answer = self(**params)
        except Refused as refused:
            return refused
        raise AssertionError(f"{self._steps} was to be refused: {answer}")


class Masto:
    def __init__(self, node, token=""):
        command = [NODE, "--no-warnings", HERE / "masto.mjs", node.url, f"ws://{node.domain}", token]
        self.process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.v1, self.v2 = (Path(self, "rest", (version,)) for version in ("v1", "v2"))
        self.oauth = Path(self, "oauth")

    def order(self, *words):
        self.process.stdin.write(json.dumps(words, default=self._file) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the client ended"
        answer = json.loads(line)
        if "data" not in answer:
            raise Refused(answer)
        return answer["data"]

    @staticmethod
    def _file(value):
        assert isinstance(value, pathlib.Path)
        return {"$file": str(value), "name": value.name}

    def token(self, token):
        self.order("token", token)

    def listen(self, name, *path, **params):
        self.order("listen", name, path, *([params] if params else []))

    def lines(self, name, url, *events):
        self.order("lines", name, url, *events)

    def heard(self, name):
        return self.order("heard", name)

    def waiting(self, name):
        return self.order("waiting", name)

    def leave(self, name):
        self.order("leave", name)

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(10 * PATIENCE) == 0
