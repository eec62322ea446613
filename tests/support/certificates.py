"""An authority of the test's own and a certificate of it for 127.0.0.1, by openssl."""

import pathlib
import subprocess
import tempfile

DAYS = "2"


class Certificates:
    """ca, certificate and key are paths of PEM files, there until cleanup()."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sotong-certificates-")
        files = pathlib.Path(self.folder.name)
        self.ca, self.certificate, self.key = (files / f"{name}.pem" for name in ("ca", "one", "one-key"))
        ca_key = files / "ca-key.pem"
        new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
               "-days", DAYS]
        self.run(*new, "-subj", "/CN=Sotong test authority", "-keyout", ca_key, "-out", self.ca,
                 "-addext", "keyUsage=critical,keyCertSign")
        self.run(*new, "-subj", "/CN=127.0.0.1", "-CA", self.ca, "-CAkey", ca_key, "-keyout", self.key,
                 "-out", self.certificate, "-addext", "subjectAltName=IP:127.0.0.1",
                 "-addext", "basicConstraints=critical,CA:false", "-addext", "extendedKeyUsage=serverAuth")

    @staticmethod
    def run(*command):
        subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=60)

    def cleanup(self):
        self.folder.cleanup()
