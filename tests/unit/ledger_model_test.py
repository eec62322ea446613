"""The checker of histories itself: it must refuse what no order explains."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ledger_model import REFUSED, RESOLVED, Operation, explain  # noqa: E402

LINES = ((100, 0, 0, 0), (100, 0, 0, 0))
COMMIT_60 = ("post", ((0, "COMMITMENT", 60),))
MOVE_50 = ("post", ((0, "TRANSFER_OUT", 50), (1, "TRANSFER_IN", 50)))
READ_0 = ("read", 0)
NEVER = None


def history(*rows):
    """Rows of what, called, returned (None: never), answer."""
    out = []
    for i, (what, called, returned, answer) in enumerate(rows):
        one = Operation(i, what, called)
        if returned is not None:
            one.returned = returned
            one.answer = answer
        out.append(one)
    return out


CASES = (
    ("one after the other", True,
     ((COMMIT_60, 0, 1, "OK"), (READ_0, 2, 3, (100, 60, 0, 0)))),
    ("a read that missed a write which had returned", False,
     ((COMMIT_60, 0, 1, "OK"), (READ_0, 2, 3, (100, 0, 0, 0)))),
    ("a read beside a write may miss it", True,
     ((COMMIT_60, 0, 3, "OK"), (READ_0, 1, 2, (100, 0, 0, 0)))),
    ("two reads beside a write that see it and then do not", False,
     ((COMMIT_60, 0, 5, "OK"), (READ_0, 1, 2, (100, 60, 0, 0)), (READ_0, 3, 4, (100, 0, 0, 0)))),
    ("of two that do not fit together one is refused", True,
     ((COMMIT_60, 0, 3, "OK"), (COMMIT_60, 1, 2, REFUSED))),
    ("both accepted: overspent", False,
     ((COMMIT_60, 0, 3, "OK"), (COMMIT_60, 1, 2, "OK"))),
    ("refused though there was enough", False, ((COMMIT_60, 0, 1, REFUSED),)),
    ("lost, and happened", True,
     ((COMMIT_60, 0, NEVER, None), (READ_0, 5, 6, (100, 60, 0, 0)))),
    ("lost, and did not happen", True,
     ((COMMIT_60, 0, NEVER, None), (READ_0, 5, 6, (100, 0, 0, 0)))),
    ("lost, and happened twice", False,
     ((("post", ((0, "COMMITMENT", 30),)), 0, NEVER, None), (READ_0, 5, 6, (100, 60, 0, 0)))),
    ("half a transfer", False,
     ((MOVE_50, 0, 9, "OK"), (("execution",), 1, 2, ((50, 0, 0), (100, 0, 0))))),
    ("a whole transfer", True,
     ((MOVE_50, 0, 9, "OK"), (("execution",), 1, 2, ((50, 0, 0), (150, 0, 0))))),
    ("a reservation is resolved once", True,
     ((("reserve", "a", 0, 80), 0, 1, "OK"), (("post_reservation", "a", 30), 2, 6, "OK"),
      (("release", "a", 0), 3, 5, RESOLVED), (READ_0, 7, 8, (100, 30, 0, 0)))),
    ("resolved twice", False,
     ((("reserve", "a", 0, 80), 0, 1, "OK"), (("post_reservation", "a", 30), 2, 6, "OK"),
      (("release", "a", 0), 3, 5, "OK"))),
    ("what is reserved cannot be committed", True,
     ((("reserve", "a", 0, 80), 0, 1, "OK"), (COMMIT_60, 2, 3, REFUSED))),
    ("what is reserved was committed", False,
     ((("reserve", "a", 0, 80), 0, 1, "OK"), (COMMIT_60, 2, 3, "OK"))),
)


class LedgerModelTest(unittest.TestCase):
    def test_cases(self):
        for name, explained, rows in CASES:
            with self.subTest(name):
                self.assertEqual(explain(history(*rows), LINES) is not None, explained)


if __name__ == "__main__":
    unittest.main()
