#include "sanhai/core/error.hpp"

#include <array>
#include <charconv>

namespace sanhai::core {

std::string message(const Complaint& complaint) {
  std::string out = complaint.what;
  if (!complaint.where.empty()) out += ": " + complaint.where;
  if (!complaint.got.empty()) out += ": got " + complaint.got;
  if (!complaint.allowed.empty()) out += "; allowed " + complaint.allowed;
  if (!complaint.remedy.empty()) out += "; remedy: " + complaint.remedy;
  return out;
}

std::string text(double value) {
  std::array<char, 32> buffer{};
  const auto [end, status] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return status == std::errc{} ? std::string(buffer.data(), end) : std::string("?");
}

}  // namespace sanhai::core
