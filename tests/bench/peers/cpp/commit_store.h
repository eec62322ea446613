// One commitment (원인행위) as one durable transaction of SQLite, by the statements of a recipe:
// see ledger_recipe.py. One thread's at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A value of a transaction: what the request says, what a statement answered.
struct CommitValue {
    enum Type { kNull, kNumber, kText, kBytes } type = kNull;
    int64_t number = 0;
    std::string bytes; // Its memory is used again.

    void Set(int64_t value)
    {
        type = kNumber;
        number = value;
    }
    void Set(std::string_view text, Type as = kText)
    {
        type = as;
        bytes.assign(text);
    }
};

// Whether the recipe can go on: a guard that finds no row refuses the transaction, and so does a
// replay that finds one.
enum class CommitOutcome { kCommitted, kRefused, kFailed };

class CommitStore
{
  public:
    // Ends the program with a message where the store or a statement cannot be opened.
    CommitStore(const char *store_path, const char *recipe_path);
    ~CommitStore();
    CommitStore(const CommitStore &) = delete;
    CommitStore &operator=(const CommitStore &) = delete;

    // The value of that name; the same object for the store's whole life.
    CommitValue *Value(const std::string &name);

    // Runs the transaction. `guard` is asked once `own_reserved` is known, the last of what it
    // needs; `ready` is called before the statement that binds `response`.
    template <typename Guard, typename Ready> CommitOutcome Run(Guard guard, Ready ready)
    {
        if (!Step(begin_)) return CommitOutcome::kFailed;
        for (Statement &statement : statements_) {
            if (statement.binds_response) ready();
            CommitOutcome outcome = RunStatement(&statement);
            if (outcome == CommitOutcome::kCommitted && statement.gives_reserved && !guard())
                outcome = CommitOutcome::kRefused;
            if (outcome == CommitOutcome::kCommitted) continue;
            Step(rollback_);
            return outcome;
        }
        if (Step(commit_)) return CommitOutcome::kCommitted;
        Step(rollback_);
        return CommitOutcome::kFailed;
    }

  private:
    // A placeholder and the slot of its value, or the two that it is the sum of.
    struct Bind {
        int index;
        size_t slot;
        size_t more = SIZE_MAX;
    };
    struct Statement {
        std::string name, rows; // Rows it must have: "none", "some", "any".
        std::vector<Bind> in;
        std::vector<size_t> out;
        sqlite3_stmt *prepared = nullptr;
        bool gives_reserved = false, binds_response = false;
    };

    void ReadRecipe(const char *path);
    sqlite3_stmt *Prepare(const std::string &sql);
    size_t Slot(const std::string &name);
    bool Step(sqlite3_stmt *statement);
    CommitOutcome RunStatement(Statement *statement);

    sqlite3 *sqlite_ = nullptr;
    sqlite3_stmt *begin_ = nullptr, *commit_ = nullptr, *rollback_ = nullptr;
    std::vector<std::string> names_;
    std::vector<CommitValue *> values_;
    std::vector<Statement> statements_;
};
