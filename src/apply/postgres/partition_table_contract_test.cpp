#include <iostream>

#include "apply/postgres/partition_table_testing.h"
#include "plan/partitioning.h"

namespace plimsoll {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kSimple;
using testing::PartitionTableContract;
using testing::Session;
using testing::Writer;

std::string quoted_name(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? "\"\"" : std::string{c};
  return quoted + "\"";
}

std::string literal(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "''" : std::string{c};
  return quoted + "'";
}

std::string with_name(std::string sql, const std::string& name) {
  for (auto at = sql.find("@t"); at != std::string::npos; at = sql.find("@t", at + name.size())) {
    sql.replace(at, 2, name);
  }
  return sql;
}

/// Everything a table can have and keep.
constexpr const char* kEverything = R"sql(
do $$ begin
  if not exists (select from pg_roles where rolname = 'app owner') then
    create role "app owner"; create role reader; create role "Writer";
  end if;
end $$;
grant create, usage on schema public to "app owner";
create table dims (id integer primary key, label text);
grant references, select on dims to "app owner";
insert into dims select g, 'dim ' || g from generate_series(1, 10) g;
create table seen (id bigint);
grant insert on seen to public;
create table @t (
  id bigserial,
  "time" timestamptz not null default now(),
  dim integer references dims (id) on delete cascade,
  value numeric(12, 4) default 1.5,
  note text collate "C",
  payload jsonb,
  twice numeric generated always as (value * 2) stored,
  "Odd ""name" integer,
  constraint positive check (value > 0),
  primary key (id, "time"),
  constraint at_once unique ("time", id) deferrable initially deferred
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_enabled = false);
alter table @t drop column payload;
alter table @t add column payload jsonb;
create index on @t ("time" desc nulls last) include (value);
create index "by lower note" on @t (lower(note)) with (fillfactor = 70);
create index on @t (dim) where value > 2;
create unique index on @t (lower(note), "time") where note is not null;
create index on @t using gin (payload jsonb_path_ops);
alter table @t alter column note set storage external;
alter table @t alter column payload set compression pglz;
alter table @t alter column value set statistics 500;
alter table @t alter column dim set (n_distinct = -0.2);
create statistics by_dim (dependencies, ndistinct) on dim, note from @t;
create function fill_note() returns trigger language plpgsql as
  $f$ begin new.note := coalesce(new.note, 'none ' || new.id); return new; end $f$;
create function count_row() returns trigger language plpgsql as
  $f$ begin insert into public.seen values (new.id); return null; end $f$;
create function count_all() returns trigger language plpgsql as
  $f$ begin perform count(*) from fresh; return null; end $f$;
create trigger fill before insert on @t for each row execute function fill_note();
create trigger counted after insert on @t for each row when (new.value > 0)
  execute function count_row();
create trigger counted_all after insert on @t referencing new table as fresh
  for each statement execute function count_all();
create trigger "asleep" after update of value on @t for each row execute function count_row();
alter table @t disable trigger "asleep";
insert into @t ("time", dim, value, payload)
  select now() - g * interval '1 minute', 1 + g % 10, 1 + g % 7, '{"a": 1}'
    from generate_series(1, 5000) g;
alter table @t owner to "app owner";
revoke truncate on @t from "app owner";
grant select on @t to reader;
grant insert, update on @t to "Writer" with grant option;
grant select (value, note) on @t to public;
create policy mine on @t for select to reader using (value < 100);
alter table @t enable row level security;
comment on table @t is 'it''s a table';
comment on column @t.note is 'a \ note';
comment on constraint positive on @t is 'no less';
comment on constraint at_once on @t is 'at once';
comment on index "by lower note" is 'by note';
comment on trigger fill on @t is 'fills';
comment on policy mine on @t is 'whose';
create view plain_view as select id, "time", value from @t where value > 1;
create view second_view as select count(*) as n from plain_view;
create view checked with (check_option = local) as select id, "time" from @t where value > 0;
create view guarded with (security_barrier) as
  select t.id, t."time", t.value, d.label from @t t join dims d on d.id = t.dim;
grant select on guarded to reader;
analyze @t;
)sql";

class EverythingContract : public PartitionTableContract {
 protected:
  void convert_everything(const std::string& name);
};

/// The conversion of a table with everything, whatever it is called.
void EverythingContract::convert_everything(const std::string& name) {
  const std::string table = "public." + quoted_name(name);
  sql_->run(with_name(kEverything, table));
  const auto before = definition_of({"public", name});
  const auto rows = rows_of(table);
  const auto files = sql_->value(
      "select string_agg(relfilenode::text, ' ' order by relfilenode)"
      " from pg_class c join pg_index i on i.indexrelid = c.oid"
      " where i.indrelid = " +
      literal(table) + "::regclass");
  const auto change = change_of({"public", name});
  const auto outcome = convert(conversion_of(change));
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;

  const auto after = definition_of({"public", name});
  EXPECT_EQ(after.kind, "p");
  EXPECT_THAT(differences(before, after), IsEmpty());
  EXPECT_EQ(before.columns.size(), 8U);
  EXPECT_EQ(before.indexes.size(), 7U);
  EXPECT_EQ(before.views.size(), 3U);
  EXPECT_EQ(before.triggers.size(), 4U);
  EXPECT_EQ(rows_of(table), rows);
  EXPECT_EQ(leftovers(), "");
  const std::string old = "public." + quoted_name(change.old_partition.name);
  EXPECT_EQ(sql_->value("select string_agg(relfilenode::text, ' ' order by relfilenode)"
                        " from pg_class c join pg_index i on i.indexrelid = c.oid"
                        " join pg_inherits p on p.inhrelid = c.oid"
                        " where i.indrelid = " +
                        literal(old) + "::regclass"),
            files)
      << "no index was built again, and each is part of the parent's";
}

TEST_F(EverythingContract, everything_a_table_has_is_there_afterwards) {
  convert_everything("scan_results");
}
TEST_F(EverythingContract, whatever_it_is_called) { convert_everything("Añ \"o' x"); }
TEST_F(EverythingContract, however_long_its_name) { convert_everything(std::string(60, 'n')); }

TEST_F(EverythingContract, it_goes_on_working_without_its_old_rows) {
  convert_everything("scan_results");
  const auto next = sql_->value("select last_value + 1 from scan_results_id_seq");
  sql_->run(
      "truncate seen; insert into scan_results (\"time\", dim, value) values"
      " (now(), 3, 9), (now() + interval '2 days', 3, 9)");
  EXPECT_EQ(sql_->value("select count(*) from seen"), "2") << "each trigger fires once";
  EXPECT_EQ(sql_->value("select min(id) from scan_results where value = 9"), next);
  EXPECT_EQ(sql_->value("select count(*) from plain_view where value = 9"), "2");
  EXPECT_EQ(sql_->value("select count(*) from guarded where value = 9"), "2");
  EXPECT_FALSE(sql_->try_run("insert into scan_results (dim) values (99)"));
  EXPECT_FALSE(sql_->try_run("insert into scan_results (value) values (-1)"));
  sql_->run(
      "alter table scan_results detach partition scan_results_old;"
      "drop table scan_results_old;");
  sql_->run("insert into scan_results (\"time\", dim) values (now() + interval '2 days', 4)");
  EXPECT_EQ(sql_->value("select count(*) from scan_results"), "2");
  sql_->run("delete from dims where id = 3");
  EXPECT_EQ(sql_->value("select n from second_view"), "1");
}

TEST_F(PartitionTableContract, a_second_apply_has_nothing_to_do) {
  sql_->run(kSimple);
  const auto step = conversion({"small", "ticks"});
  ASSERT_EQ(convert(step).state, StepState::done);
  EXPECT_EQ(watch_.names(),
            (std::vector<std::string>{"prepare", "bound", "validate", "swap", "tidy"}));
  watch_.phases.clear();
  EXPECT_EQ(convert(step).state, StepState::nothing_to_do);
  EXPECT_THAT(watch_.phases, IsEmpty());
}

TEST_F(PartitionTableContract, dates_and_epochs_are_axes_too) {
  sql_->run(
      "create table days (\"time\" date not null);"
      "insert into days select current_date - g from generate_series(0, 9) g;"
      "create table epochs (\"time\" bigint not null);"
      "insert into epochs select extract(epoch from now())::bigint * 1000 - g"
      " from generate_series(0, 9) g");
  const auto days = convert(conversion_of(change_of({"public", "days"}, "date")));
  EXPECT_EQ(days.state, StepState::done) << days.what.en;
  auto change = change_of({"public", "epochs"}, "bigint");
  change.axis.units_per_second = 1000;
  const auto epochs = convert(conversion_of(change));
  EXPECT_EQ(epochs.state, StepState::done) << epochs.what.en;
  EXPECT_EQ(sql_->value("select count(*) from epochs_old"), "10");
}

TEST_F(PartitionTableContract, a_writer_does_not_notice) {
  sql_->run(kSimple);
  sql_->run(
      "insert into small.ticks (\"time\", dim) select now() - g * interval '1 second', 1"
      " from generate_series(1, 200000) g");
  Writer writer{
      url_, [](int) {
        return std::string{"insert into small.ticks (\"time\", dim) values (now(), 1), (now(), 2)"};
      }};
  while (writer.rounds() < 20) std::this_thread::yield();
  const auto outcome = convert(conversion({"small", "ticks"}),
                               {milliseconds{50}, 20, milliseconds{20}, milliseconds{200}});
  const int until = writer.rounds() + 20;
  while (writer.rounds() < until) std::this_thread::yield();
  writer.stop();
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(writer.failures(), 0);
  std::cout << "longest insert: " << writer.longest().count() << " ms of " << writer.rounds()
            << "\n";
  EXPECT_EQ(sql_->value("select count(*) from small.ticks"),
            std::to_string(200300 + 2 * writer.rounds()));
}

TEST_F(PartitionTableContract, a_lock_that_stays_makes_it_give_up_and_leave_nothing) {
  sql_->run(kSimple);
  const auto step = conversion({"small", "ticks"});
  const auto before = fingerprint_of(definition_of({"small", "ticks"}));
  Session holder{url_};
  holder.run("begin");
  holder.run("lock table small.ticks in access share mode");
  const auto outcome = convert(step);
  EXPECT_EQ(outcome.state, StepState::failed) << outcome.what.en;
  EXPECT_EQ(leftovers(), "");
  holder.run("commit");
  EXPECT_EQ(fingerprint_of(definition_of({"small", "ticks"})), before);
  EXPECT_EQ(convert(step).state, StepState::done);
}

TEST_F(PartitionTableContract, a_reader_that_comes_before_the_swap_undoes_the_bound_too) {
  sql_->run(kSimple);
  const auto step = conversion({"small", "ticks"});
  std::unique_ptr<Session> holder;
  watch_.on_phase = [&](const std::string& phase) {
    if (phase == "swap") {
      holder = std::make_unique<Session>(url_);
      holder->run("begin");
      holder->run("lock table small.ticks in access share mode");
    }
    if (phase == "undo") holder.reset();
  };
  const auto outcome = convert(step);
  EXPECT_EQ(outcome.state, StepState::failed) << outcome.what.en;
  EXPECT_EQ(leftovers(), "");
  EXPECT_EQ(convert(step).state, StepState::failed) << "the same again";
}

TEST_F(PartitionTableContract, asked_to_stop_it_leaves_the_table_as_it_was) {
  sql_->run(kSimple);
  const auto step = conversion({"small", "ticks"});
  watch_.on_phase = [&](const std::string& phase) { watch_.stop = phase == "bound"; };
  EXPECT_EQ(convert(step).state, StepState::stopped);
  EXPECT_EQ(leftovers(), "");
  watch_.on_phase = nullptr;
  watch_.stop = false;
  EXPECT_EQ(convert(step).state, StepState::done);
}

TEST_F(PartitionTableContract, what_has_changed_since_is_stale) {
  sql_->run(kSimple);
  const auto step = conversion({"small", "ticks"});
  sql_->run("alter table small.ticks add column later integer");
  EXPECT_EQ(convert(step).state, StepState::stale);
  EXPECT_EQ(leftovers(), "");
  auto late = change_of({"small", "ticks"});
  late.attach_until = now() + std::chrono::minutes{5};
  late.partitions.front().range.begin = late.attach_until;
  EXPECT_EQ(convert(conversion_of(late)).state, StepState::stale);
  EXPECT_EQ(leftovers(), "");
}

TEST_F(PartitionTableContract, rows_beyond_the_end_are_found_before_anything_is_bound) {
  sql_->run(kSimple);
  sql_->run("insert into small.ticks (\"time\") values (now() + interval '9 days')");
  const auto outcome = convert(conversion({"small", "ticks"}));
  EXPECT_EQ(outcome.state, StepState::refused);
  EXPECT_THAT(outcome.what.en, HasSubstr("has rows from"));
  EXPECT_EQ(leftovers(), "");
}

}  // namespace
}  // namespace plimsoll
