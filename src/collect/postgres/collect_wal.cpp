#include "collect/postgres/stages.h"
#include "link/postgres/probes.h"

namespace plimsoll {
namespace {

void read_settings(Reading& reading, WriteAheadLog& wal) {
  const auto rows = reading.ask(postgres::kWalSettings);
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    const auto name = row.text("name");
    if (name == "archive_mode") {
      wal.archiving = row.cell("setting") != "off";
      continue;
    }
    // Both are in MB; max_slot_wal_keep_size is -1 where nothing limits it.
    const auto megabytes = row.integer("setting");
    if (!megabytes || row.cell("unit") != "MB") continue;
    const Bytes bytes{*megabytes * 1024 * 1024};
    if (name == "max_wal_size") wal.max_wal_size = bytes;
    if (name == "max_slot_wal_keep_size") {
      wal.slot_cap = *megabytes < 0 ? SizeBound{Unbounded{}} : SizeBound{bytes};
    }
  }
}

}  // namespace

void collect_wal(Reading& reading, PostgresCensus& census) {
  auto& wal = census.wal;
  read_settings(reading, wal);
  if (const auto rows = reading.ask(postgres::kWalDirectory); rows && !rows->empty()) {
    wal.bytes = (*rows)[0].bytes("bytes");
  }
  if (const auto rows = reading.ask(postgres::kArchiver); rows && !rows->empty()) {
    wal.archive_failed_count = (*rows)[0].integer("failed_count");
    wal.archive_last_failed = (*rows)[0].instant("last_failed_time");
    wal.archive_last_archived = (*rows)[0].instant("last_archived_time");
  }
  if (const auto rows = reading.ask(postgres::kArchiveStatus); rows && !rows->empty()) {
    wal.archive_ready = (*rows)[0].integer("ready");
  }
  const auto slots = reading.ask(postgres::kSlots);
  for (std::size_t i = 0; slots && i < slots->size(); ++i) {
    const auto row = (*slots)[i];
    ReplicationSlot slot;
    slot.name = row.text("name");
    slot.kind = row.text("kind");
    slot.active = row.flag("active");
    slot.retained_wal = row.bytes("retained_wal");
    slot.wal_status = row.optional_text("wal_status");
    slot.inactive_since = row.instant("inactive_since");
    census.slots.push_back(std::move(slot));
  }
}

void collect_directories(Reading& reading, PostgresCensus& census) {
  const auto add = [&](const postgres::Probe& probe, const char* what) {
    const auto rows = reading.ask(probe);
    if (!rows || rows->empty()) return;
    census.directories.push_back({what, (*rows)[0].bytes("bytes"), (*rows)[0].integer("files")});
  };
  add(postgres::kTemporaryFiles, "temp");
  add(postgres::kLogFiles, "log");
}

}  // namespace plimsoll
