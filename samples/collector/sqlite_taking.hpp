// The way of one envelope into the database: the heart of exactly-once storage.
//
// Lives inside one transaction of SqliteStore. The run, and each node and emitter that the
// envelope names, are read once, kept here while its events are applied, and written back at the
// end; what remains to be done per event is one insert.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "emitter_id.hpp"
#include "sqlite_store.hpp"

namespace trace::collector {

class SqliteTaking {
 public:
  SqliteTaking(SqliteStore& store, const JudgedEnvelope& judged) : store_(store), judged_(judged) {}

  // Call it once.
  Taken take();

 private:
  struct Node {
    std::int64_t number = 0;
    NodeState state = {};
    std::uint64_t failed_by = 0;
    NodeFailure failure = {};
    bool changed = false;
  };
  struct Emitter {
    std::int64_t number = 0;
    std::uint64_t stored_through = 0;  // what the database has
    std::uint64_t through = 0;
  };
  // Events of one node and one emitter come in rows: the last find is remembered.
  template <class Entry>
  struct Entries {
    std::map<std::string, Entry, std::less<>> by_name = {};
    typename std::map<std::string, Entry, std::less<>>::value_type* last = nullptr;
  };

  void open_run();
  void take_event(const EventPayload& event);
  bool insert(const EventPayload& event, const Node& node, const Emitter* emitter,
              std::uint64_t emitter_sequence);
  void note(Emitter& from, std::uint64_t sequence);
  Node& node(const std::string& node_id);
  Emitter& emitter(std::string_view name);
  void write_back();

  SqliteStore& store_;
  const JudgedEnvelope& judged_;
  RunRecord run_;
  Entries<Node> nodes_;
  Entries<Emitter> emitters_;
  Taken taken_;
};

}  // namespace trace::collector
