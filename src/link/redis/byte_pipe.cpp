#include "link/redis/byte_pipe.h"

#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "link/redis/resp.h"
#include "link/redis/server_error.h"
#include "link/redis/socket.h"
#include "link/redis/tls.h"

namespace plimsoll::redis {
namespace {

/// A stream's own XINFO and a window of entries: more is not asked for through here.
constexpr std::size_t kLargestAnswer = std::size_t{64} << 20;
constexpr int kAgain = 0;
constexpr int kBroken = -1;

std::string encoded(const Command& command) {
  std::string out = "*" + std::to_string(command.size()) + "\r\n";
  for (const auto& word : command)
    out += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  return out;
}

}  // namespace

/// The socket itself, or TLS over it through hiredis.
class BytePipe::Wire {
 public:
  explicit Wire(int fd) : fd_{fd} {}
  ~Wire() {
    if (tls_ != nullptr) {
      redisFree(tls_);  // closes the socket
    } else {
      ::close(fd_);
    }
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  Result<void> encrypt(const Address& address) {
    tls_ = redisConnectFd(fd_);
    if (tls_ == nullptr) return failure(ErrorCode::unreachable, say("no memory", "no hay memoria"));
    tls_->flags &= ~REDIS_BLOCK;
    return start_tls(*tls_, address);
  }

  int fd() const { return fd_; }
  std::string why() const { return why_; }

  ssize_t write(std::string_view bytes) {
    if (tls_ != nullptr) return write_tls(bytes);
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent >= 0 ? sent : failed();
  }

  ssize_t read(char* into, std::size_t size) {
#ifdef PLIMSOLL_REDIS_TLS
    if (tls_ != nullptr) {
      const auto got = tls_->funcs->read(tls_, into, size);
      return got >= 0 ? got : broken(tls_->errstr);
    }
#endif
    const auto got = ::recv(fd_, into, size, MSG_DONTWAIT);
    if (got == 0) return broken("closed by the server");
    return got > 0 ? got : failed();
  }

 private:
  ssize_t write_tls(std::string_view bytes) {
    int done = 0;
    if (redisBufferWrite(tls_, &done) != REDIS_OK) return broken(tls_->errstr);
    if (done == 0) return kAgain;  // it keeps a copy of what it was given; no second one
    if (redisAppendFormattedCommand(tls_, bytes.data(), bytes.size()) != REDIS_OK ||
        redisBufferWrite(tls_, &done) != REDIS_OK)
      return broken(tls_->errstr);
    return static_cast<ssize_t>(bytes.size());
  }
  ssize_t failed() {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return kAgain;
    return broken(std::strerror(errno));
  }
  ssize_t broken(const char* why) {
    why_ = why;
    return kBroken;
  }

  int fd_;
  redisContext* tls_ = nullptr;
  std::string why_;
};

BytePipe::BytePipe(std::unique_ptr<Wire> wire, Address address)
    : wire_{std::move(wire)}, address_{std::move(address)} {}
BytePipe::~BytePipe() = default;

Result<std::unique_ptr<BytePipe>> BytePipe::open(const Address& address, Deadline deadline) {
  auto fd = open_socket(address, deadline);
  if (!fd) return failure(std::move(fd.error()));
  auto wire = std::make_unique<Wire>(*fd);
  if (address.tls) {
    if (auto tls = wire->encrypt(address); !tls) return failure(std::move(tls.error()));
  }
  std::unique_ptr<BytePipe> pipe{new BytePipe{std::move(wire), address}};
  if (auto entered = pipe->enter(deadline); !entered) return failure(std::move(entered.error()));
  return pipe;
}

Result<void> BytePipe::enter(Deadline deadline) {
  std::vector<Command> commands;
  if (!address_.password.empty()) {
    Command auth{"AUTH"};
    if (!address_.user.empty()) auth.push_back(address_.user);
    auth.push_back(address_.password.reveal());
    commands.push_back(std::move(auth));
  }
  commands.push_back({"SELECT", std::to_string(address_.database)});
  commands.push_back({"CLIENT", "SETNAME", "plimsoll-writer"});
  const auto replies = ask(commands, deadline);
  if (!replies) return failure(replies.error());
  for (std::size_t i = 0; i + 1 < commands.size(); ++i) {  // a name that is refused is no harm
    const auto& reply = (*replies)[i];
    if (reply.is_error())
      return failure(server_error(reply.text, commands[i].front(), address_.password));
  }
  return {};
}

int BytePipe::socket() const { return wire_->fd(); }

bool BytePipe::wait(bool writable, Deadline deadline) const {
  const short events = static_cast<short>(writable ? POLLIN | POLLOUT : POLLIN);
  return wait_for(wire_->fd(), events, deadline);
}

Result<std::size_t> BytePipe::write_some(std::string_view bytes) {
  const auto sent = wire_->write(bytes);
  if (sent < 0) return lost(wire_->why());
  return static_cast<std::size_t>(sent);
}

Result<std::size_t> BytePipe::read_some(char* into, std::size_t size) {
  const auto got = wire_->read(into, size);
  if (got < 0) return lost(wire_->why());
  return static_cast<std::size_t>(got);
}

Result<void> BytePipe::send_all(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const auto sent = write_some(bytes);
    if (!sent) return failure(sent.error());
    bytes.remove_prefix(*sent);
    if (*sent == 0 && !wait(true, deadline)) return too_slow();
  }
  return {};
}

Result<std::vector<Reply>> BytePipe::ask(const std::vector<Command>& commands, Deadline deadline) {
  std::string bytes;
  for (const auto& command : commands) bytes += encoded(command);
  if (auto sent = send_all(bytes, deadline); !sent) return failure(std::move(sent.error()));
  std::vector<Reply> replies;
  std::string got;
  std::size_t parsed = 0;
  while (replies.size() < commands.size()) {
    Reply reply;
    std::size_t taken = 0;
    switch (parse_reply(std::string_view{got}.substr(parsed), reply, taken)) {
      case Scan::whole:
        replies.push_back(std::move(reply));
        parsed += taken;
        continue;
      case Scan::malformed:
        return failure(ErrorCode::malformed,
                       say("{} does not speak the Redis protocol",
                           "{} no habla el protocolo de Redis", {address_.shown()}));
      case Scan::partial:
        break;
    }
    if (got.size() > kLargestAnswer) return lost("its answer is larger than may be");
    if (!wait(false, deadline)) return too_slow();
    const auto before = got.size();
    got.resize(before + 65'536);
    const auto more = read_some(got.data() + before, 65'536);
    if (!more) return failure(more.error());
    got.resize(before + *more);
  }
  return replies;
}

tl::unexpected<Error> BytePipe::lost(const std::string& why) const {
  return failure(ErrorCode::unreachable,
                 say("lost the connection to {}: {}", "se perdió la conexión con {}: {}",
                     {address_.shown(), printable(why)}));
}

tl::unexpected<Error> BytePipe::too_slow() const {
  return failure(ErrorCode::timed_out,
                 say("{} did not answer in time", "{} no respondió a tiempo", {address_.shown()}));
}

}  // namespace plimsoll::redis
