"""A sequential model of the ledger, and a search for an order of a concurrent history that it
explains: linearizability, after Wing and Gong, with the memory of Lowe.

A history is a list of operations, each with the times of its call and its return and what it
answered. It is explained if the operations can be put in one order, in which none comes before one
that had returned when it was called, so that the model answers each as the service did. An operation
whose outcome nobody learned may have happened at any time after its call, or never."""

import math

GROWS = {"APPROPRIATION": (0, 1), "COMMITMENT": (1, 1), "EXPENDITURE": (2, 1), "RELEASE": (1, -1),
         "REFUND": (2, -1), "TRANSFER_IN": (0, 1), "TRANSFER_OUT": (0, -1)}
CURRENT, COMMITTED, SPENT, RESERVED = range(4)
REFUSED = "BALANCE_EXCEEDED"
RESOLVED = "RESERVATION_RESOLVED"


class Operation:
    """what: a tuple of a verb and its arguments. answer: what the service said; None: not known."""

    __slots__ = ("what", "called", "returned", "answer", "client")

    def __init__(self, client, what, called):
        self.client = client
        self.what = what
        self.called = called
        self.returned = math.inf
        self.answer = None

    def __repr__(self):
        end = "…" if self.returned == math.inf else f"{self.returned:.6f}"
        return f"{self.client}: {self.what} [{self.called:.6f}, {end}] → {self.answer}"


def holds(balance):
    current, committed, spent, reserved = balance
    return current >= committed + reserved and committed >= spent >= 0


def posted(lines, entries):
    """The lines after all entries, or None where a rule would not hold on the way. An entry is held
    to the rules that it touches, which are all that can break where all held before."""
    lines = list(lines)
    for line, kind, won in entries:
        place, sign = GROWS[kind]
        balance = list(lines[line])
        balance[place] += sign * won
        if not holds(balance):
            return None
        lines[line] = tuple(balance)
    return tuple(lines)


def apply(state, what):
    """(state after, answer). state: (lines, reservations); a reservation is (key, line, won, state
    as text), keys are the clients' own, so that they are known before the service names them."""
    lines, reservations = state
    verb = what[0]
    if verb == "post":
        after = posted(lines, what[1])
        return (state, REFUSED) if after is None else ((after, reservations), "OK")
    if verb == "read":
        return state, lines[what[1]]
    if verb == "execution":
        return state, tuple(line[:RESERVED] for line in lines)
    if verb == "reserve":
        _, key, line, won = what
        balance = list(lines[line])
        balance[RESERVED] += won
        if not holds(balance):
            return state, REFUSED
        return (put(lines, line, balance),
                tuple(sorted((*reservations, (key, line, won, "OPEN"))))), "OK"
    _, key, part = what
    found = next((one for one in reservations if one[0] == key), None)
    if found is None or found[3] != "OPEN":
        return state, RESOLVED
    _, line, won, _ = found
    balance = list(lines[line])
    balance[RESERVED] -= won
    if verb == "post_reservation":
        balance[COMMITTED] += part
    rest = tuple(one for one in reservations if one[0] != key)
    resolved = "POSTED" if verb == "post_reservation" else "RELEASED"
    return (put(lines, line, balance), tuple(sorted((*rest, (key, line, won, resolved))))), "OK"


def put(lines, line, balance):
    return (*lines[:line], tuple(balance), *lines[line + 1:])


def explain(history, lines):
    """The operations in an order that explains the history, begun with these lines and no
    reservations; None: there is none."""
    operations = sorted(history, key=lambda one: one.called)
    count = len(operations)
    everything = (1 << count) - 1
    optional = sum(1 << i for i, one in enumerate(operations) if one.answer is None)
    start = (tuple(lines), ())
    seen = {(0, start)}
    stack = [(0, start, ())]
    while stack:
        done, state, order = stack.pop()
        if done | optional == everything:
            return [operations[i] for i in order]
        # The next one must have been called before every other that waits has returned.
        first_return = min(one.returned for i, one in enumerate(operations) if not done >> i & 1)
        for i, one in enumerate(operations):
            if done >> i & 1:
                continue
            if one.called > first_return:
                break
            after, answer = apply(state, one.what)
            if one.answer is not None and answer != one.answer:
                continue
            key = (done | 1 << i, after)
            if key not in seen:
                seen.add(key)
                stack.append((key[0], after, (*order, i)))
    return None
