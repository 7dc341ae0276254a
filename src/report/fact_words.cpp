#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/words.h"

namespace plimsoll {
namespace {

struct Entry {
  std::string_view name, es;
  std::string_view en = {};  ///< where it is not the name itself
};

// In the order of the names. A name that is missing here is shown as it is, in both languages.
constexpr std::array kFacts = {
    Entry{"active", "activo"},
    Entry{"added_between_samples", "añadidas entre dos muestras"},
    Entry{"allowed_bytes", "lo que permite"},
    Entry{"anonymous", "anónimo"},
    Entry{"archive_failed_count", "fallos de archivado"},
    Entry{"archive_last_archived", "último archivado"},
    Entry{"archive_last_failed", "último fallo de archivado"},
    Entry{"archive_ready", "segmentos por archivar", "segments waiting"},
    Entry{"autovacuum_disabled", "autovacuum desactivado"},
    Entry{"available", "disponible"},
    Entry{"bytes", "tamaño", "size"},
    Entry{"bytes_per_day", "crecimiento", "growth"},
    Entry{"calls", "llamadas"},
    Entry{"chunk_interval", "intervalo de chunk"},
    Entry{"closed_uncompressed_bytes", "cerrado y sin comprimir"},
    Entry{"closed_uncompressed_chunks", "chunks cerrados sin comprimir"},
    Entry{"compression_enabled", "compresión activada"},
    Entry{"consumers", "consumidores"},
    Entry{"cpu", "CPU", "CPU"},
    Entry{"cpu_cores_busy", "núcleos ocupados", "cores busy"},
    Entry{"created_at", "creado"},
    Entry{"dangling_bytes", "lo que ocupan"},
    Entry{"dangling_pending", "pendientes de mensajes borrados", "pending of deleted entries"},
    Entry{"dead_consumers", "consumidores muertos"},
    Entry{"dead_tuples", "filas muertas", "dead rows"},
    Entry{"default_partition", "partición por defecto"},
    Entry{"deleted", "filas borradas", "rows deleted"},
    Entry{"detach_pending", "desconexión pendiente"},
    Entry{"drop_after", "se borra a partir de", "dropped after"},
    Entry{"entries_added", "entradas añadidas"},
    Entry{"entries_per_day", "entradas al día"},
    Entry{"entries_read", "entradas leídas"},
    Entry{"evicted_keys", "claves expulsadas", "keys evicted"},
    Entry{"exit_code", "código de salida"},
    Entry{"first_entry", "primera entrada"},
    Entry{"flush_calls", "llamadas a FLUSH", "FLUSH calls"},
    Entry{"free_disk", "disco libre"},
    Entry{"furthest_range_start", "rango más lejano"},
    Entry{"future_chunks", "chunks en el futuro"},
    Entry{"group", "grupo"},
    Entry{"groups", "grupos"},
    Entry{"growth", "crecimiento"},
    Entry{"has_default", "tiene partición por defecto"},
    Entry{"has_integer_now", "tiene función integer_now"},
    Entry{"held", "retenido"},
    Entry{"held_by", "lo retiene", "held by"},
    Entry{"held_since", "retenido desde"},
    Entry{"host_memory", "memoria de la máquina"},
    Entry{"inactive_since", "inactivo desde"},
    Entry{"index_scans", "lecturas por índice"},
    Entry{"inner_bound", "límite interior"},
    Entry{"inodes", "inodos"},
    Entry{"inodes_free", "inodos libres"},
    Entry{"inserted", "filas insertadas", "rows inserted"},
    Entry{"integer_time", "tiempo entero"},
    Entry{"items_per_day", "elementos al día"},
    Entry{"job_id", "tarea", "job"},
    Entry{"keys", "claves"},
    Entry{"keys_per_day", "claves al día"},
    Entry{"kind", "clase"},
    Entry{"lag", "retraso"},
    Entry{"last_entry", "última entrada"},
    Entry{"last_error", "último error"},
    Entry{"last_range_end", "fin del último rango"},
    Entry{"last_run_status", "última ejecución", "last run"},
    Entry{"last_successful_finish", "última vez con éxito", "last success"},
    Entry{"last_vacuum", "último vacuum"},
    Entry{"length", "longitud"},
    Entry{"length_between_samples", "longitud entre dos muestras"},
    Entry{"line", "línea"},
    Entry{"live_tuples", "filas vivas", "live rows"},
    Entry{"log_bytes", "tamaño del log", "log size"},
    Entry{"log_driver", "driver de log"},
    Entry{"max_size", "max-size", "max-size"},
    Entry{"mean_milliseconds", "media", "mean"},
    Entry{"memory_limit", "límite de memoria"},
    Entry{"memory_reservation", "reserva de memoria"},
    Entry{"newest", "la más nueva"},
    Entry{"next_start", "próximo inicio"},
    Entry{"node_max_entries", "entradas por nodo", "entries per node"},
    Entry{"oldest", "la más antigua"},
    Entry{"oldest_pending", "pendiente más antigua"},
    Entry{"oom_killed", "matado por memoria (OOM)", "killed for memory (OOM)"},
    Entry{"oom_kills", "muertes por memoria (OOM)", "OOM kills"},
    Entry{"outer_bound", "límite exterior"},
    Entry{"overdue_bytes", "atrasado"},
    Entry{"overdue_chunks", "chunks atrasados"},
    Entry{"partition_width", "ancho de partición"},
    Entry{"partitions", "particiones"},
    Entry{"password_required", "pide contraseña", "asks for a password"},
    Entry{"peak", "máximo"},
    Entry{"pending_entries", "entradas pendientes"},
    Entry{"protected_mode", "modo protegido"},
    Entry{"published", "publicado en", "published at"},
    Entry{"references", "contenedores que lo usan", "containers using it"},
    Entry{"restart_count", "reinicios", "restarts"},
    Entry{"retained_wal", "WAL retenido", "WAL retained"},
    Entry{"retention_policies", "políticas de retención"},
    Entry{"rows", "filas"},
    Entry{"rows_per_day", "filas al día"},
    Entry{"sampled", "muestreadas"},
    Entry{"scans", "lecturas"},
    Entry{"scheduled", "programada"},
    Entry{"sequential_scans", "lecturas secuenciales"},
    Entry{"share_of_execution_time", "parte del tiempo de ejecución"},
    Entry{"silence", "silencio", "silent for"},
    Entry{"size", "tamaño"},
    Entry{"started_at", "arrancado"},
    Entry{"state", "estado"},
    Entry{"statement", "consulta"},
    Entry{"stats_since", "estadísticas desde"},
    Entry{"time_to_line", "tiempo hasta la línea"},
    Entry{"tool", "herramienta"},
    Entry{"total_failures", "fallos", "failures"},
    Entry{"total_runs", "ejecuciones", "runs"},
    Entry{"transactions_held", "transacciones retenidas"},
    Entry{"unread_trimmed", "recortadas sin leer", "trimmed unread"},
    Entry{"used", "usado"},
    Entry{"used_memory", "memoria usada"},
    Entry{"used_memory_peak", "máximo de memoria", "peak memory"},
    Entry{"valid", "válido"},
    Entry{"wal_bytes", "tamaño del WAL", "WAL size"},
    Entry{"wal_status", "estado del WAL", "WAL status"},
    Entry{"with_pending_entries", "con entradas pendientes"},
    Entry{"without_ttl", "sin TTL", "without TTL"},
    Entry{"working_set", "working set"},
};

std::string spaced(std::string_view name) {
  std::string words = printable(name);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

}  // namespace

Text fact_words(std::string_view fact_name) {
  const auto found = std::find_if(kFacts.begin(), kFacts.end(),
                                  [&](const Entry& entry) { return entry.name == fact_name; });
  if (found == kFacts.end()) return verbatim(spaced(fact_name));
  return {found->en.empty() ? spaced(fact_name) : std::string{found->en}, std::string{found->es}};
}

}  // namespace plimsoll
