// The tables of the collector's SQLite database, laid out to be read with the sqlite3 shell too.
// Used when the database is opened.
#pragma once

#include "sqlite_database.hpp"

namespace trace::collector {

// Makes the tables in an empty database and sets the connection up. Throws StoreError when the
// file is somebody else's database or of another version.
void prepare_schema(Database& database);

}  // namespace trace::collector
