"""What the report service reads from a report and keeps: staff, organisation, audit findings, numerals;
facts that a text replaces; imports that were interrupted."""

import json
import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from services import BUILD, REPORTS, SOURCE, Services  # noqa: E402

REPORT = """2032 주요업무보고

2032. 4. 20.(화)

바다소통관

Ⅰ. 일반현황

조 직 1관 2과, 3팀

인 력 정원 9명 / 현원 8명

('32. 3. 31. 현재)

| 구 분 | 총 계 | | 일반직 | |
|---|---|---|---|---|
| | 정원 | 현원 | 정원 | 현원 |
| 계 | 9 | 8(5) | 9 | 8 |
| 홍보과 | 5 | 5(3) | 5 | 5 |
| 민원과 | 4 | 3(2) | 4 | 3 |

주요기능

홍보과

홍보기획팀

· 홍보 기획

매체1팀

민원과

상담팀

Ⅱ. 2031 행정사무감사 처리결과

시정 · 처리 요구사항

| 시정 및 처리 요구사항 | 조치결과 및 향후추진계획 |
|---|---|
| ○ 매체를 고루 쓸 것 (홍보과) | 추진상황 : 완료 |
| ○ 답변을 앞당길 것 (민원과, 홍보과) | 추진상황 : 검토 중 |

건의사항

| 건의사항 | 조치결과 |
|---|---|
| ○ 새 매체를 찾을 것 (홍보과) | 추진상황 : 추진 중 |
"""
AS_OF = "2032-04-20"


def number(message):
    return int(message["units"]) if message is not None else None


class Records(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.services = Services().__enter__()
        cls.services.import_text(REPORT, "sea", AS_OF)

    @classmethod
    def tearDownClass(cls):
        cls.services.__exit__()

    def call(self, method, **request):
        done = self.services.sotong("call", f"report.v1.ReportService/{method}",
                                    json.dumps(request), "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_staff(self):
        rows = {(row["department"], row["grade"][0]):
                (number(row.get("posts")), number(row.get("people")), number(row.get("women")))
                for row in self.call("ListHeadcounts")["headcounts"]}
        self.assertEqual(rows, {
            ("계", "총계"): (9, 8, 5), ("계", "일반직"): (9, 8, None),
            ("홍보과", "총계"): (5, 5, 3), ("홍보과", "일반직"): (5, 5, None),
            ("민원과", "총계"): (4, 3, 2), ("민원과", "일반직"): (4, 3, None)})
        one = self.call("ListHeadcounts")["headcounts"][0]
        self.assertEqual((one["asOf"], one["publisher"]), ("2032-03-31", "바다소통관"))

    def test_nothing_is_known_before_the_first_report(self):
        self.assertEqual(self.call("ListHeadcounts", as_of="2031-12-31").get("headcounts", []), [])
        done = self.services.sotong("compose", "--as-of", "2031-12-31")
        self.assertEqual(done.returncode, 1)
        self.assertIn("NOT_FOUND", done.stderr)

    def test_organisation(self):
        answer = self.call("ListOrganizationUnits")
        self.assertEqual([(unit.get("depth", 0), unit["label"], unit.get("parent", ""))
                          for unit in answer["units"]],
                         [(0, "바다소통관", ""), (1, "홍보과", "바다소통관"),
                          (2, "홍보기획팀", "홍보과"), (2, "매체1팀", "홍보과"),
                          (1, "민원과", "바다소통관"), (2, "상담팀", "민원과")])
        self.assertEqual(answer["summary"], "1관 2과 3팀")

    def test_audit_findings(self):
        answer = self.call("ListAuditFindings")
        self.assertEqual([(one["kind"], one["demand"], one["state"], one["departments"])
                          for one in answer["auditFindings"]],
                         [("시정·처리 요구사항", "매체를 고루 쓸 것", "AUDIT_STATE_DONE", ["홍보과"]),
                          ("시정·처리 요구사항", "답변을 앞당길 것", "AUDIT_STATE_UNDER_REVIEW",
                           ["민원과", "홍보과"]),
                          ("건의사항", "새 매체를 찾을 것", "AUDIT_STATE_UNDER_WAY", ["홍보과"])])
        totals = {(one.get("kind", ""), one.get("state", "")): one["count"]
                  for one in answer["totals"]}
        self.assertEqual(totals["", ""], 3)
        self.assertEqual(totals["시정·처리 요구사항", ""], 2)

    def test_numerals_in_pages(self):
        whole = self.call("ListTokens", report_id="sea")["tokens"]
        paged, token = [], ""
        while True:
            page = self.call("ListTokens", report_id="sea", page_size=7, page_token=token)
            paged += page.get("tokens", [])
            token = page.get("nextPageToken", "")
            if not token:
                break
        self.assertEqual(paged, whole)
        self.assertGreater(len(whole), 20)
        searched = self.call("ListTokens", report_id="sea", search="(5)", kind="QUANTITY")
        self.assertNotIn("DATE", {one["kind"] for one in searched.get("tokens", [])})
        done = self.services.sotong("call", "report.v1.ReportService/ListTokens",
                                    '{"report_id":"sea","page_token":"x"}')
        self.assertEqual(done.returncode, 1)
        self.assertIn("page_token", done.stderr)

    def test_reports_in_pages(self):
        self.services.import_text("2029 업무보고\n\n2029. 4. 20.\n\n산소통관\n\n○ 민원 3건\n", "hill",
                                  "2029-04-20")
        first = self.call("ListReports", page_size=1)
        second = self.call("ListReports", page_size=1, page_token=first["nextPageToken"])
        self.assertEqual([first["reports"][0]["id"], second["reports"][0]["id"]], ["sea", "hill"])

    def test_another_date_for_the_same_text(self):
        path = self.services.data / "date.txt"
        path.write_text(REPORT)
        done = self.services.sotong("import", path, "--id", "sea", "--as-of", "2032-05-01")
        self.assertEqual(done.returncode, 1)
        self.assertIn("ALREADY_EXISTS", done.stderr)

    def test_composed_tables_are_those_of_the_report(self):
        document = self.services.json("compose", "--as-of", AS_OF)["document"]
        rows = [[cell["text"] for cell in row["cells"]] for section in document["sections"]
                for table in section.get("tables", []) for row in table["rows"]]
        self.assertIn(["홍보과", "5", "5(3)", "5", "5"], rows)
        self.assertIn(["계", "3", "1", "1", "1", "-"], rows)
        for form, mark in (("md", "| 홍보과 | 5 | 5(3) | 5 | 5 |"), ("html", "<td>홍보과</td>")):
            done = self.services.sotong("compose", "--as-of", AS_OF, "--format", form)
            self.assertIn(mark, done.stdout)


class Interrupted(unittest.TestCase):
    def test_an_import_survives_the_end_of_the_service_at_any_moment(self):
        with Services() as services:
            path = services.data / "long.txt"
            path.write_text(REPORT + "".join(f"○ 민원 접수 {i}건\n" for i in range(3000)))
            command = [BUILD / "bin" / "sotong", "import", path, "--id", "long", "--as-of", AS_OF]
            for delay in (0.02, 0.1, 0.3):
                client = subprocess.Popen(command, env=services.environment,
                                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(delay)
                services.stop("report", signal.SIGKILL)
                client.wait()
                services.start("report")
                for report in services.json("reports").get("reports", []):
                    self.assertTrue(report["complete"])
            done = subprocess.run(command, env=services.environment, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            report = services.json("reports")["reports"][0]
            self.assertTrue(report["complete"])
            counted = sum(owner["figureCount"] for owner in report["owners"])
            listed = len(services.json("figures", "--report", "long")["figures"])
            self.assertEqual(counted, listed)
            self.assertGreater(counted, 3000)


class Facts(unittest.TestCase):
    def test_facts_are_loaded_and_give_way_to_the_text(self):
        with Services(facts=True) as services:
            reports = {one["id"]: one for one in services.json("reports")["reports"]}
            self.assertTrue(reports["seoul-2020-04"]["factsOnly"])
            document = services.json("compose", "--as-of", "2020-03-31")["document"]
            rows = [[cell.get("text", "") for cell in row["cells"]]
                    for section in document["sections"]
                    for table in section.get("tables", []) for row in table["rows"]]
            self.assertIn(["120다산콜재단 운영", "23,036,654", "5,373,403", "5,373,403", "23.3%"], rows)
            text = REPORTS / "seoul-2020-04.txt"
            if not text.exists():
                print(f"skipped: {text} is absent")
                return
            services.json("import", text, "--id", "seoul-2020-04")
            reports = {one["id"]: one for one in services.json("reports")["reports"]}
            self.assertFalse(reports["seoul-2020-04"].get("factsOnly", False))
            self.assertTrue(reports["seoul-2020-04"]["complete"])

    def test_facts_hold_no_sentences(self):
        for path in SOURCE.glob("services/*/facts/*.json"):
            for figure in json.loads(path.read_text()).get("figures", []):
                for label in figure.get("subject", []):
                    self.assertLessEqual(len(label), 30, f"{path}: {label}")


if __name__ == "__main__":
    unittest.main()
