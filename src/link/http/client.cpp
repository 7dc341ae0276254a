#include "link/http/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "base/text.h"
#include "link/http/url.h"

namespace plimsoll::http {
namespace {

struct EasyCleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

void initialise_curl() {
  static std::once_flag flag;
  std::call_once(flag, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

Error of_server(ErrorCode code, const Url& url, Text why, Text hint = {}) {
  return Error{code, say("{}: {}", "{}: {}", {url.host, std::move(why)}), std::move(hint)};
}

ErrorCode code_of(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorCode::timed_out;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return ErrorCode::denied;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SEND_ERROR:
      return ErrorCode::unreachable;
    default:
      return ErrorCode::malformed;
  }
}

}  // namespace

struct Client::Transfer {
  std::unique_ptr<CURL, EasyCleanup> easy{curl_easy_init()};
  Answer* into = nullptr;
  std::size_t largest_body = 0;
  bool too_large = false;
  std::array<char, CURL_ERROR_SIZE> error_text{};

  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (transfer.into->body.size() + size * count > transfer.largest_body) {
      transfer.too_large = true;
      return 0;  // ends the transfer
    }
    transfer.into->body.append(bytes, size * count);
    return size * count;
  }

  void prepare(const std::string& url, const ClientOptions& options, Deadline deadline) {
    CURL* handle = easy.get();
    largest_body = options.largest_body;
    too_large = false;
    error_text.fill('\0');
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    curl_easy_reset(handle);  // keeps the connection
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "plimsoll");
    curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "");  // all that this libcurl can undo
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options.connect_timeout.count()));
    // 0 would mean "no timeout".
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS,
                     static_cast<long>(std::max<std::int64_t>(1, left.count())));
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error_text.data());
  }

  Result<void> outcome(CURLcode code, const Url& url, const Secret& bearer) {
    if (too_large) {
      return failure(of_server(ErrorCode::malformed, url,
                               say("the answer is larger than {}", "la respuesta pasa de {}",
                                   {Bytes{static_cast<std::int64_t>(largest_body)}})));
    }
    if (code != CURLE_OK) {
      const std::string says = error_text[0] != '\0' ? error_text.data() : curl_easy_strerror(code);
      return failure(of_server(code_of(code), url, verbatim(printable(redact(says, bearer)))));
    }
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &into->status);
    curl_off_t wait = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RETRY_AFTER, &wait);
    if (wait > 0) into->retry_after = std::chrono::seconds{wait};
    return {};
  }
};

Client::Client(ClientOptions options) : options_{options} {
  initialise_curl();
  transfer_ = std::make_unique<Transfer>();
}

Client::~Client() = default;

Result<void> Client::get(const std::string& url, const Secret& bearer, Deadline deadline,
                         Answer& into) {
  into.status = 0;
  into.body.clear();
  into.retry_after.reset();
  const auto parsed = parse_url(url);
  if (!parsed) return failure(parsed.error());
  if (!bearer.empty() && !parsed->is_encrypted() && !parsed->is_loopback()) {
    return failure(of_server(
        ErrorCode::denied, *parsed,
        say("a key is not sent over plain http", "no se envía una clave por http sin cifrar"),
        say("use https://", "use https://")));
  }
  transfer_->into = &into;
  transfer_->prepare(url, options_, deadline);
  std::unique_ptr<curl_slist, ListFree> headers;
  if (!bearer.empty()) {
    headers.reset(curl_slist_append(nullptr, ("Authorization: Bearer " + bearer.reveal()).c_str()));
    curl_easy_setopt(transfer_->easy.get(), CURLOPT_HTTPHEADER, headers.get());
  }
  auto outcome = transfer_->outcome(curl_easy_perform(transfer_->easy.get()), *parsed, bearer);
  if (!outcome) into.body.clear();
  return outcome;
}

}  // namespace plimsoll::http
