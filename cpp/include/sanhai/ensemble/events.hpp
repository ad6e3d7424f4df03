#pragma once
// The chance of single events: a place's births and deaths as random whole numbers around the rates of its own draw.
// On counts below about 10,000 it matters beside everything else that is drawn; on a nation it cannot be seen.

#include <cstddef>
#include <cstdint>

#include "sanhai/ensemble/kernel.hpp"
#include "sanhai/ensemble/lee_carter.hpp"
#include "sanhai/ensemble/run.hpp"

namespace sanhai::ensemble {

/// Room for one draw; made once a thread.
struct EventsWorkspace {
  double people[2][max_ages];               ///< (sex, age) persons, changed in place
  double Sx[2 * max_ages];                  ///< (sex, age of arrival), packed
  double lost[2][max_ages];                 ///< probability of dying, by age of arrival
  double left[2][max_ages];                 ///< survivors as the rates have it
  double died[2][max_ages];                 ///< of those who would reach the age
  double wanted[2][max_ages];               ///< net migrants before any cut
  double missing[2][max_ages];              ///< persons below zero that they would leave
  double births[core::n_orders][max_ages];  ///< by age of mother, expected of the women there and those left
  double expected[max_ages];                ///< of all orders, had none but the expected women died
  double rate[max_ages];                    ///< births per woman of all orders
};

/// Projects lane `lane` of a batch that the kernel has run, once more, with counts drawn from `noise.first_year` on:
///
///   deaths of a cell     binomial(persons on 1 January, probability of dying)
///   births of an order   Poisson(sum over ages of rate x exposure)
///   boys                 binomial(births, srb / (1 + srb)); infants who die likewise
///   migration            as the draw has it: a net figure has no single events
///
/// and writes over what the kernel left in `task.output`, whose population must have been asked for (the first of these
/// years starts from it), and in `book`, where cells are asked for: flows from that year on, stocks after it. Total
/// fertility and life expectancy stay those of the rates. A cell that migration has left with a fraction of a person
/// takes the whole persons at random and the fraction as expected, so no mean is shifted. In the book survivors, rates
/// and expected births stay those of the rates; births by age are these, scaled to what was drawn of the order. Every
/// count has its own address (draw, calendar year, place, cell): scenarios share it, and a scenario against itself
/// differs by exactly 0.
///
/// `calendar_year` is that of the task's first year, `draw` the draw in this lane. `status` gets the first cell that
/// out-migration took below zero, where the place does not cap; a lane with a failure is left alone.
/// Throws DomainError for a cell of more than 2^32 persons.
void draw_events(const KernelTask& task, const MortalityTable& mortality, const EventNoise& noise, int calendar_year,
                 std::uint64_t draw, std::size_t lane, const KernelBook& book, EventsWorkspace& workspace);

}  // namespace sanhai::ensemble
