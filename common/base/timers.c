#include "base/timers.h"

#include <stddef.h>

/* Makes the later of two heaps the first child of the other. */
static struct timer *merge(struct timer *a, struct timer *b)
{
    if (a == NULL) return b;
    if (b == NULL) return a;
    struct timer *parent = a->due_ms <= b->due_ms ? a : b;
    struct timer *child = parent == a ? b : a;
    child->next = parent->child;
    if (child->next != NULL) child->next->previous = child;
    child->previous = parent;
    parent->child = child;
    return parent;
}

/* Merges a list of siblings, first in pairs and then the pairs from the last to the first: that
 * keeps the heap flat. */
static struct timer *merge_siblings(struct timer *first)
{
    struct timer *pairs = NULL; /* The last pair first. */
    while (first != NULL) {
        struct timer *second = first->next;
        struct timer *rest = second == NULL ? NULL : second->next;
        first->next = NULL;
        if (second != NULL) second->next = NULL;
        struct timer *pair = merge(first, second);
        pair->next = pairs;
        pairs = pair;
        first = rest;
    }
    struct timer *root = NULL;
    while (pairs != NULL) {
        struct timer *next = pairs->next;
        pairs->next = NULL;
        root = merge(root, pairs);
        pairs = next;
    }
    if (root != NULL) root->previous = NULL;
    return root;
}

void timers_set(struct timers *timers, struct timer *timer, int64_t due_ms)
{
    timers_clear(timers, timer);
    *timer = (struct timer){.due_ms = due_ms, .set = true};
    timers->first = merge(timers->first, timer);
    timers->first->next = timers->first->previous = NULL;
}

void timers_clear(struct timers *timers, struct timer *timer)
{
    if (!timer->set) return;
    timer->set = false;
    struct timer *below = merge_siblings(timer->child);
    if (timers->first == timer) {
        timers->first = below;
        return;
    }
    if (timer->previous->child == timer) {
        timer->previous->child = timer->next;
    } else {
        timer->previous->next = timer->next;
    }
    if (timer->next != NULL) timer->next->previous = timer->previous;
    timers->first = merge(timers->first, below);
    timers->first->next = timers->first->previous = NULL;
}
