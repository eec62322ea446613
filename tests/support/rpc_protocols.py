"""One call over each protocol, byte by byte, for tests of what no client sends.

    code, message = PROTOCOLS["grpc-web"](port, "GetRow", body)

where the code is gRPC's number, whatever the protocol calls it.
"""

import base64
import http.client
import json
import socket
import struct
import urllib.parse

import http2_frames

SERVICE = "sotong.runtime.v1.RuntimeService"
CODES = ("ok canceled unknown invalid_argument deadline_exceeded not_found already_exists "
         "permission_denied resource_exhausted failed_precondition aborted out_of_range "
         "unimplemented internal unavailable data_loss unauthenticated").split()
(OK, CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS, _,
 RESOURCE_EXHAUSTED, _, _, _, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, _, _) = range(17)
TIMEOUT_SECONDS = 60
COMPRESSED, END, TRAILERS = 1, 2, 128


def envelope(message, flags=0):
    return struct.pack(">BI", flags, len(message)) + message


def envelopes(data):
    """The envelopes of an answer: (flags, message)."""
    found = []
    while len(data) >= 5:
        flags, length = struct.unpack(">BI", data[:5])
        found.append((flags, data[5:5 + length]))
        data = data[5 + length:]
    return found


def http1(port, method, path, fields, body, whole=True):
    """A request over HTTP/1.1: status, fields, body. `whole`: its length is said; otherwise the body
    is a chunk, and the request does not end."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as one:
        length = f"content-length: {len(body)}" if whole else "transfer-encoding: chunked"
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        if not whole:
            body = b"%x\r\n%s\r\n" % (len(body), body)
        try:
            one.sendall(f"{method} {path} HTTP/1.1\r\nhost: a\r\nte: trailers\r\n{length}\r\n{head}\r\n"
                        .encode() + body)
        except ConnectionError:
            pass # It may have answered and closed before the end.
        answer = http.client.HTTPResponse(one, method=method)
        answer.begin()
        return answer.status, dict(answer.getheaders()), answer.read()


def _json_error(text):
    error = json.loads(text)
    return CODES.index(error["code"]), error.get("message", "")


def _fields_of(gzip, timeout, fields, encoding, timeout_name):
    return ([(encoding, "gzip")] if gzip else []) + \
        ([(timeout_name, timeout)] if timeout is not None else []) + list(fields)


def connect(port, method, body, json_type=False, gzip=False, timeout=None, fields=(), whole=True):
    fields = _fields_of(gzip, timeout, fields, "content-encoding", "connect-timeout-ms")
    fields.append(("content-type", "application/json" if json_type else "application/proto"))
    status, _, answer = http1(port, "POST", f"/{SERVICE}/{method}", fields, body)
    return (OK, answer) if status == 200 else _json_error(answer)


def connect_get(port, method, body, json_type=False, gzip=False, timeout=None, fields=(), whole=True):
    fields = _fields_of(False, timeout, fields, "", "connect-timeout-ms")
    query = {"encoding": "json" if json_type else "proto", "base64": 1,
             "message": base64.urlsafe_b64encode(body).decode()}
    if gzip:
        query["compression"] = "gzip"
    path = f"/{SERVICE}/{method}?{urllib.parse.urlencode(query)}"
    status, _, answer = http1(port, "GET", path, fields, b"")
    return (OK, answer) if status == 200 else _json_error(answer)


def connect_stream(port, method, body, json_type=False, gzip=False, timeout=None, fields=(),
                   whole=True, raw=False):
    fields = _fields_of(gzip, timeout, fields, "connect-content-encoding", "connect-timeout-ms")
    fields.append(("content-type", f"application/connect+{'json' if json_type else 'proto'}"))
    body = body if raw else envelope(body, COMPRESSED if gzip else 0)
    status, _, answer = http1(port, "POST", f"/{SERVICE}/{method}", fields, body, whole)
    assert status == 200, (status, answer)
    flags, last = envelopes(answer)[-1]
    assert flags & END, answer
    error = json.loads(last).get("error")
    return _json_error(json.dumps(error)) if error else (OK, answer)


def _grpc_end(fields):
    return int(fields["grpc-status"]), urllib.parse.unquote(fields.get("grpc-message", ""))


def _web_end(headers, answer):
    if "grpc-status" in headers:
        return _grpc_end(headers)
    flags, last = envelopes(answer)[-1]
    assert flags & TRAILERS, answer
    lines = [line.split(":", 1) for line in last.decode().splitlines() if line]
    return _grpc_end({name.lower(): value.strip() for name, value in lines})


def grpc_web(port, method, body, json_type=False, gzip=False, timeout=None, fields=(), whole=True,
             raw=False):
    fields = _fields_of(gzip, timeout, fields, "grpc-encoding", "grpc-timeout")
    fields.append(("content-type", f"application/grpc-web+{'json' if json_type else 'proto'}"))
    body = body if raw else envelope(body, COMPRESSED if gzip else 0)
    status, headers, answer = http1(port, "POST", f"/{SERVICE}/{method}", fields, body, whole)
    assert status == 200, (status, answer)
    return _web_end(headers, answer)


def grpc_web_text(port, method, body, json_type=False, gzip=False, timeout=None, fields=(),
                  whole=True, raw=False):
    """`raw`: the body is base64 already. Only protobuf."""
    fields = _fields_of(gzip, timeout, fields, "grpc-encoding", "grpc-timeout")
    fields.append(("content-type", "application/grpc-web-text+proto"))
    if not raw:
        body = base64.b64encode(envelope(body, COMPRESSED if gzip else 0))
    status, headers, answer = http1(port, "POST", f"/{SERVICE}/{method}", fields, body, whole)
    assert status == 200, (status, answer)
    # Parts that end in padding may stand behind one another.
    answer = b"".join(base64.b64decode(answer[at:at + 4]) for at in range(0, len(answer), 4))
    return _web_end(headers, answer)


def grpc_fields(json_type=False):
    return [("content-type", f"application/grpc+{'json' if json_type else 'proto'}"),
            ("te", "trailers")]


def grpc_outcome(stream):
    assert stream.reset in (None, 0), f"reset with {stream.reset}"
    return _grpc_end(stream.fields)


def grpc(port, method, body, json_type=False, gzip=False, timeout=None, fields=(), whole=True,
         raw=False):
    fields = _fields_of(gzip, timeout, fields, "grpc-encoding", "grpc-timeout")
    body = body if raw else envelope(body, COMPRESSED if gzip else 0)
    with http2_frames.Connection(port) as one:
        number = one.request(f"/{SERVICE}/{method}", grpc_fields(json_type) + fields)
        one.data(number, body, end=whole)
        return grpc_outcome(one.wait(number))


PROTOCOLS = {"connect": connect, "connect-get": connect_get, "connect-stream": connect_stream,
             "grpc-web": grpc_web, "grpc-web-text": grpc_web_text, "grpc": grpc}
ENVELOPED = {name: PROTOCOLS[name] for name in ("connect-stream", "grpc-web", "grpc-web-text", "grpc")}
