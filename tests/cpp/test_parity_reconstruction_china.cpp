// Women by parity in China, rebuilt from the tables that the package ships. Expected values are those of an independent
// NumPy and SciPy reconstruction by the same method, and the published shares of births by order.

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "sanhai/rates/parity_fit.hpp"
#include "sanhai/rates/parity_place.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using namespace sanhai::rates;
using test::close;

/// Figures of the nation by (variable, year, sex, age as printed).
using Key = std::tuple<std::string, int, std::string, std::string>;
using Table = std::map<Key, double>;

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      fields.emplace_back();
    else if (c != '\r')
      fields.back() += c;
  }
  return fields;
}

std::filesystem::path data_folder() {
#ifdef SANHAI_DATA_DIR
  return SANHAI_DATA_DIR;
#else
  return std::filesystem::path(SANHAI_SOURCE_DIR) / "python/sanhai/places/data";
#endif
}

/// Rows of a place with a calendar year; the columns are those of every table of the pack.
void read_table(const std::string& name, const std::string& place, Table& table) {
  std::ifstream file(data_folder() / name);
  std::string line;
  if (!std::getline(file, line)) throw std::runtime_error("cannot read " + name);
  while (std::getline(file, line)) {
    const auto row = fields_of(line);
    if (row.size() < 6 || row[0] != place || row[2].empty()) continue;
    table[{row[1], std::stoi(row[2]), row[3], row[4]}] = std::stod(row[5]);
  }
}

/// Cells of a wide table by the first `n_keys` cells of a row and the name of the column; empty cells are left out.
std::map<std::pair<std::string, std::string>, double> read_wide(const std::string& name, std::size_t n_keys) {
  std::ifstream file(data_folder() / name);
  std::string line;
  if (!std::getline(file, line)) throw std::runtime_error("cannot read " + name);
  const auto heads = fields_of(line);
  std::map<std::pair<std::string, std::string>, double> cells;
  while (std::getline(file, line)) {
    const auto row = fields_of(line);
    std::string key = row[0];
    for (std::size_t k = 1; k < n_keys; ++k) key += "," + row[k];
    for (std::size_t k = n_keys; k < row.size(); ++k)
      if (!row[k].empty()) cells[{key, heads[k]}] = std::stod(row[k]);
  }
  return cells;
}

/// The rows of the parity table, and those of the prospects that the reconstruction needs, as if they stood in it.
Table china_table() {
  Table table;
  read_table("parity_china.csv", "100000", table);
  for (const auto& [key, value] : read_wide("wpp_pasfr.csv", 1))
    table[{"pasfr", std::stoi(key.first), "female", key.second}] = value;
  for (const auto& [key, value] : read_wide("wpp_asfr.csv", 1))
    table[{"asfr", std::stoi(key.first), "female", key.second}] = value;
  for (const auto& [key, value] : read_wide("wpp_indicators.csv", 2))
    if (key.second == "tfr") table[{"tfr", std::stoi(key.first), "female", "all"}] = value;
  for (const auto& [key, value] : read_wide("wpp_pop_jan1.csv", 2))
    if (key.first == "2024,female") table[{"pop_jan1", 2024, "female", key.second}] = value;
  return table;
}

double figure(const Table& table, const std::string& variable, int year, const std::string& age = "all",
              const std::string& sex = "female") {
  const auto found = table.find({variable, year, sex, age});
  if (found == table.end()) throw std::runtime_error("no " + variable + " " + std::to_string(year) + " " + age);
  return found->second;
}

std::string age5(int low) { return std::to_string(low) + "-" + std::to_string(low + 4); }

ParityAges single_asfr(const Table& table, int year) {
  ParityAges asfr{};
  for (int age = 15; age <= 49; ++age) asfr[parity_age_index(age)] = figure(table, "asfr", year, std::to_string(age));
  return asfr;
}

ParityAges asfr_of_year(const Table& table, int year) {
  if (year >= 2024) return single_asfr(table, year);
  std::array<double, n_fertile_age5> pasfr{};
  for (int group = 0; group < 9; ++group)
    pasfr[static_cast<std::size_t>(group)] = figure(table, "pasfr", year, age5(10 + 5 * group));
  const double tfr = figure(table, "tfr", year);
  return year >= 2021 ? asfr_from_age5_shape(tfr, pasfr, single_asfr(table, 2024)) : asfr_from_age5(tfr, pasfr);
}

/// 1950-2025. `with_level` lowers WPP's totals before 2012 to what the surveys of the 1958-70 cohorts report.
ParityInputs china_inputs(const Table& table, bool with_level = true) {
  constexpr std::size_t n_years = 76;
  ParityInputs inputs{1950, core::Array<2>({n_years, n_parity_ages}), {}};
  const std::array<int, 2> level_years{2005, 2012};
  const std::array<double, 2> levels{figure(table, "asfr_level_factor", 2005),
                                     figure(table, "asfr_level_factor", 2012)};
  for (std::size_t t = 0; t < n_years; ++t) {
    const int year = 1950 + static_cast<int>(t);
    const ParityAges asfr = asfr_of_year(table, year);
    const double level = with_level ? interpolate_held(year, level_years, levels) : 1.0;
    for (std::size_t x = 0; x < n_parity_ages; ++x) inputs.asfr(t, x) = level * asfr[x];
  }
  std::vector<double> base;
  for (int age = 0; age <= 100; ++age)
    base.push_back(figure(table, "pop_jan1", 2024, std::to_string(age) + (age == 100 ? "+" : "")));
  std::vector<WomenAnchor> anchors;
  for (int year = 1950; year <= 2025; year += 5) {
    WomenAnchor anchor{year, {}};
    for (int group = 0; group < 11; ++group) {
      anchor.women[static_cast<std::size_t>(group)] = figure(table, "women_midyear", year, age5(10 + 5 * group));
    }
    anchors.push_back(anchor);
  }
  inputs.women = women_from_anchors(base, 2024, anchors, 1950, n_years);
  return inputs;
}

struct NamedMeasure {
  const char* variable;
  ParityMeasure measure;
  int order;
};

constexpr std::array<NamedMeasure, 9> measures{
    {{"published_order_share1", ParityMeasure::order_share, 1},
     {"published_order_share2", ParityMeasure::order_share, 2},
     {"published_order_share3", ParityMeasure::order_share, 3},
     {"published_third_of_higher", ParityMeasure::third_of_higher, 0},
     {"published_mac1", ParityMeasure::mac1, 0},
     {"published_ppr1", ParityMeasure::ppr1, 0},
     {"published_childless", ParityMeasure::childless, 0},
     {"published_ccfr1", ParityMeasure::cohort_order, 1},
     {"published_cohort_third_of_higher", ParityMeasure::cohort_third_of_higher, 0}}};

std::vector<ParityTarget> china_targets(const Table& table) {
  std::vector<ParityTarget> targets;
  for (const auto& [key, value] : table) {
    const auto& [variable, year, sex, age] = key;
    for (const NamedMeasure& named : measures) {
      if (variable != named.variable) continue;
      const double sd = figure(table, variable + "_sd", year, age, sex);
      targets.push_back({named.measure, year, named.order, age == "all" ? 0 : std::stoi(age), value, sd});
    }
  }
  return targets;
}

/// Equal hazards of all orders before family planning, then halves; every shape flat.
ParityParameters china_start() {
  ParityParameters start;
  start.knots = {1960, 1970, 1977, 1981, 1985, 1989, 1993, 1997, 2001,
                 2005, 2010, 2013, 2015, 2016, 2017, 2019, 2021, 2022};
  start.log_b2.assign(start.knots.size(), -0.7);
  start.log_b3.assign(start.knots.size(), -1.5);
  for (std::size_t knot = 0; knot < 3; ++knot) start.log_b2[knot] = start.log_b3[knot] = 0.0;
  return start;
}

/// The shipped parameters.
ParityParameters shipped_parameters(const Table& table) {
  ParityParameters parameters = china_start();
  for (std::size_t knot = 0; knot < parameters.knots.size(); ++knot) {
    parameters.log_b2[knot] = figure(table, "log_b2", parameters.knots[knot]);
    parameters.log_b3[knot] = figure(table, "log_b3", parameters.knots[knot]);
  }
  parameters.s2_early = figure(table, "shape_s2", 2010);
  parameters.s2_late = figure(table, "shape_s2", 2017);
  parameters.q2 = figure(table, "shape_q2", 2010);
  parameters.s3_early = figure(table, "shape_s3", 2010);
  parameters.s3_late = figure(table, "shape_s3", 2017);
  parameters.q3 = figure(table, "shape_q3", 2010);
  return parameters;
}

/// Whether a leaf lies in a place: the codes' first two digits are a province, the first four a prefecture.
bool lies_in(const std::string& leaf, const std::string& place) {
  if (place == "100000") return true;
  const std::size_t digits = place.ends_with("0000") ? 2 : place.ends_with("00") ? 4 : 6;
  return leaf.starts_with(place.substr(0, digits));
}

CensusWomen census_women(const std::string& place) {
  static const auto leaves = read_wide("census_2020.csv", 1);
  static const auto long_form = read_wide("longform_2020.csv", 1);
  CensusWomen census;
  census.place = place;
  for (int low = 15; low <= 85; low += 5) {
    const std::string column = "f_" + (low == 85 ? "85+" : age5(low));
    double women = 0.0;
    for (const auto& [key, persons] : leaves)
      if (key.second == column && lies_in(key.first, place)) women += persons;
    if (low < 65) census.women[static_cast<std::size_t>(low - 15) / 5] = women;
    census.women_15plus += women;
  }
  census.never_married_share =
      long_form.at({place, "never_married_women_longform"}) / long_form.at({place, "women_15plus_longform"});
  census.ceb = long_form.at({place, "children_ever_born_women_15_64"});
  return census;
}

/// One fit for all cases of this file.
struct China {
  Table table = china_table();
  ParityInputs inputs = china_inputs(table);
  std::vector<ParityTarget> targets = china_targets(table);
  ParityFit fit = fit_parity(inputs, targets, china_start());
};

const China& china() {
  static const China fitted;
  return fitted;
}

/// Largest difference of a variable's rows from a history's value.
template <class Value>
double largest_gap(const Table& table, const std::string& variable, Value&& value, std::size_t& n_rows) {
  double gap = 0.0;
  for (const auto& [key, shipped] : table) {
    const auto& [name, year, sex, age] = key;
    if (name != variable) continue;
    gap = std::max(gap, std::abs(value(year, age == "all" ? 0 : std::stoi(age)) - shipped));
    ++n_rows;
  }
  return gap;
}

/// Largest gap between the shipped results and a history, over all their rows.
double gap_of_results(const ParityHistory& history, const China& data) {
  double gap = 0.0;
  std::size_t n_rows = 0;
  for (std::size_t i = 0; i < n_parities; ++i) {
    const auto share = [&](int year, int age) { return history.stock_on(year).share[i][parity_age_index(age)]; };
    gap = std::max(gap, largest_gap(data.table, "parity_share" + std::to_string(i), share, n_rows));
  }
  for (std::size_t i = 0; i < core::n_orders; ++i) {
    const auto hazard = [&](int year, int age) { return history.at(year).hazards[i][parity_age_index(age)]; };
    const auto ppr = [&](int year, int) { return ppr_from_rates(history.at(year).rates).ppr[i]; };
    const auto share = [&](int year, int) { return order_shares(history.at(year), data.inputs.women_of(year))[i]; };
    gap = std::max(gap, largest_gap(data.table, "parity_hazard" + std::to_string(i + 1), hazard, n_rows));
    gap = std::max(gap, largest_gap(data.table, "ppr" + std::to_string(i), ppr, n_rows));
    gap = std::max(gap, largest_gap(data.table, "order_share" + std::to_string(i + 1), share, n_rows));
  }
  const auto third = [&](int year, int age) { return history.stock_on(year).births_3plus[parity_age_index(age)]; };
  gap = std::max(gap, largest_gap(data.table, "births_3plus", third, n_rows));
  REQUIRE(n_rows == 400 + 3 * (385 + 36 + 36) + 100);
  return gap;
}

TEST_CASE("parity in China: identities in every year", "[parity][china]") {
  const ParityHistory& history = china().fit.history;
  for (int year = 1950; year <= 2025; ++year) {
    const ParityYear& met = history.at(year);
    const ParityStock& next = history.stock_on(year + 1);
    const OrderAges births = asfr_order_of(met);
    const ParityAges asfr = china().inputs.asfr_of(year);
    // Those who turn 10 in the year own half of the births at 10, and are in no stock yet.
    std::array<double, 3> moved{births[0][0] / 2.0, births[1][0] / 2.0, births[2][0] / 2.0};
    std::array<double, 3> born{};
    for (std::size_t x = 0; x < n_parity_ages; ++x) {
      REQUIRE(close(births[0][x] + births[1][x] + births[2][x], asfr[x], 1e-12));
      double sum = 0.0;
      for (std::size_t parity = 0; parity < n_parities; ++parity) {
        REQUIRE((met.stock.share[parity][x] >= 0.0 && met.stock.share[parity][x] <= 1.0));
        sum += met.stock.share[parity][x];
      }
      REQUIRE(close(sum, 1.0, 1e-12));
      for (std::size_t order = 0; order < 3; ++order) born[order] += births[order][x];
      if (x == 0) continue;
      moved[0] += met.stock.share[0][x - 1] - next.share[0][x];
      moved[1] += next.share[2][x] + next.share[3][x] - met.stock.share[2][x - 1] - met.stock.share[3][x - 1];
      moved[2] += next.births_3plus[x] - met.stock.births_3plus[x - 1];
    }
    for (std::size_t order = 0; order < 3; ++order) REQUIRE(close(born[order], moved[order], 1e-12));
  }
}

TEST_CASE("parity in China: progressions, stock and published shares", "[parity][china]") {
  const ParityHistory& history = china().fit.history;
  const std::map<int, std::array<double, 3>> progressions{{2015, {0.939, 0.662, 0.199}},
                                                          {2017, {0.913, 0.750, 0.169}},
                                                          {2021, {0.760, 0.558, 0.166}},
                                                          {2025, {0.717, 0.501, 0.154}}};
  for (const auto& [year, expected] : progressions) {
    const auto ppr = ppr_from_rates(history.at(year).rates).ppr;
    for (std::size_t i = 0; i < 3; ++i) CHECK(close(ppr[i], expected[i], 0.001));
  }
  const std::map<int, std::array<double, 4>> stock{
      {30, {0.264, 0.294, 0.408, 0.034}}, {40, {0.069, 0.319, 0.499, 0.113}}, {50, {0.022, 0.345, 0.477, 0.155}}};
  for (const auto& [age, expected] : stock) {
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(close(history.stock_on(2021).share[i][parity_age_index(age)], expected[i], 0.001));
    }
  }
  const std::map<int, std::array<double, 3>> published{
      {2017, {0.420, 0.512, 0.068}}, {2021, {0.441, 0.414, 0.145}}, {2022, {0.461, 0.389, 0.150}}};
  for (const auto& [year, expected] : published) {
    const auto shares = order_shares(history.at(year), china().inputs.women_of(year));
    for (std::size_t i = 0; i < 3; ++i) CHECK(close(shares[i], expected[i], 0.001));
  }
  CHECK(close(china().fit.cost, 26.563137, 1e-5));  // SciPy's least squares on the same residuals
}

TEST_CASE("parity in China: the fit's misses stay on record", "[parity][china]") {
  // Known contradictions of the sources; a fit that met them would have changed the evidence, not the model.
  const auto fitted = [&](ParityMeasure measure, int year, int order, int age) {
    for (std::size_t i = 0; i < china().targets.size(); ++i) {
      const ParityTarget& t = china().targets[i];
      if (t.measure == measure && t.year == year && t.order == order && t.age == age) return china().fit.fitted[i];
    }
    return std::nan("");
  };
  CHECK(china().targets.size() == 52);
  CHECK(close(fitted(ParityMeasure::order_share, 2000, 1, 0), 0.5857, 0.001));  // published 0.68
  CHECK(close(fitted(ParityMeasure::order_share, 2010, 1, 0), 0.5716, 0.001));  // published 0.622
  CHECK(close(fitted(ParityMeasure::ppr1, 2015, 0, 0), 0.6624, 0.001));         // published 0.54
  CHECK(close(fitted(ParityMeasure::childless, 2021, 0, 49), 0.0251, 0.001));   // published 0.0516
  CHECK(close(fitted(ParityMeasure::mac1, 2020, 0, 0), 27.0117, 0.01));         // published 27.2
}

TEST_CASE("parity in China: the shipped table is what this code gives", "[parity][china]") {
  CHECK(gap_of_results(reconstruct_parity(china().inputs, shipped_parameters(china().table)), china()) < 2e-8);
  CHECK(gap_of_results(china().fit.history, china()) < 1e-6);
}

TEST_CASE("parity in China: WPP's level has fewer only-child mothers", "[parity][china]") {
  const ParityInputs inputs = china_inputs(china().table, false);
  const ParityFit fit = fit_parity(inputs, china().targets, shipped_parameters(china().table));
  const ParityStock& stock = fit.history.stock_on(2021);
  CHECK(close(stock.share[1][parity_age_index(50)], 0.224, 0.001));
  double gap = 0.0;
  std::size_t n_rows = 0;
  for (std::size_t i = 0; i < n_parities; ++i) {
    const auto share = [&](int, int age) { return stock.share[i][parity_age_index(age)]; };
    const std::string variable = "parity_share" + std::to_string(i) + "_wpp_level";
    gap = std::max(gap, largest_gap(china().table, variable, share, n_rows));
  }
  CHECK(n_rows == 200);
  CHECK(gap < 1e-5);
}

TEST_CASE("parity in China: a bulletin's shares update one year", "[parity][china]") {
  const std::array<double, 3> published{0.461, 0.389, 0.150};
  const ParityHistory& history = china().fit.history;
  const ParityParameters& parameters = china().fit.parameters;
  const ParityAges women = china().inputs.women_of(2022);
  const ParityAges asfr = china().inputs.asfr_of(2022);
  const auto log_b = update_parity_year(history.stock_on(2022), asfr, women, parameters, 2022, published);
  const auto shares =
      order_shares(parity_year(history.stock_on(2022), asfr, relative_hazards(parameters, 2022, log_b), 2022), women);
  for (std::size_t i = 0; i < 3; ++i) CHECK(close(shares[i], published[i], 1e-9));
  CHECK(close(log_b[0], 0.2824, 0.001));  // the knot of 2022, which the same shares dominate
  CHECK(close(log_b[1], -1.2367, 0.001));
}

TEST_CASE("parity in China: places by two factors and a yearly one", "[parity][china]") {
  const ParityHistory& history = china().fit.history;
  const CensusWomen nation = census_women("100000");
  const ParityAges women = china().inputs.women_of(2020);
  const PlaceFit itself = fit_place_factors(history, nation, nation, women);
  CHECK(close(itself.factors.k1, 1.0, 1e-9));
  CHECK(close(itself.nation.ceb, 1.415, 0.001));
  double women_15_64 = 0.0;
  for (const double n : nation.women) women_15_64 += n;
  const double never_married = nation.never_married_share * nation.women_15plus;
  CHECK(close(itself.nation.childless * women_15_64 / never_married, 1.161, 0.001));
  const std::map<std::string, std::array<double, 2>> expected{
      {"620000", {1.284, 1.266}}, {"520000", {1.354, 1.713}}, {"620100", {0.969, 0.669}}, {"620702", {1.271, 0.678}}};
  for (const auto& [place, factors] : expected) {
    const PlaceFit fit = fit_place_factors(history, nation, census_women(place), women);
    CHECK(test::relative_close(fit.factors.k1, factors[0], 0.001));
    CHECK(test::relative_close(fit.factors.k2, factors[1], 0.001));
    CHECK(close(fit.fitted.ceb, fit.target.ceb, 1e-9));
    CHECK(close(fit.fitted.childless, fit.target.childless, 1e-9));
  }
}

}  // namespace
