#include <arpa/inet.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/text.h"
#include "link/postgres/connection.h"

namespace plimsoll::postgres {
namespace {

struct DefaultsFree {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

/// Keywords and values for PQconnectStartParams.
class Parameters {
 public:
  void set(std::string keyword, std::string value) {
    keywords_.push_back(std::move(keyword));
    values_.push_back(std::move(value));
  }
  std::string value(std::string_view keyword) const {
    const auto at = std::find(keywords_.begin(), keywords_.end(), keyword);
    if (at == keywords_.end()) return {};
    return values_[static_cast<std::size_t>(at - keywords_.begin())];
  }
  bool has(std::string_view keyword) const {
    return std::find(keywords_.begin(), keywords_.end(), keyword) != keywords_.end();
  }
  PgConnection start() const {
    return PgConnection{
        PQconnectStartParams(pointers(keywords_).data(), pointers(values_).data(), 0)};
  }

 private:
  static std::vector<const char*> pointers(const std::vector<std::string>& texts) {
    std::vector<const char*> all;
    all.reserve(texts.size() + 1);
    for (const auto& text : texts) all.push_back(text.c_str());
    all.push_back(nullptr);
    return all;
  }
  std::vector<std::string> keywords_;
  std::vector<std::string> values_;
};

bool is_numeric_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> buffer{};
  return inet_pton(AF_INET, host.c_str(), buffer.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), buffer.data()) == 1;
}

std::optional<Parameters> parameters_of(const Address& address) {
  Parameters parameters;
  const std::unique_ptr<PQconninfoOption, DefaultsFree> options{
      PQconninfoParse(address.url.c_str(), nullptr)};
  if (!options) return std::nullopt;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) parameters.set(option->keyword, option->val);
  }
  if (!address.password.empty()) parameters.set("password", address.password.reveal());
  if (!address.ssl_password.empty()) parameters.set("sslpassword", address.ssl_password.reveal());
  parameters.set("application_name", address.application_name);
  parameters.set("client_encoding", "UTF8");
  // A numeric host needs no resolver, which could not be given a deadline.
  const auto host = parameters.value("host");
  if (!parameters.has("hostaddr") && is_numeric_address(host)) parameters.set("hostaddr", host);
  // Looking for Kerberos credentials asks name servers; only where the URL wants it.
  if (!parameters.has("gssencmode")) parameters.set("gssencmode", "disable");
  return parameters;
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

ConnectionFacts facts_of(const pg_conn* connection, const Parameters& parameters) {
  const auto text = [](const char* value) { return std::string{value == nullptr ? "" : value}; };
  ConnectionFacts facts;
  auto host = text(PQhost(connection));
  auto port = text(PQport(connection));
  if (host.empty()) host = parameters.value("host");
  if (port.empty()) port = parameters.value("port");
  facts.server = host + ':' + port;
  facts.role = text(PQuser(connection));
  facts.database = text(PQdb(connection));
  facts.unix_socket = host.starts_with('/') || host.starts_with('@');
  facts.local = facts.unix_socket || is_loopback(text(PQhostaddr(connection)));
  facts.used_password = PQconnectionUsedPassword(connection) != 0;
  return facts;
}

/// PQconnectPoll until it is done. False: the deadline passed.
bool finish_connecting(pg_conn* connection, Deadline deadline) {
  auto state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
    const bool reading = state == PGRES_POLLING_READING;
    const auto ready = wait_for_socket(connection, reading, !reading, deadline);
    if (ready == Readiness::timed_out) return false;
    if (ready == Readiness::failed) return true;
    state = PQconnectPoll(connection);
  }
  return true;
}

Error silence(const pg_conn* connection, const ConnectionFacts& facts,
              std::chrono::milliseconds budget) {
  const auto milliseconds = static_cast<std::int64_t>(budget.count());
  if (PQstatus(connection) == CONNECTION_STARTED) {
    return {ErrorCode::timed_out,
            say("PostgreSQL at {}: no connection within {} ms",
                "PostgreSQL en {}: sin conexión en {} ms", {printable(facts.server), milliseconds}),
            say("check host, port and firewall", "compruebe el host, el puerto y el cortafuegos")};
  }
  return {ErrorCode::timed_out,
          say("PostgreSQL at {}: it took the connection and said nothing for {} ms",
              "PostgreSQL en {}: aceptó la conexión y no dijo nada en {} ms",
              {printable(facts.server), milliseconds}),
          say("the server hangs, or something else listens there",
              "el servidor está colgado, o ahí escucha otra cosa")};
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const Address& address,
                                                     std::chrono::milliseconds budget,
                                                     bool scripted) {
  const auto deadline = deadline_in(budget);
  const auto parameters = parameters_of(address);
  if (!parameters) {
    return failure(ErrorCode::malformed,
                   say("not a PostgreSQL URL", "no es una URL de PostgreSQL"));
  }
  auto connection = parameters->start();
  if (!connection) {
    return failure(ErrorCode::unreachable, say("out of memory", "memoria agotada"));
  }
  std::vector<Secret> secrets{address.password, address.ssl_password};
  // Verbose messages carry the SQLSTATE, which the server does not translate.
  PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
  const bool in_time =
      PQstatus(connection.get()) == CONNECTION_BAD || finish_connecting(connection.get(), deadline);
  auto facts = facts_of(connection.get(), *parameters);
  if (!in_time) return failure(silence(connection.get(), facts, budget));
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    return failure(connection_error(complaint_of(connection.get(), secrets), facts));
  }
  PQsetnonblocking(connection.get(), 1);
  if (const char* found = PQpass(connection.get()); found != nullptr) secrets.emplace_back(found);
  // Notices ("there is no transaction in progress") are not for the operator's terminal.
  PQsetNoticeReceiver(
      connection.get(), [](void*, const PGresult*) {}, nullptr);
  return std::unique_ptr<Connection>{
      new Connection{std::move(connection), std::move(facts), std::move(secrets), scripted}};
}

}  // namespace plimsoll::postgres
