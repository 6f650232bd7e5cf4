#include "report/best_row.hpp"

#include "pskd/eval/scores.hpp"

namespace pskd::report {

std::optional<BestRow> best_row(const std::vector<eval::ScoreByRun>& rows) {
  constexpr double kLevel = 0.05;
  std::vector<std::size_t> scored;
  std::vector<double> means(rows.size());
  std::size_t best = rows.size();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows[row].empty()) continue;
    scored.push_back(row);
    means[row] = eval::summarize(eval::unit_values(rows[row])).mean;
    if (best == rows.size() || means[row] > means[best]) best = row;
  }
  if (scored.size() < 2) return std::nullopt;
  BestRow found{.row = best, .not_told_from = {}};
  std::vector<double> p_values;
  std::erase(scored, best);
  for (const std::size_t row : scored) {
    const std::vector<double> differences = eval::paired_values(rows[best], rows[row]);
    // A pairing of other runs than the means are of may point the other way.
    const bool is_above = eval::summarize(differences).mean > 0;
    p_values.push_back(is_above ? eval::paired_t_p(differences).value_or(1) : 1);
  }
  const std::vector<double> adjusted = eval::holm(p_values);
  for (std::size_t i = 0; i < scored.size(); ++i) {
    if (!(adjusted[i] < kLevel)) found.not_told_from.push_back(scored[i]);
  }
  return found;
}

}  // namespace pskd::report
