#pragma once
// Amounts that a budget can bear.

namespace sanhai::fiscal {

/// b_max = theta x revenue / (local share x births x paid years x take-up) [yuan per child and year]: the amount that
/// costs the share theta of a year's revenue.
[[nodiscard]] double affordable_amount(double theta, double revenue, double local_share, double births,
                                       double paid_years, double take_up);

}  // namespace sanhai::fiscal
