#pragma once
// The one exception file of the C++ side. Python mirrors these names in sanhai.errors.

#include <stdexcept>
#include <string>
#include <string_view>

namespace sanhai::core {

/// Base of everything the library throws on purpose.
class Error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// An array has the wrong number of axes, or an axis the wrong length.
class ShapeError : public Error {
public:
  using Error::Error;
};

/// A value lies outside what its quantity can be (NaN, negative stock, ratio above one, ...).
class DomainError : public Error {
public:
  using Error::Error;
};

/// Persons or money do not add up.
class AccountingError : public Error {
public:
  using Error::Error;
};

/// Settings that cannot hold together (unknown name, payer shares that do not sum to one, ...).
class ConfigError : public Error {
public:
  using Error::Error;
};

/// The five parts every message carries; empty parts are left out.
struct Complaint {
  std::string what;     ///< the quantity, by its name in the house ("Sx", "srb", "pop_jan1")
  std::string where;    ///< place, year, sex, age, as far as they apply
  std::string got;      ///< the offending value
  std::string allowed;  ///< the bound that was broken
  std::string remedy;   ///< what to do about it
};

/// "Sx: place 620100, year 2024, male, age 3: got 1.2; allowed [0, 1]; remedy: ..."
[[nodiscard]] std::string message(const Complaint& complaint);

/// Shortest decimal text that reads back to the same double; independent of the locale.
[[nodiscard]] std::string text(double value);

}  // namespace sanhai::core
