#include "apply/postgres/replace_sql.h"

#include "apply/postgres/new_partition.h"
#include "link/postgres/quote.h"
#include "plan/partition_names.h"

namespace plimsoll {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

constexpr const char* kLarge = "2147483647";

std::string joined(const std::vector<std::string>& parts, const std::string& prefix,
                   const char* between = ", ") {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : between) + prefix + part;
  return text;
}

std::string row_of(const Replacement& it, const std::string& prefix) {
  return "ROW(" + joined(it.columns, prefix) + ")";
}

std::string time_of(const Replacement& it) { return quote_identifier(it.change.axis.column); }

/// Of the whole row, but of one instant in eight: to hash every row took as long as to copy it, and
/// what INSERT … SELECT could get wrong (a column left out, or in another's place) is wrong in all.
std::string print_of(const Replacement& it) {
  const auto hash_of = [&](const std::string& columns) {
    return it.hashes_records ? "hash_record_extended(ROW(" + columns + "), 0)"
                             : "hashtextextended(ROW(" + columns + ")::text, 0)";
  };
  return "sum(" + hash_of(joined(it.columns, "")) + ") FILTER (WHERE " + hash_of(time_of(it)) +
         " & 7 = 0)";
}

std::string log_function(const Replacement& it) {
  const std::string insert = "insert into " + quoted(it.log());
  return "CREATE FUNCTION " + quoted(it.log()) +
         "() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS " +
         quote_literal("begin if tg_op = 'INSERT' then " + insert +
                       "(op, n) values ('I', new);"
                       " elsif tg_op = 'DELETE' then " +
                       insert +
                       "(op, o) values ('D', old);"
                       " elsif tg_op = 'UPDATE' then " +
                       insert +
                       "(op, o, n) values ('U', old, new);"
                       " else " +
                       insert + "(op) values ('T'); end if; return null; end");
}

/// One row image taken out of the new tables, or put in. Parts are asked in order; whatever the
/// copy's snapshot saw is in them already.
std::string replay_image(const Replacement& it, const Snapshots& snapshots, bool removing) {
  const std::string image = removing ? "old_row" : "new_row";
  const std::string time = image + "." + time_of(it);
  std::string body = "if " + time + " < " + bound_literal(it.change.axis, it.change.cut) +
                     " then null;";  // expired: not copied, not kept
  for (std::size_t part = 0; part < it.change.partitions.size(); ++part) {
    const auto& target = it.change.partitions[part];
    const auto table = quoted(target.name);
    body += " elsif " + time + " < " + bound_literal(it.change.axis, target.range.end) +
            " then if not pg_visible_in_snapshot(entry.xid, " + quote_literal(snapshots[part]) +
            "::pg_snapshot) then ";
    if (removing) {
      std::string same =
          "record_image_eq(" + row_of(it, "y.") + ", " + row_of(it, image + ".") + ")";
      for (const auto& column : it.lookup)
        same += " and y." + column + " = " + image + "." + column;
      body += "delete from " + table + " x where x.ctid = (select y.ctid from " + table +
              " y where " + same +
              " limit 1); get diagnostics hit = row_count;"
              " if hit <> 1 then raise exception 'a deleted row is not in the copy'; end if;";
    } else {
      body += "insert into " + table + " (" + joined(it.columns, "") + ") values (" +
              joined(it.columns, image + ".") + ");";
    }
    body += " end if;";
  }
  return body + " else raise exception 'a row outside of the range'; end if;";
}

/// In the order the changes were made in, one by one: a key may go and come back.
std::string replay_block(const Replacement& it, const Snapshots& snapshots,
                         const std::string& limit) {
  const auto type = quoted(it.old.name);
  const auto log = quoted(it.log());
  return "DO " + quote_literal(
                     "declare entry record; hit bigint; old_row " + type + "; new_row " + type +
                     "; begin for entry in select * from " + log + " order by id limit " + limit +
                     " loop"
                     " if entry.op = 'T' then raise exception 'it was truncated meanwhile'; end if;"
                     " if entry.op <> 'I' then old_row := entry.o; " +
                     replay_image(it, snapshots, true) +
                     " end if; if entry.op <> 'D' then new_row := entry.n; " +
                     replay_image(it, snapshots, false) + " end if; delete from " + log +
                     " where id = entry.id; end loop; end");
}

/// A sequential scan for each change would be the end of it.
std::vector<std::string> replay_settings() {
  return {"SET LOCAL enable_seqscan = off", "SET LOCAL row_security = off", "SET LOCAL jit = off",
          "SET CONSTRAINTS ALL DEFERRED"};
}

}  // namespace

std::vector<std::string> begin_log(const Replacement& it) {
  const auto old = quoted(it.old.name);
  const auto log = quoted(it.log());
  return {
      // First the one lock that somebody may be in the way of.
      "LOCK TABLE ONLY " + old + " IN SHARE ROW EXCLUSIVE MODE",
      "CREATE TABLE " + quoted(it.state()) +
          " (part text PRIMARY KEY, part_oid oid NOT NULL, bound text NOT NULL, cut text NOT NULL,"
          " snapshot pg_snapshot NOT NULL, rows bigint NOT NULL,"
          " indexed boolean NOT NULL DEFAULT false)",
      "CREATE TABLE " + log +
          " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
          " xid xid8 NOT NULL DEFAULT pg_current_xact_id(), op \"char\" NOT NULL, o " +
          old + ", n " + old + ")",
      log_function(it),
      "CREATE TRIGGER plimsoll_log AFTER INSERT OR UPDATE OR DELETE ON " + old +
          " FOR EACH ROW EXECUTE FUNCTION " + log + "()",
      "CREATE TRIGGER plimsoll_truncated AFTER TRUNCATE ON " + old +
          " FOR EACH STATEMENT EXECUTE FUNCTION " + log + "()",
      // Changes that arrive by logical replication too.
      "ALTER TABLE " + old + " ENABLE ALWAYS TRIGGER plimsoll_log",
      "ALTER TABLE " + old + " ENABLE ALWAYS TRIGGER plimsoll_truncated"};
}

std::vector<std::string> undo_log(const Replacement& it, const std::vector<std::string>& tables) {
  const auto old = quoted(it.old.name);
  std::vector<std::string> statements{
      "LOCK TABLE ONLY " + old + " IN ACCESS EXCLUSIVE MODE",
      assertion("select relispartition from pg_class where oid = " + it.old.oid,
                "it has been replaced already")};
  for (const auto& table : tables) statements.push_back("DROP TABLE " + table);
  statements.insert(statements.end(), {"DROP TRIGGER IF EXISTS plimsoll_log ON " + old,
                                       "DROP TRIGGER IF EXISTS plimsoll_truncated ON " + old,
                                       "DROP TABLE IF EXISTS " + quoted(it.log()),
                                       "DROP FUNCTION IF EXISTS " + quoted(it.log()) + "()",
                                       "DROP TABLE IF EXISTS " + quoted(it.state())});
  return statements;
}

std::vector<std::string> copy_range(const Replacement& it, std::size_t part, bool alone) {
  const auto& target = it.change.partitions[part];
  const auto table = quoted(target.name);
  const auto time = time_of(it);
  const auto rows = rows_within(target.range, it.change.axis, time, it.change.cut);
  const auto name = quote_literal(table);
  // One snapshot for the rows, for what they are compared with, and for the replay. The transaction
  // that is open has read its settings already, so it cannot become such a one any more.
  std::vector<std::string> statements{"COMMIT",
                                      "BEGIN ISOLATION LEVEL REPEATABLE READ",
                                      "SET LOCAL search_path = pg_catalog",
                                      "SET LOCAL TimeZone = 'UTC'",
                                      "SET LOCAL lock_timeout = '500ms'",
                                      "SET LOCAL statement_timeout = '12h'",
                                      "SET LOCAL row_security = off",
                                      "SET LOCAL synchronous_commit = off"};
  if (alone) {
    statements.insert(statements.end(), {"SET LOCAL parallel_setup_cost = 0",
                                         "SET LOCAL min_parallel_index_scan_size = 0"});
  } else {
    statements.emplace_back("SET LOCAL max_parallel_workers_per_gather = 0");
  }
  for (auto& each : standalone_table(it.parent, it.change.table, target.name, false, it.options)) {
    statements.push_back(std::move(each));
  }
  // Implies the partition's bounds, so that attaching reads no row.
  statements.push_back("ALTER TABLE " + table + " ADD CONSTRAINT plimsoll_bound CHECK (" + time +
                       " IS NOT NULL AND " + rows_within(target.range, it.change.axis, time) + ")");
  if (it.replica_identity == "f" || it.replica_identity == "n") {
    statements.push_back("ALTER TABLE " + table + " REPLICA IDENTITY " +
                         (it.replica_identity == "f" ? "FULL" : "NOTHING"));
  }
  const auto columns = joined(it.columns, "");
  const auto from = " FROM ONLY " + quoted(it.old.name) + " WHERE " + rows;
  statements.push_back("INSERT INTO " + table + " (" + columns + ") SELECT " + columns + from);
  statements.push_back("INSERT INTO " + quoted(it.state()) +
                       " (part, part_oid, bound, cut, snapshot, rows) SELECT " + name + ", " +
                       name + "::regclass::oid, " +
                       quote_literal(bound_of(target.range, it.change.axis)) + ", " +
                       quote_literal(bound_literal(it.change.axis, it.change.cut)) +
                       ", pg_current_snapshot(), count(*) FROM " + table);
  // Nothing but a SELECT is read by parallel workers.
  const std::string counted = "SELECT count(*) AS rows, " + print_of(it) + " AS print";
  statements.push_back(
      "SELECT s.rows, s.print, t.rows AS copied_rows, t.print AS copied_print FROM (" + counted +
      from + ") s, (" + counted + " FROM " + table + ") t");
  return statements;
}

std::vector<std::string> build_indexes(const Replacement& it, std::size_t part, bool alone) {
  const auto table = quoted(it.change.partitions[part].name);
  // synchronous_commit as it is: what this writes must be on disk before the swap, whose COMMIT
  // would flush it while every writer waits.
  std::vector<std::string> statements{
      "SELECT set_config('maintenance_work_mem', '512MB', true) FROM pg_settings"
      " WHERE name = 'maintenance_work_mem' AND setting::bigint < 524288",
      alone ? "SELECT set_config(name, '2', true) FROM pg_settings"
              " WHERE name = 'max_parallel_maintenance_workers' AND setting::integer < 2"
            : "SET LOCAL max_parallel_maintenance_workers = 0"};
  for (auto index : it.indexes) {
    index.replace(index.find("{table}"), 7, table);
    statements.push_back(std::move(index));
  }
  if (it.needs_lookup_index) {
    statements.push_back("CREATE INDEX " + quote_identifier(it.lookup_index(part).name) + " ON " +
                         table + " (" + time_of(it) + ")");
  }
  statements.push_back("UPDATE " + quoted(it.state()) +
                       " SET indexed = true WHERE part = " + quote_literal(table));
  statements.push_back("ANALYZE " + table);
  return statements;
}

std::vector<std::string> replay(const Replacement& it, const Snapshots& snapshots, int limit) {
  auto statements = replay_settings();
  statements.push_back(replay_block(it, snapshots, std::to_string(limit)));
  statements.push_back("SELECT count(*) AS remaining FROM (SELECT FROM " + quoted(it.log()) +
                       " LIMIT " + std::to_string(limit + 1) + ") AS counted");
  return statements;
}

std::vector<std::string> swap(const Replacement& it, const Snapshots& snapshots) {
  const auto parent = quoted(it.change.table);
  const auto old = quoted(it.old.name);
  auto statements = replay_settings();
  // The parent first, as every writer does.
  statements.insert(
      statements.end(),
      {"LOCK TABLE ONLY " + parent + " IN ACCESS EXCLUSIVE MODE",
       "LOCK TABLE ONLY " + old + " IN ACCESS EXCLUSIVE MODE",
       assertion("select pg_get_expr(relpartbound, oid) = " + quote_literal(it.old.bound) +
                     " from pg_class where oid = " + it.old.oid +
                     " and oid = " + quote_literal(old) + "::regclass",
                 "its bounds have changed"),
       replay_block(it, snapshots, kLarge)});
  for (std::size_t part = 0; it.needs_lookup_index && part < snapshots.size(); ++part) {
    statements.push_back("DROP INDEX " + quoted(it.lookup_index(part)));
  }
  statements.push_back("ALTER TABLE " + parent + " DETACH PARTITION " + old);
  for (const auto& target : it.change.partitions) {
    statements.push_back(attachment(it.change.table, target.name, target.range, it.change.axis));
    statements.push_back("ALTER TABLE " + quoted(target.name) + " DROP CONSTRAINT plimsoll_bound");
  }
  return statements;
}

std::vector<std::string> drop_old(const Replacement& it, const Snapshots& snapshots) {
  const auto old = quoted(it.old.name);
  auto statements = replay_settings();
  statements.insert(
      statements.end(),
      {"LOCK TABLE ONLY " + old + " IN ACCESS EXCLUSIVE MODE",
       assertion("select not relispartition from pg_class where oid = " + it.old.oid,
                 "it is a partition again"),
       replay_block(it, snapshots, kLarge), "DROP TABLE " + quoted(it.log()), "DROP TABLE " + old,
       "DROP FUNCTION " + quoted(it.log()) + "()", "DROP TABLE " + quoted(it.state())});
  return statements;
}

}  // namespace plimsoll
