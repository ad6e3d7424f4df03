# What a C++ user gets: find_package(sanhai) and the targets sanhai::core ... sanhai::ensemble.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

get_property(floors GLOBAL PROPERTY SANHAI_FLOORS)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/sanhai")
install(TARGETS ${floors} EXPORT sanhai_targets FILE_SET HEADERS)
install(EXPORT sanhai_targets NAMESPACE sanhai:: DESTINATION "${package_dir}" FILE sanhaiTargets.cmake)
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/sanhaiConfig.cmake.in" sanhaiConfig.cmake
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(sanhaiConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/sanhaiConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/sanhaiConfigVersion.cmake"
        DESTINATION "${package_dir}")
