#include "link/docker/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <optional>

#include "base/secret.h"
#include "base/text.h"

namespace plimsoll::docker {
namespace {

struct EasyCleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct MultiCleanup {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyCleanup>;
using Multi = std::unique_ptr<CURLM, MultiCleanup>;
using HeaderList = std::unique_ptr<curl_slist, ListFree>;

void initialise_curl_once() {
  static std::once_flag flag;
  std::call_once(flag, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::chrono::milliseconds until(Deadline deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  return std::max(std::chrono::milliseconds{0}, std::chrono::ceil<std::chrono::milliseconds>(left));
}

Error not_answered(ErrorCode code, const Address& address, Text why, Text hint = {}) {
  return Error{
      code,
      say("docker engine at {}: {}", "motor de Docker en {}: {}", {address.text(), std::move(why)}),
      std::move(hint)};
}

Error timed_out(const Address& address) {
  return not_answered(
      ErrorCode::timed_out, address,
      say("accepted, and did not answer in time", "aceptó la conexión y no respondió a tiempo"),
      say("see whether 'docker ps' answers; if it hangs too, restart the engine's service",
          "compruebe si 'docker ps' responde; si también se cuelga, reinicie el servicio del "
          "motor"));
}

Error no_connection(const Address& address, long os_error, std::string_view curl_says) {
  const auto path = address.is_unix() ? address.socket : address.text();
  if (os_error == EACCES || os_error == EPERM) {
    return not_answered(
        ErrorCode::denied, address, say("permission denied", "permiso denegado"),
        say("add the user to the group that owns {} (usually docker), or use sudo",
            "añada el usuario al grupo dueño de {} (normalmente docker) o use sudo", {path}));
  }
  if (os_error == ENOENT) {
    return not_answered(
        ErrorCode::unreachable, address, say("no such socket", "ese socket no existe"),
        say("is Docker installed and running? Podman's socket is /run/podman/podman.sock",
            "¿está Docker instalado y en marcha? El socket de Podman es /run/podman/podman.sock"));
  }
  return not_answered(
      ErrorCode::unreachable, address,
      say("no connection ({})", "sin conexión ({})", {printable(redact(curl_says))}),
      say("is the engine running? (systemctl status docker)",
          "¿está el motor en marcha? (systemctl status docker)"));
}

}  // namespace

struct Http::Curl {
  Multi multi;
};

struct Http::Transfer {
  std::string path;
  std::optional<std::string> posted;  ///< the body of a POST; empty: a GET
  HeaderList headers;                 // used by easy, so it goes after it
  Easy easy;
  HttpReply reply;
  std::size_t largest_body = 0;
  bool too_large = false;
  bool begun = false;
  bool done = false;
  CURLcode code = CURLE_OK;
  char error_text[CURL_ERROR_SIZE] = {};

  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (transfer.reply.body.size() + size * count > transfer.largest_body) {
      transfer.too_large = true;
      return 0;  // stops the transfer
    }
    transfer.reply.body.append(bytes, size * count);
    return size * count;
  }

  static std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::string_view line{bytes, size * count};
    constexpr std::string_view kName = "server:";
    const bool is_server = line.size() > kName.size() &&
                           std::equal(kName.begin(), kName.end(), line.begin(), [](char a, char b) {
                             return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
                           });
    if (is_server) transfer.reply.server = trim(line.substr(kName.size()));
    return size * count;
  }

  Result<HttpReply> outcome(const Address& address) {
    if (too_large) {
      return failure(
          not_answered(ErrorCode::malformed, address,
                       say("the answer to {} is larger than {}", "la respuesta a {} pasa de {}",
                           {path, Bytes{static_cast<std::int64_t>(largest_body)}})));
    }
    if (!done || code == CURLE_OPERATION_TIMEDOUT) return failure(timed_out(address));
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST) {
      long os_error = 0;
      curl_easy_getinfo(easy.get(), CURLINFO_OS_ERRNO, &os_error);
      return failure(no_connection(address, os_error, error_text));
    }
    if (code != CURLE_OK) {
      return failure(not_answered(
          ErrorCode::malformed, address,
          say("the answer to {} ended early or is not HTTP ({})",
              "la respuesta a {} terminó antes de tiempo o no es HTTP ({})",
              {path,
               printable(redact(error_text[0] != 0 ? error_text : curl_easy_strerror(code)))})));
    }
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &reply.status);
    return std::move(reply);
  }
};

Http::Http(Address address, std::chrono::milliseconds connect_timeout, std::size_t largest_body)
    : address_{std::move(address)}, connect_timeout_{connect_timeout}, largest_body_{largest_body} {
  initialise_curl_once();
  curl_ = std::make_unique<Curl>();
  curl_->multi.reset(curl_multi_init());
}

Http::~Http() = default;

void Http::begin(Transfer& transfer, Deadline deadline) {
  transfer.begun = true;
  transfer.largest_body = largest_body_;
  transfer.easy.reset(curl_easy_init());
  CURL* easy = transfer.easy.get();
  if (address_.is_unix()) curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, address_.socket.c_str());
  const std::string origin =
      address_.is_unix() ? "http://localhost" : "http" + address_.text().substr(3);
  curl_easy_setopt(easy, CURLOPT_URL, (origin + transfer.path).c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "plimsoll");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_timeout_.count()));
  // 0 would mean "no timeout".
  const auto left = std::max<std::int64_t>(1, until(deadline).count());
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(left));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error_text);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  if (transfer.posted) {
    transfer.headers.reset(curl_slist_append(nullptr, "Content-Type: application/json"));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(transfer.posted->size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer.posted->c_str());
  }
  curl_multi_add_handle(curl_->multi.get(), easy);
}

void Http::run(std::vector<std::unique_ptr<Transfer>>& transfers, Deadline deadline,
               int most_at_once) {
  CURLM* multi = curl_->multi.get();
  std::size_t next = 0;
  int in_flight = 0;
  while (true) {
    while (next < transfers.size() && in_flight < most_at_once && until(deadline).count() > 0) {
      begin(*transfers[next++], deadline);
      ++in_flight;
    }
    int running = 0;
    curl_multi_perform(multi, &running);
    int left_in_queue = 0;
    while (CURLMsg* message = curl_multi_info_read(multi, &left_in_queue)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      CURL* const easy = message->easy_handle;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
      transfer->code = code;
      transfer->done = true;
      curl_multi_remove_handle(multi, easy);
      --in_flight;
    }
    const bool more = next < transfers.size();
    if (in_flight == 0 && !more) return;
    if (until(deadline).count() == 0) return;
    // A free place is filled before waiting: a silent transfer would keep the rest from ever
    // starting.
    const bool place_free = more && in_flight < most_at_once;
    if (in_flight > 0 && !place_free) {
      curl_multi_poll(multi, nullptr, 0, static_cast<int>(until(deadline).count()), nullptr);
    }
  }
}

std::vector<Result<HttpReply>> Http::get(const std::vector<std::string>& paths, Deadline deadline,
                                         int most_at_once) {
  std::vector<std::unique_ptr<Transfer>> transfers;
  transfers.reserve(paths.size());
  for (const std::string& path : paths) {
    transfers.push_back(std::make_unique<Transfer>());
    transfers.back()->path = path;
  }
  return replies_of(std::move(transfers), deadline, most_at_once);
}

Result<HttpReply> Http::post(const std::string& path, const std::string& body, Deadline deadline) {
  std::vector<std::unique_ptr<Transfer>> transfers;
  transfers.push_back(std::make_unique<Transfer>());
  transfers.back()->path = path;
  transfers.back()->posted = body;
  return std::move(replies_of(std::move(transfers), deadline, 1).front());
}

std::vector<Result<HttpReply>> Http::replies_of(std::vector<std::unique_ptr<Transfer>> transfers,
                                                Deadline deadline, int most_at_once) {
  run(transfers, deadline, std::max(1, most_at_once));
  std::vector<Result<HttpReply>> replies;
  replies.reserve(transfers.size());
  for (const auto& transfer : transfers) {
    if (transfer->begun && !transfer->done) {
      curl_multi_remove_handle(curl_->multi.get(), transfer->easy.get());
    }
    replies.push_back(transfer->outcome(address_));
  }
  return replies;
}

}  // namespace plimsoll::docker
