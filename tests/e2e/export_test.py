"""`sotong export`: a Fiscal Data Package that the field's own checker accepts, a spreadsheet, and the
bureau's own table. The data are the two reports' facts."""

import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ledger import BudgetProcess, make_line  # noqa: E402
from services import BUILD  # noqa: E402

FRICTIONLESS = pathlib.Path(os.environ.get("SOTONG_TOOLS", BUILD / "tools"),
                            "frictionless/bin/frictionless")
DAY = "2020-03-31"
PHASES = {"approved": "currentWon", "adjusted": "currentWon", "committed": "committedWon",
          "executed": "spentWon"}


def read_csv(path):
    return csv.DictReader(io.StringIO(path.read_text()))


class ExportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.budget = BudgetProcess(facts=True)
        cls.budget.start()
        cls.rows = cls.budget.connect().call("BudgetService/GetExecution", {"asOf": DAY})["rows"]

    @classmethod
    def tearDownClass(cls):
        cls.budget.__exit__()

    def export(self, *arguments, code=0):
        done = subprocess.run(
            [BUILD / "bin/sotong", "export", *map(str, arguments)], capture_output=True,
            env={**os.environ, "SOTONG_PEERS": f"budget=http://127.0.0.1:{self.budget.port}"},
            timeout=120)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return (done.stdout if code == 0 else done.stderr).decode()

    def package(self, name, *arguments):
        folder = self.budget.data / name
        self.export("--as-of", DAY, "--format", "fdp", "--output", folder, *arguments)
        return folder

    def valid(self, folder):
        done = subprocess.run([FRICTIONLESS, "validate", "--json", folder / "datapackage.json"],
                              capture_output=True, text=True, timeout=120)
        return json.loads(done.stdout)["valid"]

    def test_package(self):
        folder = self.package("package")
        lines = {row["line"]: row for row in read_csv(folder / "lines.csv")}
        self.assertEqual(len(lines), len(self.rows))
        sums = {}
        for row in read_csv(folder / "entries.csv"):
            line = row["line"]
            while line: # An entry counts for its line and all above.
                key = line, PHASES[row["phase"]]
                sums[key] = sums.get(key, 0) + int(row["amount"])
                line = lines[line]["parent"]
        for row in self.rows:
            for name in PHASES.values():
                self.assertEqual(sums.get((row["line"], name), 0), int(row.get(name, 0)), row["label"])

    def test_the_checker_accepts(self):
        if not FRICTIONLESS.exists():
            self.skipTest("frictionless is not installed")
        folder = self.package("checked", "--publisher", self.rows[0]["publisher"])
        self.assertTrue(self.valid(folder))
        # It must see what is wrong: an entry of a line that is not there.
        text = (folder / "lines.csv").read_text().splitlines(keepends=True)
        (folder / "lines.csv").write_text("".join(text[:-1]))
        self.assertFalse(self.valid(folder))

    def test_publisher(self):
        make_line(self.budget.connect(), "다른 사업", 1000) # Of another bureau and year.
        mine = self.package("mine", "--publisher", self.rows[0]["publisher"])
        self.assertNotIn("다른 사업", (mine / "lines.csv").read_text())
        theirs = self.package("theirs", "--publisher", "없는 기관")
        self.assertEqual(len((theirs / "entries.csv").read_text().splitlines()), 1)
        publisher = [json.loads((folder / "datapackage.json").read_text()).get("publisher")
                     for folder in (mine, self.package("all"))]
        self.assertEqual(publisher, [self.rows[0]["publisher"], None])

    def test_sheet(self):
        text = self.export("--as-of", DAY, "--format", "csv")
        self.assertTrue(text.startswith("\ufeff기관,"))
        rows = list(csv.DictReader(io.StringIO(text[1:])))
        self.assertEqual([int(row["예산현액(원)"]) for row in rows],
                         [int(row["currentWon"]) for row in self.rows])
        self.assertEqual(rows[0]["집행률(%)"], "21.8")

    def test_a_spreadsheet_sees_no_formula(self):
        connection = self.budget.connect()
        connection.call("LedgerService/CreateLine", {
            "requestId": "formula", "publisher": "셈국", "fiscalYear": 2021,
            "label": '=1+1, "둘"'})
        line = connection.call("BudgetService/ListLines", {"fiscalYear": 2021})["lines"][0]["name"]
        connection.call("LedgerService/PostEntries", {"requestId": "formula-2", "entries": [
            {"line": line, "kind": "ENTRY_KIND_APPROPRIATION", "amountWon": "5",
             "description": "@SUM(1,2)",
             "effectiveDate": "2021-01-01"},
            {"line": line, "kind": "ENTRY_KIND_COMMITMENT", "amountWon": "5",
             "effectiveDate": "2021-01-01"}]})
        text = self.export("--as-of", "2021-03-31", "--format", "csv")
        self.assertIn(',"\'=1+1, ""둘""",5,5', text)
        folder = self.budget.data / "formulas"
        self.export("--as-of", "2021-03-31", "--format", "fdp", "--output", folder)
        self.assertEqual([row["label"] for row in read_csv(folder / "lines.csv")],
                         ['\'=1+1, "둘"'])
        self.assertEqual([row["description"] for row in read_csv(folder / "entries.csv")],
                         ["'@SUM(1,2)", ""])

    def test_table(self):
        text = self.export("--as-of", DAY)
        self.assertTrue(text.startswith("(단위 : 천원, 2020.3.31. 기준)\n"))
        self.assertEqual(len(text.splitlines()), 4 + len(self.rows))
        for row, line in zip(self.rows, text.splitlines()[4:], strict=True):
            self.assertTrue(line.startswith("| " + "\u3000" * row.get("depth", 0) + row["label"]), line)
        self.assertIn("| 합 계(시민소통기획관) | 103,812,792 | 30,677,774 | 22,603,968 | 21.8% |", text)

    def test_refusals(self):
        for code, said, arguments in (
                (2, "--as-of", ()),
                (2, "no day", ("--as-of", "2020-02-30")),
                (2, "no format", ("--as-of", DAY, "--format", "xls")),
                (2, "--output", ("--as-of", DAY, "--format", "fdp")),
                (1, "nothing is recorded", ("--as-of", "1999-01-01")),
                (3, "cannot be", ("--as-of", DAY, "--format", "fdp", "--output", "/proc/none"))):
            with self.subTest(arguments=arguments):
                self.assertIn(said, self.export(*arguments, code=code))


if __name__ == "__main__":
    unittest.main()
