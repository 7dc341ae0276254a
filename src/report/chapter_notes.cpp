#include <cmath>

#include "base/text.h"
#include "report/chapter.h"
#include "report/moment_words.h"
#include "report/store_words.h"
#include "report/words.h"

namespace plimsoll {
namespace {

constexpr std::size_t kExplained = 3;
constexpr double kSessionHours = 16;  // 04:00 to 20:00 in New York

const Table* table_of(const Census& census, const ResourceId& id) {
  for (const PostgresCensus& server : census.postgres) {
    for (const Table& table : server.tables) {
      if (id_of(server, table) == id) return &table;
    }
  }
  return nullptr;
}

std::int64_t rounded(double value) { return static_cast<std::int64_t>(std::llround(value)); }

void explain_items(const Chapter& chapter, const Store& store, double items,
                   std::vector<Line>& lines) {
  const Text unit = item_unit(store.kind);
  lines.push_back(chapter.line("*Measured*: {} {} a day, {}", "*Medido*: {} {} al día, {}",
                               {rounded(items), unit, source_words(store.growth->source)}));
  lines.push_back(chapter.line(
      "*Frequency*: {} {} a second round the clock; {} if they all come in the {} hours of a US "
      "session (04:00 to 20:00 in New York)",
      "*Frecuencia*: {} {} por segundo las 24 horas; {} si todas llegan en las {} horas de una "
      "sesión "
      "de EE. UU. (de 04:00 a 20:00 en Nueva York)",
      {items / 86400, unit, items / (kSessionHours * 3600), rounded(kSessionHours)}));
  const auto& bytes = store.growth->bytes_per_day;
  if (!bytes || *bytes < 1) return;
  lines.push_back(chapter.line("*Calculation*: {} {}/day × {} B each = {}; in 30 days, {}",
                               "*Cálculo*: {} {}/día × {} B cada una = {}; en 30 días, {}",
                               {rounded(items), unit, rounded(*bytes / items), BytesPerDay{*bytes},
                                Bytes{rounded(*bytes * 30)}}));
}

void explain_columns(const Chapter& chapter, const Store& store, std::vector<Line>& lines) {
  const Table* table = table_of(chapter.report.census, store.id);
  if (table == nullptr || table->widest_columns.empty()) return;
  const ColumnShare& widest = table->widest_columns.front();
  lines.push_back(chapter.line("*Widest column*: `{}`, {} B per row on average",
                               "*Columna más ancha*: `{}`, {} B por fila de media",
                               {widest.name, rounded(widest.bytes_per_row)}));
}

void explain(Chapter& chapter, const Store& store) {
  std::vector<Line> lines;
  const auto& growth = *store.growth;
  if (growth.items_per_day && *growth.items_per_day >= 1) {
    explain_items(chapter, store, *growth.items_per_day, lines);
  } else if (growth.bytes_per_day) {
    lines.push_back(
        chapter.line("*Measured*: {}, {}", "*Medido*: {}, {}",
                     {BytesPerDay{*growth.bytes_per_day}, source_words(growth.source)}));
  }
  explain_columns(chapter, store, lines);
  if (lines.empty()) return;
  chapter.heading(3, chapter.line("Why does `{}` grow so much?", "¿Por qué crece tanto `{}`?",
                                  {short_name(store.id)}));
  chapter.items(std::move(lines));
}

void add_alternatives(Chapter& chapter) {
  bool rows = false;
  for (const Store* store : chapter.overview.growing) {
    rows = rows || item_unit(store->kind).en == "rows";
  }
  if (!rows) return;
  chapter.heading(3,
                  chapter.line("Ways to reduce it further", "Alternativas para reducir aún más"));
  chapter.items(
      {chapter.line("Write less often, or only what changed: half the frequency is half the growth",
                    "Guardar con menos frecuencia, o solo lo que cambia: la mitad de "
                    "frecuencia es la mitad de crecimiento"),
       chapter.line("Keep fewer rows of each write (the first 100 instead of all)",
                    "Guardar menos filas de cada vez (las 100 primeras en lugar de todas)"),
       chapter.line("Keep an aggregate for long and the detail for short; an aggregate of a "
                    "running total is its last value, not its sum",
                    "Conservar un agregado mucho tiempo y el detalle poco; el agregado de un "
                    "acumulado es su último valor, no su suma"),
       chapter.line("Move what is old to cold storage, and check the copy before dropping "
                    "the original",
                    "Mover lo antiguo a almacenamiento frío, y comprobar la copia antes de "
                    "borrar el original")},
      1);
}

std::vector<Line> lock_warnings(const Chapter& chapter) {
  bool postgres = false;
  bool redis = false;
  for (const Finding& finding : chapter.report.diagnosis.findings) {
    postgres = postgres || finding.store.rfind("postgres/", 0) == 0;
    redis = redis || finding.store.rfind("redis/", 0) == 0;
  }
  std::vector<Line> lines;
  if (postgres) {
    lines.push_back(chapter.line(
        "*NEVER run VACUUM FULL under writers.* It locks the table for as long as it takes and "
        "needs "
        "the disk for a whole second copy. Dropping chunks or partitions gives the space back at "
        "once; after a large DELETE the space goes to new rows, not to the disk.",
        "*NUNCA ejecutes VACUUM FULL con escritores activos.* Bloquea la tabla todo el tiempo que "
        "tarde "
        "y necesita disco para una segunda copia entera. Borrar chunks o particiones devuelve el "
        "espacio de inmediato; tras un DELETE grande, el espacio queda para filas nuevas, no "
        "vuelve "
        "al disco."));
    lines.push_back(chapter.line(
        "Dropping chunks, ALTER and CREATE INDEX without CONCURRENTLY wait for whoever uses the "
        "table, "
        "and everyone else waits behind them: run `SET lock_timeout = '500ms'` first, and try "
        "again "
        "if it gives up.",
        "Borrar chunks, ALTER y CREATE INDEX sin CONCURRENTLY esperan a quien use la tabla, y "
        "todos los "
        "demás esperan detrás: ejecuta antes `SET lock_timeout = '500ms'` y repite si se rinde."));
  }
  if (redis) {
    lines.push_back(chapter.line(
        "Trimming a stream removes entries whether or not they were read: look at the groups' lag "
        "first. A cap that the writer sets again undoes a smaller one set by hand.",
        "Recortar un stream quita entradas, se hayan leído o no: mira antes el retraso de los "
        "grupos. "
        "El tope que fija el escritor deshace uno menor puesto a mano."));
  }
  return lines;
}

}  // namespace

void add_notes(Chapter& chapter) {
  if (chapter.overview.growing.empty()) return;
  chapter.heading(2, chapter.line("Additional notes", "Notas adicionales"));
  for (std::size_t i = 0; i < chapter.overview.growing.size() && i < kExplained; ++i) {
    explain(chapter, *chapter.overview.growing[i]);
  }
  add_alternatives(chapter);
}

void add_warnings(Chapter& chapter) {
  std::vector<Line> lines = lock_warnings(chapter);
  if (lines.empty()) return;
  chapter.heading(2, chapter.line("Warning", "Advertencia"));
  for (Line& line : lines) chapter.warning(std::move(line));
  const Instant end = next_market_end(chapter.report.census.taken_at);
  chapter.warning(
      chapter.line("*Best moment* for a stack that follows the US market: at the "
                   "weekend, or from 20:00 in New "
                   "York, when the post-market ends ({} UTC on {}), to 04:00.",
                   "*Mejor momento* en un sistema que sigue el mercado de EE. UU.: el "
                   "fin de semana, o desde las "
                   "20:00 de Nueva York, cuando acaba el post-market (las {} UTC del {}, "
                   "las {} en Madrid), hasta "
                   "las 04:00.",
                   {utc_clock(end), day_words(end, chapter.language), madrid_clock(end)}));
}

}  // namespace plimsoll
