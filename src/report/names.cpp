#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/words.h"

// The catalogues of report/words.h: names of enumerators and of kinds, side by side.

namespace plimsoll {
namespace {

struct Entry {
  std::string_view name, en, es;
};

template <std::size_t N>
const Entry* find(const std::array<Entry, N>& catalogue, std::string_view name) {
  const auto found = std::find_if(catalogue.begin(), catalogue.end(),
                                  [&](const Entry& entry) { return entry.name == name; });
  return found == catalogue.end() ? nullptr : &*found;
}

std::string spaced(std::string_view name) {
  std::string words = printable(name);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

template <std::size_t N>
Text words_of(const std::array<Entry, N>& catalogue, std::string_view name) {
  const Entry* entry = find(catalogue, name);
  if (entry == nullptr) return verbatim(spaced(name));
  return {std::string{entry->en}, std::string{entry->es}};
}

constexpr std::array<Entry, 40> kRules{{
    {"hypertable_without_retention", "hypertable without retention", "hypertable sin retención"},
    {"retention_overdue", "retention overdue", "retención atrasada"},
    {"retention_interval_too_coarse", "chunks too coarse for the retention",
     "chunks demasiado grandes para la retención"},
    {"retention_job_unhealthy", "retention job not working", "la tarea de retención no funciona"},
    {"retention_integer_time", "retention on an integer time column",
     "retención sobre una columna de tiempo entera"},
    {"retention_window_too_long", "retention window too long",
     "ventana de retención demasiado larga"},
    {"compression_missing", "compression missing", "falta compresión"},
    {"table_only_grows", "table only grows", "tabla que solo crece"},
    {"default_partition_fills", "default partition fills", "la partición por defecto se llena"},
    {"partitions_missing", "partitions missing", "faltan particiones"},
    {"chunk_in_future", "chunk in the future", "chunk en el futuro"},
    {"table_never_read", "table written and never read", "tabla que se escribe y nadie lee"},
    {"dead_tuples_held", "dead rows held back", "filas muertas retenidas"},
    {"slot_holds_wal", "replication slot holds WAL", "un slot de replicación retiene WAL"},
    {"archiver_failing", "WAL archiver failing", "falla el archivado de WAL"},
    {"index_unused", "index unused", "índice sin uso"},
    {"index_invalid", "index invalid", "índice no válido"},
    {"tool_leftover", "left behind by a tool", "resto de una herramienta"},
    {"costly_statement", "costly statement", "consulta costosa"},
    {"stream_uncapped", "stream without a cap", "stream sin tope"},
    {"stream_cap_cannot_bite", "stream cap cannot bite", "el tope del stream no puede actuar"},
    {"stream_orphan", "orphan stream", "stream huérfano"},
    {"pending_entries_leaking", "pending entries leak", "fuga de entradas pendientes"},
    {"pending_entries_dangling", "pending entries of deleted messages",
     "pendientes de mensajes ya borrados"},
    {"consumers_dead", "dead consumers", "consumidores muertos"},
    {"unread_entries_trimmed", "unread entries trimmed", "entradas recortadas sin leer"},
    {"keys_without_ttl", "keys without TTL", "claves sin TTL"},
    {"maxmemory_missing", "maxmemory missing", "falta maxmemory"},
    {"maxmemory_too_near_limit", "maxmemory too near the limit",
     "maxmemory demasiado cerca del límite"},
    {"eviction_drops_streams", "eviction would drop streams",
     "la expulsión borraría streams enteros"},
    {"server_without_password", "server without a password", "servidor sin contraseña"},
    {"container_without_limit", "container without a memory limit",
     "contenedor sin límite de memoria"},
    {"container_near_limit", "container near its limit", "contenedor cerca de su límite"},
    {"container_oom_killed", "container killed for memory",
     "contenedor matado por falta de memoria"},
    {"container_restarting", "container restarting", "contenedor que se reinicia"},
    {"log_without_rotation", "log without rotation", "log sin rotación"},
    {"volume_unused", "unused volume", "volumen sin uso"},
    {"bounds_contradict", "bounds contradict each other", "límites que se contradicen"},
    {"file_system_filling", "file system filling", "sistema de ficheros que se llena"},
    {"", "", ""},
}};

constexpr std::array<Entry, 5> kSeverities{{{"info", "info", "informativa"},
                                            {"low", "low", "baja"},
                                            {"medium", "medium", "media"},
                                            {"high", "high", "alta"},
                                            {"critical", "critical", "crítica"}}};

constexpr std::array<Entry, 22> kKinds{{
    {"table", "table", "tabla"},
    {"hypertable", "hypertable", "hypertable"},
    {"partitioned_table", "partitioned table", "tabla particionada"},
    {"continuous_aggregate", "continuous aggregate", "agregado continuo"},
    {"materialized_view", "materialized view", "vista materializada"},
    {"wal", "write-ahead log", "WAL"},
    {"replication_slot", "replication slot", "slot de replicación"},
    {"directory", "directory", "directorio"},
    {"catalog", "system catalogs", "catálogos del sistema"},
    {"other_databases", "other databases", "otras bases de datos"},
    {"unexplained", "unexplained", "sin explicar"},
    {"redis_memory", "memory", "memoria"},
    {"stream", "stream", "stream"},
    {"key_family", "keys", "claves"},
    {"key", "key", "clave"},
    {"container", "container memory", "memoria de contenedor"},
    {"container_log", "container log", "log de contenedor"},
    {"writable_layer", "writable layer", "capa de escritura"},
    {"volume", "volume", "volumen"},
    {"image", "image", "imagen"},
    {"build_cache", "build cache", "caché de build"},
    {"file_system", "file system", "sistema de ficheros"},
}};

constexpr std::array<Entry, 7> kSources{{
    {"chunk_ranges", "from the sizes and ranges of its chunks",
     "según el tamaño y el rango de sus chunks"},
    {"partition_ranges", "from the sizes and ranges of its partitions",
     "según el tamaño y el rango de sus particiones"},
    {"column_histogram", "from the planner's histogram of its time column",
     "según el histograma de su columna de tiempo"},
    {"row_range", "from its rows between the oldest and the newest",
     "según sus filas entre la más antigua y la más nueva"},
    {"tuple_counters", "from the server's row counters",
     "según los contadores de filas del servidor"},
    {"stream_ids", "from the instants in its ids", "según los instantes de sus identificadores"},
    {"two_samples", "from two samples", "según dos muestras"},
}};

constexpr std::array<Entry, 4> kTargets{{{"postgres", "PostgreSQL", "PostgreSQL"},
                                         {"redis", "Redis", "Redis"},
                                         {"docker", "Docker", "Docker"},
                                         {"host", "Host", "Máquina"}}};

}  // namespace

Text rule_words(Rule rule) { return words_of(kRules, name_of(rule)); }
Text severity_words(Severity level) { return words_of(kSeverities, name_of(level)); }
Text target_words(TargetKind kind) { return words_of(kTargets, name_of(kind)); }
Text kind_words(std::string_view store_kind) { return words_of(kKinds, store_kind); }
Text source_words(GrowthSource source) { return words_of(kSources, name_of(source)); }

}  // namespace plimsoll
