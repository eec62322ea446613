"""The real reports against numerals labelled by hand (tests/gold): kind, quantity, subject. See support/gold.py."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from gold import at, check_cover, gold_rows, wrong_reading, wrong_subject  # noqa: E402
from services import REPORTS, SOURCE, Services  # noqa: E402

WRONG_SUBJECTS_MAX_PERCENT = 3


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
            compared = check_cover(self, (REPORTS / f"{report_id}.txt").read_text(), tokens,
                                   report_id)
        self.assertEqual([token for token in tokens if token["kind"] == "UNREAD"], [])
        wrong, subjects, subject_count = [], [], 0
        rows = gold_rows(SOURCE / "tests" / "gold" / f"{report_id}.tsv")
        for row in rows:
            line, column = int(row["line"]), int(row["column"])
            place = f"{report_id}:{line}:{column} {row['printed']}"
            token = at(tokens, line, column, lambda item: item)
            figure = at(figures, line, column, lambda item: item["citation"])
            reading = wrong_reading(row, token, figure)
            if reading is not None:
                wrong.append(f"{place}: {reading}")
            if row["subject"] and token is not None and token["kind"] == "QUANTITY":
                subject_count += 1
                subject = wrong_subject(row, token, figure)
                if subject is not None:
                    subjects.append(f"{place}: {subject}")
        print(f"{report_id}: {len(rows)} gold numerals, {len(wrong)} wrong; "
              f"{len(subjects)} of {subject_count} subjects wrong; {compared} digits covered")
        for line in subjects:
            print("  subject", line)
        self.assertEqual(wrong, [])
        self.assertLessEqual(len(subjects) * 100, subject_count * WRONG_SUBJECTS_MAX_PERCENT)

    def test_seoul_2012(self):
        self.check("seoul-2012-02", "2012-02-29")

    def test_seoul_2020(self):
        self.check("seoul-2020-04", "2020-04-21")


if __name__ == "__main__":
    unittest.main()
