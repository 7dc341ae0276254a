#include "base/text.h"
#include "diagnose/evidence.h"
#include "diagnose/rule_context.h"
#include "diagnose/server_words.h"
#include "diagnose/severity.h"

namespace plimsoll {
namespace {

void judge_log(RuleContext& context, const DockerCensus& engine, const Container& container) {
  constexpr Rule kRule = Rule::log_without_rotation;
  if (container.log_driver.empty()) {
    context.gap(kRule, "docker/" + engine.target, container.name,
                say("its log driver is not known", "no se conoce su controlador de log"),
                say("allow GET /containers/{{id}}/json", "permite GET /containers/{{id}}/json"));
    return;
  }
  if (log_bound(container).kind != BoundKind::none) return;
  Finding finding;
  finding.rule = kRule;
  finding.store = "docker/" + engine.target + "/container_log/" + container.name;
  const auto rate = container.log_growth ? container.log_growth->bytes_per_day : std::nullopt;
  // Of unknown size it is no worse than a small one until it has been measured.
  finding.severity = container.log_bytes || rate
                         ? severity_of({Harm::grows, {}, container.log_bytes, rate})
                         : Severity::low;
  finding.title =
      container.log_bytes
          ? say("{}: log without rotation, {}", "{}: log sin rotación, {}",
                {printable(container.name), *container.log_bytes})
          : say("{}: log without rotation", "{}: log sin rotación", {printable(container.name)});
  Evidence evidence{engine.taken_at};
  evidence
      .add("log_driver", printable(container.log_driver), "",
           "docker inspect HostConfig.LogConfig.Type")
      .add("max_size", Unbounded{}, "", "docker inspect HostConfig.LogConfig.Config");
  if (container.log_bytes) {
    evidence.add("log_bytes", *container.log_bytes, "bytes",
                 "stat of LogPath and its rotated files");
  } else {
    evidence.unknown("log_bytes", "bytes", "stat of LogPath");
  }
  finding.evidence = evidence.add_growth(container.log_growth, "lines");
  finding.cause =
      say("json-file without max-size writes one file for ever, and docker system df does not "
          "count it. Options in daemon.json reach only containers created after them.",
          "json-file sin max-size escribe siempre en un solo fichero, y docker system df no lo "
          "cuenta. Las opciones de daemon.json solo alcanzan a contenedores creados después.");
  finding.remedy =
      say("Give the service a logging section (driver local, or json-file with max-size 10m and "
          "max-file 3) and create it again: the old log goes with the old container. Do not "
          "truncate the file by hand.",
          "Da al servicio una sección logging (driver local, o json-file con max-size 10m y "
          "max-file 3) y vuelve a crearlo: el log viejo se va con el contenedor viejo. No trunques "
          "el fichero a mano.");
  finding.frees = container.log_bytes;
  finding.steady_state = Bytes{30'000'000};
  if (rate && *rate > 0) finding.stops = BytesPerDay{*rate};
  context.add(std::move(finding), container.log_bytes);
}

void judge_volume(RuleContext& context, const DockerCensus& engine, const Volume& volume) {
  constexpr Rule kRule = Rule::volume_unused;
  if (!volume.anonymous) return;  // a named one was made on purpose
  if (!volume.references) {
    context.gap(kRule, "docker/" + engine.target, volume.name,
                say("who uses it was not asked", "no se ha preguntado quién lo usa"),
                say("allow GET /system/df?type=volume", "permite GET /system/df?type=volume"));
    return;
  }
  if (*volume.references > 0) return;
  Finding finding;
  finding.rule = kRule;
  finding.store = "docker/" + engine.target + "/volume/" + volume.name;
  finding.severity = severity_of({Harm::tidies, {}, volume.bytes, {}});
  const std::string shown = printable(volume.name.substr(0, 12));
  finding.title = volume.bytes ? say("volume {}…: anonymous, used by no container, {}",
                                     "volumen {}…: anónimo, sin contenedor que lo use, {}",
                                     {shown, *volume.bytes})
                               : say("volume {}…: anonymous, used by no container",
                                     "volumen {}…: anónimo, sin contenedor que lo use", {shown});
  finding.evidence = Evidence{engine.taken_at}
                         .add("anonymous", true, "", "name, label com.docker.volume.anonymous")
                         .add("references", *volume.references, "containers", "UsageData.RefCount")
                         .add_known("bytes", volume.bytes, "bytes", "UsageData.Size")
                         .add_known("created_at", volume.created_at, "", "CreatedAt");
  finding.cause = say("Its container was removed without -v; the next one got a new volume.",
                      "Su contenedor se eliminó sin -v, y el siguiente recibió un volumen nuevo.");
  finding.remedy =
      say("Look inside before removing it: it may be the only copy of a database's files. It "
          "cannot be undone.",
          "Mira dentro antes de eliminarlo: puede ser la única copia de los ficheros de una base "
          "de datos. No se puede deshacer.");
  finding.commands = {"docker volume rm " + shell_argument(volume.name)};
  finding.frees = volume.bytes;
  context.add(std::move(finding), volume.bytes);
}

}  // namespace

void judge_logs_and_volumes(RuleContext& context, const DockerCensus& engine) {
  for (const Container& container : engine.containers) judge_log(context, engine, container);
  for (const Volume& volume : engine.volumes) judge_volume(context, engine, volume);
}

}  // namespace plimsoll
