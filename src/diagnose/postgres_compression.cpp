#include "base/text.h"
#include "diagnose/rule_context.h"
#include "diagnose/server_words.h"
#include "diagnose/severity.h"
#include "diagnose/table_facts.h"

namespace plimsoll {
namespace {

/// Below it, what compression would give back is not worth a policy to look after.
constexpr Bytes kWorthCompressing{1'000'000'000};
constexpr Seconds kClosedAfter{86400};

/// Chunks that take no new rows: a day past their end, so that late data has come.
Overdue closed_uncompressed(const Hypertable& hypertable, Instant now) {
  Hypertable open = hypertable;
  open.chunks.clear();
  for (const Chunk& chunk : hypertable.chunks) {
    if (!chunk.compressed) open.chunks.push_back(chunk);
  }
  return chunks_before(open, now - kClosedAfter);
}

void judge_table(RuleContext& context, const PostgresCensus& server, const Table& table,
                 const Hypertable& hypertable) {
  if (hypertable.compression_enabled) return;
  const Overdue closed = closed_uncompressed(hypertable, context.now());
  if (closed.count == 0) return;
  if (!closed.bytes) {
    if (table.bytes && *table.bytes < kWorthCompressing) return;
    context.gap(
        Rule::compression_missing, "postgres/" + server.target, label(table),
        say("the sizes of its chunks are not known", "no se conocen los tamaños de sus chunks"),
        say("run again when nobody holds them locked",
            "vuelve a ejecutarlo cuando nadie los tenga bloqueados"));
    return;
  }
  if (*closed.bytes < kWorthCompressing) return;
  Finding finding;
  finding.rule = Rule::compression_missing;
  finding.store = id_of(server, table);
  finding.severity = severity_of({Harm::tidies, {}, closed.bytes, {}});
  finding.title =
      say("{}: {} of closed chunks are not compressed",
          "{}: {} de chunks cerrados están sin comprimir", {label(table), *closed.bytes});
  finding.evidence = Evidence{server.taken_at}
                         .add("compression_enabled", false, "",
                              "timescaledb_information.hypertables.compression_enabled")
                         .add("closed_uncompressed_bytes", *closed.bytes, "bytes",
                              "sum of chunks older than a day")
                         .add("closed_uncompressed_chunks", closed.count, "chunks",
                              "timescaledb_information.chunks")
                         .add_known("bytes", table.bytes, "bytes", "sum of chunks");
  finding.cause =
      say("Closed chunks are kept as rows. Time series often take a tenth of that when compressed; "
          "what these take is known after the first chunk.",
          "Los chunks cerrados se guardan como filas. Las series temporales suelen ocupar la "
          "décima parte comprimidas; lo que ocupen estas se sabe con el primer chunk.");
  finding.remedy =
      say("Bound the table first; then try one chunk, measure, and add a policy. Choose segmentby "
          "by what queries filter on. Later changes to compressed rows are slow and limited: "
          "compress what no longer changes.",
          "Primero acota la tabla; luego prueba con un chunk, mide y añade una política. Elige "
          "segmentby según por qué filtran las consultas. Cambiar después filas comprimidas es "
          "lento y tiene límites: comprime lo que ya no cambia.");
  const std::string name = sql_regclass(table.qualified());
  finding.commands = {"ALTER TABLE " + sql_qualified(table.qualified()) +
                          " SET (timescaledb.compress, timescaledb.compress_orderby = " +
                          sql_literal(sql_identifier(hypertable.time_column) + " DESC") + ");",
                      "SELECT add_compression_policy(" + name + ", compress_after => " +
                          sql_interval(Seconds{7 * 86400}) + ");"};
  context.add(std::move(finding), closed.bytes);
}

}  // namespace

void judge_compression(RuleContext& context, const PostgresCensus& server) {
  // Only the community licence compresses; where it is not known nothing is promised.
  if (!server.timescale || server.timescale->edition != TimescaleEdition::community) return;
  for (const Table& table : server.tables) {
    const auto* hypertable = std::get_if<Hypertable>(&table.shape);
    if (hypertable != nullptr && !hypertable->integer_time) {
      judge_table(context, server, table, *hypertable);
    }
  }
}

}  // namespace plimsoll
