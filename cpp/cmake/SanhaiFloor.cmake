# One floor of the house is one static library, sanhai_<name> (alias sanhai::<name>), that links only floors below.

# Same inputs, same bits: no fused multiply-add that the source did not ask for, no reassociation, no CPU of the build
# machine. A user's -ffast-math or -march=native in CXXFLAGS would break that silently, so it is refused.
if(NOT CMAKE_CXX_COMPILER_ID MATCHES "^(GNU|Clang|AppleClang)$")
  message(FATAL_ERROR "sanhai builds with g++ >= 11 or clang >= 14, got ${CMAKE_CXX_COMPILER_ID}: its results are the "
                      "same bits on every machine only under -ffp-contract=off")
endif()
if(CMAKE_CXX_FLAGS MATCHES "-ffast-math|-Ofast|-march=native|-funsafe-math-optimizations")
  message(FATAL_ERROR "CXXFLAGS hold '${CMAKE_MATCH_0}', which changes results from machine to machine: remove it")
endif()
# In the cache, so that targets outside cpp/ (the tests) are compiled as the product is; INTERNAL cannot be overridden.
set(SANHAI_BIT_FLAGS -ffp-contract=off -fno-fast-math CACHE INTERNAL "Flags that every target of sanhai is built with")

function(sanhai_target_defaults target)
  set_target_properties(${target} PROPERTIES CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
                                             POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${target} PRIVATE ${SANHAI_BIT_FLAGS})
  target_compile_definitions(${target} PRIVATE EIGEN_DONT_PARALLELIZE)
  if(SANHAI_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${SANHAI_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${SANHAI_SANITIZE})
  endif()
endfunction()

# sanhai_floor(<name> [FLOORS <floor below>...] [PUBLIC <target>...] [PRIVATE <target>...])
# A floor that has no source yet is an INTERFACE library: its headers can already be used.
function(sanhai_floor name)
  cmake_parse_arguments(PARSE_ARGV 1 floor "" "" "FLOORS;PUBLIC;PRIVATE")
  set(target sanhai_${name})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/${name}/*.cpp")
  file(GLOB headers CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/include/sanhai/${name}/*.hpp")
  list(FILTER sources EXCLUDE REGEX "/lanes_kernel\\.cpp$")  # compiled once per instruction set, see SanhaiKernelVariants
  list(TRANSFORM floor_FLOORS PREPEND "sanhai::")

  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    sanhai_target_defaults(${target})
    # Header-only and private: not a dependency of whoever links the installed library.
    foreach(dependency IN LISTS floor_PRIVATE)
      target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${dependency}>)
    endforeach()
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(sanhai::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(${target} ${scope} cxx_std_20)
  target_link_libraries(${target} ${scope} ${floor_FLOORS} ${floor_PUBLIC})
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS "${CMAKE_CURRENT_SOURCE_DIR}/include" FILES ${headers})
  set_property(GLOBAL APPEND PROPERTY SANHAI_FLOORS ${target})
endfunction()
