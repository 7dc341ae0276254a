#include "feed/recording.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "ticker/record.h"

namespace plimsoll::market {
namespace {

constexpr std::string_view kRecordingMagic = "PLMSREC1";
constexpr std::size_t kFrameHead = 9;
constexpr std::size_t kFrameFixed = 12;  // taken_at, places
constexpr std::size_t kPlaced = 4 + kRecordBytes;
constexpr std::size_t kLargestFrame = kFrameFixed + kMostRecorded * kPlaced;
constexpr std::int64_t kLatestCycle = 253'402'300'799'999;  // the year 9999

template <typename Number>
void append_number(std::string& text, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i)
    text += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i));
}

std::uint64_t number_at(const char* from, std::size_t bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i);
  return number;
}

/// CRC-32 as zlib and Ethernet have it.
std::uint32_t crc_of(std::string_view bytes) {
  static constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) * 0xedb88320U);
      table[i] = crc;
    }
    return table;
  }();
  std::uint32_t crc = 0xffffffffU;
  for (const char byte : bytes)
    crc = (crc >> 8U) ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xffU];
  return crc ^ 0xffffffffU;
}

tl::unexpected<Error> file_error(ErrorCode code, std::string why) {
  return failure(code, say("the recording: {}", "la grabación: {}", {std::move(why)}));
}

tl::unexpected<Error> damaged(std::int64_t frame) {
  return failure(ErrorCode::malformed, say("the recording is damaged in frame {}",
                                           "la grabación está dañada en el cuadro {}", {frame}));
}

bool same_tickers(const std::vector<Quote>& a, const std::vector<Quote>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Quote& x, const Quote& y) { return x.symbol == y.symbol; });
}

}  // namespace

Result<Recorder> Recorder::create(const std::filesystem::path& path) {
  File file{std::fopen(path.c_str(), "wbxe")};
  if (!file) {
    const auto code = errno == EEXIST   ? ErrorCode::conflict
                      : errno == EACCES ? ErrorCode::denied
                                        : ErrorCode::unreachable;
    return file_error(code, path.string() + ": " + std::strerror(errno));
  }
  if (std::fwrite(kRecordingMagic.data(), kRecordingMagic.size(), 1, file.get()) != 1)
    return file_error(ErrorCode::unreachable, std::strerror(errno));
  return Recorder{std::move(file)};
}

Result<void> Recorder::add(const Cycle& cycle) {
  const auto& quotes = cycle.quotes;
  if (quotes.size() > kMostRecorded || !std::all_of(quotes.begin(), quotes.end(), fits_record))
    return file_error(ErrorCode::malformed, "a cycle that no record holds");
  const bool full = since_full_ >= kFullEvery || !same_tickers(quotes, before_);
  frame_.assign(1, full ? 'F' : 'D');
  frame_.resize(kFrameHead);
  append_number(frame_, std::int64_t{cycle.taken_at.time_since_epoch().count()});
  append_number(frame_, static_cast<std::uint32_t>(quotes.size()));
  for (std::size_t i = 0; i < quotes.size(); ++i) {
    if (!full && quotes[i] == before_[i]) continue;
    append_number(frame_, static_cast<std::uint32_t>(i));
    frame_.resize(frame_.size() + kRecordBytes);
    put_record(quotes[i], frame_.data() + frame_.size() - kRecordBytes);
  }
  const std::string_view body = std::string_view{frame_}.substr(kFrameHead);
  std::string head;
  append_number(head, static_cast<std::uint32_t>(body.size()));
  append_number(head, crc_of(body));
  frame_.replace(1, head.size(), head);
  if (std::fwrite(frame_.data(), frame_.size(), 1, file_.get()) != 1 ||
      std::fflush(file_.get()) != 0)
    return file_error(ErrorCode::unreachable, std::strerror(errno));
  before_.assign(quotes.begin(), quotes.end());
  since_full_ = full ? 1 : since_full_ + 1;
  return {};
}

Result<std::unique_ptr<Replay>> Replay::open(const std::filesystem::path& path,
                                             ReplayOptions options) {
  File file{std::fopen(path.c_str(), "rbe")};
  if (!file) return file_error(ErrorCode::unreachable, path.string() + ": " + std::strerror(errno));
  std::array<char, kRecordingMagic.size()> magic{};
  if (std::fread(magic.data(), magic.size(), 1, file.get()) != 1 ||
      std::string_view{magic.data(), magic.size()} != kRecordingMagic)
    return file_error(ErrorCode::malformed, path.string() + " is none");
  std::unique_ptr<Replay> replay{new Replay{std::move(file), std::move(options)}};
  if (const auto read = replay->read_ahead(); !read) return failure(read.error());
  replay->begun_ = replay->options_.clock();
  replay->first_ = replay->ahead_.taken_at;
  return replay;
}

Deadline Replay::due() const {
  if (options_.speed <= 0 || !has_ahead_) return Deadline::min();
  const std::chrono::duration<double, std::milli> ahead{
      static_cast<double>((ahead_.taken_at - first_).count()) / options_.speed};
  return begun_ + std::chrono::duration_cast<Deadline::duration>(ahead);
}

Result<Next> Replay::next(Cycle& into) {
  into.quotes.clear();
  into.unreadable = 0;
  if (!has_ahead_) {
    if (over_) return Next::over;
    return damaged(frames_);
  }
  into.taken_at = ahead_.taken_at;
  into.quotes.assign(ahead_.quotes.begin(), ahead_.quotes.end());
  // A frame that is damaged is the next call's error: this cycle is sound.
  (void)read_ahead();
  return Next::cycle;
}

/// False: the recording is over.
Result<bool> Replay::read_ahead() {
  has_ahead_ = false;
  std::array<char, kFrameHead> head{};
  if (std::fread(head.data(), head.size(), 1, file_.get()) != 1) {
    over_ = true;
    return false;
  }
  ++frames_;
  const auto size = number_at(head.data() + 1, 4);
  if (size < kFrameFixed || size > kLargestFrame) return damaged(frames_);
  frame_.resize(size);
  if (std::fread(frame_.data(), size, 1, file_.get()) != 1) {  // a torn tail
    over_ = true;
    return false;
  }
  if (crc_of(frame_) != number_at(head.data() + 5, 4)) return damaged(frames_);
  if (const auto taken = take_frame(head[0]); !taken) return failure(taken.error());
  has_ahead_ = true;
  return true;
}

Result<void> Replay::take_frame(char kind) {
  const auto taken_at = static_cast<std::int64_t>(number_at(frame_.data(), 8));
  const auto places = number_at(frame_.data() + 8, 4);
  const auto bytes = frame_.size() - kFrameFixed;
  const auto count = bytes / kPlaced;
  const bool full = kind == 'F';
  if ((!full && kind != 'D') || bytes % kPlaced != 0 || places > kMostRecorded || taken_at < 0 ||
      taken_at > kLatestCycle || (full ? count != places : places != ahead_.quotes.size()))
    return damaged(frames_);
  ahead_.quotes.resize(places);
  for (std::size_t i = 0; i < count; ++i) {
    const char* at = frame_.data() + kFrameFixed + i * kPlaced;
    const auto place = number_at(at, 4);
    if ((full && place != i) || place >= places || !take_record(at + 4, ahead_.quotes[place]))
      return damaged(frames_);
  }
  ahead_.taken_at = Millis{std::chrono::milliseconds{taken_at}};
  return {};
}

}  // namespace plimsoll::market
