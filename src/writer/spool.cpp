#include "writer/spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace plimsoll {
namespace {

constexpr std::uint64_t kSegmentMark = 0x314C4F4F50534D50;  // "PMSPOOL1"
constexpr std::uint32_t kRecordMark = 0x48435442;           // "BTCH"
constexpr std::size_t kSegmentHead = 16;
constexpr std::size_t kRecordHead = 56;
constexpr std::uint64_t kSegmentsAtMost =
    8;  ///< so that an eighth of the room comes free at a time

/// In eights, as a multiplicative hash: what a torn write leaves is seen, not what an enemy makes.
std::uint64_t checksum_of(std::string_view head, std::string_view rows) {
  std::uint64_t hash = 0x9E3779B97F4A7C15 ^ rows.size();
  const auto mix = [&hash](std::string_view bytes) {
    while (!bytes.empty()) {
      std::uint64_t word = 0;
      const auto size = std::min<std::size_t>(8, bytes.size());
      std::memcpy(&word, bytes.data(), size);
      hash = (hash ^ word) * 0xFF51AFD7ED558CCD;
      hash ^= hash >> 32U;
      bytes.remove_prefix(size);
    }
  };
  mix(head);
  mix(rows);
  return hash;
}

template <typename T>
void put_at(char* bytes, std::size_t at, T value) {
  std::memcpy(bytes + at, &value, sizeof value);
}
template <typename T>
T get_at(const char* bytes, std::size_t at) {
  T value{};
  std::memcpy(&value, bytes + at, sizeof value);
  return value;
}

using RecordHead = std::array<char, kRecordHead>;

/// Everything but the checksum, which stands at its end.
RecordHead head_of(const BatchFacts& facts, std::size_t length) {
  RecordHead head{};
  put_at(head.data(), 0, kRecordMark);
  put_at(head.data(), 4, static_cast<std::uint32_t>(length));
  put_at(head.data(), 8, facts.epoch);
  put_at(head.data(), 16, facts.id);
  put_at(head.data(), 24, std::int64_t{facts.first.time_since_epoch().count()});
  put_at(head.data(), 32, std::int64_t{facts.last.time_since_epoch().count()});
  put_at(head.data(), 40, facts.rows);
  return head;
}

bool read_all(int fd, char* into, std::size_t size, std::uint64_t at) {
  while (size > 0) {
    const auto got = ::pread(fd, into, size, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into += got;
    at += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int fd, std::string_view bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    const auto put = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
    at += static_cast<std::uint64_t>(put);
  }
  return true;
}

}  // namespace

Spool::Spool(std::filesystem::path folder, Bytes most, std::uint64_t shape)
    : folder_{std::move(folder)},
      most_{static_cast<std::uint64_t>(std::max<std::int64_t>(0, most.count()))},
      shape_{shape} {}

Spool::~Spool() {
  for (const auto& segment : segments_) ::close(segment.fd);
  if (folder_fd_ >= 0) ::close(folder_fd_);
  if (lock_ >= 0) ::close(lock_);
}

Result<std::unique_ptr<Spool>> Spool::open(const std::filesystem::path& folder, Bytes most,
                                           std::uint64_t shape) {
  std::unique_ptr<Spool> spool{new Spool{folder, most, shape}};
  if (auto taken = spool->take_over(); !taken) return failure(std::move(taken.error()));
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{folder, error}) {
    if (entry.path().extension() == ".spool")
      numbers.push_back(
          static_cast<std::uint64_t>(parse_int(entry.path().stem().string()).value_or(0)));
  }
  if (error) return spool->refused("read");
  std::sort(numbers.begin(), numbers.end());
  for (const auto number : numbers) {
    if (auto read = spool->read_segment(number); !read) return failure(std::move(read.error()));
  }
  spool->at_ = kSegmentHead;
  spool->look_at_front();
  return spool;
}

Result<void> Spool::take_over() {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  folder_fd_ = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  lock_ = ::open((folder_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (folder_fd_ < 0 || lock_ < 0) return refused("open");
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    return failure(ErrorCode::conflict,
                   say("the spool '{}' belongs to another process",
                       "el spool «{}» es de otro proceso", {printable(folder_.string())}),
                   say("give each writer a folder of its own", "dé a cada escritor su carpeta"));
  }
  return {};
}

Result<void> Spool::read_segment(std::uint64_t number) {
  Segment segment;
  segment.number = number;
  segment.fd = ::open(path_of(number).c_str(), O_RDWR | O_CLOEXEC);
  if (segment.fd < 0) return refused("open");
  const auto size =
      static_cast<std::uint64_t>(std::max<off_t>(0, ::lseek(segment.fd, 0, SEEK_END)));
  std::array<char, kSegmentHead> head{};
  const bool whole_head = read_all(segment.fd, head.data(), head.size(), 0);
  if (whole_head && get_at<std::uint64_t>(head.data(), 8) != shape_) {
    ::close(segment.fd);
    return failure(ErrorCode::conflict,
                   say("the spool '{}' holds rows of a table with other columns",
                       "el spool «{}» contiene filas de una tabla con otras columnas",
                       {printable(folder_.string())}),
                   say("let the version that wrote them finish, or move the folder away",
                       "deje que termine la versión que las escribió, o aparte la carpeta"));
  }
  segment.size = kSegmentHead;
  segments_.push_back(segment);
  Segment& kept = segments_.back();
  Record record;
  while (whole_head && read_record(kept, kept.size, record)) {
    kept.size += kRecordHead + record.length;
    ++kept.batches;
    kept.rows += record.facts.rows;
    if (epochs_.empty() || epochs_.back() != record.facts.epoch)
      epochs_.push_back(record.facts.epoch);
  }
  if (size > kept.size) torn_bytes_ += size - kept.size;
  if (::ftruncate(kept.fd, static_cast<off_t>(kept.size)) != 0) return refused("cut");
  batches_ += kept.batches;
  rows_ += kept.rows;
  bytes_ += kept.size;
  if (kept.batches == 0) {
    bytes_ -= kept.size;
    ::close(kept.fd);
    ::unlink(path_of(number).c_str());
    segments_.pop_back();
  }
  return {};
}

/// False: there is no whole record there.
bool Spool::read_record(const Segment& segment, std::uint64_t at, Record& record) const {
  RecordHead head{};
  if (!read_all(segment.fd, head.data(), head.size(), at)) return false;
  if (get_at<std::uint32_t>(head.data(), 0) != kRecordMark) return false;
  record.length = get_at<std::uint32_t>(head.data(), 4);
  record.facts.epoch = get_at<std::uint64_t>(head.data(), 8);
  record.facts.id = get_at<std::uint64_t>(head.data(), 16);
  record.facts.first = Instant{std::chrono::microseconds{get_at<std::int64_t>(head.data(), 24)}};
  record.facts.last = Instant{std::chrono::microseconds{get_at<std::int64_t>(head.data(), 32)}};
  record.facts.rows = get_at<std::uint32_t>(head.data(), 40);
  record.checksum = get_at<std::uint64_t>(head.data(), 48);
  if (record.length > most_) return false;
  std::vector<char> rows(record.length);
  return read_all(segment.fd, rows.data(), rows.size(), at + kRecordHead) &&
         checksum_of({head.data(), 48}, {rows.data(), rows.size()}) == record.checksum;
}

Result<void> Spool::append(const BatchFacts& facts, std::string_view rows) {
  const std::uint64_t size = kRecordHead + rows.size();
  const bool fresh = segments_.empty() || segments_.back().size + size > most_ / kSegmentsAtMost;
  if (bytes_ + size + (fresh ? kSegmentHead : 0) > most_) {
    return failure(ErrorCode::conflict, say("the spool '{}' is full", "el spool «{}» está lleno",
                                            {printable(folder_.string())}));
  }
  if (fresh) {
    if (auto begun = begin_segment(); !begun) return begun;
  }
  Segment& segment = segments_.back();
  auto head = head_of(facts, rows.size());
  put_at(head.data(), 48, checksum_of({head.data(), 48}, rows));
  const bool written = write_all(segment.fd, {head.data(), head.size()}, segment.size) &&
                       write_all(segment.fd, rows, segment.size + kRecordHead) &&
                       ::fdatasync(segment.fd) == 0;
  if (!written) {
    auto error = refused("write");
    if (::ftruncate(segment.fd, static_cast<off_t>(segment.size)) != 0) return refused("cut");
    if (segment.batches == 0) {
      bytes_ -= segment.size;
      ::close(segment.fd);
      ::unlink(path_of(segment.number).c_str());
      segments_.pop_back();
    }
    return error;
  }
  segment.size += size;
  ++segment.batches;
  segment.rows += facts.rows;
  bytes_ += size;
  rows_ += facts.rows;
  last_id_ = facts.id;
  if (epochs_.empty() || epochs_.back() != facts.epoch) epochs_.push_back(facts.epoch);
  if (++batches_ == 1) {
    at_ = segments_.front().size - size;
    look_at_front();
  }
  return {};
}

Result<void> Spool::begin_segment() {
  Segment segment;
  segment.number = segments_.empty() ? 1 : segments_.back().number + 1;
  segment.fd = ::open(path_of(segment.number).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (segment.fd < 0) return refused("make");
  std::array<char, kSegmentHead> head{};
  put_at(head.data(), 0, kSegmentMark);
  put_at(head.data(), 8, shape_);
  if (!write_all(segment.fd, {head.data(), head.size()}, 0) || ::fsync(folder_fd_) != 0) {
    auto error = refused("write");
    ::close(segment.fd);
    ::unlink(path_of(segment.number).c_str());
    return error;
  }
  segment.size = kSegmentHead;
  bytes_ += kSegmentHead;
  segments_.push_back(segment);
  return {};
}

void Spool::look_at_front() {
  front_ = {};
  if (empty()) return;
  RecordHead head{};
  read_all(segments_.front().fd, head.data(), head.size(), at_);
  front_.length = get_at<std::uint32_t>(head.data(), 4);
  front_.facts.epoch = get_at<std::uint64_t>(head.data(), 8);
  front_.facts.id = get_at<std::uint64_t>(head.data(), 16);
  front_.facts.first = Instant{std::chrono::microseconds{get_at<std::int64_t>(head.data(), 24)}};
  front_.facts.last = Instant{std::chrono::microseconds{get_at<std::int64_t>(head.data(), 32)}};
  front_.facts.rows = get_at<std::uint32_t>(head.data(), 40);
  front_.checksum = get_at<std::uint64_t>(head.data(), 48);
}

Result<std::string_view> Spool::read_front() {
  buffer_.resize(front_.length);
  const auto head = head_of(front_.facts, front_.length);
  if (!read_all(segments_.front().fd, buffer_.data(), buffer_.size(), at_ + kRecordHead) ||
      checksum_of({head.data(), 48}, {buffer_.data(), buffer_.size()}) != front_.checksum) {
    return failure(ErrorCode::malformed, say("the spool '{}': a batch is not what was written",
                                             "el spool «{}»: un lote no es lo que se escribió",
                                             {printable(folder_.string())}));
  }
  return std::string_view{buffer_.data(), buffer_.size()};
}

void Spool::pop_front() {
  Segment& segment = segments_.front();
  at_ += kRecordHead + front_.length;
  rows_ -= front_.facts.rows;
  segment.rows -= front_.facts.rows;
  --batches_;
  if (--segment.batches == 0) remove_front_segment();
  look_at_front();
}

void Spool::remove_front_segment() {
  const Segment& segment = segments_.front();
  bytes_ -= segment.size;
  ::close(segment.fd);
  ::unlink(path_of(segment.number).c_str());
  segments_.pop_front();
  at_ = kSegmentHead;
}

std::uint64_t Spool::drop_oldest() {
  if (empty()) return 0;
  const auto dropped = segments_.front().rows;
  rows_ -= dropped;
  batches_ -= segments_.front().batches;
  remove_front_segment();
  look_at_front();
  return dropped;
}

std::uint64_t Spool::skip_through(std::uint64_t epoch, std::uint64_t id) {
  if (std::find(epochs_.begin(), epochs_.end(), epoch) == epochs_.end()) return 0;
  std::uint64_t rows = 0;
  const auto pop = [&] {
    rows += front().rows;
    pop_front();
  };
  while (!empty() && front().epoch != epoch) pop();
  while (!empty() && front().epoch == epoch && front().id <= id) pop();
  return rows;
}

std::filesystem::path Spool::path_of(std::uint64_t number) const {
  std::string name = std::to_string(number);
  name.insert(0, 10 - std::min<std::size_t>(10, name.size()), '0');
  return folder_ / (name + ".spool");
}

tl::unexpected<Error> Spool::refused(const char* doing) const {
  return failure(
      ErrorCode::denied,
      say("cannot {} in the spool '{}': {}", "no se puede escribir en el spool «{1}» ({0}): {2}",
          {std::string{doing}, printable(folder_.string()), std::string{std::strerror(errno)}}));
}

}  // namespace plimsoll
