// SPDX-License-Identifier: Apache-2.0
// A table for a terminal: a line of titles, then rows whose columns are as wide as their contents.
// If they are wider than the screen, the widest columns that may fold continue in further lines of
// the row. Main thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emitter/output/screen.hpp"

namespace trace::cli::output {

class Table {
 public:
  struct Column {
    std::string_view title = {};
    bool is_number = false;  // aligned to the right
    bool folds = false;
  };
  // `text` is made printable.
  struct Cell {
    std::string text = {};
    std::string_view colour = {};
  };

  Table(std::vector<Column> columns, Screen screen);

  // One cell per column.
  void add(std::vector<Cell> cells);

  // All lines, each with its newline.
  std::string text() const;

 private:
  std::vector<std::size_t> widths() const;
  std::string lines_of(const std::vector<Cell>& row, const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  Screen screen_;
  std::vector<std::vector<Cell>> rows_;  // the first has the titles
};

}  // namespace trace::cli::output
