"""`sotong budget …`: the ledger from a command line. The data are the two reports' facts."""

import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ledger import BudgetProcess, Refused  # noqa: E402
from services import BUILD  # noqa: E402

LINE = "2020-general-0004"  # 언론매체를 통한 시정정보제공
OTHER = "2020-general-0005"


class BudgetVerbs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.budget = BudgetProcess(facts=True)
        cls.budget.start()

    @classmethod
    def tearDownClass(cls):
        cls.budget.__exit__()

    def environment(self, **more):
        return {**os.environ, "SOTONG_PEERS": f"budget=http://127.0.0.1:{self.budget.port}",
                "TZ": "Asia/Seoul", **more}

    def run_verb(self, *words, code=0, **more):
        done = subprocess.run([BUILD / "bin/sotong", "budget", *map(str, words)], text=True,
                              capture_output=True, env=self.environment(), timeout=120, **more)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}{done.stderr}")
        return done.stdout if code == 0 else done.stderr

    def rows(self, *words):
        """A table as dictionaries by its headings."""
        head, *rows = [line.split("\t") for line in self.run_verb(*words).splitlines()]
        return [dict(zip(head, row, strict=True)) for row in rows]

    def json(self, *words):
        return json.loads(self.run_verb(*words, "--json"))

    def line(self, name=LINE):
        return self.json("line", name)["line"]

    def test_lines(self):
        rows = self.rows("lines", "--year", 2020, "--limit", 45)
        self.assertEqual(rows[3]["이름"], f"lines/{LINE}")
        self.assertEqual(rows[3]["과목"], "      언론매체를 통한 시정정보제공")
        self.assertEqual(len(self.json("lines", "--year", 2012)["lines"]), 44)
        self.assertEqual(self.rows("line", LINE)[0]["이름"], self.line(f"lines/{LINE}")["name"])
        self.assertIn("(NOT_FOUND)", self.run_verb("line", "2020-general-9999", code=1))

    def test_a_commitment_is_spent_and_corrected(self):
        before = self.line()
        row, = self.rows("commit", LINE, "150만원", "--date", "2020-04-13",
                         "--description", "현수막\n제작")
        self.assertEqual([row["종류"], row["금액(원)"], row["적요"], row["일자"]],
                         ["원인행위", "1,500,000", "현수막 제작", "2020-04-13"])
        self.run_verb("spend", f"lines/{LINE}", "1,000,000", "--date", "2020-04-20")
        part, = self.rows("correct", row["기입"], LINE, 200_000)
        self.assertEqual([part["정정"], part["금액(원)"], part["일자"], part["종류"]],
                         [row["기입"], "-200,000", "2020-04-13", "원인행위"])
        said = self.run_verb("correct", row["기입"].split("/")[1], LINE, code=1)
        self.assertIn("(FAILED_PRECONDITION)", said)  # 1,000,000 of it is spent.
        self.run_verb("post", "반납", LINE, 1_000_000, "--date", "2020-04-21")
        rest, = self.rows("correct", row["기입"], LINE, "--date", "2020-04-22")
        self.assertEqual(rest["금액(원)"], "-1,300,000")
        after = self.line()
        self.assertEqual((after["committedWon"], after["spentWon"]),
                         (before["committedWon"], before["spentWon"]))
        self.assertIn("is a correction itself", self.run_verb("correct", rest["기입"], LINE, code=2))
        self.assertIn("has no entry entries/999999", self.run_verb("correct", 999999, LINE, code=1))
        found = self.rows("entries", "--line", LINE, "--kind", "commitment,집행", "--from",
                          "2020-04-01", "--as-of", "2020-04-21")
        self.assertEqual([one["종류"] for one in found], ["원인행위", "원인행위", "집행"])

    def test_transfers_are_balanced(self):
        rows = self.rows("transfer", LINE, OTHER, "5백만원", "--date", "2020-05-01")
        self.assertEqual([row["종류"] for row in rows], ["전용감", "전용증"])
        self.assertEqual([row["과목"] for row in rows], [f"lines/{LINE}", f"lines/{OTHER}"])
        self.run_verb("transfer", OTHER, LINE, "5백만원", "--date", "2020-05-02")
        self.assertIn("both are", self.run_verb("transfer", LINE, LINE, 1, code=2))
        self.assertIn("one side of a transfer",
                      self.run_verb("correct", rows[0]["기입"], LINE, code=2))

    def test_entries_from_a_file(self):
        entries = [{"line": f"lines/{LINE}", "kind": "ENTRY_KIND_CARRY_OVER", "amountWon": won,
                    "effectiveDate": "2020-01-02", "originYear": 2019,
                    "carryOverType": "CARRY_OVER_TYPE_EXPRESS"} for won in (1, 2, 3)]
        for words in (("post-file", "-"), ("post-file", "-", "--json")):
            out = self.run_verb(*words, input=json.dumps({"entries": entries}))
        self.assertEqual([one["amountWon"] for one in json.loads(out)["entries"]], ["1", "2", "3"])
        entries[2]["amountWon"] = -1
        said = self.run_verb("post-file", "-", input=json.dumps({"entries": entries}), code=1)
        self.assertIn("entries[2].amount_won", said)
        self.assertIn("entries[0].kind", self.run_verb(
            "post-file", "-", input='{"entries": [{"kind": "NOPE"}]}', code=2))

    def test_the_same_request_twice(self):
        words = ("post", "supplementary", OTHER, 7, "--date", "2020-02-01", "--request-id", "same-1")
        first, second = self.rows(*words), self.rows(*words)
        self.assertEqual(first, second)
        said = self.run_verb(*words[:3], 8, *words[4:], code=1)
        self.assertIn("(ALREADY_EXISTS)", said)
        self.assertNotIn("--request-id", said)  # It surely has not happened.

    def test_a_call_that_may_have_happened_can_be_repeated(self):
        nowhere = self.environment(SOTONG_PEERS="budget=http://127.0.0.1:1")
        done = subprocess.run([BUILD / "bin/sotong", "budget", "commit", LINE, "5"], env=nowhere,
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 3, done.stderr)
        id = done.stderr.split("--request-id ")[1].strip()
        self.run_verb("commit", OTHER, 5, "--date", "2020-03-31", "--request-id", id)

    def test_reservations(self):
        row, = self.rows("reserve", OTHER, "30만원", "--for", "2h", "--subject", "placements/1")
        self.assertEqual([row["상태"], row["금액(원)"]], ["예약", "300,000"])
        self.assertIn(row, self.rows("reservations", "--state", "open", "--line", OTHER))
        posted, = self.rows("post-reservation", row["예약"], 100_000, "--date", "2020-06-01")
        self.assertEqual([posted["상태"], posted["확정(원)"]], ["확정", "100,000"])
        self.assertEqual(posted, self.rows("reservation", row["예약"].split("/")[1])[0])
        self.assertIn("(FAILED_PRECONDITION)", self.run_verb("release", row["예약"], code=1))
        other = self.rows("reserve", OTHER, 1)[0]["예약"]
        self.assertEqual(self.rows("release", other)[0]["상태"], "해제")

    def test_lines_and_years_are_closed(self):
        root = self.rows("create-line", "바다 소통국", "--publisher", "바다국", "--year", 2031)[0]
        below = self.rows("create-line", "등대", "--parent", root["이름"], "--class", "인력운영비")[0]
        self.assertEqual([below["과목"], below["구분"]], ["  등대", "인력운영비"])
        self.assertEqual(self.rows("close-line", below["이름"])[0]["마감"], "✓")
        self.run_verb("post", "예산", root["이름"], 10, "--date", "2031-01-01")
        self.assertEqual(self.run_verb("close-year", 2031, "--publisher", "바다국"), "closed\n")
        said = self.run_verb("post", "예산", root["이름"], 10, "--date", "2031-01-01", code=1)
        self.assertIn("(FAILED_PRECONDITION)", said)

    def test_tables_as_of_and_as_known(self):
        table = self.json("execution", "--as-of", "2020-03-31", "--line", "2020-general-0016")
        rows = self.rows("execution", "--as-of", "2020-03-31", "--line", "2020-general-0016")
        self.assertEqual([row["이름"] for row in rows], [row["line"] for row in table["rows"]])
        self.assertEqual([rows[0]["천원"].strip(), rows[0]["예산현액"], rows[0]["집행률"]],
                         ["뉴미디어담당관", "12,515,213", "9.0%"])
        self.assertEqual(len(rows), 15)
        self.assertEqual(self.run_verb("execution", "--as-of", "2020-03-31", "--known-at",
                                       "2019-12-31"), "")
        rows = self.rows("comparison", "--as-of", "2012-02-29")
        self.assertEqual([rows[0]["예산"], rows[0]["증감율"]], ["31,518,898", "-1.9%"])
        self.assertEqual(self.rows("funds")[0]["집행률"], "90.5%")
        self.assertTrue(self.run_verb("export", "--as-of", "2020-03-31"))

    def test_contracts_plans_grants_revenue(self):
        terms = (LINE, "1500만원", "포스터", "--kind", "물품", "--method", "small-sum", "--vendor",
                 "v1", "--vendor-name", "바다인쇄", "--date", "2020-05-05")
        self.assertTrue(self.run_verb("check-contract", *terms).startswith("가능"))
        contract, = self.rows("record-contract", *terms)
        self.assertIn(contract, self.rows("contracts", "--vendor", "v1"))
        self.run_verb("withdraw-contract", contract["계약"], "--reason", "오기")
        procedure = self.rows("open-procedure", LINE, 5, "영상 제작")[0]["절차"]
        stage, = self.rows("record-stage", procedure, "심의", "--date", "2020-05-01")
        self.assertEqual(stage["단계"], "심의")
        self.run_verb("set-plan", OTHER, "2020-03-31=25%,2020-12-31=100%", "--basis", "집행")
        pace, = self.rows("pace", "--as-of", "2020-03-31")
        self.assertEqual([pace["실적률"], pace["지연"]], ["33.3%", ""])
        self.assertIn("다음 회차", self.run_verb("create-grant", OTHER, 10, "2020-05-01=4,2020-09-01=6",
                                              "--grantee", "g1", "--grantee-name", "등대"))
        self.run_verb("create-revenue-class", "fees", "전광판", "--kind", "사용료", "--publisher",
                      "시민소통기획관")
        self.run_verb("record-revenue", "부과", "fees", "30만원", "--year", 2020, "--date", "2020-03-01")
        self.assertEqual(self.rows("revenue", "--as-of", "2020-12-31")[0]["미수(원)"], "300,000")

    def test_classes_and_carry_over(self):
        self.assertEqual(self.rows("classify-line", "2020-general-0015", "기본경비")[0]["구분"],
                         "기본경비")
        classes = self.json("classes", "--as-of", "2020-03-31")["classes"]
        shown = self.rows("classes", "--as-of", "2020-03-31")
        self.assertEqual([int(row["예산현액(원)"].replace(",", "")) for row in shown],
                         [int(one["currentWon"]) for one in classes])
        self.run_verb("post", "이월", "2020-general-0006", 9, "--carry-over", "사고이월",
                      "--origin-year", 2019, "--date", "2020-01-03")
        row, = self.rows("carry-over", "--as-of", "2020-12-31", "--line", "2020-general-0006")
        self.assertEqual([row["종류"], row["연도"], row["금액(원)"]], ["사고이월", "2019", "9"])

    def test_the_command_line(self):
        for words, said in (
                (("commit",), "say LINE; its form is: sotong budget commit LINE AMOUNT"),
                (("commit", LINE, "1조"), "AMOUNT: `1조` is no amount"),
                (("commit", LINE, "99999999999억"), "is no amount"),
                (("commit", LINE, "1,5"), "AMOUNT: `1,5` is no amount"),
                (("commit", LINE, "1,50,000"), "is no amount"),
                (("commit", LINE, "1500,000"), "is no amount"),
                (("commit", LINE, "1,500,"), "is no amount"),
                (("commit", LINE, 5, 6), "one argument too many: 6"),
                (("post-reservation", 1, 0), "AMOUNT: 0 is no value here; leave it out"),
                (("reserve", LINE, 5, "--for", 0), "--for: 0 is no value here"),
                (("reserve", LINE, 5, "--for", "2w"), "--for: `2w` is no duration"),
                (("entries", "--kind", "nope"), "`nope` is none of: appropriation (예산)"),
                (("entries", "--known-at", "x"), "--known-at: `x` is no instant"),
                (("entries", "--line"), "a value is missing behind --line"),
                (("lines", "--nope"), "there is no option --nope"),
                (("lines", "--limit", 0), "--limit is a number from 1"),
                (("execution",), "say --as-of"),
                (("nope",), "there is no verb nope")):
            self.assertIn(said, self.run_verb(*words, code=2))
        self.assertIn("sotong budget close-year YEAR --publisher NAME",
                      self.run_verb("close-year", "--help"))

    def test_one_entry_and_where_entries_come_from(self):
        rows = self.rows("entries", "--line", "2020-general-0001", "--as-of", "2020-03-31")
        self.assertEqual([row["끝수"] for row in rows], ["✓", "✓"])
        self.assertRegex(rows[0]["출처"], r"^seoul-2020-04 \d+행 › \S")
        self.assertEqual(self.rows("entry", rows[0]["기입"]), rows[:1])
        self.assertEqual(self.rows("entry", rows[0]["기입"].removeprefix("entries/")), rows[:1])
        own, = self.rows("commit", OTHER, 3, "--date", "2020-03-31")
        self.assertEqual([own["출처"], own["끝수"], own["마감 후"]], ["", "", ""])
        self.assertEqual(self.rows("entry", own["기입"]), [own])
        self.assertIn("(NOT_FOUND)", self.run_verb("entry", 999999, code=1))

    def test_what_calls_keep_is_known_to_be_nothing(self):
        """A line that calls made has a 0 where nothing was recorded; what no report prints has a –."""
        root = self.rows("create-line", "섬국", "--publisher", "섬국", "--year", 2032)[0]["이름"]
        lines = [self.rows("create-line", label, "--parent", root)[0]["이름"] for label in ("배", "등대")]
        for line in lines:
            self.run_verb("post", "예산", line, 5_000_000, "--date", "2032-01-01")
        self.run_verb("commit", lines[0], 2_000_000, "--date", "2032-03-01")
        rows = self.rows("execution", "--as-of", "2032-12-31")
        self.assertEqual([(row["원인행위액"], row["집행액"], row["집행률"]) for row in rows],
                         [("2,000", "0", "0.0%"), ("2,000", "0", "0.0%"), ("0", "0", "0.0%")])
        line = "lines/2012-general-0005"  # Its report prints budgets alone.
        known = {"asOf": "2012-12-31", "line": line}
        connection = self.budget.connect()
        row, *_ = connection.call("BudgetService/GetExecution", known)["rows"]
        self.assertNotIn("expenditureKnown", row)
        self.run_verb("post", "추경", line, 1_000, "--date", "2012-03-01")
        self.run_verb("commit", line, 1_000, "--date", "2012-03-01")
        row, *_ = connection.call("BudgetService/GetExecution", known)["rows"]
        self.assertTrue(row["expenditureKnown"] and row["commitmentKnown"])
        row, *_ = connection.call("BudgetService/GetExecution",
                               {**known, "knownAt": "2100-01-01T00:00:00Z"})["rows"]
        self.assertTrue(row["expenditureKnown"])
        row, *_ = connection.call("BudgetService/GetExecution", {**known, "asOf": "2012-02-29"})["rows"]
        self.assertNotIn("expenditureKnown", row)

    def test_what_is_not_there_has_a_reason(self):
        connection = self.budget.connect()
        day = {"asOf": "2020-03-31"}
        for method, body, reason in (
                ("BudgetService/GetLine", {"name": "lines/x"}, "LINE_UNKNOWN"),
                ("BudgetService/GetEntry", {"name": "entries/x"}, "ENTRY_UNKNOWN"),
                ("BudgetService/GetEntry", {"name": "entries/999999"}, "ENTRY_UNKNOWN"),
                ("BudgetService/ListEntries", {"line": "lines/x"}, "LINE_UNKNOWN"),
                ("BudgetService/GetExecution", {**day, "line": "lines/x"}, "LINE_UNKNOWN"),
                ("BreakdownService/ListCarryOver", {**day, "line": "lines/x"}, "LINE_UNKNOWN"),
                ("PlanService/GetPlan", {"line": "lines/x"}, "LINE_UNKNOWN"),
                ("PlanService/GetGrant", {"name": "grants/x"}, "GRANT_UNKNOWN"),
                ("ContractService/GetContract", {"name": "contracts/9"}, "CONTRACT_UNKNOWN"),
                ("ContractService/GetProcedure", {"name": "procedures/9"}, "PROCEDURE_UNKNOWN"),
                ("ReservationService/GetReservation", {"name": "reservations/x"},
                 "RESERVATION_UNKNOWN")):
            with self.assertRaises(Refused) as refused:
                connection.call(method, body)
            self.assertEqual((refused.exception.code, refused.exception.reason),
                             ("not_found", reason), method)

    def test_refusals_name_the_words_of_the_command_line(self):
        for words, said in (
                (("reserve", LINE, 5, "--for", "400d"), "budget: --for: is 34560000; must be "),
                (("reserve", LINE, 0), "budget: AMOUNT: is 0 won; "),
                (("commit", LINE, 5, "--date", "2020-02-30"), "budget: --date: "),
                (("set-plan", LINE, "2026-06-30=45%,2026-06-29=50%"), "budget: POINTS: ")):
            told = self.run_verb(*words, code=1)
            self.assertIn(said, told)
            self.assertNotIn("_", told.split("(")[0])

    def test_help(self):
        def run(*words):
            return subprocess.run([BUILD / "bin/sotong", *words], capture_output=True, text=True, timeout=120)

        told = run("help", "budget", "close-year").stdout
        self.assertIn("sotong budget close-year YEAR --publisher NAME", told)
        self.assertIn("--request-id", told)
        self.assertNotIn("sotong budget commit", told)
        wrong = run("help", "budget", "nope")
        self.assertEqual((wrong.returncode, wrong.stdout), (2, ""))
        self.assertIn("there is no verb nope", wrong.stderr)
        self.assertEqual(run("help", "budget").stdout, run("budget", "--help").stdout)
        for words in (("help", "admin"), ("admin", "--help")):
            self.assertIn("sotong admin backup budget data/budget.sqlite ", run(*words).stdout)

    def on_screen(self, *words, columns=80):
        """What a terminal of so many columns shows, and what is said beside it."""
        try:
            main, other = pty.openpty()
        except OSError as why:
            self.skipTest(f"no terminal can be made: {why}")
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        with open(main, "rb", buffering=0) as screen:
            done = subprocess.Popen([BUILD / "bin/sotong", "budget", *map(str, words)], stdout=other,
                                    stderr=subprocess.PIPE, env=self.environment(NO_COLOR="1"))
            os.close(other)
            shown = b""
            while chunk := self.read(screen):
                shown += chunk
            said = done.communicate(timeout=120)[1].decode()
            self.assertEqual(done.returncode, 0, said)
        return shown.decode().splitlines(), said

    def test_columns_stand_under_their_headings(self):
        """On a terminal: Korean takes two columns."""
        lines, _ = self.on_screen("lines", "--year", 2020, "--limit", 9, columns=160)
        ends = {self.width(line.split("lines/")[0]) for line in lines[1:] if "lines/" in line}
        self.assertEqual(ends, {self.width(lines[0].split("이름")[0])})

    def test_tables_fit_the_terminal(self):
        for words in (("lines", "--year", 2020), ("entries", "--year", 2020),
                      ("execution", "--as-of", "2020-03-31"), ("funds",),
                      ("comparison", "--as-of", "2012-02-29"), ("--as-of", "2020-03-31")):
            for columns in (80, 100, 200):
                lines, said = self.on_screen(*words, columns=columns)
                self.assertLessEqual(max(map(self.width, lines)), columns, words)
                if columns == 200:
                    self.assertEqual(said, "")
        lines, said = self.on_screen("entry", 67)  # Each cell on its own line.
        self.assertEqual(said, "")
        self.assertRegex("\n".join(lines), r"출처 +seoul-\d+-\d+ \d+행 › ")
        self.assertEqual({self.width(re.match(r"\S+ +", line)[0]) for line in lines}, {10})
        lines, said = self.on_screen("lines", "--year", 2020)
        self.assertIn("이름", lines[0])
        self.assertIn("left out for want of width:", said)
        for heading in said.split("width:")[1].split():
            self.assertNotIn(heading, lines[0])

    @staticmethod
    def read(screen):
        try:
            return screen.read(65536)
        except OSError:  # The other side is closed.
            return b""

    @staticmethod
    def width(text):
        return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


if __name__ == "__main__":
    unittest.main()
