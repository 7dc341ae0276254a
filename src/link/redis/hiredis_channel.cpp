#include "link/redis/hiredis_channel.h"

#include <hiredis/hiredis.h>
#include <poll.h>
#include <unistd.h>

#include <string>

#include "base/text.h"
#include "link/redis/socket.h"
#include "link/redis/tls.h"

namespace plimsoll::redis {
namespace {

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Context = std::unique_ptr<redisContext, FreeContext>;
using RawReply = std::unique_ptr<redisReply, FreeReply>;

/// hiredis refuses replies nested deeper than 7 (0.14) or 9, so this recursion is bounded.
Reply owned(const redisReply& raw) {
  switch (raw.type) {
    case REDIS_REPLY_INTEGER:
      return Reply::of(std::int64_t{raw.integer});
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      return Reply::of(std::string{raw.str, raw.len});
    case REDIS_REPLY_ERROR:
      return Reply::error(std::string{raw.str, raw.len});
    case REDIS_REPLY_ARRAY: {
      std::vector<Reply> items;
      items.reserve(raw.elements);
      for (std::size_t i = 0; i < raw.elements; ++i) items.push_back(owned(*raw.element[i]));
      return Reply::array(std::move(items));
    }
    default:
      return Reply::nil();
  }
}

void append_command(std::string& out, const Command& command) {
  out += '*' + std::to_string(command.size()) + "\r\n";
  for (const auto& argument : command) {
    out += '$' + std::to_string(argument.size()) + "\r\n";
    out += argument;
    out += "\r\n";
  }
}

class HiredisChannel final : public Channel {
 public:
  HiredisChannel(Context context, std::string shown)
      : context_{std::move(context)}, shown_{std::move(shown)} {}

  Result<void> send(const std::vector<Command>& commands) override {
    if (broken_) return failure(*broken_);
    std::string bytes;
    for (const auto& command : commands) append_command(bytes, command);
    if (redisAppendFormattedCommand(context_.get(), bytes.data(), bytes.size()) != REDIS_OK)
      return broken(lost());
    unwritten_ = true;
    return write_some();
  }

  Result<std::vector<Reply>> receive(std::size_t count, Deadline deadline) override {
    if (broken_) return failure(*broken_);
    std::vector<Reply> replies;
    replies.reserve(count);
    while (replies.size() < count) {
      auto reply = next_parsed();
      if (!reply) return failure(std::move(reply.error()));
      if (*reply != nullptr) {
        replies.push_back(owned(**reply));
        unparsed_ = 0;
        continue;
      }
      if (auto read = read_some(deadline); !read) return failure(std::move(read.error()));
    }
    return replies;
  }

 private:
  Result<RawReply> next_parsed() {
    void* raw = nullptr;
    if (redisGetReplyFromReader(context_.get(), &raw) != REDIS_OK) return broken(not_resp());
    return RawReply{static_cast<redisReply*>(raw)};
  }

  Result<void> write_some() {
    int done = 0;
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return broken(lost());
    unwritten_ = done == 0;
    return {};
  }

  /// Waits, writes what is left of the commands, reads what is there.
  Result<void> read_some(Deadline deadline) {
    // Checked here too: a server that drips keeps the socket ready for ever.
    if (std::chrono::steady_clock::now() >= deadline) return broken(too_slow());
    const short events = static_cast<short>(unwritten_ ? POLLIN | POLLOUT : POLLIN);
    if (!wait_for(context_->fd, events, deadline)) return broken(too_slow());
    if (unwritten_) {
      if (auto written = write_some(); !written) return written;
    }
    const auto before = context_->reader->len;
    if (redisBufferRead(context_.get()) != REDIS_OK) return broken(lost());
    const auto after = context_->reader->len;
    unparsed_ += after > before ? after - before : 0;
    if (unparsed_ > kLargestReply) return broken(too_large());
    return {};
  }

  tl::unexpected<Error> broken(Error error) {
    broken_ = error;
    return failure(std::move(error));
  }

  Error lost() const {
    const std::string why = context_->err == REDIS_ERR_EOF ? "closed" : context_->errstr;
    return Error{ErrorCode::unreachable,
                 say("lost the connection to {}: {}", "se perdió la conexión con {}: {}",
                     {shown_, printable(why)}),
                 say("the server ended, was restarted, or closed our connection (CLIENT KILL, "
                     "timeout, maxmemory-clients)",
                     "el servidor terminó, se reinició o cerró nuestra conexión (CLIENT KILL, "
                     "timeout, maxmemory-clients)")};
  }
  Error too_slow() const {
    return Error{ErrorCode::timed_out,
                 say("{} did not answer in time", "{} no respondió a tiempo", {shown_}),
                 say("is it blocked by a slow command, swapping, or not a Redis server at all?",
                     "¿está bloqueado por una orden lenta, usando swap, o no es un servidor "
                     "Redis?")};
  }
  Error not_resp() const {
    return Error{
        ErrorCode::malformed,
        say("{} does not speak the Redis protocol: {}", "{} no habla el protocolo de Redis: {}",
            {shown_, printable(context_->errstr)}),
        say("is this the port of another service, or of TLS (rediss://)?",
            "¿es el puerto de otro servicio, o de TLS (rediss://)?")};
  }
  Error too_large() const {
    return Error{ErrorCode::malformed,
                 say("{} sent a reply larger than {}", "{} envió una respuesta mayor que {}",
                     {shown_, Bytes{static_cast<std::int64_t>(kLargestReply)}}),
                 {}};
  }

  Context context_;
  std::string shown_;
  bool unwritten_ = false;
  std::size_t unparsed_ = 0;  ///< bytes read since the last whole reply
  std::optional<Error> broken_;
};

}  // namespace

Result<std::unique_ptr<Channel>> open_channel(const Address& address, Deadline deadline) {
  auto fd = open_socket(address, deadline);
  if (!fd) return failure(std::move(fd.error()));
  Context context{redisConnectFd(*fd)};
  if (context == nullptr || context->err != 0) {
    if (context == nullptr) close(*fd);
    return failure(ErrorCode::unreachable,
                   say("no memory for a connection", "no hay memoria para una conexión"));
  }
  context->flags &= ~REDIS_BLOCK;  // hiredis 1.x sets it for sockets it is given
  if (address.tls) {
    if (auto tls = start_tls(*context, address); !tls) return failure(std::move(tls.error()));
  }
  return std::make_unique<HiredisChannel>(std::move(context), address.shown());
}

}  // namespace plimsoll::redis
