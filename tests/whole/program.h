#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

namespace plimsoll {

struct Ran {
  int status = 0;
  std::string output;  ///< standard output and errors
};

/// The plimsoll binary, as a shell runs it: English, nothing on standard input, its journal in
/// `state`.
inline Ran run_plimsoll(const std::filesystem::path& state, const std::string& arguments) {
  const std::string command = "PLIMSOLL_STATE=" + state.string() + " LC_ALL=C.UTF-8 " +
                              PLIMSOLL_BINARY + " " + arguments + " </dev/null 2>&1";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  Ran ran;
  std::array<char, 4096> chunk{};
  for (std::size_t got = 0; (got = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;)
    ran.output.append(chunk.data(), got);
  const int status = ::pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

}  // namespace plimsoll
