#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "diagnose/evidence.h"
#include "diagnose/rule_context.h"
#include "diagnose/severity.h"
#include "diagnose/table_facts.h"
#include "diagnose/wording.h"

namespace plimsoll {
namespace {

constexpr Bytes kSmallest{1 << 30};  ///< below it a file system is a boot or snap image
constexpr Seconds kSoon{30 * 86400};

/// PostgreSQL saw a disk of this very size: it is this one, mounted or passed into its container.
bool holds(const FileSystem& files, const PostgresCensus& server) {
  return server.disk_size && *server.disk_size == files.size;
}

std::optional<double> growth_on(const Census& census, const FileSystem& files) {
  double sum = 0;
  bool known = false;
  for (const PostgresCensus& server : census.postgres) {
    if (!holds(files, server)) continue;
    for (const Table& table : server.tables) {
      const auto rate = bytes_per_day(table);
      if (!rate || *rate <= 0 || !keeps_growing(server, table).value_or(false)) continue;
      sum += *rate;
      known = true;
    }
  }
  return known && std::isfinite(sum) ? std::optional{sum} : std::nullopt;
}

struct Filling {
  double share = 0;  ///< of what an ordinary user can use
  std::optional<double> inode_share;
  std::optional<double> bytes_per_day;
  std::optional<Seconds> left;
};

Filling filling_of(const Census& census, const FileSystem& files) {
  Filling filling;
  const double usable = static_cast<double>((files.used + files.available).count());
  filling.share = usable > 0 ? static_cast<double>(files.used.count()) / usable : 0;
  if (files.inodes && files.inodes_free && *files.inodes > 0) {
    filling.inode_share =
        1 - static_cast<double>(*files.inodes_free) / static_cast<double>(*files.inodes);
  }
  filling.bytes_per_day = growth_on(census, files);
  Store store;
  store.bytes = files.used;
  store.line = files.used + files.available;
  if (filling.bytes_per_day) {
    store.growth = GrowthRate{filling.bytes_per_day, {}, {}, GrowthSource::two_samples};
  }
  filling.left = time_to_line(store);
  return filling;
}

Severity severity_of_filling(const Filling& filling) {
  const double share = std::max(filling.share, filling.inode_share.value_or(0));
  const Severity by_level = share >= 0.99   ? Severity::critical
                            : share >= 0.95 ? Severity::high
                            : share >= 0.9  ? Severity::medium
                                            : Severity::low;
  return std::max(by_level, severity_of({Harm::grows, filling.left, Bytes{}, {}}));
}

Text title_of(const RuleContext& context, const FileSystem& files, const Filling& filling) {
  const Text name = say("disk {}", "disco {}", {printable(files.mount_point)});
  if (filling.inode_share.value_or(0) > filling.share) {
    return say("{}: {} of its inodes are used", "{}: {} de sus inodos en uso",
               {name, Share{*filling.inode_share}});
  }
  if (!filling.left) {
    return say("{}: {} full, {} left", "{}: {} lleno, quedan {}",
               {name, Share{filling.share}, files.available});
  }
  return say(
      "{}: {} full, {} left; at this rate it is full on {} (in {})",
      "{}: {} lleno, quedan {}; a este ritmo se llenará el {} (en {})",
      {name, Share{filling.share}, files.available, context.now() + *filling.left, *filling.left});
}

void judge(RuleContext& context, const HostCensus& host, const FileSystem& files) {
  if (files.read_only || files.size < kSmallest) return;
  const Filling filling = filling_of(context.census(), files);
  const double near = context.options().near_limit;
  const bool soon = filling.left && *filling.left < kSoon;
  if (filling.share < near && filling.inode_share.value_or(0) < near && !soon) return;
  Finding finding;
  finding.rule = Rule::file_system_filling;
  finding.store = "host/" + host.target + "/file_system/" + files.mount_point;
  finding.severity = severity_of_filling(filling);
  finding.title = title_of(context, files, filling);
  Evidence evidence{host.taken_at};
  evidence.add("size", files.size, "bytes", "statvfs")
      .add("used", files.used, "bytes", "statvfs")
      .add("available", files.available, "bytes", "statvfs f_bavail")
      .add_known("inodes", files.inodes, "inodes", "statvfs f_files")
      .add_known("inodes_free", files.inodes_free, "inodes", "statvfs f_ffree");
  if (filling.bytes_per_day) {
    evidence.add("growth", BytesPerDay{*filling.bytes_per_day}, "bytes_per_day",
                 "sum of the tables that lie on it");
  }
  evidence.add_known("time_to_line", filling.left, "seconds", "available ÷ growth");
  finding.evidence = evidence;
  finding.cause =
      filling.bytes_per_day
          ? say("The tables on it gain {}; WAL, logs and whatever else grows come on top.",
                "Las tablas que contiene crecen {}; el WAL, los logs y lo demás se suman a eso.",
                {BytesPerDay{*filling.bytes_per_day}})
          : say("What is on it grew to here; how fast is not known from one look.",
                "Lo que contiene ha crecido hasta aquí; con una sola mirada no se sabe a qué "
                "ritmo.");
  finding.remedy =
      say("Bound what grows on it, in the order of this report. A full disk stops the database: "
          "keep room for one copy of the largest table before any rewrite, and never start a "
          "VACUUM FULL here.",
          "Acota lo que crece en él, en el orden de este informe. Un disco lleno para la base de "
          "datos: deja sitio para una copia de la tabla más grande antes de reescribir nada, y no "
          "lances aquí un VACUUM FULL.");
  context.add(std::move(finding), files.used);
}

}  // namespace

void judge_file_systems(RuleContext& context, const HostCensus& host) {
  for (const FileSystem& files : host.file_systems) judge(context, host, files);
}

}  // namespace plimsoll
