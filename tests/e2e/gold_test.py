"""The real reports against numerals labelled by hand (tests/gold): kind, quantity, subject.

A gold row points at the first digit of a numeral. A token agrees when it covers that place with the
kind of the label (`A|B`: either) and, for a quantity, the same units, exponent and unit (`?`: not
told). A subject agrees when every label of the gold is contained in the figure's labels, spaces set
aside."""

import csv
import pathlib
import re
import sys
import unicodedata
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from services import REPORTS, SOURCE, Services  # noqa: E402

WRONG_SUBJECTS_MAX_PERCENT = 3


def gold_rows(report_id):
    with open(SOURCE / "tests" / "gold" / f"{report_id}.tsv", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def fold(text):
    return re.sub(r"\s", "", unicodedata.normalize("NFC", text)).lower()


def at(items, line, column, place):
    for item in items:
        where = place(item)
        first = where["column"]
        if where["line"] == line and first <= column < first + len(item["printed"]):
            return item
    return None


def quantity_differs(row, suffix, quantity):
    wanted = row["units" + suffix]
    if not wanted or "?" in wanted:
        return False
    if quantity is None:
        return True
    if (int(wanted), int(row["exponent" + suffix])) != (int(quantity["units"]),
                                                        quantity["exponent"]):
        return True
    return "?" not in row["unit"] and quantity["unit"] not in row["unit"].split("|")


class Gold(unittest.TestCase):
    def setUp(self):
        if not REPORTS.is_dir():
            print(f"skipped: the real reports are not here ({REPORTS})")
            self.skipTest("the real reports are not here")

    def check(self, report_id, as_of):
        with Services() as services:
            services.json("import", REPORTS / f"{report_id}.txt", "--as-of", as_of)
            tokens = services.json("tokens", "--report", report_id)["tokens"]
            figures = services.json("figures", "--report", report_id)["figures"]
            compared = self.covers_every_digit(report_id, tokens)
        self.assertEqual([token for token in tokens if token["kind"] == "UNREAD"], [])
        wrong, subjects, subject_count = [], [], 0
        for row in gold_rows(report_id):
            line, column = int(row["line"]), int(row["column"])
            place = f"{report_id}:{line}:{column} {row['printed']}"
            token = at(tokens, line, column, lambda item: item)
            if token is None or token["kind"] not in row["kind"].split("|"):
                wrong.append(f"{place}: {row['kind']}, read as {token and token['kind']}")
                continue
            if token["kind"] != "QUANTITY":
                continue
            if quantity_differs(row, "", token.get("quantity")) and quantity_differs(
                    row, "", (at(figures, line, column, lambda item: item["citation"]) or
                              {}).get("quantity")):
                wrong.append(f"{place}: {row['units']}e{row['exponent']} {row['unit']}, "
                             f"read as {token.get('quantity')}")
            figure = at(figures, line, column, lambda item: item["citation"])
            if not row["subject"]:
                continue
            subject_count += 1
            labels = fold("/".join(figure["subject"])) if figure else ""
            if not all(fold(label) in labels for label in row["subject"].split("/")):
                subjects.append(f"{place}: {row['subject']}, read as "
                                f"{figure and figure['subject']}")
        print(f"{report_id}: {len(gold_rows(report_id))} gold numerals, {len(wrong)} wrong; "
              f"{len(subjects)} of {subject_count} subjects wrong; {compared} digits covered")
        for line in subjects:
            print("  subject", line)
        self.assertEqual(wrong, [])
        self.assertLessEqual(len(subjects) * 100, subject_count * WRONG_SUBJECTS_MAX_PERCENT)

    def covers_every_digit(self, report_id, tokens):
        """Every digit of the text lies in exactly one token; returns how many digits there are."""
        text = unicodedata.normalize("NFC", (REPORTS / f"{report_id}.txt").read_text())
        covered = {}
        for token in tokens:
            for column in range(token["column"], token["column"] + len(token["printed"])):
                place = (token["line"], column)
                covered[place] = covered.get(place, 0) + 1
        digits = 0
        for number, line in enumerate(text.split("\n"), 1):
            for match in re.finditer(r"[0-9]", line):
                digits += 1
                self.assertEqual(covered.get((number, match.start() + 1), 0), 1,
                                 f"{report_id}:{number}:{match.start() + 1} {line[:80]}")
        return digits

    def test_seoul_2012(self):
        self.check("seoul-2012-02", "2012-02-29")

    def test_seoul_2020(self):
        self.check("seoul-2020-04", "2020-04-21")


if __name__ == "__main__":
    unittest.main()
