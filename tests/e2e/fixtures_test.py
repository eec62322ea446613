"""Invented reports of three bodies, written and labelled before the importer was run on them.

fixtures/*.gold.tsv has the columns of gold/*.tsv and `known`: what the importer is known to read
otherwise, with the reason. A row without it must agree; how many rows have it is printed."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from gold import at, check_cover, gold_rows, wrong_reading, wrong_subject  # noqa: E402
from services import SOURCE, Services  # noqa: E402

FIXTURES = SOURCE / "tests" / "fixtures"

# What was printed wrong on purpose and is found, as (line, printed). Everything else that the rules
# call a contradiction is one of these reports' true numbers.
PLANTED = {
    "busan-2023-01": {(45, "1,846억원"), (139, "3,500명"), (172, "93.5%")},
    "paju-2018-07": {(38, "15.1"), (61, "25"), (154, "6건"), (157, "4"), (157, "2")},
    "welfare-2024-01": {(73, "103만개"), (122, "5.9"), (127, "5.8%")},
}
# Planted and not yet found: a sum of a column whose total stands apart is only of SCOPE; a number of
# a remark against a table; an amount of prose against a table; a mean per month.
MISSED = {
    "busan-2023-01": {(123, "1,510명"), (158, "1,480")},
    "paju-2018-07": set(),
    "welfare-2024-01": {(56, "18조 2,826억원"), (90, "6,503건")},
}

# Rows and columns of each table, by the line on which it begins.
TABLES = {
    "busan-2023-01": {30: (11, 8), 50: (6, 5), 60: (4, 5), 80: (5, 5), 127: (3, 6), 146: (4, 3),
                      148: (4, 3), 156: (6, 4), 172: (7, 6)},
    "paju-2018-07": {17: (7, 9), 31: (10, 5), 48: (6, 5), 57: (5, 6), 90: (2, 7), 107: (6, 4),
                     133: (5, 4), 156: (4, 6), 163: (7, 6)},
    "welfare-2024-01": {115: (10, 5), 131: (6, 3)},
}
DAYS = {"busan-2023-01": "2023-01-31", "paju-2018-07": "2018-07-02",
        "welfare-2024-01": "2024-01-25"}
PUBLISHERS = {"busan-2023-01": "해양관광국", "paju-2018-07": "문화교육국",
              "welfare-2024-01": "보건복지부"}


def size(table):
    rows = table["rows"]
    columns = max(cell["column"] + cell.get("columnSpan", 1) - 1
                  for row in rows for cell in row.get("cells", []))
    return len(rows), columns


class Fixtures(unittest.TestCase):
    def check(self, name):
        with Services() as services:
            answer = services.json("import", FIXTURES / f"{name}.txt", "--as-of", DAYS[name])
            self.assertEqual(answer["unread"], [])
            tokens = services.json("tokens", "--report", name)["tokens"]
            figures = services.json("figures", "--report", name)["figures"]
            tables = services.json("tables", "--report", name)["tables"]
            findings = services.json("reconcile", "--report", name)["findings"]
            records = self.records(services)
        self.assertEqual(answer["report"]["publisher"], PUBLISHERS[name])
        check_cover(self, (FIXTURES / f"{name}.txt").read_text(encoding="utf-8"), tokens, name)
        self.check_gold(name, tokens, figures)
        self.assertEqual({table["citation"]["line"]: size(table) for table in tables}, TABLES[name])
        found = {(finding["figures"][0]["citation"]["line"], finding["printed"])
                 for finding in findings if finding["certainty"] == "CONTRADICTION"}
        self.assertEqual(found, PLANTED[name])
        self.assertEqual(found & MISSED[name], set())
        print(f"{name}: {len(found)} of {len(found | MISSED[name])} planted contradictions found")
        return records

    @staticmethod
    def records(services):
        def call(method):
            return services.json("call", f"report.v1.ReportService/{method}", "{}")
        return {"headcounts": call("ListHeadcounts").get("headcounts", []),
                "units": call("ListOrganizationUnits").get("units", []),
                "findings": call("ListAuditFindings").get("auditFindings", [])}

    def check_gold(self, name, tokens, figures):
        rows = gold_rows(FIXTURES / f"{name}.gold.tsv")
        wrong, known, mended = [], 0, []
        for row in rows:
            line, column = int(row["line"]), int(row["column"])
            token = at(tokens, line, column, lambda item: item)
            figure = at(figures, line, column, lambda item: item["citation"])
            problems = [wrong_reading(row, token, figure), wrong_subject(row, token, figure)]
            if row["qualifiers"] and row["qualifiers"] not in str((figure or {}).get("qualifiers")):
                problems.append(f"{row['qualifiers']}, read as {figure and figure.get('qualifiers')}")
            problems = [problem for problem in problems if problem]
            place = f"{name}:{line}:{column} {row['printed']}"
            if problems and not row["known"]:
                wrong.append(f"{place}: {problems}")
            known += bool(problems and row["known"])
            if row["known"] and not problems:
                mended.append(place)
        print(f"{name}: {len(rows)} gold numerals, {known} known to be read otherwise")
        for place in mended:
            print("  no longer wrong:", place)
        self.assertEqual(wrong, [])

    def test_busan_2023(self):
        records = self.check("busan-2023-01")
        self.assertEqual(len(records["headcounts"]), 24)
        total = records["headcounts"][0]
        self.assertEqual((total["posts"]["units"], total["people"]["units"]), ("126", "121"))
        self.assertEqual([unit["label"] for unit in records["units"]],
                         ["해양관광국", "해양수도정책과", "관광진흥과", "해운항만과",
                          "수산자원연구소"])

    def test_paju_2018(self):
        records = self.check("paju-2018-07")
        self.assertEqual(len(records["headcounts"]), 17)
        self.assertEqual(records["headcounts"][0]["women"]["units"], "61")
        findings = records["findings"]
        self.assertEqual([finding["kind"] for finding in findings],
                         ["시정", "시정", "건의", "건의", "건의", "건의"])
        self.assertEqual([finding["departments"] for finding in findings],
                         [["체육과"], ["평생교육과"], ["문화예술과"], ["관광과"], ["문화예술과"],
                          ["체육과"]])

    def test_welfare_2024(self):
        records = self.check("welfare-2024-01")
        self.assertEqual(records["findings"], [])


if __name__ == "__main__":
    unittest.main()
