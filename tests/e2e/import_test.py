"""Importing into five running services: encodings, bad input, repetition, a service that is down."""

import pathlib
import signal
import sys
import unicodedata
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from services import Services  # noqa: E402

REPORT = """2031 주요업무보고

2031. 4. 20.(일)

하늘소통관

Ⅰ. 일반현황

□ 예 산

(2031.3.31. 기준, 단위 : 천원, %)

| 부서/사업명 | 예산현액 | 원인행위액 | 집행액 | 집행률 |
|---|---|---|---|---|
| 합 계 | 3,001 | 2,000 | 1,000 | 33.3% |
| 바다홍보 | 1,000 | 1,000 | 400 | 40.0% |
| 하늘상담 | 2,000 | 1,000 | 600 | 30.0% |

Ⅱ. 주요업무

1. 시민과 함께하는 상담

○ 민원 접수 : 총 42건(전화 11건, 방문 30건)
○ 하늘상담 사업비 : 2백만원 (집행액 : 1백만원, 집행률 40.0%)
 - 시정 홍보 뉴스레터 : 월 3,000부
"""


def refused(test, services, text, status, *words, report_id="bad"):
    path = services.data / "bad.txt"
    path.write_bytes(text)
    done = services.sotong("import", path, "--id", report_id, "--as-of", "2031-04-20")
    test.assertEqual(done.returncode, 1, done.stdout + done.stderr)
    test.assertIn(status, done.stderr)
    for word in words:
        test.assertIn(word, done.stderr)
    test.assertNotIn(report_id, [report["id"] for report in services.json("reports")["reports"]
                                 if report["complete"]])


class Import(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.services = Services().__enter__()

    @classmethod
    def tearDownClass(cls):
        for name in list(cls.services.processes):
            code = cls.services.stop(name)
            assert code == 0, f"{name} ended with {code}:\n{cls.services.log(name)}"
        cls.services.__exit__()

    def test_one_report_all_the_way(self):
        answer = self.services.import_text(REPORT, "sky", "2031-04-20")
        report = answer["report"]
        self.assertTrue(report["complete"])
        self.assertEqual(answer["unread"], [])
        self.assertEqual({owner["owner"] for owner in report["owners"]},
                         {"budget", "petition", "campaign", "brand", "report"})
        table = self.services.json("tables", "--report", "sky", "--owner", "budget")["tables"][0]
        self.assertEqual(table["unit"], "천원, %")
        self.assertEqual([cell["text"] for cell in table["rows"][1]["cells"]],
                         ["합 계", "3,001", "2,000", "1,000", "33.3%"])
        figure = self.services.json("figures", "--report", "sky", "--search", "뉴스레터")["figures"]
        self.assertEqual([(one["owner"], one["printed"]) for one in figure],
                         [("campaign", "3,000부")])
        findings = self.services.json("reconcile", "--report", "sky")["findings"]
        found = {(finding["rule"], finding["certainty"], finding["printed"])
                 for finding in findings}
        self.assertIn("CONTRADICTION", {certainty for _, certainty, printed in found
                                        if "42" in printed})
        self.assertIn("ROUNDING", {certainty for _, certainty, printed in found
                                   if "3,001" in printed})
        document = self.services.json("compose", "--as-of", "2031-03-31")["document"]
        rows = [[cell["text"] for cell in row["cells"]] for section in document["sections"]
                for table in section["tables"] for row in table["rows"]]
        self.assertIn(["합 계", "3,001", "2,000", "1,000", "33.3%"], rows)
        self.assertIn(["하늘상담", "2,000", "1,000", "600", "30.0%"], rows)

    def test_a_closed_year_is_moved_and_said_to_be(self):
        """A later report prints other amounts of a year that is closed."""
        first = REPORT.replace("2031", "2035").replace("하늘소통관", "바람소통관")
        later = first.replace("2035.3.31.", "2035.6.30.")
        for before, after in (("3,001 | 2,000 | 1,000 | 33.3%", "3,101 | 2,000 | 1,500 | 48.4%"),
                              ("2,000 | 1,000 | 600 | 30.0%", "2,100 | 1,000 | 1,100 | 52.4%")):
            later = later.replace(before, after)
        answer = self.services.import_text(first, "wind", "2035-04-20")
        self.assertEqual(answer["closedChanges"], [])
        for rule in self.services.json("reconcile", "--report", "wind")["rules"]:
            if rule["rule"] in ("ledger", "execution-order"):
                self.assertEqual(rule["checked"], rule["held"], rule)
                self.assertGreater(rule["checked"], 0)
        done = self.services.sotong("budget", "close-year", 2035, "--publisher", "바람소통관")
        self.assertEqual(done.returncode, 0, done.stderr)
        path = self.services.data / "later.txt"
        path.write_text(later)
        done = self.services.sotong("import", path, "--id", "wind-2", "--as-of", "2035-07-21")
        self.assertEqual(done.returncode, 0, done.stderr)
        said = done.stdout[done.stdout.index("closed  바람소통관 2035 was closed 20"):]
        entries = self.services.json("budget", "entries", "--year", 2035)["entries"]
        after = [one for one in entries if one["afterClosing"]]
        self.assertIn(f"the report posts {len(after)} entries there, "
                      f"{sum(bool(one['corrects']) for one in after)} of them", said)
        self.assertEqual([one["amountWon"] for one in after], ["100000", "500000"])
        self.assertIn(", ".join(one["name"] for one in after), said)
        self.assertIn("예산현액 100,000원, 원인행위액 0원, 집행액 500,000원", said)
        head, *rows = [row.split("\t") for row in self.services.sotong(
            "budget", "entries", "--year", 2035).stdout.splitlines()]
        self.assertEqual([row[0] for row in rows if row[head.index("마감 후")] == "✓"],
                         [one["name"] for one in after])
        # What the ledger held before the second import is what its table is compared with, by name.
        reconciled = self.services.json("reconcile", "--report", "wind-2")
        found = {(one["printed"], one["explanation"]) for one in reconciled["findings"]
                 if one["rule"] == "ledger"}
        self.assertEqual(found, {("3,101", "원장 3,001,000원 ≠ 3,101"), ("1,500", "원장 1,000,000원 ≠ 1,500"),
                                 ("2,100", "원장 2,000,000원 ≠ 2,100"), ("1,100", "원장 600,000원 ≠ 1,100")})
        order = [one for one in reconciled["findings"] if one["rule"] == "execution-order"]
        self.assertEqual([(one["certainty"], one["printed"], one["expected"], one["explanation"])
                          for one in order],
                         [("CONTRADICTION", "1,100", "≤ 1,000", "집행액 1,100 > 원인행위액 1,000")])

    def test_the_same_again_and_other_text_under_the_same_id(self):
        first = self.services.import_text(REPORT, "twice", "2031-04-20")
        again = self.services.import_text(REPORT, "twice", "2031-04-20")
        self.assertTrue(again["alreadyImported"])
        self.assertEqual(first["report"]["owners"], again["report"]["owners"])
        path = self.services.data / "other.txt"
        path.write_text(REPORT.replace("3,000부", "4,000부"))
        done = self.services.sotong("import", path, "--id", "twice", "--as-of", "2031-04-20")
        self.assertEqual(done.returncode, 1)
        self.assertIn("ALREADY_EXISTS", done.stderr)

    def test_every_encoding_gives_the_same(self):
        forms = {
            "plain": REPORT.encode(),
            "bom": b"\xef\xbb\xbf" + REPORT.encode(),
            "nfd": unicodedata.normalize("NFD", REPORT).encode(),
            "cp949": REPORT.encode("cp949"),
            "crlf": REPORT.replace("\n", "\r\n").encode(),
        }
        tokens = {}
        for name, text in forms.items():
            self.services.import_text(text, f"form-{name}", "2031-04-20")
            tokens[name] = self.services.json("tokens", "--report", f"form-{name}")["tokens"]
        for name in forms:
            self.assertEqual(tokens[name], tokens["plain"], name)
        self.assertGreater(len(tokens["plain"]), 20)

    def test_bad_input_is_refused_with_its_place(self):
        refused(self, self.services, b"", "INVALID_ARGUMENT", "empty")
        refused(self, self.services, b"\x7fELF\x02\x01\x01" + bytes(200), "INVALID_ARGUMENT", "line 1")
        refused(self, self.services, "가나다\n".encode() + b"\xff\xfe\xfa\xff\xff \xc0\n",
                "INVALID_ARGUMENT", "line 2")
        refused(self, self.services, b"x\n" + b"1," * 5_000_000 + b"\n", "INVALID_ARGUMENT", "line 2")
        refused(self, self.services, b"y" * 17_000_000, "", "16777216")

    def test_odd_input_is_read_as_far_as_it_can_be(self):
        nested = "".join(f"{' ' * (i % 40)}- 항목 {i}건\n" for i in range(20_000))
        answer = self.services.import_text(nested, "nested", "2031-04-20")
        self.assertTrue(answer["report"]["complete"])
        ragged = REPORT + "\n| 가 | 나 |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |\n\n" + "9" * 400 + "건\n"
        answer = self.services.import_text(ragged, "ragged", "2031-04-20")
        self.assertEqual([token["printed"][:3] for token in answer["unread"]], ["999"])
        self.assertTrue(answer["remarks"])

    def test_what_a_missing_service_owns_is_delivered_later(self):
        self.services.stop("campaign", signal.SIGKILL)
        path = self.services.data / "late.txt"
        path.write_text(REPORT)
        done = self.services.sotong("import", path, "--id", "late", "--as-of", "2031-04-20")
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertIn("campaign", done.stdout)
        reports = {report["id"]: report for report in self.services.json("reports")["reports"]}
        self.assertFalse(reports["late"]["complete"])
        self.services.start("campaign")
        answer = self.services.import_text(REPORT, "late", "2031-04-20")
        self.assertTrue(answer["report"]["complete"])
        figures = self.services.json("figures", "--report", "late", "--owner", "campaign")["figures"]
        self.assertTrue(figures)


if __name__ == "__main__":
    unittest.main()
