#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

// The little of SQLite that this module needs. No exceptions: what fails is an Error that names the
// file.
namespace plimsoll::sqlite {

struct Close {
  void operator()(sqlite3* handle) const;
};
struct Finalize {
  void operator()(sqlite3_stmt* handle) const;
};

class Statement;

/// One open file. One thread at a time.
class Database {
 public:
  /// Made with mode 0600 where it is not there yet, in folders of mode 0700; a symbolic link is
  /// refused. Errors: denied, malformed (another kind of file), unreachable (disk full), conflict.
  static Result<Database> open(const std::string& path, std::chrono::milliseconds busy_timeout);

  /// One or more statements without values or rows.
  Result<void> run(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  /// The single number a PRAGMA answers.
  Result<std::int64_t> number(const std::string& sql);
  const std::string& path() const { return path_; }
  Error error(int code) const;

 private:
  Database(std::unique_ptr<sqlite3, Close> handle, std::string path)
      : handle_{std::move(handle)}, path_{std::move(path)} {}

  std::unique_ptr<sqlite3, Close> handle_;
  std::string path_;
};

/// A prepared statement: bind() in order, then step() for each row.
class Statement {
 public:
  Statement(const Database& database, sqlite3_stmt* handle)
      : database_{&database}, handle_{handle} {}

  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t number);
  Statement& bind(std::optional<std::int64_t> number);

  /// True: there is a row. False: done.
  Result<bool> step();
  /// step() for a statement without rows.
  Result<void> finish();

  std::string text(int column) const;
  std::int64_t integer(int column) const;
  std::optional<std::int64_t> integer_or_null(int column) const;

 private:
  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int bound_ = 0;
};

/// True where the error says that the file may not become larger, or the disk has no room.
bool is_full(const Error& error);

}  // namespace plimsoll::sqlite
