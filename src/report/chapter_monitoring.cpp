#include "base/text.h"
#include "report/chapter.h"
#include "report/command_words.h"
#include "report/store_words.h"

namespace plimsoll {
namespace {

// Sizes of tables with their children: a parent alone is empty, whatever its partitions hold. The
// query that lists hypertables alone would never show a plain table.
constexpr std::string_view kTableSizes = R"(WITH RECURSIVE tree AS (
  SELECT c.oid AS root, c.oid AS part
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT LIKE 'pg\_%'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
  UNION ALL
  SELECT tree.root, i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.part)
SELECT root::regclass AS "table", pg_size_pretty(sum(pg_total_relation_size(part))) AS size
FROM tree GROUP BY root ORDER BY sum(pg_total_relation_size(part)) DESC LIMIT 20;
)";

// Compressed chunks are no children of the hypertable: hypertable_size() counts them.
constexpr std::string_view kTimescaleSizes =
    R"(SELECT name AS "table", pg_size_pretty(bytes) AS size
FROM (
  SELECT format('%I.%I', hypertable_schema, hypertable_name) AS name,
         hypertable_size(format('%I.%I', hypertable_schema, hypertable_name)::regclass) AS bytes
  FROM timescaledb_information.hypertables
  UNION ALL
  SELECT c.oid::regclass::text, pg_total_relation_size(c.oid)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm') AND n.nspname NOT LIKE 'pg\_%'
    AND n.nspname NOT LIKE '\_timescaledb%' AND n.nspname NOT LIKE 'timescaledb\_%'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM timescaledb_information.hypertables h
                    WHERE h.hypertable_schema = n.nspname AND h.hypertable_name = c.relname)
) sizes ORDER BY bytes DESC NULLS LAST LIMIT 20;
)";

// Every stream, whatever it is called, with its length beside its name; SCAN in steps, no KEYS.
constexpr std::string_view kStreamLengths =
    R"sh(cli INFO memory | grep -E '^(used_memory|maxmemory)_human:|^maxmemory_policy:'
cursor=0
while :; do
  { read -r cursor
    while IFS= read -r key; do
      [ -z "$key" ] || printf '%10s  %s\n' "$(cli XLEN "$key" </dev/null)" "$key"
    done; } < <(cli --raw SCAN "$cursor" COUNT 1000 TYPE stream)
  [ "$cursor" != 0 ] || break
done
)sh";

bool has_timescale(const Census& census, const Target& target) {
  for (const PostgresCensus& server : census.postgres) {
    if (server.target == target.name) return server.timescale.has_value();
  }
  return false;
}

void add_postgres(Chapter& chapter, const Target& target) {
  const std::string_view query =
      has_timescale(chapter.report.census, target) ? kTimescaleSizes : kTableSizes;
  chapter.paragraph(chapter.line("*{}*: the largest tables, chunks and partitions included",
                                 "*{}*: las tablas más grandes, con sus chunks y particiones",
                                 {target_title(target, chapter.language)}));
  chapter.blocks.push_back(
      Code{"bash", psql_command(target) + " -X <<'SQL'\n" + std::string{query} + "SQL\n"});
}

void add_redis(Chapter& chapter, const Target& target) {
  const std::string cli = redis_cli_command(target);
  chapter.paragraph(chapter.line("*{}*: memory, and every stream with its length",
                                 "*{}*: la memoria, y todos los streams con su longitud",
                                 {target_title(target, chapter.language)}));
  chapter.blocks.push_back(
      Code{"bash", "cli() { " + cli + " \"$@\"; }\n" + std::string{kStreamLengths}});
}

void add_docker(Chapter& chapter) {
  chapter.paragraph(
      chapter.line("*Docker*: memory of each container, and what the engine keeps on disk",
                   "*Docker*: la memoria de cada contenedor y lo que guarda en disco"));
  chapter.blocks.push_back(Code{"bash", "docker stats --no-stream\ndocker system df\n"});
}

}  // namespace

void add_monitoring(Chapter& chapter) {
  if (chapter.overview.reachable == 0) return;
  chapter.heading(2, chapter.line("Continuous monitoring", "Monitoring continuo"));
  for (const Target& target : chapter.report.census.targets) {
    if (!target.reachable) continue;
    if (target.kind == TargetKind::postgres) add_postgres(chapter, target);
    if (target.kind == TargetKind::redis) add_redis(chapter, target);
    if (target.kind == TargetKind::docker) add_docker(chapter);
    if (target.kind == TargetKind::host) {
      chapter.paragraph(chapter.line("*Disks*: bytes, and inodes, which can run out first",
                                     "*Discos*: bytes e inodos, que pueden agotarse antes"));
      chapter.blocks.push_back(Code{"bash", "df -h\ndf -i\n"});
    }
  }
}

}  // namespace plimsoll
