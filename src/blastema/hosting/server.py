"""The server of the page: a fixed set of files, for this machine only by default.

Request paths never reach the file system: they are looked up among files read at the start.
"""

import io
import ipaddress
import os
import re
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.client import LineTooLong
from http.server import BaseHTTPRequestHandler
from typing import Any

from blastema.errors import BlastemaError
from blastema.hosting.events import Bulletin
from blastema.hosting.served import Served
from blastema.playground.files import EVENTS, START

LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Seconds to read a request or to write a part of a response; most bytes of a request.
SECONDS, LARGEST_REQUEST = 10.0, 1 << 17
MOST_CONNECTIONS, MOST_WATCHERS = 100, 24
# Seconds between two comments in an idle event stream; writing one also detects clients that are gone.
HEARTBEAT = 15.0
HOST = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::\d{1,5})?", re.ASCII)
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; "
    "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
EXPLANATIONS = {
    400: "Malformed request.",
    403: "This server answers only to its own name and pages; open the address that blastema play printed.",
    404: "Not found; the playground is at /.",
    405: "Only GET and HEAD are allowed.",
    414: "The address is too long.",
    431: "The headers of the request are too long.",
    503: "Too many browsers are connected; close one of them.",
}


class Server(socketserver.ThreadingTCPServer):
    """Answers GET and HEAD for a fixed set of files, and for the events of a training.

    Args:
        host: address or name to listen on.
        port: 0 for a free one.
        bulletin: messages streamed at `training/events`; without it that path does not exist.
        seconds: time limit for a client to send its request.

    Raises:
        BlastemaError: it cannot listen on this address.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    # On Windows this would let two programs share one port.
    allow_reuse_address = os.name == "posix"

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        bulletin: Bulletin | None = None,
        seconds: float = SECONDS,
    ) -> None:
        if not 0 <= port < 1 << 16:
            raise BlastemaError(f"--port is {port}; it must be 0 (any free one) to 65535")
        self.files: dict[str, Served] = {}
        self.host, self.bulletin, self.seconds = host, bulletin, seconds
        self.connections = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self.watchers = threading.BoundedSemaphore(MOST_WATCHERS)
        try:
            self.address_family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
            super().__init__((host, port), Handler)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise BlastemaError(
                f"cannot listen on {host}, port {port}: {reason}; "
                "leave out --host to use this machine, and --port to use a free port"
            ) from None
        self.port = int(self.server_address[1])

    @property
    def url(self) -> str:
        """Return the address of the page for a browser on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    def start(self, files: Mapping[str, bytes]) -> None:
        """Start to answer requests, in threads that end with the program.

        Args:
            files: path without the leading slash to content; `index.html` is also at `/`.
        """
        served = {f"/{path}": Served(path, content) for path, content in files.items()}
        self.files = {"/": served[f"/{START}"]} | served
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def answers_to(self, header: str) -> bool:
        """Return whether a Host header names this server.

        A page elsewhere on the web can make its own name resolve to this machine to read from this server (DNS
        rebinding); the browser then sends that name.
        """
        match = HOST.fullmatch(header)
        name = (match[1] or match[2]).lower() if match else ""
        if name in LOOPBACK or name == self.host.lower():
            return True
        own = socket.gethostname().lower()
        return not is_loopback(self.host) and (_is_address(name) or name in (own, f"{own}.local"))

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, or close the connection if there are too many."""
        if self.connections.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one request."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.connections.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnected; show errors of the server."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def is_loopback(host: str) -> bool:
    """Return whether only programs on this machine can reach that address."""
    return host.lower() == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def own_address() -> str:
    """Return the address of this machine in its network, or its name; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # An address for documentation (RFC 5737): only the route to it is looked up.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class BoundedReader(io.RawIOBase):
    """Reads from a connection, with limits on total bytes and total time."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self.connection, self.end, self.left = connection, time.monotonic() + seconds, LARGEST_REQUEST

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is available; raise TimeoutError or LineTooLong when a limit is reached."""
        seconds = self.end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        if self.left <= 0:
            raise LineTooLong("request")
        self.connection.settimeout(seconds)
        # The buffer may be larger than what is left.
        count = self.connection.recv_into(buffer, min(self.left, len(buffer)))
        self.left -= count
        return count


class Handler(BaseHTTPRequestHandler):
    """Answers one request and closes the connection (HTTP/1.0)."""

    server: Server
    # Requests without an HTTP version still get a status line.
    default_request_version = "HTTP/1.0"

    def setup(self) -> None:
        """Set up reading with limits."""
        super().setup()
        self.rfile.close()
        self.rfile = io.BufferedReader(BoundedReader(self.connection, self.server.seconds))

    def parse_request(self) -> bool:
        """Read the request; refuse those for other hosts first."""
        if not super().parse_request():
            return False
        self.connection.settimeout(self.server.seconds)
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1:
            self.send_error(400)
        elif not self.server.answers_to(hosts[0].strip()) or not self._is_from_own_page(hosts[0].strip()):
            self.send_error(403)
        elif self.command not in ("GET", "HEAD"):
            self.send_error(405)
        else:
            return True
        return False

    def _is_from_own_page(self, host: str) -> bool:
        """Return whether the request comes from this page or the user, not from another site.

        Browsers name the requesting page in Origin; without it, Sec-Fetch-Site tells how that page is related.
        """
        own = {f"{scheme}://{host}".lower() for scheme in ("http", "https")}
        if not own.issuperset(origin.strip().lower() for origin in self.headers.get_all("Origin", [])):
            return False
        # Any site may link to the page.
        is_link = self.headers.get("Sec-Fetch-Mode") == "navigate" and self.headers.get("Sec-Fetch-Dest") == "document"
        return is_link or self.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")

    def do_GET(self) -> None:
        """Send the file, the events, or an error."""
        path = self.path.partition("?")[0]
        if path in self.server.files:
            accepted, known = (self.headers.get(name, "") for name in ("Accept-Encoding", "If-None-Match"))
            self._send(*self.server.files[path].answer(accepted, known))
        elif path == f"/{EVENTS}" and self.server.bulletin:
            self._watch(self.server.bulletin)
        else:
            self.send_error(404)

    do_HEAD = do_GET  # noqa: N815

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send an error as plain text that repeats nothing of the request."""
        self.close_connection = True
        text = f"{code} {HTTPStatus(code).phrase}\n{EXPLANATIONS.get(code, '')}\n"
        headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(text.encode()))}
        self._send(code, headers | ({"Allow": "GET, HEAD"} if code == 405 else {}), text.encode())
        self._read_rest()

    def version_string(self) -> str:
        """Return the Server header."""
        return "blastema"

    def log_message(self, format: str, *arguments: Any) -> None:
        """Log nothing."""

    def _send(self, code: int, headers: Mapping[str, str], content: bytes) -> None:
        self._send_head(code, headers)
        if self.command != "HEAD":
            self.wfile.write(content)

    def _send_head(self, code: int, headers: Mapping[str, str]) -> None:
        self.send_response(code)
        for name, value in (HEADERS | dict(headers)).items():
            self.send_header(name, value)
        self.end_headers()

    def _watch(self, bulletin: Bulletin) -> None:
        """Stream events until the browser disconnects."""
        if not self.server.watchers.acquire(blocking=False):
            self.send_error(503)
            return
        try:
            self._send_head(200, {"Content-Type": "text/event-stream; charset=utf-8"})
            number = 0
            while self.command != "HEAD":
                number, messages = bulletin.newer(number, HEARTBEAT)
                self.wfile.write(messages or b":\n\n")
        finally:
            self.server.watchers.release()

    def _read_rest(self) -> None:
        """Read what a refused client still sends, within limits; otherwise its system may drop the response."""
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        rest = BoundedReader(self.connection, min(1.0, self.server.seconds))
        try:
            while rest.readinto(bytearray(1 << 14)):
                pass
        except (OSError, LineTooLong):
            pass
