// plimsoll_bench [NAME…] [--json FILE] [--list]: what `./dev bench` runs.
#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "output.h"
#include "row.h"

using namespace plimsoll::bench;

namespace {

const std::vector<Bench>& benches() {
  static const std::vector<Bench> kBenches{
      {"census", "time, memory and longest step of one diagnosis, beside redis-cli --memkeys", true,
       run_census_bench},
      {"build", "the first release build, and the one after touching a source (minutes)", false,
       run_build_bench},
      {"reclaim",
       "what 7 days of retention cost the writer, beside what people do by hand; "
       "PLIMSOLL_SCALE=0.1",
       false, run_reclaim_bench},
      {"market", "the scanner's core on 11,900 simulated tickers, beside the same scan in Python",
       true, run_scanner_bench},
      {"market",
       "BoundedStream beside redis-benchmark's XADD, BoundedTable beside a bare COPY BINARY", true,
       run_writer_bench},
      {"market", "from a received snapshot to its ranking deltas in Redis, through the services",
       true, run_end_to_end_bench},
  };
  return kBenches;
}

struct Request {
  std::vector<std::string> names;
  std::string json_file;
  bool list = false;
  std::string wrong;
};

Request parse(const std::vector<std::string>& words) {
  Request request;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto known = [&](const Bench& bench) { return bench.name == words[i]; };
    if (words[i] == "--list") {
      request.list = true;
    } else if (words[i] == "--json" && i + 1 < words.size()) {
      request.json_file = words[++i];
    } else if (std::any_of(benches().begin(), benches().end(), known)) {
      request.names.push_back(words[i]);
    } else {
      request.wrong = words[i];
    }
  }
  return request;
}

Rows measure(const Request& request) {
  Rows rows;
  for (const auto& bench : benches()) {
    const bool named =
        std::find(request.names.begin(), request.names.end(), bench.name) != request.names.end();
    if (!named && !(request.names.empty() && bench.by_default)) continue;
    std::cerr << "measuring " << bench.name << ": " << bench.what << '\n';
    const auto more = bench.run();
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace

int main(int argc, char** argv) {
  const auto request = parse({argv + 1, argv + argc});
  if (!request.wrong.empty()) {
    std::cerr << "no such bench or option: " << request.wrong << " (--list names them)\n";
    return 64;
  }
  if (request.list) {
    for (const auto& bench : benches())
      std::cout << bench.name << "  " << bench.what
                << (bench.by_default ? "" : " (only when named)") << '\n';
    return 0;
  }
  try {
    const auto rows = measure(request);
    std::cout << table_of(rows);
    if (!request.json_file.empty()) {
      std::ofstream file{request.json_file};
      file << json_of(rows);
      if (!file.flush()) throw std::runtime_error{"cannot write " + request.json_file};
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bench: " << error.what() << '\n';
    return 1;
  }
}
