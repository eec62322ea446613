#include "commit_store.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace
{

[[noreturn]] void Die(const std::string &what, const std::string &why)
{
    std::fprintf(stderr, "%s: %s\n", what.c_str(), why.c_str());
    std::exit(1);
}

} // namespace

CommitStore::CommitStore(const char *store_path, const char *recipe_path)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_open_v2(store_path, &sqlite_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                        nullptr) != SQLITE_OK ||
        sqlite3_exec(sqlite_,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                     "PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;"
                     "PRAGMA journal_size_limit = 16777216; PRAGMA temp_store = MEMORY",
                     nullptr, nullptr, nullptr) != SQLITE_OK)
        Die(store_path, sqlite3_errmsg(sqlite_));
    begin_ = Prepare("BEGIN IMMEDIATE");
    commit_ = Prepare("COMMIT");
    rollback_ = Prepare("ROLLBACK");
    ReadRecipe(recipe_path);
}

CommitStore::~CommitStore()
{
    for (Statement &statement : statements_)
        sqlite3_finalize(statement.prepared);
    sqlite3_finalize(begin_);
    sqlite3_finalize(commit_);
    sqlite3_finalize(rollback_);
    sqlite3_close(sqlite_);
    for (CommitValue *value : values_)
        delete value;
}

sqlite3_stmt *CommitStore::Prepare(const std::string &sql)
{
    sqlite3_stmt *prepared = nullptr;
    if (sqlite3_prepare_v3(sqlite_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &prepared,
                           nullptr) != SQLITE_OK ||
        prepared == nullptr)
        Die(sql, sqlite3_errmsg(sqlite_));
    return prepared;
}

size_t CommitStore::Slot(const std::string &name)
{
    for (size_t i = 0; i < names_.size(); i++)
        if (names_[i] == name) return i;
    names_.push_back(name);
    values_.push_back(new CommitValue);
    // Numbers are values that stay as they are.
    if (std::isdigit(static_cast<unsigned char>(name[0])))
        values_.back()->Set(static_cast<int64_t>(std::stoll(name)));
    return names_.size() - 1;
}

CommitValue *CommitStore::Value(const std::string &name)
{
    return values_[Slot(name)];
}

// Of every statement: a line `NAME ROWS BYTES`, a line of what $1…$n are bound to, a line of what
// its row's columns are, and its text of so many bytes.
void CommitStore::ReadRecipe(const char *path)
{
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        Statement statement;
        size_t bytes = 0;
        std::istringstream head(line);
        head >> statement.name >> statement.rows >> bytes;
        std::string in, out, name;
        std::getline(file, in);
        std::getline(file, out);
        std::string sql(bytes, '\0');
        if (bytes == 0 || !file.read(sql.data(), static_cast<std::streamsize>(bytes)))
            Die(path, "not a recipe at " + line);
        std::getline(file, line);
        statement.prepared = Prepare(sql);
        int number = 0;
        for (std::istringstream names(in); names >> name;) {
            std::string placeholder = "$" + std::to_string(++number);
            int index = sqlite3_bind_parameter_index(statement.prepared, placeholder.c_str());
            if (index == 0) Die(statement.name, "has no " + placeholder);
            size_t plus = name.find('+');
            statement.in.push_back({index, Slot(name.substr(0, plus))});
            if (plus != std::string::npos) statement.in.back().more = Slot(name.substr(plus + 1));
            if (name == "response") statement.binds_response = true;
        }
        if (number != sqlite3_bind_parameter_count(statement.prepared))
            Die(statement.name, "has other placeholders");
        for (std::istringstream names(out); names >> name;) {
            statement.out.push_back(Slot(name));
            if (name == "own_reserved") statement.gives_reserved = true;
        }
        statements_.push_back(std::move(statement));
    }
    if (statements_.empty()) Die(path, "no statements");
}

bool CommitStore::Step(sqlite3_stmt *statement)
{
    bool done = sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_reset(statement);
    return done;
}

CommitOutcome CommitStore::RunStatement(Statement *statement)
{
    sqlite3_stmt *prepared = statement->prepared;
    for (const Bind &bind : statement->in) {
        const CommitValue *value = values_[bind.slot];
        int index = bind.index;
        int length = static_cast<int>(value->bytes.size());
        switch (value->type) {
        case CommitValue::kNull:
            sqlite3_bind_null(prepared, index);
            break;
        case CommitValue::kNumber:
            sqlite3_bind_int64(prepared, index,
                               value->number +
                                   (bind.more == SIZE_MAX ? 0 : values_[bind.more]->number));
            break;
        case CommitValue::kText:
            sqlite3_bind_text(prepared, index, value->bytes.data(), length, SQLITE_STATIC);
            break;
        case CommitValue::kBytes:
            sqlite3_bind_blob(prepared, index, value->bytes.data(), length, SQLITE_STATIC);
            break;
        }
    }
    size_t rows = 0;
    int result;
    while ((result = sqlite3_step(prepared)) == SQLITE_ROW) {
        for (size_t i = 0; rows == 0 && i < statement->out.size(); i++) {
            CommitValue *value = values_[statement->out[i]];
            int column = static_cast<int>(i);
            if (sqlite3_column_type(prepared, column) == SQLITE_INTEGER) {
                value->Set(sqlite3_column_int64(prepared, column));
            } else if (sqlite3_column_type(prepared, column) == SQLITE_NULL) {
                value->type = CommitValue::kNull;
            } else {
                auto text = reinterpret_cast<const char *>(sqlite3_column_text(prepared, column));
                value->Set({text, static_cast<size_t>(sqlite3_column_bytes(prepared, column))});
            }
        }
        rows++;
    }
    sqlite3_reset(prepared);
    if (result != SQLITE_DONE) {
        std::fprintf(stderr, "%s: %s\n", statement->name.c_str(), sqlite3_errmsg(sqlite_));
        return CommitOutcome::kFailed;
    }
    // A statement that changes rows without returning them is asked how many they were.
    if (statement->out.empty() && !sqlite3_stmt_readonly(prepared))
        rows = static_cast<size_t>(sqlite3_changes(sqlite_));
    bool refused =
        (statement->rows == "none" && rows > 0) || (statement->rows == "some" && rows == 0);
    return refused ? CommitOutcome::kRefused : CommitOutcome::kCommitted;
}
