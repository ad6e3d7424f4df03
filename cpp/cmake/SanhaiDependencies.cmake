# Where Boost's and Eigen's headers come from. First the Python packages libboost-headers and cmeel-eigen, which a pip
# build installs beside the build back-end, so that `pip install .` needs nothing by hand; then the system's own copies.

# <prefix>... to look under: what the caller (scikit-build-core, or a user) gave, and the site-packages of the Python
# in use. Both packages live inside site-packages, not in a usual include folder.
function(sanhai_python_prefixes result)
  set(prefixes ${CMAKE_PREFIX_PATH} $ENV{CMAKE_PREFIX_PATH})
  set(python "${Python_EXECUTABLE}")
  if(NOT python AND NOT SKBUILD)
    find_package(Python 3.11 QUIET COMPONENTS Interpreter)
    set(python "${Python_EXECUTABLE}")
  endif()
  if(python)
    execute_process(COMMAND "${python}" -c "import sysconfig; print(sysconfig.get_path('purelib'))"
                    OUTPUT_VARIABLE site_packages OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    list(APPEND prefixes "${site_packages}")
  endif()
  list(REMOVE_DUPLICATES prefixes)
  set(${result} ${prefixes} PARENT_SCOPE)
endfunction()

# Makes Boost::headers; sets SANHAI_BOOST_VERSION.
function(sanhai_find_boost_headers)
  if(TARGET Boost::headers)
    return()
  endif()
  sanhai_python_prefixes(prefixes)
  find_path(SANHAI_BOOST_INCLUDE_DIR boost/random/normal_distribution.hpp HINTS ${prefixes}
            PATH_SUFFIXES libboost_headers/include include)
  if(SANHAI_BOOST_INCLUDE_DIR)
    add_library(Boost::headers INTERFACE IMPORTED GLOBAL)
    set_target_properties(Boost::headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${SANHAI_BOOST_INCLUDE_DIR}")
    file(STRINGS "${SANHAI_BOOST_INCLUDE_DIR}/boost/version.hpp" line REGEX "#define BOOST_LIB_VERSION")
    string(REGEX REPLACE ".*\"([0-9_]+)\".*" "\\1" version "${line}")
    string(REPLACE "_" "." version "${version}")
  else()
    find_package(Boost 1.74 QUIET CONFIG GLOBAL)
    if(NOT TARGET Boost::headers)
      message(FATAL_ERROR "Boost's headers were not found. Any of these helps: pip install libboost-headers; "
                          "apt-get install libboost-dev; -DSANHAI_BOOST_INCLUDE_DIR=<folder that holds boost/>")
    endif()
    set(version "${Boost_VERSION_STRING}")
  endif()
  message(STATUS "Boost headers ${version}: ${SANHAI_BOOST_INCLUDE_DIR}")
  set(SANHAI_BOOST_VERSION "${version}" PARENT_SCOPE)
endfunction()

# Makes Eigen3::Eigen; sets SANHAI_EIGEN_VERSION.
function(sanhai_find_eigen)
  sanhai_python_prefixes(prefixes)
  list(TRANSFORM prefixes APPEND "/cmeel.prefix" OUTPUT_VARIABLE cmeel_prefixes)
  list(PREPEND CMAKE_PREFIX_PATH ${cmeel_prefixes})
  find_package(Eigen3 3.4 QUIET CONFIG GLOBAL)
  if(NOT TARGET Eigen3::Eigen)
    message(FATAL_ERROR "Eigen >= 3.4 was not found. Any of these helps: pip install cmeel-eigen; "
                        "apt-get install libeigen3-dev; -DEigen3_DIR=<folder of Eigen3Config.cmake>")
  endif()
  message(STATUS "Eigen ${Eigen3_VERSION}: ${Eigen3_DIR}")
  set(SANHAI_EIGEN_VERSION "${Eigen3_VERSION}" PARENT_SCOPE)
endfunction()
