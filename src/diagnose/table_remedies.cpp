#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "diagnose/server_words.h"
#include "diagnose/table_facts.h"
#include "diagnose/table_wording.h"

namespace plimsoll {
namespace {

constexpr std::size_t kCommandsShown = 10;

/// A chunk that divides the window well: a seventh of it, in whole days or hours.
Seconds finer_interval(Seconds window) {
  const Seconds seventh = window / 7;
  if (seventh >= kOneDay) return kOneDay * (seventh / kOneDay);
  constexpr Seconds kHour{3600};
  return std::max(kHour, kHour * (seventh / kHour));
}

/// Integer axes take numbers: 604800000 where the column holds milliseconds.
std::optional<std::string> window_argument(const Table& table, const Hypertable& hypertable,
                                           Seconds window) {
  if (!hypertable.integer_time) return sql_interval(window);
  const auto units = epoch_units_per_second(table);
  if (!units) return std::nullopt;
  return "BIGINT '" + std::to_string(window.count() * *units) + "'";
}

Text whole_chunks(Seconds window, Seconds interval) {
  return say("Only whole chunks are dropped: with chunks of {1}, between {0} and {2} stay.",
             "Solo se borran chunks enteros: con chunks de {1}, quedan entre {0} y {2}.",
             {window, interval, Seconds{window + interval}});
}

Text freed_now(const Overdue& overdue) {
  if (overdue.count == 0) {
    return say(
        "No chunk is wholly older yet, so nothing is freed at once.",
        "Ningún chunk es aún más antiguo por completo, así que de entrada no se libera nada.");
  }
  if (!overdue.bytes) return {};
  return say("Wholly older today: {}, {} that the disk gets back at once.",
             "Más antiguos por completo hoy: {}, {} que el disco recupera en el acto.",
             {counted(overdue.count, kChunks), *overdue.bytes});
}

Text how_to_bound_hypertable(const PostgresCensus& server, const Hypertable& hypertable,
                             bool finer) {
  Text licence =
      is_apache(server)
          ? say("This TimescaleDB is under the Apache licence: policies cannot run, so drop_chunks "
                "has to be called on a schedule (Plimsoll's, or cron).",
                "Este TimescaleDB lleva la licencia Apache: las políticas no funcionan, así que "
                "hay que llamar a drop_chunks de forma periódica (lo hace Plimsoll, o cron).")
          : say("Add a retention policy; its first run drops what is overdue, without a DELETE and "
                "without a VACUUM.",
                "Añade una política de retención; su primera ejecución borra lo vencido, sin "
                "DELETE y sin VACUUM.");
  Text smaller =
      finer ? say("Make future chunks smaller first, or the policy keeps up to twice what it says.",
                  "Antes haz más pequeños los chunks futuros, o la política conservará hasta el "
                  "doble de lo que dice.")
            : Text{};
  Text integers = hypertable.integer_time && !hypertable.has_integer_now
                      ? say("Its time is an integer: set_integer_now_func comes first, and the "
                            "window is a number, not an interval.",
                            "Su tiempo es un entero: primero hace falta set_integer_now_func, y la "
                            "ventana es un número, no un intervalo.")
                      : Text{};
  return sentences({licence, smaller, integers});
}

std::string age_condition(const TimeColumn& time, Seconds window) {
  const std::string column = sql_identifier(time.name);
  if (time.type == "date") {
    return column + " < current_date - " +
           std::to_string(std::max<std::int64_t>(1, window / kOneDay));
  }
  if (time.type.rfind("timestamp", 0) == 0) return column + " < now() - " + sql_interval(window);
  return {};
}

/// Integer epochs: the cut as a number the column holds.
std::string condition_for(const Table& table, Seconds window) {
  if (!table.time) return {};
  const auto units = epoch_units_per_second(table);
  if (!units) return age_condition(*table.time, window);
  return sql_identifier(table.time->name) + " < (extract(epoch FROM now() - " +
         sql_interval(window) + ") * " + std::to_string(*units) + ")::bigint";
}

}  // namespace

Text size_and_growth(const Table& table, bool growing) {
  const auto rate = growing ? bytes_per_day(table) : std::nullopt;
  Text held =
      table.bytes ? say("{}", "{}", {*table.bytes}) : say("size unknown", "tamaño desconocido");
  if (table.time && table.time->oldest && table.time->newest) {
    const auto period =
        std::chrono::duration_cast<Seconds>(*table.time->newest - *table.time->oldest);
    if (period >= kOneDay) held = say("{} in {}", "{} en {}", {held, period});
  }
  if (!rate || *rate <= 0) return held;
  return say("{}, {} more", "{}, y crece {}", {held, BytesPerDay{*rate}});
}

Text starting_point(Seconds window) {
  return say("A starting point: {}. Keep what your readers look back at.",
             "Un punto de partida: {}. Conserva lo que tus lectores consultan hacia atrás.",
             {window});
}

std::vector<std::string> drop_chunks_commands(const Table& table, const Hypertable& hypertable,
                                              Seconds window, Instant now) {
  std::string older_than;
  if (hypertable.integer_time) {
    const auto units = epoch_units_per_second(table);
    if (!units) return {};
    const auto cut =
        std::chrono::duration_cast<Seconds>(now.time_since_epoch() - window).count() * *units;
    older_than = "BIGINT '" + std::to_string(cut) + "'";
  } else {
    older_than = sql_interval(window);
  }
  return {"SET lock_timeout = '2s';", "SELECT drop_chunks(" + sql_regclass(policy_name(table)) +
                                          ", older_than => " + older_than + ");"};
}

Remedy bound_hypertable(const PostgresCensus& server, const Table& table,
                        const Hypertable& hypertable, Seconds window) {
  Remedy remedy;
  const auto interval = interval_of(hypertable);
  const bool finer = interval && *interval >= window;
  const Overdue overdue = chunks_before(hypertable, server.taken_at - window);
  // Integer ranges cannot be compared with a clock here: their bytes stay unknown.
  if (!hypertable.integer_time) remedy.frees = overdue.bytes;
  const Seconds kept = finer ? finer_interval(window) : interval.value_or(Seconds{0});
  remedy.steady_state = interval ? steady_state(table, window, kept) : std::nullopt;
  remedy.words =
      sentences({starting_point(window), how_to_bound_hypertable(server, hypertable, finer),
                 interval ? whole_chunks(window, *interval) : Text{},
                 hypertable.integer_time ? Text{} : freed_now(overdue)});
  const std::string name = sql_regclass(policy_name(table));
  if (finer && !hypertable.integer_time) {
    remedy.commands.push_back("SELECT set_chunk_time_interval(" + sql_regclass(table.qualified()) +
                              ", " + sql_interval(finer_interval(window)) + ");");
  }
  const auto argument = window_argument(table, hypertable, window);
  const bool can_have_policy = !hypertable.integer_time || hypertable.has_integer_now;
  if (is_apache(server) || !can_have_policy) {
    const auto drop = drop_chunks_commands(table, hypertable, window, server.taken_at);
    remedy.commands.insert(remedy.commands.end(), drop.begin(), drop.end());
  } else if (argument) {
    remedy.commands.push_back("SELECT add_retention_policy(" + name + ", drop_after => " +
                              *argument + ");");
  }
  return remedy;
}

Remedy bound_partitioned(const PostgresCensus& server, const Table& table,
                         const PartitionedTable& partitioned, Seconds window) {
  Remedy remedy;
  const Instant cut = server.taken_at - window;
  const Overdue overdue = partitions_before(partitioned, cut);
  const auto width = widest_partition(partitioned);
  if (!width) {
    remedy.words =
        say("Its partitions are not ranges of time, so none of them ever falls due as a whole. "
            "Delete old rows in small batches, or partition by time.",
            "Sus particiones no son rangos de tiempo, así que ninguna vence entera. Borra las "
            "filas antiguas en lotes pequeños, o particiona por tiempo.");
    return remedy;
  }
  remedy.frees = overdue.bytes;
  remedy.steady_state = steady_state(table, window, *width);
  remedy.words = sentences({starting_point(window),
                            say("Detach and drop the partitions that are wholly older ({} today), "
                                "and make the coming ones in time. Both take the parent's lock for "
                                "a moment: use a short lock_timeout and try again.",
                                "Separa y borra las particiones que sean más antiguas por completo "
                                "({} hoy), y crea a tiempo las que vienen. Ambas cosas bloquean la "
                                "tabla padre un instante: usa un lock_timeout corto y reintenta.",
                                {overdue.count})});
  const bool has_default =
      std::any_of(partitioned.partitions.begin(), partitioned.partitions.end(),
                  [](const Partition& partition) { return partition.is_default; });
  const bool concurrently = server.version_num >= 140000 && !has_default;
  if (overdue.count > 0) remedy.commands.push_back("SET lock_timeout = '2s';");
  for (const Partition& partition : partitioned.partitions) {
    const auto* end = std::get_if<Instant>(&partition.range_end);
    if (end == nullptr || *end > cut || remedy.commands.size() + 2 > kCommandsShown) continue;
    remedy.commands.push_back("ALTER TABLE " + sql_qualified(table.qualified()) +
                              " DETACH PARTITION " + sql_qualified(partition.name) +
                              (concurrently ? " CONCURRENTLY;" : ";"));
    remedy.commands.push_back("DROP TABLE " + sql_qualified(partition.name) + ";");
  }
  return remedy;
}

Remedy bound_plain(const PostgresCensus& server, const Table& table, Seconds window) {
  Remedy remedy;
  if (!table.time) {
    remedy.words =
        say("No column says when a row is from, so a window cannot be suggested: its owner has to "
            "say which rows are done with. Delete those in small batches, by key, with pauses.",
            "Ninguna columna dice de cuándo es cada fila, así que no se puede sugerir una ventana: "
            "su dueño debe decir qué filas ya no hacen falta. Bórralas en lotes pequeños, por "
            "clave y con pausas.");
    return remedy;
  }
  const auto share = share_before(table, server.taken_at - window);
  if (share && table.bytes) {
    remedy.frees = Bytes{std::llround(*share * static_cast<double>(table.bytes->count()))};
  }
  remedy.steady_state = steady_state(table, window, Seconds{0});
  const Text older = share ? say("About {} of its rows are older.",
                                 "Alrededor del {} de sus filas son más antiguas.", {Share{*share}})
                           : Text{};
  remedy.words =
      sentences({starting_point(window), older,
                 say("It is a plain table: add_retention_policy fails on it. Turned into a "
                     "partitioned table without copying (the old table becomes one partition), old "
                     "days are dropped whole and the disk gets them back.",
                     "Es una tabla normal: add_retention_policy falla con ella. Convertida en "
                     "tabla particionada sin copiarla (la tabla actual pasa a ser una partición), "
                     "los días viejos se borran enteros y el disco los recupera."),
                 say("If it must stay plain, delete in small batches: that stops the growth, since "
                     "new rows reuse the room, but gives nothing back to the disk. Never VACUUM "
                     "FULL under the writers.",
                     "Si debe seguir siendo normal, borra en lotes pequeños: eso frena el "
                     "crecimiento, porque las filas nuevas reutilizan el hueco, pero no devuelve "
                     "nada al disco. Nunca VACUUM FULL con escritores activos.")});
  const std::string condition = condition_for(table, window);
  if (!condition.empty()) {
    const std::string name = sql_qualified(table.qualified());
    remedy.commands = {"SET lock_timeout = '2s';",
                       "DELETE FROM " + name + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM " + name +
                           " WHERE " + condition + " LIMIT 10000));  -- repeat until it says 0"};
  }
  return remedy;
}

}  // namespace plimsoll
