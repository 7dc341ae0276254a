#include "plan/partitioning_refusals.h"

#include <algorithm>

#include "base/text.h"
#include "plan/sql_text.h"

namespace plimsoll {
namespace {

using Reason = std::optional<Text>;

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + printable(name);
  return text;
}

Reason of_kind(const TableDefinition& definition) {
  if (definition.kind == "p") {
    return say("it is a partitioned table already", "ya es una tabla particionada");
  }
  if (definition.kind != "r") return say("it is not a plain table", "no es una tabla corriente");
  if (definition.persistence == "u") {
    return say("it is UNLOGGED: a partitioned table cannot be",
               "es UNLOGGED: una tabla particionada no puede serlo");
  }
  if (definition.persistence == "t") {
    return say("it is a temporary table", "es una tabla temporal");
  }
  if (!definition.inheritance.empty()) {
    return say("it inherits, is inherited from, or has a type of its own: {}",
               "hereda, se hereda de ella o tiene un tipo propio: {}",
               {list(definition.inheritance)});
  }
  return std::nullopt;
}

Reason of_time(const TableDefinition& definition, const std::string& name) {
  const auto column =
      std::find_if(definition.columns.begin(), definition.columns.end(),
                   [&](const ColumnDefinition& candidate) { return candidate.name == name; });
  if (column == definition.columns.end()) {
    return say("it has no column {}", "no tiene la columna {}", {printable(name)});
  }
  if (!column->not_null) {
    return say(
        "its time column {} may be NULL, and such rows fit no partition (SET NOT NULL first)",
        "su columna de tiempo {} admite NULL, y esas filas no caben en ninguna partición "
        "(póngale antes SET NOT NULL)",
        {printable(name)});
  }
  if (!column->generated.empty()) {
    return say("its time column {} is generated: it cannot be a partition key",
               "su columna de tiempo {} es generada: no puede ser clave de partición",
               {printable(name)});
  }
  return std::nullopt;
}

Reason of_columns(const TableDefinition& definition) {
  for (const auto& column : definition.columns) {
    if (column.identity.empty()) continue;
    return say(
        "its column {} is an identity column: a partitioned table has its own sequence, or "
        "none before PostgreSQL 17",
        "su columna {} es de identidad: una tabla particionada tendría otra secuencia, o "
        "ninguna antes de PostgreSQL 17",
        {printable(column.name)});
  }
  return std::nullopt;
}

Reason of_dependents(const TableDefinition& definition) {
  if (!definition.referenced_by.empty()) {
    return say("foreign keys point to it, from {}",
               "hay claves ajenas que apuntan a ella, desde {}", {list(definition.referenced_by)});
  }
  if (!definition.rules.empty()) {
    return say("it has rules: {}", "tiene reglas: {}", {list(definition.rules)});
  }
  if (!definition.publications.empty()) {
    return say("it is published by {}: subscribers would get the partitions' names",
               "la publica {}: los suscriptores recibirían los nombres de las particiones",
               {list(definition.publications)});
  }
  if (!definition.functions.empty()) {
    return say("these would go on meaning the old table: {}",
               "estos seguirían refiriéndose a la tabla antigua: {}", {list(definition.functions)});
  }
  for (const auto& view : definition.views) {
    if (!view.materialized) continue;
    return say("the materialized view {} reads it, and would have to be made again",
               "la vista materializada {} la lee, y habría que rehacerla",
               {printable(view.name.qualified())});
  }
  if (definition.replica_identity == "i") {
    return say("its replica identity is an index: the partitions have others",
               "su identidad de réplica es un índice: las particiones tienen otros");
  }
  return std::nullopt;
}

Reason of_indexes(const TableDefinition& definition, const std::string& time) {
  for (const auto& index : definition.indexes) {
    const auto& shown = index.constraint.empty() ? index.name : index.constraint;
    if (index.constraint_definition.starts_with("EXCLUDE")) {
      return say("it has the exclusion constraint {}", "tiene la restricción de exclusión {}",
                 {printable(shown)});
    }
    const bool has_time =
        std::find(index.columns.begin(), index.columns.end(), time) != index.columns.end();
    if (index.unique && !has_time) {
      return say(
          "the unique key {} does not hold the time column {}, and could not be kept across "
          "partitions",
          "la clave única {} no incluye la columna de tiempo {}, y no se podría garantizar "
          "entre particiones",
          {printable(shown), printable(time)});
    }
  }
  return std::nullopt;
}

Reason of_constraints(const TableDefinition& definition) {
  const auto own_mark = until_constraint_name(definition.table.name);
  for (const auto& constraint : definition.constraints) {
    if (constraint.name == own_mark || constraint.type == "t") continue;
    if (!constraint.validated) {
      return say("its constraint {} is NOT VALID (VALIDATE it first)",
                 "su restricción {} es NOT VALID (antes hay que validarla)",
                 {printable(constraint.name)});
    }
    const bool check = constraint.type == "c";
    const bool foreign = constraint.type == "f";
    const auto& text = constraint.definition;
    if (!check && !foreign) {
      return say("it has the constraint {}, which partitions cannot have",
                 "tiene la restricción {}, que las particiones no pueden tener",
                 {printable(constraint.name)});
    }
    if (check && (text.ends_with(" NO INHERIT") || text.ends_with(" NOT ENFORCED"))) {
      return say("its constraint {} is NO INHERIT or NOT ENFORCED",
                 "su restricción {} es NO INHERIT o NOT ENFORCED", {printable(constraint.name)});
    }
  }
  return std::nullopt;
}

/// A BEFORE row trigger runs after the row has found its partition, and one that then changes the
/// time fails. Its source tells; where there is none to read, nothing does.
bool may_move_rows(const TriggerDefinition& trigger, const std::string& time) {
  if (!trigger.row_level || !trigger.before) return false;
  const auto call = trigger.definition.rfind(" EXECUTE ");
  if (call != std::string::npos && sql::mentions(trigger.definition.substr(call), time))
    return true;
  if (trigger.language == "internal") return false;
  if (trigger.language != "plpgsql" && trigger.language != "sql") return true;
  return sql::mentions(trigger.source, time);
}

bool asks_its_table(const TriggerDefinition& trigger) {
  const auto& source = trigger.source;
  return trigger.row_level &&
         (sql::mentions(source, "tg_table_name") || sql::mentions(source, "tg_relname") ||
          sql::mentions(source, "tg_relid"));
}

Reason of_triggers(const TableDefinition& definition, const std::string& time) {
  for (const auto& trigger : definition.triggers) {
    if (trigger.row_level && trigger.uses_transition_tables) {
      return say("its row trigger {} uses transition tables",
                 "su trigger de fila {} usa tablas de transición", {printable(trigger.name)});
    }
    if (may_move_rows(trigger, time)) {
      return say(
          "its trigger {} runs before each row and may change {}, when the row has its "
          "partition already",
          "su trigger {} se ejecuta antes de cada fila y puede cambiar {}, cuando la fila ya "
          "tiene partición",
          {printable(trigger.name), printable(time)});
    }
    if (asks_its_table(trigger)) {
      return say("its trigger {} asks for the name of its table, and would be told the partition's",
                 "su trigger {} pregunta el nombre de su tabla, y obtendría el de la partición",
                 {printable(trigger.name)});
    }
  }
  return std::nullopt;
}

Reason of_change(const TableDefinition& definition, const PartitionTable& change) {
  if (!(definition.table == change.table)) {
    return say("the definition is of another table", "la definición es de otra tabla");
  }
  if (change.old_partition.schema != change.table.schema) {
    return say("its old rows would move to another schema",
               "sus filas antiguas pasarían a otro esquema");
  }
  if (change.partitions.empty() || change.partitions.front().range.begin != change.attach_until) {
    return say("no partition begins where the old table ends",
               "ninguna partición empieza donde acaba la tabla antigua");
  }
  if (definition.server_version != 0 && definition.server_version < 140000) {
    return say("the server is older than PostgreSQL 14", "el servidor es anterior a PostgreSQL 14");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Text> why_not_partitioned(const TableDefinition& definition,
                                        const PartitionTable& change) {
  const auto& time = change.axis.column;
  for (const auto& reason :
       {of_kind(definition), of_change(definition, change), of_time(definition, time),
        of_dependents(definition), of_indexes(definition, time), of_constraints(definition),
        of_columns(definition), of_triggers(definition, time)}) {
    if (reason) return reason;
  }
  return std::nullopt;
}

}  // namespace plimsoll
