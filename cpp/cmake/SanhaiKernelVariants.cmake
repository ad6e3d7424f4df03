# A kernel is compiled once per instruction set, with SANHAI_ISA naming the variant (use it as a namespace), and chosen
# at run time. The objects must not hold weak symbols: the linker would keep one copy for the whole program, perhaps the
# AVX-512 one, and the program would then fail on an older CPU. The ctest "isa_objects_hold_no_weak_symbols" checks it.
include(CheckCXXCompilerFlag)

function(sanhai_kernel_variants floor source)
  set(names "")
  if(EXISTS "${source}")
    set(names baseline)
    set(flags_baseline "")
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
      set(flags_x86_64_v3 -march=x86-64-v3)
      set(flags_x86_64_v4 -march=x86-64-v4 -mprefer-vector-width=512)
      foreach(level v3 v4)
        check_cxx_compiler_flag(-march=x86-64-${level} SANHAI_COMPILER_KNOWS_X86_64_${level})
        if(SANHAI_COMPILER_KNOWS_X86_64_${level})
          list(APPEND names x86_64_${level})
        endif()
      endforeach()
    endif()
  endif()

  get_target_property(type sanhai_${floor} TYPE)
  if(names AND type STREQUAL INTERFACE_LIBRARY)
    message(FATAL_ERROR "${source} needs a second source beside it: the one that chooses a variant at run time")
  endif()

  foreach(name IN LISTS names)
    set(target sanhai_${floor}_${name})
    add_library(${target} OBJECT "${source}")
    sanhai_target_defaults(${target})
    # The kernel reads its own floor's headers and links nothing: it is arrays in, arrays out.
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/cpp/include")
    target_compile_definitions(${target} PRIVATE SANHAI_ISA=${name})
    # Vector types as template arguments and return values stay within one object: their ABI is nobody else's business.
    target_compile_options(${target} PRIVATE ${flags_${name}} -Wno-ignored-attributes -Wno-psabi)
    if(NOT SANHAI_SANITIZE)
      target_compile_options(${target} PRIVATE -O3)  # also in debug builds: helpers must be inlined, not emitted weak
    endif()
    target_sources(sanhai_${floor} PRIVATE $<TARGET_OBJECTS:${target}>)
    string(TOUPPER "${name}" upper)
    target_compile_definitions(sanhai_${floor} PRIVATE SANHAI_HAS_ISA_${upper}=1)
  endforeach()
  set(SANHAI_ISA_VARIANTS "${names}" PARENT_SCOPE)
  set_property(GLOBAL PROPERTY SANHAI_ISA_VARIANTS "${names}")
  set_property(GLOBAL PROPERTY SANHAI_ISA_FLOOR "${floor}")
endfunction()

function(sanhai_test_isa_objects)
  get_property(names GLOBAL PROPERTY SANHAI_ISA_VARIANTS)
  get_property(floor GLOBAL PROPERTY SANHAI_ISA_FLOOR)
  if(NOT names OR SANHAI_SANITIZE OR NOT CMAKE_NM)
    return()
  endif()
  set(objects "")
  foreach(name IN LISTS names)
    list(APPEND objects "$<TARGET_OBJECTS:sanhai_${floor}_${name}>")
  endforeach()
  add_test(NAME isa_objects_hold_no_weak_symbols
           COMMAND "${CMAKE_COMMAND}" "-DNM=${CMAKE_NM}" "-DOBJECTS=${objects}" -P
                   "${PROJECT_SOURCE_DIR}/cpp/cmake/CheckNoWeakSymbols.cmake")
endfunction()
