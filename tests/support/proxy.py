"""A Unix socket in front of another one, whose connections can be cut."""

import pathlib
import socket
import tempfile
import threading


class Proxy:
    """Stands in front of a PostgreSQL server's socket; `folder` is the host that clients name."""

    def __init__(self, folder, port):
        self.temporary = tempfile.TemporaryDirectory(prefix="sotong-px-", dir="/tmp")
        self.folder = pathlib.Path(self.temporary.name)
        self.name = f".s.PGSQL.{port}"
        self.behind = str(pathlib.Path(folder, self.name))
        self.lock = threading.Lock()
        self.open = set()
        self.listener = None
        self.restore()

    def restore(self):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.folder / self.name))
        listener.listen(64)
        self.listener = listener
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def cut(self):
        """Ends what is open, and lets nobody in until restore()."""
        (self.folder / self.name).unlink()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for one in self.open:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.behind)
            except OSError:
                client.close()
                server.close()
                continue
            with self.lock:
                self.open |= {client, server}
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    def carry(self, one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        with self.lock:
            self.open.discard(one)
            done = other not in self.open
        if done:
            one.close()
            other.close()

    def close(self):
        self.cut()
        self.temporary.cleanup()
