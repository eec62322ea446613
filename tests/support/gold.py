"""Compares what was read of a report with numerals labelled by hand.

A gold row points at the first digit of a numeral. A token agrees when it covers that place with the
kind of the label (`A|B`: either) and, for a quantity, the same units, exponent and unit (`?`: not
told). A subject agrees when every label of the gold is contained in the figure's labels, spaces set
aside."""

import csv
import re
import unicodedata


def gold_rows(path):
    with open(path, encoding="utf-8") as file:
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


def wrong_reading(row, token, figure):
    """What is wrong with the kind or the quantity; None where they agree."""
    if token is None or token["kind"] not in row["kind"].split("|"):
        return f"{row['kind']}, read as {token and token['kind']}"
    if token["kind"] != "QUANTITY":
        return None
    for suffix, name in (("", "quantity"), ("_high", "quantityHigh")):
        if quantity_differs(row, suffix, token.get(name)) and quantity_differs(
                row, suffix, (figure or {}).get(name)):
            return (f"{row['units' + suffix]}e{row['exponent' + suffix]} {row['unit']}, "
                    f"read as {token.get(name)}")
    return None


def wrong_subject(row, token, figure):
    """What is wrong with the subject; None where it agrees or none is labelled."""
    if not row["subject"] or token is None or token["kind"] != "QUANTITY":
        return None
    labels = fold("/".join(figure["subject"])) if figure else ""
    if all(fold(label) in labels for label in row["subject"].split("/")):
        return None
    return f"{row['subject']}, read as {figure and figure['subject']}"


def check_cover(test, text, tokens, name):
    """Every digit of the text lies in exactly one token; returns how many digits there are."""
    covered = {}
    for token in tokens:
        for column in range(token["column"], token["column"] + len(token["printed"])):
            place = (token["line"], column)
            covered[place] = covered.get(place, 0) + 1
    digits = 0
    for number, line in enumerate(unicodedata.normalize("NFC", text).split("\n"), 1):
        for match in re.finditer(r"[0-9]", line):
            digits += 1
            test.assertEqual(covered.get((number, match.start() + 1), 0), 1,
                             f"{name}:{number}:{match.start() + 1} {line[:80]}")
    return digits
