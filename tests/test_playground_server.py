"""The server of the page, as browsers and as attackers meet it: over a real socket."""

import gc
import gzip
import http.client
import json
import socket
import threading
import time
import tracemalloc
from contextlib import ExitStack, suppress

import pytest

from blastema.errors import BlastemaError
from blastema.hosting import server as server_module
from blastema.hosting.events import Bulletin
from blastema.hosting.server import HEADERS, Server, is_loopback

FILES = {
    "index.html": b"<!doctype html><title>page</title>",
    "dish.js": b"export const dish = 1;",
    "shaders/step.frag.glsl": b"#version 300 es",
    "organisms/a.safetensors": bytes(range(256)) * 400,
    "organisms.json": b"{}",
}


@pytest.fixture(scope="module")
def running():
    with Server(seconds=0.5) as server:
        server.start(FILES)
        yield server
        server.shutdown()


@pytest.fixture
def limited(monkeypatch):
    """Make a server of one's own, with other limits: those of one that is running are not to be exchanged."""
    with ExitStack() as servers:

        def make(**limits):
            for name, number in limits.items():
                monkeypatch.setattr(server_module, name, number)
            server = servers.enter_context(Server(seconds=0.5))
            server.bulletin = Bulletin()
            server.start(FILES)
            servers.callback(server.shutdown)
            return server

        yield make


@pytest.fixture
def served(running):
    """A server that is running, and that waits for a request no longer than half a second."""
    running.bulletin = Bulletin()
    return running


def ask(server, method="GET", path="/", **headers):
    """Return (status, headers, content) of an answer, through a client that sends a path as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, answer.headers, content


def raw(server, sent: bytes, end=False) -> bytes:
    """Return all that comes back for these bytes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(sent)
        if end:
            connection.shutdown(socket.SHUT_WR)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("dish.js", "text/javascript; charset=utf-8"),
        ("shaders/step.frag.glsl", "text/plain; charset=utf-8"),
        ("organisms/a.safetensors", "application/octet-stream"),
        ("organisms.json", "application/json; charset=utf-8"),
    ],
)
def test_each_file_comes_whole_with_its_type_and_every_guard(served, path, kind):
    status, headers, content = ask(served, path=f"/{path}")
    assert (status, content) == (200, FILES[path])
    assert headers["Content-Type"] == kind
    assert int(headers["Content-Length"]) == len(content)
    assert all(headers[name] == value for name, value in HEADERS.items())
    assert headers["Server"] == "blastema"


def test_scripts_come_from_here_alone_and_only_webassembly_may_be_compiled():
    rules = dict(rule.split(" ", 1) for rule in HEADERS["Content-Security-Policy"].split("; "))
    assert rules["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert rules["default-src"] == "'self'"


def test_the_start_page_is_at_the_root_whatever_is_asked_of_it(served):
    assert ask(served, path="/")[2] == ask(served, path="/?share=x")[2] == FILES["index.html"]


def test_head_is_get_without_content(served):
    status, headers, content = ask(served, "HEAD", "/dish.js")
    _, of_get, whole = ask(served, "GET", "/dish.js")
    assert (status, content) == (200, b"")
    assert headers["Content-Length"] == str(len(whole))
    assert {name for name in headers if name != "Date"} == {name for name in of_get if name != "Date"}
    assert ask(served, "HEAD", "/none")[::2] == (404, b"")
    assert ask(served, "HEAD", "/training/events")[::2] == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../server.py", "/..%2fserver.py", "/%2e%2e/server.py", "/%2e%2e%2f%2e%2e%2fetc/passwd", "/..\\server.py",
        "/shaders/../index.html", "/shaders/", "/shaders", "/organisms", "/organisms/", "//etc/passwd",
        "/etc/passwd", "/./index.html", "/index.html/", "/index.html%00.js", "/INDEX.HTML", "/favicon.ico",
        "http://127.0.0.1/index.html", "file:///etc/passwd", "*", "index.html", "/;/index.html",
    ],
)  # fmt: skip
def test_unknown_paths_are_not_found(served, path):
    status, headers, content = ask(served, path=path)
    assert status == 404
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert content == b"404 Not Found\nNot found; the playground is at /.\n"
    assert all(headers[name] == value for name, value in HEADERS.items())


def test_no_answer_repeats_what_was_asked(served):
    for request in (b"GET /<script> HTTP/1.1\r\nHost: localhost\r\n\r\n", b"<script> / / /\r\n\r\n"):
        assert b"script" not in raw(served, request).partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST", "localhost:1", "127.0.0.1:65535"])
def test_it_answers_to_the_names_of_this_machine(served, host):
    assert ask(served, Host=host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.0.1", "", ":80",
        "localhost@evil.example", "evil.example@localhost", "localhost/evil", "127.0.0.1 evil", "[::1", "0.0.0.0",
        "localhost:evil", "2130706433", "ⅼocalhost".encode().decode("latin-1"),
    ],
)  # fmt: skip
def test_a_page_elsewhere_on_the_web_cannot_pass_for_this_one(served, host):
    status, _, content = ask(served, Host=host)
    assert status == 403
    assert b"answers only to its own name" in content
    assert FILES["index.html"] not in content


def test_a_request_without_a_host_or_with_two_is_refused(served):
    assert raw(served, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.0 400")
    assert raw(served, b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 400")
    two = b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"
    assert raw(served, two).startswith(b"HTTP/1.0 400")
    assert FILES["index.html"] not in raw(served, b"GET /\r\n\r\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "BREW", "get"])
def test_nothing_can_be_sent(served, method):
    status, headers, content = ask(served, method)
    assert status == 405
    assert headers["Allow"] == "GET, HEAD"
    assert b"Only GET and HEAD are allowed" in content


def test_a_refused_upload_gets_an_answer_that_arrives(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(10):
            time.sleep(0.01)
            connection.sendall(b"x" * 10_000)
        assert connection.recv(65536).startswith(b"HTTP/1.0 405")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 200 + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + (b"X: " + b"a" * 60_000 + b"\r\n") * 3 + b"\r\n", b"431"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", b"505"),
        (b"GET / HTTP/1.1 more words\r\n\r\n", b"400"),
        (b"GET\r\n\r\n", b"400"),
    ],
    ids=["address", "header", "many headers", "much header", "TLS", "version", "words", "word"],
)
def test_requests_that_are_too_long_or_malformed_get_a_clear_answer(served, sent, status):
    answer = raw(served, sent)
    assert answer.startswith(b"HTTP/1.0 " + status)
    assert b"text/plain" in answer
    assert ask(served)[0] == 200


def test_half_a_request_times_out(served):
    for half in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: local"):
        began = time.monotonic()
        raw(served, half)
        assert 0.3 < time.monotonic() - began < 3
    assert raw(served, b"", end=True) == b""
    assert FILES["index.html"] not in raw(served, b"GET / HT", end=True)
    assert ask(served)[0] == 200


def test_a_byte_now_and_then_does_not_hold_a_place(served):
    sent, began = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 100, time.monotonic()
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as connection, suppress(ConnectionError):
        for byte in sent:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)
    assert time.monotonic() - began < 3


def test_many_requests_at_once_are_answered_or_closed_and_the_server_recovers(limited):
    served = limited(MOST_CONNECTIONS=3)
    idle = [socket.create_connection(("127.0.0.1", served.port), timeout=5) for _ in range(3)]
    time.sleep(0.1)
    # The fourth is hung up on, with no thread for it.
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        ask(served)
    time.sleep(0.8)
    assert ask(served)[0] == 200
    for connection in idle:
        connection.close()


def read_events(server, count):
    """Return the first events, (kind, message), as a browser gets them."""
    events = []
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(b"GET /training/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        stream = connection.makefile("r", encoding="utf-8")
        assert stream.readline().split()[1] == "200"
        assert "Content-Type: text/event-stream; charset=utf-8\n" in list(iter(stream.readline, "\n"))
        while len(events) < count:
            kind, data, _ = stream.readline(), stream.readline(), stream.readline()
            events.append((kind.removeprefix("event: ").strip(), json.loads(data.removeprefix("data: "))))
    return events


def test_late_clients_get_the_newest_message_of_each_kind_and_then_new_ones(served):
    for step in range(3):
        served.bulletin.publish("progress", {"step": step})
        served.bulletin.publish("run", {"target": "🦎"})
    threading.Timer(0.2, served.bulletin.publish, ("end", {"finished": True})).start()
    expected = [("progress", {"step": 2}), ("run", {"target": "🦎"}), ("end", {"finished": True})]
    assert read_events(served, 3) == expected


def test_several_clients_watch_at_once_and_excess_ones_get_an_error(limited):
    served = limited(MOST_WATCHERS=2)
    served.bulletin.publish("run", {})
    results = []
    watching = [threading.Thread(target=lambda: results.append(read_events(served, 2))) for _ in range(2)]
    for thread in watching:
        thread.start()
    time.sleep(0.2)
    status, _, content = ask(served, path="/training/events")
    assert (status, b"Too many" in content) == (503, True)
    served.bulletin.publish("end", {})
    for thread in watching:
        thread.join(5)
    assert results == [[("run", {}), ("end", {})]] * 2


def test_places_of_clients_that_left_are_free_again(limited):
    served = limited(HEARTBEAT=0.05, MOST_WATCHERS=1)
    served.bulletin.publish("run", {})
    for _ in range(3):
        read_events(served, 1)
        time.sleep(0.4)


OTHERS = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://localhost"},
    {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"},
    {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"},
    {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"},
]


@pytest.mark.parametrize("headers", OTHERS)
def test_pages_of_other_sites_get_nothing_and_take_no_place(limited, headers):
    served = limited(MOST_WATCHERS=1)
    served.bulletin.publish("run", {})
    for _ in range(3):
        assert ask(served, path="/training/events", **headers)[0] == 403
    assert ask(served, path="/dish.js", **headers)[0] == 403
    assert read_events(served, 1) == [("run", {})]


def test_its_own_page_and_links_to_it_are_answered(served):
    own = f"127.0.0.1:{served.port}"
    assert ask(served, Host=own, Origin=f"http://{own}")[0] == 200
    assert ask(served, Host="localhost:7", Origin="HTTP://LOCALHOST:7", Sec_Fetch_Site="same-origin")[0] == 200
    assert ask(served, Sec_Fetch_Site="none")[0] == 200
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert ask(served, **link)[0] == 200


SOAK_SECONDS, SOAK_CLIENTS = 12, 8


@pytest.mark.slow
def test_browsers_that_come_and_go_leave_neither_threads_nor_memory(limited):
    """Event-stream clients that read a little, nothing, or half a request, while messages are published."""
    served = limited(HEARTBEAT=0.05, MOST_WATCHERS=SOAK_CLIENTS)
    stop, answered = threading.Event(), [0] * SOAK_CLIENTS

    def come_and_go(number):
        sent = b"GET /training/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
        while not stop.is_set():
            with suppress(OSError), socket.create_connection(("127.0.0.1", served.port), timeout=2) as connection:
                connection.sendall(sent[: -2 if answered[number] % 5 == 4 else None])
                for _ in range(number % 4):
                    connection.recv(4096)
                answered[number] += 1

    clients = [threading.Thread(target=come_and_go, args=(number,)) for number in range(SOAK_CLIENTS)]
    threads = threading.active_count()
    tracemalloc.start()
    for client in clients:
        client.start()
    try:
        sizes, end = [], time.monotonic() + SOAK_SECONDS
        while time.monotonic() < end:
            served.bulletin.publish("batch", {"picture": "x" * 50_000})
            time.sleep(0.01)
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        stop.set()
        for client in clients:
            client.join(10)
    end = time.monotonic() + 5
    while threading.active_count() > threads and time.monotonic() < end:
        served.bulletin.publish("batch", {})
        time.sleep(0.05)
    gc.collect()
    left = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert threading.active_count() <= threads
    assert min(answered) > 5, answered
    # What is alive while clients are served is bounded by their number, and goes with them.
    assert max(sizes) < SOAK_CLIENTS * 2_000_000
    assert left < 500_000
    assert ask(served)[0] == 200
    assert read_events(served, 1)[0][0] == "batch"


def test_without_a_training_there_are_no_events():
    with Server(seconds=0.5) as server:
        server.start(FILES)
        assert ask(server, path="/training/events")[0] == 404
        server.shutdown()


def test_a_port_that_is_taken_is_refused_in_one_line(served):
    with pytest.raises(BlastemaError, match=r"cannot listen on 127.0.0.1, port \d+: .*; leave out"):
        Server(port=served.port)
    with pytest.raises(BlastemaError, match="--port is 65536"):
        Server(port=65536)
    with pytest.raises(BlastemaError, match="cannot listen on no such host"):
        Server(host="no such host")


def test_on_all_interfaces_it_answers_to_addresses_but_not_to_any_name():
    with Server(host="0.0.0.0", seconds=0.5) as server:
        server.start(FILES)
        assert ask(server, Host="192.168.0.7:80")[0] == 200
        assert ask(server, Host=socket.gethostname())[0] == 200
        assert ask(server, Host="evil.example")[0] == 403
        assert server.url == f"http://127.0.0.1:{server.port}/"
        server.shutdown()


def test_what_loopback_is():
    assert is_loopback("127.0.0.1")
    assert is_loopback("127.8.9.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("192.168.0.1")
    assert not is_loopback("example.org")


def test_errors_of_the_server_are_shown_and_clients_that_disconnect_are_not(served, monkeypatch, capfd):
    raw(served, b"GET /organisms/a.safetensors HTTP/1.1\r\nHost: localhost\r\n\r\n"[:20])
    connection = socket.create_connection(("127.0.0.1", served.port))
    connection.sendall(b"GET /training/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    connection.close()
    for _ in range(3):
        served.bulletin.publish("run", {})
        time.sleep(0.05)
    assert capfd.readouterr().err == ""
    monkeypatch.setattr(served, "files", None)
    raw(served, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert "TypeError" in capfd.readouterr().err


TEXT = b"export const dish = 1;\n" * 400


@pytest.fixture(scope="module")
def page():
    with Server(seconds=0.5) as server:
        packed = {"a.png": TEXT + b"1", "a.safetensors": bytes(range(256))}
        server.start({"index.html": b"<!doctype html>", "dish.js": TEXT} | packed)
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    ("accepted", "packs"),
    [
        ("gzip", True), ("gzip, deflate, br, zstd", True), ("GZIP;q=0.5", True), ("br, *;q=0.1", True),
        ("identity", False), ("gzip;q=0", False), ("gzip;q=0, *", False), ("gzip;q=0.000", False), ("x-gzip", False),
        ("", False), ("gzip;q=nan", False), ("gzip;level=9", False), (",", False), ("gzip" * 999, False),
    ],
)  # fmt: skip
def test_text_is_compressed_for_browsers_that_take_it(page, accepted, packs):
    status, headers, content = ask(page, path="/dish.js", Accept_Encoding=accepted)
    assert (status, headers["Content-Encoding"]) == (200, "gzip" if packs else None)
    assert int(headers["Content-Length"]) == len(content)
    assert (gzip.decompress(content) if packs else content) == TEXT
    assert (len(content) < 200) == packs
    assert (headers["Vary"], headers["Content-Type"]) == ("Accept-Encoding", "text/javascript; charset=utf-8")
    assert all(headers[name] == value for name, value in HEADERS.items())


def test_head_tells_the_length_of_what_is_sent(page):
    for accepted in ("gzip", "identity"):
        sent = ask(page, "GET", "/dish.js", Accept_Encoding=accepted)
        head = ask(page, "HEAD", "/dish.js", Accept_Encoding=accepted)
        names = ("Content-Length", "Content-Encoding", "ETag", "Vary")
        assert [head[1][name] for name in names] == [sent[1][name] for name in names]
        assert (head[0], head[2], int(head[1]["Content-Length"])) == (200, b"", len(sent[2]))


def test_what_is_packed_already_or_does_not_shrink_is_sent_as_it_is(page):
    for path in ("/a.png", "/a.safetensors", "/none"):
        headers = ask(page, path=path, Accept_Encoding="gzip")[1]
        assert headers["Content-Encoding"] is headers["Vary"] is None


def test_a_copy_of_the_browser_is_used_as_long_as_it_is_the_same(page):
    for accepted in ("gzip", "identity"):
        tag = ask(page, path="/dish.js", Accept_Encoding=accepted)[1]["ETag"]
        for known in (tag, f'"other", W/{tag}'):
            status, headers, content = ask(page, path="/dish.js", Accept_Encoding=accepted, If_None_Match=known)
            assert (status, content, headers["ETag"], headers["Vary"]) == (304, b"", tag, "Accept-Encoding")
            assert headers["Content-Length"] is headers["Content-Encoding"] is None
            assert headers["Cache-Control"] == "no-cache"
    assert ask(page, path="/a.png", If_None_Match=tag)[0] == 200
    plain, packed = (ask(page, path="/dish.js", Accept_Encoding=coding)[1]["ETag"] for coding in ("", "gzip"))
    assert plain != packed
    assert ask(page, path="/dish.js", If_None_Match=packed)[0] == 200
