#include <algorithm>

#include "base/text.h"
#include "diagnose/evidence.h"
#include "diagnose/rule_context.h"
#include "diagnose/server_words.h"
#include "diagnose/severity.h"

namespace plimsoll {
namespace {

constexpr Bytes kSegment{16 << 20};
constexpr std::int64_t kSegmentsWaiting = 64;  ///< 1 GB that the archiver has not taken

bool uncapped(const WriteAheadLog& wal) { return std::holds_alternative<Unbounded>(wal.slot_cap); }

/// An active slot may lag by as much as a checkpoint keeps anyway; an inactive one by a segment.
bool holds_much(const PostgresCensus& server, const ReplicationSlot& slot) {
  if (slot.wal_status && (*slot.wal_status == "unreserved" || *slot.wal_status == "lost"))
    return true;
  if (!slot.retained_wal) return false;
  return *slot.retained_wal > (slot.active ? server.wal.max_wal_size.value_or(1_GiB) : kSegment);
}

Finding about_slot(const PostgresCensus& server, const ReplicationSlot& slot) {
  Finding finding;
  finding.rule = Rule::slot_holds_wal;
  finding.store = "postgres/" + server.target + "/replication_slot/" + slot.name;
  finding.evidence =
      Evidence{server.taken_at}
          .add_known("retained_wal", slot.retained_wal, "bytes",
                     "pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)")
          .add("active", slot.active, "", "pg_replication_slots.active")
          .add("kind", slot.kind, "", "pg_replication_slots.slot_type")
          .add_known("wal_status", slot.wal_status, "", "pg_replication_slots.wal_status")
          .add_known("inactive_since", slot.inactive_since, "",
                     "pg_replication_slots.inactive_since")
          .add_bound("max_slot_wal_keep_size", server.wal.slot_cap, "pg_settings")
          .add_known("free_disk", server.free_disk, "bytes", "statvfs of the data directory");
  return finding;
}

void judge_slot(RuleContext& context, const PostgresCensus& server, const ReplicationSlot& slot) {
  if (!slot.retained_wal && slot.wal_status != "lost") {
    context.gap(Rule::slot_holds_wal, "postgres/" + server.target, slot.name,
                say("the WAL it holds is not known", "no se conoce el WAL que retiene"),
                say("GRANT pg_monitor to the role", "concede pg_monitor al rol"));
    return;
  }
  if (!holds_much(server, slot)) return;
  const bool lost = slot.wal_status == "lost";
  Finding finding = about_slot(server, slot);
  const Harm harm = uncapped(server.wal) && !lost ? Harm::grows : Harm::tidies;
  finding.severity = severity_of({harm, context.to_line(finding.store), slot.retained_wal, {}});
  const Bytes held = slot.retained_wal.value_or(Bytes{});
  finding.title =
      lost ? say("slot {}: lost, its consumer can never catch up",
                 "ranura {}: perdida, su consumidor ya no puede ponerse al día",
                 {printable(slot.name)})
      : slot.active
          ? say("slot {}: its consumer lags {} of WAL behind",
                "ranura {}: su consumidor va {} de WAL por detrás", {printable(slot.name), held})
          : say("slot {}: nobody reads it and it holds {} of WAL",
                "ranura {}: nadie la lee y retiene {} de WAL", {printable(slot.name), held});
  finding.cause =
      uncapped(server.wal)
          ? say("A slot keeps every WAL segment from its position on, and max_slot_wal_keep_size "
                "sets no limit.",
                "Una ranura conserva todo el WAL desde su posición, y max_slot_wal_keep_size no "
                "pone límite.")
          : say("A slot keeps WAL from its position on, up to max_slot_wal_keep_size.",
                "Una ranura conserva el WAL desde su posición, hasta max_slot_wal_keep_size.");
  finding.remedy =
      say("Ask the consumer's owner: get it going, or drop the slot if it will not come back (a "
          "new one needs a fresh copy). Either way set a cap; it takes effect at a reload.",
          "Pregunta al dueño del consumidor: que lo ponga en marcha o, si no va a volver, elimina "
          "la ranura (otra nueva exige una copia completa). En todo caso pon un límite; se aplica "
          "al recargar.");
  if (uncapped(server.wal)) {
    finding.commands = {"ALTER SYSTEM SET max_slot_wal_keep_size = '10GB';",
                        "SELECT pg_reload_conf();"};
  }
  if (!slot.active) {
    finding.commands.push_back("SELECT pg_drop_replication_slot(" + sql_literal(slot.name) + ");");
    finding.frees = slot.retained_wal;
  }
  context.add(std::move(finding), slot.retained_wal);
}

void judge_archiver(RuleContext& context, const PostgresCensus& server) {
  const WriteAheadLog& wal = server.wal;
  constexpr Rule kRule = Rule::archiver_failing;
  if (!wal.archiving) {
    context.gap(kRule, "postgres/" + server.target, "pg_wal",
                say("archive_mode is not visible", "archive_mode no es visible"),
                say("GRANT pg_monitor to the role", "concede pg_monitor al rol"));
    return;
  }
  if (!*wal.archiving) return;
  const bool failing =
      wal.archive_last_failed &&
      (!wal.archive_last_archived || *wal.archive_last_archived < *wal.archive_last_failed);
  const bool behind = wal.archive_ready.value_or(0) >= kSegmentsWaiting;
  if (!failing && !behind) return;
  std::optional<Bytes> waiting;
  if (wal.archive_ready) waiting = Bytes{*wal.archive_ready * kSegment.count()};
  Finding finding;
  finding.rule = kRule;
  finding.store = "postgres/" + server.target + "/wal/pg_wal";
  finding.severity = at_least(severity_of({Harm::grows, {}, waiting, {}}), Severity::medium);
  finding.title =
      failing ? say("the WAL archiver fails", "el archivado de WAL falla")
              : say("the WAL archiver is {} segments behind",
                    "el archivado de WAL lleva {} segmentos de retraso", {*wal.archive_ready});
  finding.evidence = Evidence{server.taken_at}
                         .add_known("archive_last_failed", wal.archive_last_failed, "",
                                    "pg_stat_archiver.last_failed_time")
                         .add_known("archive_last_archived", wal.archive_last_archived, "",
                                    "pg_stat_archiver.last_archived_time")
                         .add_known("archive_failed_count", wal.archive_failed_count, "failures",
                                    "pg_stat_archiver.failed_count")
                         .add_known("archive_ready", wal.archive_ready, "segments",
                                    "pg_ls_archive_statusdir() .ready")
                         .add_known("wal_bytes", wal.bytes, "bytes", "pg_ls_waldir()");
  finding.cause =
      say("A segment is kept until it is archived: while the archive command fails, WAL fills the "
          "disk and backups have a hole.",
          "Un segmento se conserva hasta archivarse: mientras falle la orden de archivado, el WAL "
          "llena el disco y a las copias les falta un tramo.");
  finding.remedy =
      say("Mend archive_command or its destination; the server's log has its error. Never delete "
          "files in pg_wal by hand.",
          "Arregla archive_command o su destino; el log del servidor tiene el error. Nunca borres "
          "a mano ficheros de pg_wal.");
  finding.commands = {"SELECT * FROM pg_stat_archiver;"};
  context.add(std::move(finding), waiting);
}

}  // namespace

void judge_wal(RuleContext& context, const PostgresCensus& server) {
  for (const ReplicationSlot& slot : server.slots) judge_slot(context, server, slot);
  judge_archiver(context, server);
}

}  // namespace plimsoll
