#include "collect/docker/collect.h"

#include <algorithm>
#include <map>
#include <optional>
#include <thread>

#include "base/text.h"
#include "collect/docker/gap_list.h"
#include "collect/docker/log_files.h"
#include "collect/docker/parse.h"

namespace plimsoll {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr const char* kTarget = "docker";

/// What is known of one container while it is looked at.
struct Observed {
  Container container;
  std::filesystem::path log;
  std::optional<ContainerSample> first, last;
  std::optional<Bytes> first_log_bytes;
  nanoseconds first_log_at{};
  bool from_cgroup = false;
};

class Collector {
 public:
  Collector(docker::Link& link, const DockerOptions& options)
      : link_{link}, options_{options}, deadline_{deadline_in(options.budget)} {}

  Result<DockerCollection> run() {
    if (auto begun = read_engine(); !begun) return failure(begun.error());
    if (auto listed = list_containers(); !listed) return failure(listed.error());
    inspect_containers();
    const auto begin = steady_clock::now();
    take_samples(&Observed::first);
    measure_logs_first();
    read_volumes();  // while the interval runs
    read_images();
    wait_until(begin + options_.sample_interval);
    take_samples(&Observed::last);
    measure_logs_last();
    if (options_.sizes) read_sizes();
    return finish();
  }

 private:
  Result<void> read_engine() {
    const auto body = link_.info(deadline_);
    if (!body) return failure(body.error());
    const auto facts = parse_info(*body);
    if (!facts) return failure(facts.error());
    const docker::Engine& engine = link_.engine();
    census_.target = kTarget;
    census_.taken_at =
        std::chrono::time_point_cast<Instant::duration>(std::chrono::system_clock::now());
    census_.engine = engine.name;
    census_.version = engine.version;
    census_.api_version = engine.api.text();
    census_.cgroup_version = facts->cgroup_version;
    census_.root_directory = facts->root_directory;
    census_.default_log_driver = facts->default_log_driver;
    census_.host_memory = facts->host_memory;
    return {};
  }

  Result<void> list_containers() {
    const auto body = link_.containers(deadline_);
    if (!body) return failure(body.error());
    auto listed = parse_container_list(*body);
    if (!listed) return failure(listed.error());
    all_ = std::move(*listed);
    return {};
  }

  bool is_looked_at(const ListedContainer& listed) const {
    return options_.project.empty() || listed.compose_project == options_.project;
  }

  void inspect_containers() {
    std::vector<std::string> ids;
    std::vector<std::string> names;
    for (const ListedContainer& listed : all_) {
      if (!is_looked_at(listed)) continue;
      ids.push_back(listed.id);
      names.push_back(listed.name);
    }
    if (ids.empty() && !options_.project.empty()) {
      gaps_.add(say("containers", "contenedores"),
                Error{ErrorCode::unsupported,
                      say("no container has the label com.docker.compose.project={}",
                          "ningún contenedor lleva la etiqueta com.docker.compose.project={}",
                          {printable(options_.project)}),
                      say("see the names with 'docker compose ls', or leave the project out",
                          "vea los nombres con 'docker compose ls' o no indique proyecto")});
    }
    const auto bodies = link_.inspect(ids, deadline_);
    for (std::size_t i = 0; i < bodies.size(); ++i) take_inspected(names[i], bodies[i]);
  }

  void take_inspected(const std::string& name, const Result<std::string>& body) {
    if (!body && body.error().code == ErrorCode::conflict) return;  // gone since the list
    auto inspected =
        body ? parse_inspect(*body) : Result<InspectedContainer>{failure(body.error())};
    if (!inspected) {
      gaps_.add(say("container {}", "contenedor {}", {printable(name)}), inspected.error());
      return;
    }
    Observed observed;
    observed.container = std::move(inspected->container);
    observed.log = log_file_of(observed.container.log_driver, inspected->log_path,
                               census_.root_directory, observed.container.id);
    observed_.push_back(std::move(observed));
  }

  /// Files first: they cost microseconds, and say what the engine's stats leave out.
  void take_samples(std::optional<ContainerSample> Observed::*sample) {
    std::vector<Observed*> by_engine;
    std::vector<std::string> ids;
    for (Observed& observed : observed_) {
      if (observed.container.pid == 0) continue;
      const bool try_files =
          link_.address().may_be_local() && (sample == &Observed::first || observed.from_cgroup);
      if (try_files) {
        observed.*sample =
            read_cgroup(options_.roots, observed.container.pid, observed.container.id);
        // A container that stops between the samples has none of the second, and is no gap.
        observed.from_cgroup = observed.from_cgroup || (observed.*sample).has_value();
      }
      if (observed.from_cgroup || (try_files && sample == &Observed::last)) continue;
      by_engine.push_back(&observed);
      ids.push_back(observed.container.id);
    }
    // An engine that has no one-shot gives both samples in one answer, and takes its time.
    if (sample == &Observed::last && link_.engine().api < docker::ApiVersion{1, 41}) return;
    const auto bodies = link_.stats(ids, deadline_);
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      take_stats(*by_engine[i], bodies[i], sample);
    }
  }

  void take_stats(Observed& observed, const Result<std::string>& body,
                  std::optional<ContainerSample> Observed::*sample) {
    if (!body && body.error().code == ErrorCode::conflict) return;
    auto parsed = body ? parse_stats(*body) : Result<ContainerSample>{failure(body.error())};
    if (parsed) {
      observed.*sample = std::move(*parsed);
    } else if (sample == &Observed::first) {  // once is enough to say
      gaps_.add_container(say("memory and CPU", "memoria y CPU"), observed.container.name,
                          parsed.error().what, parsed.error().hint);
    }
  }

  void measure_logs_first() {
    if (!link_.address().may_be_local()) return note_remote_logs();
    for (Observed& observed : observed_) {
      if (observed.log.empty()) continue;
      const auto files = measure_log(observed.log);
      observed.first_log_at = steady_clock::now().time_since_epoch();
      if (files) {
        observed.first_log_bytes = files->bytes;
      } else {
        gaps_.add_container(say("log bytes", "bytes de registro"), observed.container.name,
                            files.error().what, files.error().hint);
      }
    }
  }

  void note_remote_logs() {
    for (const Observed& observed : observed_) {
      if (observed.log.empty()) continue;
      gaps_.add_container(say("log bytes", "bytes de registro"), observed.container.name,
                          say("the engine is on another host", "el motor está en otro host"),
                          say("run Plimsoll there", "ejecute Plimsoll allí"));
    }
  }

  void measure_logs_last() {
    for (Observed& observed : observed_) {
      if (!observed.first_log_bytes) continue;
      const auto files = measure_log(observed.log);
      if (!files) continue;
      Container& container = observed.container;
      container.log_bytes = files->bytes;
      container.rotated_logs = files->rotated;
      const nanoseconds apart = steady_clock::now().time_since_epoch() - observed.first_log_at;
      // Smaller than before: rotated in between, so the difference says nothing.
      if (files->bytes >= *observed.first_log_bytes) {
        container.log_growth_now = growth_between(*observed.first_log_bytes, files->bytes, apart);
      }
      container.log_growth = container.log_growth_now;
      constexpr nanoseconds kYoung = std::chrono::minutes{1};
      if (!container.created_at || files->rotated > 0) continue;
      const nanoseconds age = census_.taken_at - *container.created_at;
      if (age >= kYoung) container.log_growth = growth_between(Bytes{0}, files->bytes, age);
    }
  }

  void read_volumes() {
    const auto body = link_.volumes(deadline_);
    auto volumes = body ? parse_volumes(*body) : Result<std::vector<Volume>>{failure(body.error())};
    if (!volumes) return gaps_.add(say("volumes", "volúmenes"), volumes.error());
    std::map<std::string, std::int64_t> references;
    std::map<std::string, bool> looked_at;
    for (const ListedContainer& listed : all_) {
      for (const std::string& name : listed.volumes) {
        ++references[name];
        looked_at[name] = looked_at[name] || is_looked_at(listed);
      }
    }
    for (Volume& volume : *volumes) {
      volume.references = references[volume.name];
      if (!options_.project.empty() && !looked_at[volume.name]) continue;
      census_.volumes.push_back(std::move(volume));
    }
  }

  void read_images() {
    const auto body = link_.images(deadline_);
    auto images = body ? parse_images(*body) : Result<std::vector<ImageUse>>{failure(body.error())};
    if (!images) return gaps_.add(say("images", "imágenes"), images.error());
    for (ImageUse& image : *images) {
      const std::string id = without_digest_prefix(image.id);
      image.containers = std::count_if(all_.begin(), all_.end(),
                                       [&](const auto& listed) { return listed.image_id == id; });
    }
    census_.images = std::move(*images);
  }

  void wait_until(steady_clock::time_point instant) const {
    std::this_thread::sleep_until(std::min(instant, deadline_));
  }

  void read_sizes() {
    // Before 1.42 one walk answers for all three.
    const bool one_walk = link_.engine().api < docker::ApiVersion{1, 42};
    const auto walk = [&](docker::DiskUse what) {
      return link_.system_df(what, deadline_in(options_.sizes_budget));
    };
    const auto containers = walk(docker::DiskUse::containers);
    take_writable_layers(containers);
    if (!containers && containers.error().code == ErrorCode::timed_out) {
      return gaps_.add(
          say("volume bytes and build cache", "bytes de volúmenes y caché de compilación"),
          containers.error());
    }
    take_volume_sizes(one_walk ? containers : walk(docker::DiskUse::volumes));
    take_build_cache(one_walk ? containers : walk(docker::DiskUse::build_cache));
  }

  void take_writable_layers(const Result<std::string>& body) {
    auto layers = body ? parse_writable_layers(*body)
                       : Result<std::map<std::string, Bytes>>{failure(body.error())};
    if (!layers) return gaps_.add(say("writable layers", "capas de escritura"), layers.error());
    for (Observed& observed : observed_) {
      const auto found = layers->find(observed.container.id);
      if (found != layers->end()) observed.container.writable_layer = found->second;
    }
  }

  void take_volume_sizes(const Result<std::string>& body) {
    auto sizes = body ? parse_volume_sizes(*body)
                      : Result<std::map<std::string, Bytes>>{failure(body.error())};
    if (!sizes) return gaps_.add(say("volume bytes", "bytes de volúmenes"), sizes.error());
    for (Volume& volume : census_.volumes) {
      const auto found = sizes->find(volume.name);
      if (found != sizes->end()) volume.bytes = found->second;
    }
  }

  void take_build_cache(const Result<std::string>& body) {
    auto cache = body ? parse_build_cache(*body) : Result<Bytes>{failure(body.error())};
    if (!cache) return gaps_.add(say("build cache", "caché de compilación"), cache.error());
    census_.build_cache = *cache;
  }

  Container concluded(Observed& observed) {
    Container& container = observed.container;
    const auto& newest = observed.last ? observed.last : observed.first;
    if (!newest) return std::move(container);
    container.memory = newest->memory;
    container.memory_limit_in_force = newest->memory_limit_in_force;
    container.oom_kills = newest->oom_kills;
    container.pids = newest->pids;
    if (observed.first && observed.last) {
      container.memory_growth = memory_growth_between(*observed.first, *observed.last);
    }
    container.cpu_share = cpu_share_between(observed.first ? *observed.first : *newest, *newest);
    note_what_stats_leave_out(observed);
    return std::move(container);
  }

  void note_what_stats_leave_out(const Observed& observed) {
    const Container& container = observed.container;
    const Text hint = say("run Plimsoll on the engine's own host, outside a container",
                          "ejecute Plimsoll en el propio host del motor, fuera de un contenedor");
    if (!observed.from_cgroup) {
      gaps_.add_container(say("OOM kills", "muertes por falta de memoria"), container.name,
                          say("the cgroup's files are not visible from here",
                              "los ficheros del cgroup no se ven desde aquí"),
                          hint);
    }
    if (!container.memory.working_set) {
      gaps_.add_container(say("working set", "memoria de trabajo"), container.name,
                          say("the engine does not say how much of the memory is cache",
                              "el motor no dice cuánta de la memoria es caché"),
                          hint);
    }
  }

  Result<DockerCollection> finish() {
    for (Observed& observed : observed_) census_.containers.push_back(concluded(observed));
    std::sort(census_.containers.begin(), census_.containers.end(),
              [](const Container& a, const Container& b) { return a.name < b.name; });
    Target target;
    target.name = kTarget;
    target.kind = TargetKind::docker;
    target.address = link_.address().text();
    target.version = census_.version;
    target.edition = census_.engine == "podman" ? "podman" : "";
    target.reachable = true;
    return DockerCollection{std::move(census_), gaps_.take(), std::move(target)};
  }

  docker::Link& link_;
  const DockerOptions& options_;
  Deadline deadline_;
  DockerCensus census_;
  GapList gaps_{kTarget};
  std::vector<ListedContainer> all_;
  std::vector<Observed> observed_;
};

}  // namespace

Result<DockerCollection> collect_docker(docker::Link& link, const DockerOptions& options) {
  return Collector{link, options}.run();
}

}  // namespace plimsoll
