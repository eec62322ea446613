// The read of GetLine: the services' own statement on a read connection, prepared once. One
// thread's.
#pragma once

#include <sqlite3.h>

#include <string>

#include "sotong/budget/v1/budget.pb.h"

class LineReader
{
  public:
    // Ends the program with a message where the store or the statement cannot be opened.
    LineReader(const char *store_path, const char *sql_path);
    ~LineReader();
    LineReader(const LineReader &) = delete;
    LineReader &operator=(const LineReader &) = delete;

    // False: there is no line of that name.
    bool Get(const std::string &name, sotong::budget::v1::Line *line);

  private:
    sqlite3 *sqlite_ = nullptr;
    sqlite3_stmt *get_ = nullptr;
};
