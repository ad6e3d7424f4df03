#pragma once
// Closed stocks of family planning: couples who ended with one child, or with two daughters, all born before a year.
// Here they are rebuilt per woman alive on the first 1 January, from what women met at each parity; what is per woman
// is the same in every draw, and the stocks (stocks.hpp) are linear in the women. docs/legacy.md has the formulas.

#include <cstddef>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/rates/parity_reconstruction.hpp"

namespace sanhai::legacy {

/// only_child = living_only_child + bereaved.
enum class Kind : std::size_t { only_child, living_only_child, bereaved, two_daughter };
inline constexpr std::size_t n_kinds = 4;
inline constexpr const char* kind_names[n_kinds] = {"only_child", "living_only_child", "bereaved", "two_daughter"};

/// Who is counted: husbands and wives by their own age; a household while one of them lives, by the age that its wife
/// has or would have.
inline constexpr std::size_t husband = core::male;
inline constexpr std::size_t wife = core::female;
inline constexpr std::size_t household = 2;
inline constexpr std::size_t n_members = 3;
inline constexpr const char* member_names[n_members] = {"husband", "wife", "household"};

inline constexpr std::size_t n_ages = 101;  ///< 0..100+
/// Wives by age on the first 1 January. The younger had their children after the schemes closed; of those who were 100
/// nobody has a child that counts (the history of fertility would begin before it).
inline constexpr std::size_t youngest_wife = 25;
inline constexpr std::size_t n_wives = 75;
inline constexpr std::size_t childbearing_from = 10;
inline constexpr std::size_t n_childbearing = 40;  ///< 10..49: a woman of 50 has the children she will have
/// A husband was alive when his marriage began; a child who died below `child_from` was mostly replaced by another.
inline constexpr int husband_from = 25;
inline constexpr int child_from = 5;

/// What a user or a document may change.
struct Rules {
  int born_before = 0;              ///< only children born in earlier years make a couple a member
  double two_daughter_share = 0.0;  ///< of the couples who end with exactly two
  double loss_factor = 0.0;         ///< on the share of only children dead by mortality alone
  int husband_older = 0;            ///< years
};

/// Throws DomainError: a year that is none, a share outside [0, 1], a husband younger or more than 20 years older.
void check_rules(const Rules& rules);

/// Death rates of the past, of children and of husbands, held before the first year and after the last.
struct MortalityHistory {
  int first_year = 0;
  core::Array<3> mx;   ///< (year, sex, age 0..100+) 1/year
  core::Array<1> srb;  ///< (year) boys per girl
};

/// Throws ShapeError, DomainError naming year, sex and age.
void check_history(const MortalityHistory& history);

/// What holds for every place with one past.
struct Survivors {
  int first_year = 0;            ///< whose 1 January is the start
  int first_birth_year = 0;      ///< of the children
  core::Array<2> lost;           ///< (birth year, year + 1) share dead on 1 January, of `child_from` or older
  core::Array<1> husband_alive;  ///< (age of the wife, 25..99) husbands alive on the first 1 January, the wife being so
};

/// A child born in the middle of b is T - b - 1/2 years old on 1 January T; both sexes, by the sex ratio at birth of b.
/// Husbands: exp(-sum of m) from 25 to the first 1 January. Throws what check_rules and check_history throw.
[[nodiscard]] Survivors survivors(const MortalityHistory& history, int first_year, std::size_t n_years,
                                  const Rules& rules);

/// Couples per woman of an age alive on the first 1 January, before any more parents die. Ages are those of the wife
/// on that day, 25..99.
struct Couples {
  int first_year = 0;
  int husband_older = 0;
  core::Array<1> only_child;     ///< (age)
  core::Array<2> bereaved;       ///< (age, year + 1) of these, those whose child is dead on 1 January
  core::Array<1> two_daughter;   ///< (age)
  core::Array<1> husband_alive;  ///< (age) share of husbands alive on the first 1 January

  [[nodiscard]] std::size_t n_years() const { return bereaved.extent(1) - 1; }
  /// Couples of a kind on 1 January `t` years after the first, per woman.
  [[nodiscard]] double of(Kind kind, std::size_t at, std::size_t t) const {
    if (kind == Kind::two_daughter) return two_daughter(at);
    if (kind == Kind::bereaved) return bereaved(at, t);
    return kind == Kind::only_child ? only_child(at) : only_child(at) - bereaved(at, t);
  }
};

/// What ends with one child, or with two, of a woman born in a year: (births of that order before `born_before`, by her
/// age 10..49 on 1 January) x the chance of none after it to 50.
struct FamilyEnds {
  double one[n_childbearing] = {};
  double two[n_childbearing] = {};
};
[[nodiscard]] FamilyEnds family_ends(const rates::ParityHistory& nation, const rates::HazardFactors& factors,
                                     int birth_year, int born_before);

/// Hazards of the nation x the place's factors; those of its first and last year held outside them.
[[nodiscard]] Couples couples_per_woman(const rates::ParityHistory& nation, const rates::HazardFactors& factors,
                                        const Survivors& survivors, const Rules& rules);

/// Throws ShapeError, DomainError for couples that no woman can have.
void check_couples(const Couples& couples);

}  // namespace sanhai::legacy
