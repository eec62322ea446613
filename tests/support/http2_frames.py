"""HTTP/2 frame by frame, for tests that do what no client would. Field sections are written as plain
literals; those of the server are read by libnghttp2's decoder."""

import ctypes
import socket
import struct

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS, PADDED = 1, 1, 4, 8
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
INITIAL_WINDOW_SIZE = 4
WINDOW_BYTES = 65535
FRAME_BYTES_MAX = 16384
TIMEOUT_SECONDS = 60


class _Field(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("value", ctypes.c_void_p),
                ("name_length", ctypes.c_size_t), ("value_length", ctypes.c_size_t),
                ("flags", ctypes.c_uint8)]


class _Decoder:
    FINAL, EMIT = 1, 2
    library = ctypes.CDLL("libnghttp2.so.14")
    library.nghttp2_hd_inflate_hd2.restype = ctypes.c_ssize_t

    def __init__(self):
        self.inflater = ctypes.c_void_p()
        assert self.library.nghttp2_hd_inflate_new(ctypes.byref(self.inflater)) == 0

    def __del__(self):
        self.library.nghttp2_hd_inflate_del(self.inflater)

    def fields(self, block):
        found, field, flags = [], _Field(), ctypes.c_int()
        buffer = ctypes.create_string_buffer(block, len(block))
        at, left = ctypes.addressof(buffer), len(block)
        while True:
            used = self.library.nghttp2_hd_inflate_hd2(
                self.inflater, ctypes.byref(field), ctypes.byref(flags), ctypes.c_void_p(at),
                ctypes.c_size_t(left), 1)
            assert used >= 0, used
            at, left = at + used, left - used
            if flags.value & self.EMIT:
                found.append((ctypes.string_at(field.name, field.name_length).decode(),
                              ctypes.string_at(field.value, field.value_length).decode()))
            if flags.value & self.FINAL:
                self.library.nghttp2_hd_inflate_end_headers(self.inflater)
                return found


def _integer(number, bits):
    most = (1 << bits) - 1
    if number < most:
        return bytes([number])
    out, number = [most], number - most
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + [number])


def field_block(fields):
    out = b""
    for name, value in fields:
        name = name.encode()
        value = value if isinstance(value, bytes) else value.encode()
        out += b"\0" + _integer(len(name), 7) + name + _integer(len(value), 7) + value
    return out


class Stream:
    """What the server said on a stream."""

    def __init__(self, window):
        self.window = window  # Bytes that may be sent.
        self.fields = {}      # Of its headers and trailers.
        self.body = b""
        self.ended = False
        self.reset = None     # The code.


class Connection:
    def __init__(self, port, window=WINDOW_BYTES):
        """`window`: how much the server may send on a stream."""
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.decoder = _Decoder()
        self.input = b""
        self.streams = {}
        self.last = -1
        self.window = WINDOW_BYTES
        self.stream_window = WINDOW_BYTES
        self.goaway = None
        self.closed = False
        self.socket.sendall(PREFACE)
        self.frame(SETTINGS, 0, 0, struct.pack(">HI", INITIAL_WINDOW_SIZE, window))
        self.settled = False
        while not self.settled and not self.closed:
            self.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def frame(self, kind, flags, stream, payload=b""):
        self.send(struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) +
                  struct.pack(">I", stream) + payload)

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            self.closed = True

    def request(self, path, fields, end=False, method="POST"):
        """Begins a request; the stream's number."""
        self.last += 2
        head = [(":method", method), (":scheme", "http"), (":path", path), (":authority", "a")]
        self.streams[self.last] = Stream(self.stream_window)
        self.frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), self.last,
                   field_block(head + list(fields)))
        return self.last

    def data(self, number, data, end=False):
        """Sends a body's bytes as the windows allow; True: all, False: the stream is over."""
        stream = self.streams[number]
        while True:
            if stream.ended or stream.reset is not None or self.closed:
                return False
            room = min(self.window, stream.window, FRAME_BYTES_MAX)
            if room <= 0 < len(data):
                self.read()
                continue
            part, data = data[:room], data[room:]
            self.window -= len(part)
            stream.window -= len(part)
            self.frame(DATA, END_STREAM if end and not data else 0, number, part)
            if not data:
                return True

    def grant(self, number, size):
        """Lets the server send more."""
        self.frame(WINDOW_UPDATE, 0, number, struct.pack(">I", size))

    def wait(self, number):
        """Reads until the stream has ended."""
        stream = self.streams[number]
        while not stream.ended and stream.reset is None and not self.closed:
            self.read()
        return stream

    def listen(self):
        """Reads what has come, without waiting."""
        self.socket.setblocking(False)
        try:
            while not self.closed:
                self._receive()
        except BlockingIOError:
            pass
        finally:
            if not self.closed:
                self.socket.settimeout(TIMEOUT_SECONDS)

    def read(self):
        """Waits for some bytes."""
        self._receive()

    def _receive(self):
        try:
            data = self.socket.recv(1 << 18)
        except ConnectionError:
            data = b""
        if not data:
            self.closed = True
        self.input += data
        while len(self.input) >= 9:
            length = int.from_bytes(self.input[:3], "big")
            if len(self.input) < 9 + length:
                return
            kind, flags = self.input[3], self.input[4]
            number = int.from_bytes(self.input[5:9], "big")
            payload, self.input = self.input[9:9 + length], self.input[9 + length:]
            self._heard(kind, flags, number, payload)

    def _heard(self, kind, flags, number, payload):
        stream = self.streams.get(number, Stream(0))
        if kind == SETTINGS and not flags & ACK:
            for at in range(0, len(payload), 6):
                name, value = struct.unpack(">HI", payload[at:at + 6])
                if name == INITIAL_WINDOW_SIZE:
                    for other in self.streams.values():
                        other.window += value - self.stream_window
                    self.stream_window = value
            self.frame(SETTINGS, ACK, 0)
            self.settled = True
        elif kind == PING and not flags & ACK:
            self.frame(PING, ACK, 0, payload)
        elif kind == WINDOW_UPDATE:
            size = int.from_bytes(payload, "big")
            if number == 0:
                self.window += size
            else:
                stream.window += size
        elif kind == HEADERS:
            assert flags & END_HEADERS, "a field section in parts"
            stream.fields.update(self.decoder.fields(payload))
        elif kind == DATA:
            stream.body += payload
        elif kind == RST_STREAM:
            stream.reset = int.from_bytes(payload, "big")
        elif kind == GOAWAY:
            self.goaway = int.from_bytes(payload[4:8], "big")
        if kind in (HEADERS, DATA) and flags & END_STREAM:
            stream.ended = True
