#include "apply/compose/compose_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "apply/compose/yaml_tree.h"
#include "base/text.h"

namespace plimsoll::compose {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

tl::unexpected<Error> failed(const std::string& path, int error) {
  const bool is_denied = error == EACCES || error == EPERM || error == EROFS;
  return failure(
      is_denied ? ErrorCode::denied : ErrorCode::unreachable,
      say("{}: {}", "{}: {}", {printable(path), std::generic_category().message(error)}));
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Makes the names in a folder last. A file system that cannot is left to its own ways.
void sync_folder(const fs::path& folder) {
  const Descriptor descriptor{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (descriptor) ::fsync(descriptor.get());
}

/// A new file with the mode and owner of `like`, on disk when this returns; removed where anything
/// fails.
Result<void> write_new(const std::string& path, std::string_view bytes, const struct stat& like) {
  const Descriptor file{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!file) return failed(path, errno);
  const auto give_up = [&] {
    const int error = errno;
    ::unlink(path.c_str());
    return failed(path, error);
  };
  if (!write_all(file.get(), bytes)) return give_up();
  struct stat made {};
  if (::fstat(file.get(), &made) != 0) return give_up();
  const bool same_owner = made.st_uid == like.st_uid && made.st_gid == like.st_gid;
  if (!same_owner && ::fchown(file.get(), like.st_uid, like.st_gid) != 0) return give_up();
  constexpr mode_t kPermissions = 07777;
  if (::fchmod(file.get(), like.st_mode & kPermissions) != 0) return give_up();
  if (::fsync(file.get()) != 0) return give_up();
  return {};
}

/// 20251111T170309Z
std::string stamp(Instant now) {
  std::string text;
  for (const char c : iso8601(std::chrono::floor<std::chrono::seconds>(now))) {
    if (c != '-' && c != ':') text += c;
  }
  return text;
}

Result<struct stat> stat_of(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return failed(path, errno);
  return found;
}

}  // namespace

std::string sha256_of(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < length; ++i) {
    text += kDigits[digest[i] >> 4U];
    text += kDigits[digest[i] & 0xFU];
  }
  return text;
}

Result<FileOnDisk> read_compose_file(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return failed(path, error.value());
  const Descriptor file{::open(real.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file) return failed(real.string(), errno);
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return failed(real.string(), errno);
  const bool is_usable = S_ISREG(found.st_mode) && found.st_nlink == 1 &&
                         found.st_size <= static_cast<off_t>(kLargestFile);
  if (!is_usable) {
    return failure(ErrorCode::unsupported,
                   say("{}: not a regular file with one name and at most {}",
                       "{}: no es un fichero normal con un solo nombre y de {} como mucho",
                       {printable(real.string()), Bytes{kLargestFile}}));
  }
  FileOnDisk result{real.string(), {}, {}};
  std::array<char, 65536> chunk{};
  while (true) {
    const auto got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(real.string(), errno);
    if (got == 0) break;
    result.text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  result.sha256 = sha256_of(result.text);
  return result;
}

Result<std::string> back_up(const FileOnDisk& file, Instant now) {
  const fs::path path{file.path};
  const std::string prefix = path.filename().string() + ".plimsoll-";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{path.parent_path(), error}) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(".bak")) continue;
    const auto earlier = read_compose_file(entry.path().string());
    if (earlier && earlier->sha256 == file.sha256) return entry.path().string();
  }
  const auto like = stat_of(file.path);
  if (!like) return failure(like.error());
  // Never in the place of another copy: two steps of one second each keep theirs.
  const std::string stem = file.path + ".plimsoll-" + stamp(now);
  std::string backup = stem + ".bak";
  for (int n = 2; fs::exists(backup, error); ++n) backup = stem + "-" + std::to_string(n) + ".bak";
  const std::string fresh =
      (path.parent_path() / ("." + path.filename().string())).string() + ".plimsoll-copy";
  ::unlink(fresh.c_str());  // of a run that was killed
  if (auto written = write_new(fresh, file.text, *like); !written) return failure(written.error());
  if (::rename(fresh.c_str(), backup.c_str()) != 0) {
    const int error_number = errno;
    ::unlink(fresh.c_str());
    return failed(backup, error_number);
  }
  sync_folder(path.parent_path());
  return backup;
}

Result<void> replace_file(const FileOnDisk& file, std::string_view text) {
  const fs::path path{file.path};
  const auto like = stat_of(file.path);
  if (!like) return failure(like.error());
  const std::string fresh =
      (path.parent_path() / ("." + path.filename().string())).string() + ".plimsoll-new";
  ::unlink(fresh.c_str());  // of a run that was killed
  if (auto written = write_new(fresh, text, *like); !written) return written;
  const auto now = read_compose_file(file.path);
  if (!now || now->sha256 != file.sha256) {
    ::unlink(fresh.c_str());
    return failure(ErrorCode::conflict,
                   say("{}: somebody changed it meanwhile", "{}: alguien lo ha cambiado mientras",
                       {printable(file.path)}));
  }
  if (::rename(fresh.c_str(), file.path.c_str()) != 0) {
    const int error_number = errno;
    ::unlink(fresh.c_str());
    return failed(file.path, error_number);
  }
  sync_folder(path.parent_path());
  return {};
}

}  // namespace plimsoll::compose
