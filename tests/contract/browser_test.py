"""@connectrpc/connect-web in a browser: Chromium without a window opens a page of one origin, which calls
the budget service on another and posts back what it was told."""

import http.server
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from certificates import Certificates  # noqa: E402
from foreign import ForeignTest, bundle_javascript  # noqa: E402

PAGE = b"""<!doctype html><meta charset="utf-8"><script type="module" src="/client.mjs"></script>"""
ANSWER_SECONDS = 180
ANSWER_BYTES_MAX = 1 << 20
WAYS = ["connect", "json", "get", "grpc-web"]


def page_server(bundle, answers):
    """Serves the page and its script, and puts what is posted into the queue."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def send(self, kind, body):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            if self.path == "/client.mjs":
                self.send("text/javascript", bundle.read_bytes())
            else:
                self.send("text/html", PAGE)

        def do_POST(self):
            length = min(int(self.headers["Content-Length"]), ANSWER_BYTES_MAX)
            answers.put(json.loads(self.rfile.read(length)))
            self.send("text/plain", b"")

        def log_message(self, *_):
            pass

    return http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)


class Browser(ForeignTest):
    scheme = "http"

    @classmethod
    def setUpClass(cls):
        cls.chromium = shutil.which("chromium")
        if cls.chromium is None:
            raise unittest.SkipTest("chromium is not installed (deploy/dev packages)")
        folder = tempfile.TemporaryDirectory(prefix="sotong-browser-", ignore_cleanup_errors=True)
        cls.addClassCleanup(folder.cleanup)
        cls.files = pathlib.Path(folder.name)
        cls.answers = queue.Queue()
        cls.pages = page_server(bundle_javascript(cls.files, "connect_web_client", "browser"), cls.answers)
        cls.addClassCleanup(cls.pages.server_close)
        cls.addClassCleanup(cls.pages.shutdown)
        threading.Thread(target=cls.pages.serve_forever, daemon=True).start()
        cls.origin = f"http://127.0.0.1:{cls.pages.server_port}"
        cls.options = (*cls.options, "--cors-origins", cls.origin)
        super().setUpClass()

    def open(self, origin):
        """What the page reports when it is opened as one of this origin."""
        log = open(self.files / "chromium.log", "w+b")
        browser = subprocess.Popen(
            [self.chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--ignore-certificate-errors",
             f"--user-data-dir={self.files}/profile",
             f"{origin}/?service={self.scheme}://{self.address}"],
            stdout=log, stderr=log, start_new_session=True)
        try:
            return self.answers.get(timeout=ANSWER_SECONDS)
        except queue.Empty:
            log.seek(0)
            raise AssertionError("the page posted no answers:\n" +
                                 log.read().decode(errors="replace")[-4000:]) from None
        finally:
            os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()
            log.close()

    def test_a_page_calls_the_service(self):
        answers = self.open(self.origin)
        self.assertEqual(list(answers), WAYS)
        for way in WAYS:
            with self.subTest(way):
                self.check(answers[way])


class BrowserOverPlainText(Browser):
    def test_a_page_of_another_origin_is_refused(self):
        answers = self.open(self.origin.replace("127.0.0.1", "localhost"))
        for way in WAYS:
            self.assertRegex(answers[way].get("failed", "an answer"), "Failed to fetch")


class BrowserOverTls(Browser):
    """HTTP/2, which browsers speak over TLS alone."""

    scheme = "https"

    @classmethod
    def setUpClass(cls):
        certificates = Certificates()
        cls.addClassCleanup(certificates.cleanup)
        cls.options = ("--tls-certificate", certificates.certificate, "--tls-key", certificates.key)
        super().setUpClass()


def load_tests(loader, *_):
    suite = unittest.TestSuite()
    for case in (BrowserOverPlainText, BrowserOverTls):
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite


if __name__ == "__main__":
    unittest.main()
