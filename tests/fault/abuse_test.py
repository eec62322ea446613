"""What HTTP peers do to a server that they want to see fall. Each attack must be bounded in memory,
be counted in the metrics, and leave others served."""

import pathlib
import resource
import socket
import ssl
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from certificates import Certificates  # noqa: E402
from abuse import (  # noqa: E402
    CALM, CONTINUATION, DATA, END_HEADERS, END_STREAM, GET_ROOT, HEADERS, PING, PREFACE,
    PRIORITY, RST_STREAM, SETTINGS, WINDOW_UPDATE, Http2, Victim, frame)

BATCH = 40            # Frames that go out together.
ROUNDS = 5            # Connections that attack, one after the other.
HALF_OPEN = 10000
SMALL_KIB = 16 * 1024 # What an attack may cost in memory, unless it is about connections.


class Floods(unittest.TestCase):
    def flood(self, counter, make, least=ROUNDS, goaway=CALM, options=()):
        """Sends what `make(i)` makes until the server ends the connection, a few times over."""
        with Victim(*options) as victim:
            for _ in range(ROUNDS):
                peer = Http2(victim.port)
                i = 0
                while peer.goaway < 0 and not peer.closed and i < 100000:
                    frames = [make(i + n) for n in range(BATCH)]
                    i += BATCH
                    peer.send(b"".join(frames) + frame(PING, payload=b"anybody?"))
                    peer.hear()
                    victim.look()
                peer.hear_all()
                self.assertEqual(peer.goaway, goaway)
                peer.close()
            victim.check(self, counter, SMALL_KIB, least)

    def test_rapid_reset(self):
        cancel = (8).to_bytes(4, "big")
        self.flood("http_reset_floods", lambda i: (
            frame(HEADERS, END_HEADERS | END_STREAM, 2 * i + 1, GET_ROOT)
            + frame(RST_STREAM, 0, 2 * i + 1, cancel)))

    def test_made_you_reset(self):
        too_much = (0x7fffffff).to_bytes(4, "big")
        self.flood("http_provoked_reset_floods", lambda i: (
            frame(HEADERS, END_HEADERS, 2 * i + 1, GET_ROOT)
            + frame(WINDOW_UPDATE, 0, 2 * i + 1, too_much)))

    def test_continuation(self):
        self.flood("http_continuation_floods", lambda i: (
            frame(HEADERS, 0, 1, GET_ROOT) if i == 0 else frame(CONTINUATION, 0, 1, b"\x00\x01a\x01b")))

    def test_continuation_empty(self):
        self.flood("http_continuation_floods", lambda i: (
            frame(HEADERS, 0, 1, GET_ROOT) if i == 0 else frame(CONTINUATION, 0, 1)))

    def test_ping(self):
        self.flood("http_ping_floods", lambda i: frame(PING, payload=b"12345678"))

    def test_settings(self):
        self.flood("http_settings_floods", lambda i: frame(SETTINGS))

    def test_priority(self):
        self.flood("http_frame_floods", lambda i: (
            frame(PRIORITY, 0, 2 * i + 1, b"\x00\x00\x00\x00\x10")),
            options=["--limit", "pings-max=100000"])

    def test_window_updates(self):
        self.flood("http_frame_floods",
                   lambda i: frame(WINDOW_UPDATE, 0, 0, (1).to_bytes(4, "big")),
                   options=["--limit", "pings-max=100000"])

    def test_empty_data(self):
        self.flood("http_frame_floods", lambda i: (
            frame(HEADERS, END_HEADERS, 1, b"\x83\x86\x84\x41\x01a") if i == 0 else frame(DATA, 0, 1)),
            options=["--limit", "pings-max=100000"])

    def test_hpack_bomb(self):
        """An entry of nearly 4 KiB in the table, then references to it, a byte each."""
        name, value = b"x", b"y" * 3900
        length = len(value) - 127
        entry = (b"\x40" + bytes([len(name)]) + name
                 + b"\x7f" + bytes([length & 0x7f | 0x80, length >> 7]) + value)
        self.flood("http_header_floods", lambda i: (
            frame(HEADERS, END_HEADERS | END_STREAM, 2 * i + 1,
                  GET_ROOT + (entry if i == 0 else b"") + b"\xbe" * 12000)))

    def test_answers_that_nobody_reads(self):
        """PING without an end from a peer that reads nothing: its answers do not pile up."""
        with Victim() as victim:
            for _ in range(ROUNDS):
                peer = Http2(victim.port)
                for _ in range(2000):
                    if not peer.send(frame(PING, payload=b"12345678") * 100):
                        break
                    victim.look()
                peer.close()
            victim.check(self, "http_ping_floods", SMALL_KIB)


class Slow(unittest.TestCase):
    PEERS = 200

    def drip(self, head, counter, option):
        """Many peers that send a byte at a time; all must be shown the door."""
        with Victim("--limit", option) as victim:
            peers = [socket.create_connection(("127.0.0.1", victim.port), 60)
                     for _ in range(self.PEERS)]
            for peer in peers:
                peer.sendall(head)
            end = time.monotonic() + 60
            while victim.counted(counter) < self.PEERS and time.monotonic() < end:
                for peer in peers:
                    try:
                        peer.send(b"x")
                    except OSError:
                        pass # It was shown the door.
                victim.look()
                time.sleep(0.1)
            victim.check(self, counter, SMALL_KIB, self.PEERS)
            for peer in peers:
                peer.close()

    def test_heads(self):
        self.drip(b"GET / HTTP/1.1\r\nHost: ", "http_head_timeouts", "head-timeout-ms=1500")

    def test_bodies(self):
        self.drip(b"POST /grpc.health.v1.Health/Check HTTP/1.1\r\nHost: a\r\n"
                  b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
                  "http_body_timeouts", "body-timeout-ms=1500")

    def test_http2_bodies(self):
        head = b"\x83\x86\x84\x41\x01a"
        self.drip(PREFACE + frame(SETTINGS) + frame(HEADERS, END_HEADERS, 1, head)
                  + frame(DATA, 0, 1, bytes(10000))[:9],
                  "http_body_timeouts", "body-timeout-ms=1500")


def descriptors(count):
    """As many as the system lets us have; the number that attacks may use."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 200
    wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return min(count, wanted - 200)


class HalfOpen(unittest.TestCase):
    def open_many(self, victim, count, begin):
        peers = []
        for i in range(count):
            peer = socket.create_connection(("127.0.0.1", victim.port), 60)
            if begin:
                peer.sendall(begin)
            peers.append(peer)
            if i % 1000 == 0:
                victim.look()
        return peers

    def test_ten_thousand_that_say_nothing(self):
        count = descriptors(HALF_OPEN)
        with Victim("--limit", "head-timeout-ms=5000") as victim:
            peers = self.open_many(victim, count, b"")
            victim.check(self, "http_connections", 40 * 1024, count)
            self.assertTrue(victim.counts("http_head_timeouts", count))
            for peer in peers:
                peer.close()

    def test_ten_thousand_that_say_half_of_it(self):
        count = descriptors(HALF_OPEN)
        with Victim("--limit", "head-timeout-ms=5000") as victim:
            peers = self.open_many(victim, count, b"GET / HTTP/1.1\r\nHost:")
            victim.check(self, "http_head_timeouts", 60 * 1024, count)
            for peer in peers:
                peer.close()

    def test_more_than_are_allowed(self):
        with Victim("--limit", "connections-max=50") as victim:
            while victim.behaved.calls == 0:
                time.sleep(0.01)
            peers = self.open_many(victim, 49, b"")
            more = [socket.create_connection(("127.0.0.1", victim.port), 60) for _ in range(200)]
            for peer in more:
                self.assertEqual(peer.recv(1), b"") # Closed as soon as accepted.
                peer.close()
            for peer in peers:
                peer.close()
            victim.check(self, "http_connections_refused", SMALL_KIB, 200)


class Tls(unittest.TestCase):
    """Handshakes that cost the server and lead nowhere; the one who behaves speaks plainly."""
    HALF = b"\x16\x03\x01" # The first bytes of a record that begins one.

    @classmethod
    def setUpClass(cls):
        cls.certificates = Certificates()
        cls.addClassCleanup(cls.certificates.cleanup)
        cls.context = ssl.create_default_context(cafile=str(cls.certificates.ca))
        cls.context.set_alpn_protocols(["h2"])

    def victim(self, *options):
        return Victim("--tls-certificate", str(self.certificates.certificate), "--tls-key",
                      str(self.certificates.key), "--tls-plain", "on", *options)

    def connect(self, victim):
        plain = socket.create_connection(("127.0.0.1", victim.port), 60)
        return self.context.wrap_socket(plain, server_hostname="127.0.0.1")

    def test_half_open_handshakes(self):
        most, more = 100, 200
        with self.victim("--limit", f"handshakes-max={most}",
                         "--limit", "handshake-timeout-ms=3000") as victim:
            peers = []
            for _ in range(most + more):
                peers.append(socket.create_connection(("127.0.0.1", victim.port), 60))
                peers[-1].sendall(self.HALF)
            victim.check(self, "http_tls_handshakes_refused", SMALL_KIB, more)
            self.assertTrue(victim.counts("http_tls_handshake_timeouts", most))
            for peer in peers:
                self.assertEqual(peer.recv(1), b"")
                peer.close()
            self.connect(victim).close() # There is room again.

    def test_slow_handshakes(self):
        with self.victim("--limit", "handshake-timeout-ms=2000") as victim:
            out = ssl.MemoryBIO()
            try:
                self.context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="127.0.0.1").do_handshake()
            except ssl.SSLWantReadError:
                hello = out.read()
            peers = [socket.create_connection(("127.0.0.1", victim.port), 60) for _ in range(100)]
            alive = len(peers)
            for byte in hello[:-1]: # The last one would take minutes.
                alive = 0
                for peer in peers:
                    try:
                        peer.sendall(bytes([byte]))
                        alive += 1
                    except OSError:
                        pass
                if alive == 0:
                    break
                time.sleep(0.05)
            self.assertEqual(alive, 0)
            victim.check(self, "http_tls_handshake_timeouts", SMALL_KIB, len(peers))
            for peer in peers:
                peer.close()

    def test_many_handshakes(self):
        with self.victim() as victim:
            for _ in range(100):
                self.connect(victim).close()
                victim.look()
            victim.check(self, "http_tls_handshakes", SMALL_KIB, 100)

    def test_renegotiation(self):
        with self.victim() as victim:
            done = subprocess.run(
                ["openssl", "s_client", "-tls1_2", "-connect", f"127.0.0.1:{victim.port}"],
                input="R\n", capture_output=True, text=True, timeout=60)
            self.assertIn("no renegotiation", done.stderr)
            victim.check(self, "http_tls_handshakes", SMALL_KIB)
            self.assertEqual(victim.counted("http_tls_handshakes"), 1)

    def test_rapid_reset(self):
        cancel = (8).to_bytes(4, "big")
        with self.victim() as victim:
            peer = self.connect(victim)
            peer.sendall(PREFACE + frame(SETTINGS))
            try:
                for i in range(10000):
                    peer.sendall(frame(HEADERS, END_HEADERS | END_STREAM, 2 * i + 1, GET_ROOT)
                                 + frame(RST_STREAM, 0, 2 * i + 1, cancel))
            except OSError: # Shown the door.
                pass
            peer.close()
            victim.check(self, "http_reset_floods", SMALL_KIB)


HOST = b"Host: a\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


class Smuggling(unittest.TestCase):
    """Requests that two readers may cut at different places: every one is refused, and what was
    hidden behind it is not read."""

    CASES = [
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\nContent-Length: 35\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0, 35\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0x0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length : 35\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"X: y\r\n Content-Length: 35\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"X: y\nContent-Length: 35\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"X: y\rContent-Length: 35\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"X: y\x00z\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
        b"POST / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n100000000\r\na\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0;a\nb\r\n\r\n",
        b"POST /  HTTP/1.1\r\n" + HOST + b"\r\n",
        b"POST\t/ HTTP/1.1\r\n" + HOST + b"\r\n",
    ]

    def test_every_case(self):
        with Victim() as victim:
            for case in self.CASES:
                with self.subTest(case=case):
                    peer = socket.create_connection(("127.0.0.1", victim.port), 60)
                    peer.sendall(case + SMUGGLED)
                    answer = b""
                    while data := peer.recv(1 << 16):
                        answer += data
                    peer.close()
                    self.assertRegex(answer, rb"^HTTP/1.1 (400|501) ")
                    self.assertEqual(answer.count(b"HTTP/1.1 "), 1)
            victim.check(self, "http_heads_refused", SMALL_KIB, len(self.CASES))


if __name__ == "__main__":
    unittest.main()
