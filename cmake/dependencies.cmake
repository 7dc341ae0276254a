# Everything here is a Debian package; `./dev` installs them by name.
find_package(PkgConfig REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(tl-expected REQUIRED)
find_package(date REQUIRED)
find_package(Threads REQUIRED)
find_package(simdjson REQUIRED)
find_package(Boost REQUIRED)  # headers only: Asio and Beast
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
# Debian 12's hiredis has no TLS; Debian 13's comes with a second library for it.
pkg_check_modules(HIREDIS_SSL IMPORTED_TARGET hiredis_ssl)
