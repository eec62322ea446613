#include "line_reader.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

LineReader::LineReader(const char *store_path, const char *sql_path)
{
    std::ifstream file(sql_path);
    std::string sql((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    // Without its statistics SQLite allocates without a mutex. Refused once it is in use: no
    // matter.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_open_v2(store_path, &sqlite_, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                        nullptr) != SQLITE_OK ||
        sqlite3_prepare_v3(sqlite_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &get_, nullptr) !=
            SQLITE_OK ||
        get_ == nullptr) {
        std::fprintf(stderr, "%s: %s\n", store_path, sqlite3_errmsg(sqlite_));
        std::exit(1);
    }
}

LineReader::~LineReader()
{
    sqlite3_finalize(get_);
    sqlite3_close(sqlite_);
}

bool LineReader::Get(const std::string &name, sotong::budget::v1::Line *line)
{
    auto text = [this](int column) {
        return reinterpret_cast<const char *>(sqlite3_column_text(get_, column));
    };
    auto length = [this](int column) {
        return static_cast<size_t>(sqlite3_column_bytes(get_, column));
    };
    sqlite3_bind_text(get_, 1, name.data(), static_cast<int>(name.size()), SQLITE_STATIC);
    bool found = sqlite3_step(get_) == SQLITE_ROW;
    if (found) {
        line->set_name(text(1), length(1));
        line->set_fiscal_year(sqlite3_column_int(get_, 2));
        line->set_parent(text(3), length(3));
        line->set_label(text(4), length(4));
        line->set_depth(sqlite3_column_int(get_, 5));
        line->set_position(sqlite3_column_int(get_, 6));
        line->set_publisher(text(7), length(7));
        line->set_memo(sqlite3_column_int(get_, 8) != 0);
        line->set_current_won(sqlite3_column_int64(get_, 13));
        line->set_committed_won(sqlite3_column_int64(get_, 14));
        line->set_spent_won(sqlite3_column_int64(get_, 15));
        line->set_reserved_won(sqlite3_column_int64(get_, 16));
        line->set_line_class(
            static_cast<sotong::budget::v1::LineClass>(sqlite3_column_int(get_, 17)));
        line->set_closed(sqlite3_column_int(get_, 18) != 0);
        const char *report = text(9);
        if (report[0] != '\0') {
            auto *citation = line->mutable_citation();
            citation->set_report_id(report, length(9));
            const char *at = text(10);
            while (*at != '\0') {
                size_t heading = std::strcspn(at, "\n");
                citation->add_section_path(at, heading);
                at += heading + (at[heading] == '\n' ? 1 : 0);
            }
            citation->set_line(sqlite3_column_int(get_, 11));
            citation->set_column(citation->line() > 0 ? 1 : 0);
            citation->set_table_row(sqlite3_column_int(get_, 12));
        }
    }
    sqlite3_reset(get_);
    return found;
}
