#include "sanhai_catch.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/demography/life_table.hpp"

using namespace sanhai::demography;
using sanhai::core::DomainError;
using sanhai::core::female;
using sanhai::core::male;
using sanhai::core::ShapeError;

namespace {

/// Gompertz-Makeham rates with a raised first year; single years 0..n-1, the last open.
std::vector<double> gompertz_mx(std::size_t n, double level = 3e-5, double slope = 0.095, double infant = 0.006) {
  std::vector<double> mx(n);
  for (std::size_t x = 0; x < n; ++x) mx[x] = 2e-4 + level * std::exp(slope * (static_cast<double>(x) + 0.5));
  mx[0] = infant;
  return mx;
}

const std::vector<double> abridged_19 = {1, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5};

/// The message must name every given part, and a remedy.
template <class Exception>
void require_complaint(const std::function<void()>& call, const std::vector<std::string>& parts) {
  std::string message;
  try {
    call();
  } catch (const Exception& error) {
    message = error.what();
  }
  INFO("message: " << message);
  REQUIRE(message.find("remedy: ") != std::string::npos);
  for (const std::string& part : parts) REQUIRE(message.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("bad values are errors that name age and remedy", "[demography]") {
  const double nan = std::nan("");
  const std::vector<double> mx = gompertz_mx(101);
  const std::vector<double> ax = ax_from_mx(mx, male);
  std::vector<double> Sx(101);
  const auto with = [](std::vector<double> v, std::size_t i, double value) {
    v[i] = value;
    return v;
  };
  const LifeTable t = life_table_from_mx(mx, male);

  require_complaint<DomainError>([&] { (void)qx_from_mx_ax(with(mx, 7, nan), ax); }, {"mx", "age 7", "nan"});
  require_complaint<DomainError>([&] { (void)qx_from_mx_ax(with(mx, 100, -0.1), ax); }, {"mx", "age 100+", "-0.1"});
  require_complaint<DomainError>([&] { (void)qx_from_mx_ax(with(mx, 90, 2.5), ax); },
                                 {"qx", "age 90", "up to 2", "2.5"});
  require_complaint<DomainError>([&] { (void)qx_from_mx_ax(mx, with(ax, 3, 1.5)); }, {"ax", "age 3", "1.5"});
  require_complaint<DomainError>([&] { Sx_from_mx(with(mx, 90, 2.5), female, Sx); },
                                 {"mx", "female", "age 90", "at most 2"});
  require_complaint<DomainError>([&] { Sx_from_mx(with(mx, 4, nan), male, Sx); }, {"mx", "male", "age 4"});
  require_complaint<DomainError>([&] { Sx_from_mx(with(mx, 100, 0.0), male, Sx); }, {"mx", "age 100+", "above 0"});
  require_complaint<DomainError>([&] { (void)e0_from_mx(with(mx, 0, -1.0), female); }, {"mx", "female", "age 0"});
  require_complaint<DomainError>([&] { (void)e0_from_mx(mx, 2); }, {"sex", "got 2"});
  require_complaint<DomainError>([&] { (void)lx_from_qx(with(t.qx, 100, 0.9)); }, {"qx", "age 100+", "0.9"});
  require_complaint<DomainError>([&] { (void)lx_from_qx(with(t.qx, 5, 1.01)); }, {"qx", "age 5", "1.01"});
  require_complaint<DomainError>([&] { (void)mx_from_qx_ax(with(t.qx, 5, nan), ax); }, {"qx", "age 5"});
  require_complaint<DomainError>([&] { (void)qx_from_lx(with(t.lx, 5, 1.0)); }, {"lx", "age 5"});
  require_complaint<DomainError>([&] { (void)qx_from_lx(with(t.lx, 100, 0.0)); }, {"lx", "age 100+"});
  require_complaint<DomainError>([&] { (void)ndx_from_lx(with(t.lx, 9, nan)); }, {"lx", "age 9"});
  require_complaint<DomainError>([&] { (void)lx_from_ndx(with(t.ndx, 9, -1e-9)); }, {"ndx", "age 9"});
  require_complaint<DomainError>([&] { (void)nLx_from_lx_ax(t.lx, ax, 0.0); }, {"open age group"});
  require_complaint<DomainError>([&] { (void)Tx_from_nLx(with(t.nLx, 8, -1.0)); }, {"nLx", "age 8"});
  require_complaint<DomainError>([&] { (void)nLx_from_Tx(with(t.Tx, 8, 1e3)); }, {"Tx", "age 8"});
  require_complaint<DomainError>([&] { (void)ex_from_Tx_lx(t.Tx, with(t.lx, 100, 0.0)); }, {"lx", "age 100+"});
  require_complaint<DomainError>([&] { (void)Sx_from_nLx(with(t.nLx, 50, 2.0)); }, {"nLx", "age 50"});
  require_complaint<DomainError>([&] { (void)Sx_from_nLx(with(t.nLx, 98, 0.0)); }, {"nLx", "age 98"});
  require_complaint<DomainError>([&] { (void)nLx_from_Sx(with(Sx_from_nLx(t.nLx), 30, 1.2)); },
                                 {"Sx", "age 30", "1.2"});
  require_complaint<DomainError>([&] { (void)nLx_from_Sx(with(Sx_from_nLx(t.nLx), 100, 1.0)); }, {"Sx", "age 100+"});
  require_complaint<DomainError>([&] { (void)ax_from_mx(mx, male, 5.0); }, {"widths", "group 0", "split"});
  require_complaint<DomainError>([&] { (void)ax_from_mx(with(mx, 0, nan), male); }, {"mx", "age 0"});
  require_complaint<DomainError>([&] { (void)scaled_mx(mx, 0.0); }, {"factor"});
  require_complaint<DomainError>([&] { (void)a0_andreev_kingkade(-1.0, female); }, {"female", "age 0"});
  // a group of five years is named by its lower age
  require_complaint<DomainError>(
      [] {
        (void)qx_from_mx_ax(std::vector<double>{0.01, std::nan(""), 0.1}, std::vector<double>{2.5, 2.5, 9.0}, 5.0);
      },
      {"mx", "age 5:"});
  // Greville's slope needs deaths in the groups beside
  std::vector<double> sparse(19, 0.01);
  sparse[6] = 0.0;
  require_complaint<DomainError>([&] { (void)ax_from_mx(sparse, male, abridged_19); }, {"mx", "age 25"});

  require_complaint<ShapeError>([&] { (void)qx_from_mx_ax(mx, std::span(ax).first(50)); }, {"ax", "50 values", "101"});
  require_complaint<ShapeError>([&] { Sx_from_mx(mx, male, std::span(Sx).first(100)); }, {"Sx", "100 values"});
  require_complaint<ShapeError>([&] { (void)ax_from_mx(mx, male, abridged_19); }, {"widths", "19 values"});
  require_complaint<ShapeError>([] { (void)lx_from_qx({}); }, {"qx", "0 values"});
  require_complaint<ShapeError>([] { (void)e0_from_mx(std::vector<double>{0.1}, male); }, {"mx", "1 values"});
}
