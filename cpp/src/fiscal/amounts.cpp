#include "sanhai/fiscal/amounts.hpp"

#include "sanhai/core/check.hpp"

namespace sanhai::fiscal {

namespace check = core::check;

double affordable_amount(double theta, double revenue, double local_share, double births, double paid_years,
                         double take_up) {
  check::share("theta", theta, "the share of revenue that may be spent");
  check::not_negative("revenue", revenue, "yuan a year");
  check::share("local_share", local_share, "1 when the place pays all");
  check::positive("local_share", local_share, "a place that pays nothing has no bound");
  check::positive("births", births, "births a year");
  check::positive("paid_years", paid_years, "3 for a benefit to the third birthday");
  check::share("take_up", take_up, "share of the entitled who claim");
  check::positive("take_up", take_up, "share of the entitled who claim");
  return theta * revenue / (local_share * births * paid_years * take_up);
}

}  // namespace sanhai::fiscal
