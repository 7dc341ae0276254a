#pragma once

#include <string>
#include <vector>

#include "base/language.h"

namespace plimsoll {

/// What the grants are written for; raw names, quoted where needed.
struct GrantNames {
  std::string database = "postgres";
  std::string schema = "public";
  std::string owner = "postgres";  ///< of the tables
  std::string watching_role = "plimsoll_watch";
  std::string acting_role = "plimsoll_act";
};

/// The least rights for one kind of work, each list complete by itself: statements, one command a
/// line, "METHOD /path" of the Engine's API.
struct Grants {
  std::vector<std::string> sql;
  std::vector<std::string> redis;      ///< ACL SETUSER …; PASSWORD stands for one of your own
  std::vector<std::string> redis_7_2;  ///< what older servers do not know and would refuse
  std::vector<std::string> docker;
};
Grants watching_grants(const GrantNames& names);
Grants acting_grants(const GrantNames& names);

/// To be read, and pasted.
std::string grants_text(Language language, const GrantNames& names = {});
/// "plimsoll.grants/1".
std::string grants_json(const GrantNames& names = {});

}  // namespace plimsoll
