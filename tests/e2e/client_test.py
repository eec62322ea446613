"""The client's habits: exit codes, unknown ids, wide tables, --output, ids made of file names."""

import hashlib
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from services import NAMES, Services  # noqa: E402

WIDTH = 20
WIDE = ("2031 주요업무보고\n\n□ 월별 접수\n\n"
        + "| 구분 | " + " | ".join(f"{i}호" for i in range(1, WIDTH)) + " |\n"
        + "|---" * WIDTH + "|\n"
        + "| 접수 | " + " | ".join(f"{i}건" for i in range(101, 100 + WIDTH)) + " |\n")


class Client(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.services = Services(facts=True).__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.services.__exit__()

    def run_client(self, code, *arguments):
        done = self.services.sotong(*arguments)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}{done.stderr}")
        return done

    def test_an_unknown_report_is_not_an_empty_list(self):
        for command in ("tokens", "figures", "tables"):
            for options in ((), ("--json",)):
                done = self.run_client(1, command, "--report", "nope", *options)
                self.assertIn("there is no report nope (NOT_FOUND)", done.stderr)
                self.assertEqual(done.stdout, "")
            self.run_client(0, command, "--report", "seoul-2020-04", "--search", "어디에도없는말")

    def test_wide_tables_lose_no_column(self):
        self.services.import_text(WIDE, "wide", "2031-04-20")
        lines = self.run_client(0, "tables", "--report", "wide").stdout.splitlines()
        row = next(line for line in lines if line.startswith("접수\t"))
        self.assertEqual(row.split("\t"), ["접수"] + [f"{i}건" for i in range(101, 100 + WIDTH)])
        self.assertTrue(all(line.strip() or not line for line in lines), lines)

    def test_output_takes_every_format(self):
        for form, start in (("md", "#"), ("html", "<"), ("json", "{")):
            path = self.services.data / f"out.{form}"
            done = self.run_client(0, "compose", "--as-of", "2020-03-31", "--format", form,
                                   "--output", path)
            self.assertEqual(done.stdout, "")
            self.assertTrue(path.read_text().lstrip().startswith(start), form)
        json.loads((self.services.data / "out.json").read_text())
        done = self.run_client(1, "compose", "--as-of", "2020-03-31", "--format", "json",
                               "--output", self.services.data / "no" / "folder")
        self.assertIn("cannot write", done.stderr)

    def test_publisher_narrows(self):
        day = ("--as-of", "2020-03-31")
        for command in ("budget", "compose"):
            ours = self.services.json(command, *day, "--publisher", "시민소통기획관")
            self.assertEqual(ours, self.services.json(command, *day))
        self.assertEqual(self.services.json("budget", *day, "--publisher", "다른국")["rows"], [])
        done = self.run_client(1, "compose", *day, "--publisher", "다른국")
        self.assertIn("(NOT_FOUND)", done.stderr)

    def test_a_day_without_records_is_no_error(self):
        done = self.run_client(0, "budget", "--as-of", "1999-01-01")
        self.assertIn("nothing is recorded for 1999-01-01", done.stderr)
        self.assertEqual(self.services.json("budget", "--as-of", "1999-01-01")["rows"], [])
        comparison = self.services.json("budget", "--as-of", "2012-02-29")
        self.assertEqual(comparison["fiscalYear"], 2012)
        self.assertTrue(comparison["rows"])

    def test_ids_of_file_names_differ_where_the_names_do(self):
        for name, start in (("2031년 상반기.txt", "2031"), ("2031년 하반기.txt", "2031"),
                            ("나의보고.txt", "report"), ("my report.txt", None)):
            path = self.services.data / name
            path.write_text(WIDE + name)
            report = self.services.json("import", path, "--as-of", "2031-04-20")["report"]
            digest = hashlib.sha256(name.encode()).hexdigest()[:8]
            self.assertEqual(report["id"], f"{start}-{digest}" if start else "my-report")

    def test_a_report_without_a_title_prints_no_empty_parts(self):
        path = self.services.data / "untitled.txt"
        path.write_text("○ 접수 : 42건\n")
        done = self.run_client(0, "import", path, "--as-of", "2031-04-20")
        self.assertNotIn("·  ·", done.stdout)
        self.assertNotIn("  · ", done.stdout)

    def test_the_command_line(self):
        for words, said in (
                (("reports", "--owner", "budget"), "reports does not take the option --owner"),
                (("--owner", "budget", "reports"), "reports does not take the option --owner"),
                (("reports", "more"), "one argument too many: more"),
                (("help", "nope"), "there is no command nope"),
                (("--json",), "say which command")):
            self.assertIn(said, self.run_client(2, *words).stderr)
        for words in (("help", "compose"), ("compose", "--help")):
            shown = self.run_client(0, *words).stdout
            self.assertIn("compose --as-of DATE [--publisher NAME]", shown)
            self.assertNotIn("reconcile", shown)
        self.assertIn("reconcile", self.run_client(0, "--help").stdout)

    def test_peers_are_checked(self):
        known = self.services.environment["SOTONG_PEERS"]
        try:
            for peers, said in (("budgte=http://127.0.0.1:1", "there is no service budgte"),
                                ("budget=httpfoo", "budget=httpfoo")):
                self.services.environment["SOTONG_PEERS"] = peers
                self.assertIn(said, self.run_client(2, "reports").stderr)
            self.services.environment.update(SOTONG_PEERS="brand=http://127.0.0.1:1",
                                             SOTONG_PORT="2000")
            shown = json.loads(self.run_client(3, "status", "--json").stdout)["services"]
            ports = [int(one["address"].rsplit(":", 1)[1]) for one in shown]
            self.assertEqual(ports, [1 if name == "brand" else 2000 + i
                                     for i, name in enumerate(NAMES)])
            self.assertEqual({one["state"] for one in shown}, {"DOWN"})
            self.assertEqual({one["status"] for one in shown}, {None})
        finally:
            self.services.environment["SOTONG_PEERS"] = known
            self.services.environment.pop("SOTONG_PORT", None)

    def test_status_as_json(self):
        shown = self.services.json("status")["services"]
        self.assertEqual([one["service"] for one in shown], NAMES)
        for one in shown:
            self.assertEqual(one["state"], "UP")
            self.assertEqual(one["status"]["service"], one["service"])


if __name__ == "__main__":
    unittest.main()
