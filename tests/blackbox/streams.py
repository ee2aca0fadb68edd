"""Streams as a client sees them: server-sent events and WebSockets over plain sockets, so that a test can also say what
no library would."""

import base64
import hashlib
import json
import os
import socket
import struct
import time
import urllib.parse

from answers import look_at_event
from node import PATIENCE

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Stream:
    def __init__(self, node, target, headers, receive_bytes=None, source=""):
        self.socket = socket.socket()
        if source:
            self.socket.bind((source, 0))
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(10 * PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect(("127.0.0.1", node.port))
        self.buffer = b""
        lines = [f"GET {target} HTTP/1.1", f"Host: {node.domain}"] + [f"{k}: {v}" for k, v in headers.items()]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = self.until(b"\r\n\r\n").decode().split("\r\n")
        self.status = int(head[0].split()[1])
        self.headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in head[1:] if line)}

    def more(self):
        """What came, b"" at the end."""
        try:
            piece = self.socket.recv(65536)
        except ConnectionResetError:
            piece = b""
        self.buffer += piece
        return piece

    def until(self, mark):
        while mark not in self.buffer:
            if not self.more():
                raise EOFError(self.buffer)
        text, self.buffer = self.buffer.split(mark, 1)
        return text + mark

    def exactly(self, count):
        while len(self.buffer) < count:
            if not self.more():
                raise EOFError(self.buffer)
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def body(self):
        return self.exactly(int(self.headers["content-length"])).decode()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def event(self):
        raise NotImplementedError

    def quiet(self, seconds=0.6):
        """Nothing but signs of life comes for so long."""
        self.socket.settimeout(seconds * PATIENCE)
        try:
            event = self.event()
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(10 * PATIENCE)
        raise AssertionError(f"nothing was to come, but {event}")

    def ended(self, seconds=10):
        """Waits for the end; how long it took."""
        start = time.monotonic()
        self.socket.settimeout(seconds * PATIENCE)
        try:
            while True:
                self.event()
        except EOFError:
            return time.monotonic() - start


class Lines(Stream):
    """Server-sent events. event() is (name, data)."""

    def __init__(self, node, path, token=None, **options):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        super().__init__(node, "/api/v1/streaming/" + path, headers, **options)
        self.text = ""

    def piece(self):
        size = int(self.until(b"\r\n"), 16)
        data = self.exactly(size)
        self.until(b"\r\n")
        if not size:
            raise EOFError
        return data.decode()

    def line(self):
        while "\n" not in self.text:
            self.text += self.piece()
        line, self.text = self.text.split("\n", 1)
        return line

    def event(self):
        name = data = None
        while True:
            line = self.line()
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data = line[6:]
            elif not line:
                payload = json.loads(data)
                look_at_event(name, payload)
                return name, payload


class Socket(Stream):
    """A WebSocket. event() is (stream, event, payload)."""

    def __init__(self, node, query="", token=None, protocol=None, headers=None, **options):
        self.key = base64.b64encode(os.urandom(16)).decode()
        wanted = {"Connection": "keep-alive, Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                  "Sec-WebSocket-Key": self.key}
        if token:
            wanted["Authorization"] = f"Bearer {token}"
        if protocol:
            wanted["Sec-WebSocket-Protocol"] = protocol
        wanted.update(headers or {})
        wanted = {k: v for k, v in wanted.items() if v is not None}
        super().__init__(node, "/api/v1/streaming" + ("?" + query if query else ""), wanted, **options)
        self.code = None

    def accepted(self):
        digest = hashlib.sha1((self.key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        return self.status == 101 and self.headers["sec-websocket-accept"] == base64.b64encode(digest).decode()

    def send_frame(self, opcode, data=b"", final=True, mask=True, reserved=0):
        head = bytes([(0x80 if final else 0) | reserved | opcode])
        bit = 0x80 if mask else 0
        if len(data) < 126:
            head += bytes([bit | len(data)])
        elif len(data) < 65536:
            head += bytes([bit | 126]) + struct.pack(">H", len(data))
        else:
            head += bytes([bit | 127]) + struct.pack(">Q", len(data))
        if mask:
            key = os.urandom(4)
            head += key
            data = bytes(b ^ key[i % 4] for i, b in enumerate(data))
        self.socket.sendall(head + data)

    def say(self, **order):
        self.send_frame(TEXT, json.dumps(order).encode())

    def subscribe(self, stream, **more):
        self.say(type="subscribe", stream=stream, **more)
        self.settle()

    def unsubscribe(self, stream, **more):
        self.say(type="unsubscribe", stream=stream, **more)
        self.settle()

    def settle(self):
        """What was said so far was read: frames are answered in order."""
        self.send_frame(PING, b"settle")
        opcode, data = self.frame()
        assert (opcode, data) == (PONG, b"settle"), (opcode, data)

    def frame(self):
        first, second = self.exactly(2)
        assert first & 0x80 and not second & 0x80, "frames of a server are whole and not masked"
        size = second
        if size == 126:
            size, = struct.unpack(">H", self.exactly(2))
        elif size == 127:
            size, = struct.unpack(">Q", self.exactly(8))
        return first & 0x0f, self.exactly(size)

    def message(self):
        while True:
            opcode, data = self.frame()
            if opcode == TEXT:
                return json.loads(data)
            if opcode == PING:
                self.send_frame(PONG, data)
            elif opcode == CLOSE:
                self.code = struct.unpack(">H", data[:2])[0] if data else 1005
                raise EOFError

    def event(self):
        message = self.message()
        payload = message.get("payload")
        if payload is not None:
            assert isinstance(payload, str), message
            payload = json.loads(payload)
        look_at_event(message["event"], payload)
        return message["stream"], message["event"], payload


def quote(token):
    return urllib.parse.quote(token)
