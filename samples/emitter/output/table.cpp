// SPDX-License-Identifier: Apache-2.0
#include "emitter/output/table.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "emitter/output/character.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::output {
namespace {

constexpr std::size_t gap = 2;
// A column is not folded below this width.
constexpr std::size_t narrowest = 8;

}  // namespace

Table::Table(std::vector<Column> columns, Screen screen)
    : columns_(std::move(columns)), screen_(screen) {
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.push_back({std::string(column.title)});
  rows_.push_back(std::move(titles));
}

void Table::add(std::vector<Cell> cells) {
  assert(cells.size() == columns_.size());
  for (Cell& cell : cells) cell.text = printable(with_expanded_tabs(cell.text));
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], columns_of(row[i].text));
    }
  }
  if (screen_.columns == 0) return widths;
  const auto total = [&] {
    return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
  };
  while (total() > screen_.columns) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool shrinks = columns_[i].folds && widths[i] > narrowest;
      if (shrinks && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
    }
    if (widest == nullptr) break;
    --*widest;
  }
  return widths;
}

std::string Table::lines_of(const std::vector<Cell>& row,
                            const std::vector<std::size_t>& widths) const {
  std::vector<std::vector<std::string>> cells;
  std::size_t height = 1;
  for (std::size_t i = 0; i < row.size(); ++i) {
    cells.push_back(folded(row[i].text, std::max<std::size_t>(widths[i], 1)));
    height = std::max(height, cells.back().size());
  }
  std::string out;
  for (std::size_t line = 0; line < height; ++line) {
    std::string before;  // spaces that are not at the end of the line
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string_view text =
          line < cells[i].size() ? std::string_view(cells[i][line]) : std::string_view();
      const std::size_t rest = widths[i] - std::min(widths[i], columns_of(text));
      if (columns_[i].is_number) before.append(rest, ' ');
      if (!text.empty()) {
        out.append(before).append(screen_.painted(row[i].colour, text));
        before.clear();
      }
      before.append(columns_[i].is_number ? gap : rest + gap, ' ');
    }
    out += '\n';
  }
  return out;
}

std::string Table::text() const {
  const std::vector<std::size_t> all = widths();
  std::string out;
  for (const auto& row : rows_) out += lines_of(row, all);
  return out;
}

}  // namespace trace::cli::output
