#pragma once
// What may vary between draws: one table. A row a stream says what it is called, which switch turns it on, whose it is
// and what it takes from its address; a row a switch says what a user calls it. The engine, the bindings and Python's
// names read these tables, so that a new component is its rows here and the code that draws and uses it.

#include <array>
#include <cstdint>
#include <string_view>

namespace sanhai::random {

/// What a stream is for. The numbers are part of the results: never renumber, only append.
enum class Component : std::uint16_t {
  tfr_level = 1,
  tfr_start = 2,
  place_fertility = 3,
  mortality_level = 4,
  place_mortality = 5,
  migration = 6,
  mortality_start = 7,
  events_birth = 16,
  events_death = 17,
  policy_eps = 32,
  policy_k1 = 33,
  policy_k2 = 34,
  policy_k3 = 35,
  policy_gamma = 36,
  policy_tau = 37,
  policy_response_years = 38,
  policy_half_life = 39,
  policy_lasting_share = 40,
  policy_take_up = 41,
  policy_weight_fee = 42,
  policy_weight_insured = 43,
  policy_weight_tax = 44,
  policy_weight_housing = 45,
  policy_weight_leave = 46,
  policy_place_effect = 47,
};

/// The switches, to be joined with |.
enum ComponentSet : unsigned {
  no_components = 0,
  tfr_component = 1,              ///< level of total fertility, one for all places
  place_fertility_component = 2,  ///< a place against the nation: province x city x county
  mortality_component = 4,        ///< k(t), one for all places
  place_mortality_component = 8,  ///< a place's factor on deaths, nested likewise
  migration_component = 16,       ///< deviation of the net migration rate, nested likewise
  policy_component = 32,          ///< priors of the response to cost and the place's effect on it
  events_component = 64,          ///< births and deaths as random whole numbers, place by place
};

struct ComponentSwitch {
  ComponentSet bit;
  std::string_view name;  ///< as users write it
  bool is_default;        ///< on unless others are named
};

inline constexpr std::array<ComponentSwitch, 7> component_switches = {{
    {tfr_component, "tfr", true},
    {place_fertility_component, "place_fertility", true},
    {mortality_component, "mortality", true},
    {place_mortality_component, "place_mortality", true},
    {migration_component, "migration", true},
    {policy_component, "policy", true},
    {events_component, "events", false},  // of single births and deaths, not of rates: asked for apart
}};

/// Whose a number is: `nation` one a year for all places of a draw, `place` each place's own (of a chain every link's
/// by its own key), `run` one for the whole draw, without year or place.
enum class Scope { nation, place, run };

/// Words of an address that a use may take without a bound: a distribution that rejects.
inline constexpr unsigned any_words = 0;

struct ComponentRow {
  Component id;
  std::string_view name;
  ComponentSet group;
  Scope scope;
  unsigned words;  ///< 32-bit words that one use takes, or any_words
};

/// Upwards by number. A normal takes two words, a beta or a count any number of them.
inline constexpr std::array<ComponentRow, 25> component_rows = {{
    {Component::tfr_level, "tfr_level", tfr_component, Scope::nation, 2},
    {Component::tfr_start, "tfr_start", tfr_component, Scope::run, 2},
    {Component::place_fertility, "place_fertility", place_fertility_component, Scope::place, 2},
    {Component::mortality_level, "mortality_level", mortality_component, Scope::nation, 2},
    {Component::place_mortality, "place_mortality", place_mortality_component, Scope::place, 2},
    {Component::migration, "migration", migration_component, Scope::place, 2},
    {Component::mortality_start, "mortality_start", mortality_component, Scope::run, 2},
    {Component::events_birth, "events_birth", events_component, Scope::place, any_words},
    {Component::events_death, "events_death", events_component, Scope::place, any_words},
    {Component::policy_eps, "policy_eps", policy_component, Scope::run, 6},  // two uniforms of the mixture, a normal
    {Component::policy_k1, "policy_k1", policy_component, Scope::run, 2},
    {Component::policy_k2, "policy_k2", policy_component, Scope::run, 2},
    {Component::policy_k3, "policy_k3", policy_component, Scope::run, 2},
    {Component::policy_gamma, "policy_gamma", policy_component, Scope::run, 2},
    {Component::policy_tau, "policy_tau", policy_component, Scope::run, any_words},
    {Component::policy_response_years, "policy_response_years", policy_component, Scope::run, 2},
    {Component::policy_half_life, "policy_half_life", policy_component, Scope::run, 2},
    {Component::policy_lasting_share, "policy_lasting_share", policy_component, Scope::run, any_words},
    {Component::policy_take_up, "policy_take_up", policy_component, Scope::run, any_words},
    {Component::policy_weight_fee, "policy_weight_fee", policy_component, Scope::run, any_words},
    {Component::policy_weight_insured, "policy_weight_insured", policy_component, Scope::run, any_words},
    {Component::policy_weight_tax, "policy_weight_tax", policy_component, Scope::run, any_words},
    {Component::policy_weight_housing, "policy_weight_housing", policy_component, Scope::run, any_words},
    {Component::policy_weight_leave, "policy_weight_leave", policy_component, Scope::run, any_words},
    {Component::policy_place_effect, "policy_place_effect", policy_component, Scope::place, 2},
}};

/// Every switch that is on unless others are named.
inline constexpr unsigned all_components = [] {
  unsigned bits = no_components;
  for (const ComponentSwitch& one : component_switches) bits |= one.is_default ? one.bit : no_components;
  return bits;
}();

/// The row of a component. Throws DomainError where there is none.
[[nodiscard]] const ComponentRow& row_of(Component component);

}  // namespace sanhai::random
