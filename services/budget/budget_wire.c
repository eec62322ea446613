#include "budget_wire.h"

#include <string.h>

#include "rpc/codec/rpc_codec.h"

enum { MS_PER_S = 1000, NS_PER_MS = 1000000 };

char *string_borrow(const char *string)
{
    union {
        const char *from;
        char *to;
    } same = {.from = string};
    return same.to;
}

/* The headings of a section, one a line, as the repeated field. */
static bool section_split(struct arena *arena, const char *section, type_citation *citation)
{
    size_t length = strlen(section);
    size_t count = length == 0 ? 0 : 1;
    for (const char *at = section; (at = strchr(at, '\n')) != NULL; at++)
        count++;
    /* The pointers, and behind them the text with its line feeds as ends. */
    char **headings = arena_alloc(arena, (count + 1) * sizeof *headings + length + 1);
    if (headings == NULL) return false;
    char *text = memcpy(headings + count + 1, section, length + 1);
    for (size_t i = 0; i < count; i++) {
        headings[i] = text;
        text += strcspn(text, "\n");
        *text++ = '\0';
    }
    headings[count] = NULL;
    citation->section_path = headings;
    citation->n_section_path = count;
    return true;
}

type_citation *citation_message(struct arena *arena, const struct citation *citation)
{
    type_citation *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (type_citation)TYPE_CITATION_INIT;
    message->report_id = string_borrow(citation->report_id);
    message->line = citation->line;
    message->column = citation->line > 0 ? 1 : 0;
    message->table_row = citation->table_row;
    message->table_column = citation->table_column;
    return section_split(arena, citation->section, message) ? message : NULL;
}

type_quantity *percent_message(struct arena *arena, struct decimal percent)
{
    type_quantity *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (type_quantity)TYPE_QUANTITY_INIT;
    message->units = percent.units;
    message->exponent = percent.exponent;
    message->unit = string_borrow("PERCENT");
    return message;
}

budget_line *line_message(struct arena *arena, const struct line_record *line)
{
    budget_line *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (budget_line)BUDGET_LINE_INIT;
    message->name = string_borrow(line->name);
    message->fiscal_year = line->fiscal_year;
    message->parent = string_borrow(line->parent);
    message->label = string_borrow(line->label);
    message->depth = line->depth;
    message->position = line->position;
    message->publisher = string_borrow(line->publisher);
    message->memo = line->memo;
    message->current_won = line->balance.won[AMOUNT_CURRENT];
    message->committed_won = line->balance.won[AMOUNT_COMMITTED];
    message->spent_won = line->balance.won[AMOUNT_SPENT];
    message->reserved_won = line->reserved_won;
    message->line_class = (budget_line_class)line->line_class;
    message->closed = line->closed;
    if (line->citation.report_id[0] == '\0') return message;
    message->citation = citation_message(arena, &line->citation);
    return message->citation == NULL ? NULL : message;
}

bool instant_read(const protobuf_timestamp *message, int64_t *epoch_ms)
{
    static const int64_t first_s = -62135596800, last_s = 253402300799; /* Years 1 to 9999. */
    if (message == NULL) return false;
    int64_t seconds = message->seconds;
    if (seconds < first_s) seconds = first_s;
    if (seconds > last_s) seconds = last_s;
    *epoch_ms = seconds * MS_PER_S + message->nanos / NS_PER_MS;
    return true;
}

protobuf_timestamp *timestamp_message(struct arena *arena, int64_t epoch_ms)
{
    protobuf_timestamp *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (protobuf_timestamp)PROTOBUF_TIMESTAMP_INIT;
    message->seconds = epoch_ms / MS_PER_S;
    message->nanos = (int32_t)(epoch_ms % MS_PER_S) * NS_PER_MS;
    return message;
}

budget_entry *entry_message(struct arena *arena, const struct entry_record *entry)
{
    budget_entry *message = arena_alloc(arena, sizeof *message);
    protobuf_timestamp *recorded = timestamp_message(arena, entry->recorded_ms);
    if (message == NULL || recorded == NULL) return NULL;
    *message = (budget_entry)BUDGET_ENTRY_INIT;
    message->name = arena_printf(arena, "entries/%lld", (long long)entry->id);
    if (message->name == NULL) return NULL;
    message->line = string_borrow(entry->line);
    message->kind = (budget_entry_kind)entry->kind;
    message->amount_won = entry->won;
    message->effective_date = string_borrow(entry->effective_date);
    message->recorded_time = recorded;
    message->rounding = entry->rounding;
    message->description = string_borrow(entry->description);
    message->carry_over_type = (budget_carry_over_type)entry->carry_over_type;
    message->origin_year = entry->origin_year;
    message->after_closing = entry->after_closing;
    if (entry->corrects != 0)
        message->corrects = arena_printf(arena, "entries/%lld", (long long)entry->corrects);
    if (entry->reservation != 0)
        message->reservation =
            arena_printf(arena, "reservations/%lld", (long long)entry->reservation);
    if (message->corrects == NULL || message->reservation == NULL) return NULL;
    if (entry->citation.report_id[0] == '\0') return message;
    message->citation = citation_message(arena, &entry->citation);
    return message->citation == NULL ? NULL : message;
}

budget_entry *posting_message(struct arena *arena, const struct posting_line *line,
                              const struct posting *posting)
{
    const char *day = arena_copy(arena, posting->day, strlen(posting->day));
    if (day == NULL) return NULL;
    const struct entry_record entry = {.id = posting->id,
                                       .line = line->name,
                                       .kind = (int32_t)posting->kind,
                                       .won = posting->won,
                                       .effective_date = day,
                                       .recorded_ms = posting->recorded_ms,
                                       .rounding = posting->rounding,
                                       .citation = {.report_id = "", .section = ""},
                                       .corrects = posting->corrects,
                                       .carry_over_type = posting->carry_over_type,
                                       .origin_year = posting->origin_year,
                                       .reservation = posting->reservation,
                                       .description = posting->description};
    return entry_message(arena, &entry);
}

budget_event *event_message(struct arena *arena, const struct event_record *event)
{
    budget_event *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (budget_event)BUDGET_EVENT_INIT;
    message->sequence = event->sequence;
    message->kind = (budget_event_kind)event->kind;
    message->recorded_time = timestamp_message(arena, event->recorded_ms);
    message->line = string_borrow(event->line);
    message->label = string_borrow(event->label);
    if (message->recorded_time == NULL) return NULL;
    if (event->entry.id == 0) return message;
    message->entry = entry_message(arena, &event->entry);
    return message->entry == NULL ? NULL : message;
}
