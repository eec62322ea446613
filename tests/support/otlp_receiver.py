"""A collector of traces for tests: takes OTLP over HTTP and reads it with a descriptor of its own, made
from the numbers that the protocol gives its fields."""

import http.server
import threading
import time

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

FIELD = descriptor_pb2.FieldDescriptorProto
STRING, BYTES, INT64 = FIELD.TYPE_STRING, FIELD.TYPE_BYTES, FIELD.TYPE_INT64
FIXED64, INT32 = FIELD.TYPE_FIXED64, FIELD.TYPE_INT32

# Message → field → number, type (the name of a message where it is one), repeated.
MESSAGES = {
    "Request": {"resource_spans": (1, "ResourceSpans", True)},
    "ResourceSpans": {"resource": (1, "Resource", False), "scope_spans": (2, "ScopeSpans", True)},
    "Resource": {"attributes": (1, "KeyValue", True)},
    "ScopeSpans": {"spans": (2, "Span", True)},
    "Span": {"trace_id": (1, BYTES, False), "span_id": (2, BYTES, False),
             "parent_span_id": (4, BYTES, False), "name": (5, STRING, False),
             "kind": (6, INT32, False), "start": (7, FIXED64, False), "end": (8, FIXED64, False),
             "attributes": (9, "KeyValue", True), "status": (15, "Status", False)},
    "Status": {"message": (2, STRING, False), "code": (3, INT32, False)},
    "KeyValue": {"key": (1, STRING, False), "value": (2, "AnyValue", False)},
    "AnyValue": {"string_value": (1, STRING, False), "int_value": (3, INT64, False)},
}


def request_type():
    file = descriptor_pb2.FileDescriptorProto(name="receiver.proto", package="receiver",
                                              syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind, repeated) in fields.items():
            made = message.field.add(name=field, number=number,
                                     label=FIELD.LABEL_REPEATED if repeated else FIELD.LABEL_OPTIONAL)
            if isinstance(kind, str):
                made.type, made.type_name = FIELD.TYPE_MESSAGE, f".receiver.{kind}"
            else:
                made.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.MessageFactory(pool).GetPrototype(
        pool.FindMessageTypeByName("receiver.Request"))


def plain(attributes):
    return {one.key: one.value.string_value or one.value.int_value for one in attributes}


class Receiver:
    """Answers with the statuses of `answers` in turn, then with 200. Holds each answer back while
    `held` is set."""

    def __init__(self, *answers):
        self.spans = [] # (service, span, attributes)
        self.requests = []
        self.lock = threading.Lock()
        self.held = threading.Event()
        receiver, kind, answers = self, request_type(), list(answers)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def body(self):
                if self.headers.get("Transfer-Encoding") != "chunked":
                    return self.rfile.read(int(self.headers["Content-Length"]))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def do_POST(self):
                body = self.body()
                while receiver.held.is_set():
                    time.sleep(0.01)
                with receiver.lock:
                    status = answers.pop(0) if answers else 200
                    receiver.requests.append((self.path, self.headers["Content-Type"], status))
                    if status == 200:
                        receiver.take(kind.FromString(body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def take(self, request):
        for resource in request.resource_spans:
            service = plain(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.append((service, span, plain(span.attributes)))

    def named(self, name):
        with self.lock:
            return [one for one in self.spans if one[1].name.endswith(name)]

    def wait(self, name, count=1):
        """Waits for so many spans of this name."""
        end = time.monotonic() + 60
        while len(found := self.named(name)) < count:
            if time.monotonic() > end:
                raise AssertionError(f"{len(found)} of {count} spans {name}: {self.spans}")
            time.sleep(0.02)
        return found

    def stop(self):
        self.held.clear()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
