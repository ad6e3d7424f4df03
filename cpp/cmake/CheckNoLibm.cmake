# cmake -DNM=nm -DOBJECTS="a.o;libb.a" -P CheckNoLibm.cmake: fails if an object calls a function of libm whose last bit
# libm chooses. sqrt, floor and their like are exact by IEEE-754 and may be called.
set(names exp exp2 exp10 expm1 log log2 log10 log1p pow sin cos tan sincos asin acos atan atan2 sinh cosh tanh asinh
    acosh atanh tgamma lgamma erf erfc cbrt hypot)
list(JOIN names "|" names)
foreach(object IN LISTS OBJECTS)
  execute_process(COMMAND "${NM}" -u "${object}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL " U (__)?(${names})[fl]?(_r|_finite)?(@[^\n]*)?\n" found "${symbols}")
  if(found)
    list(TRANSFORM found STRIP)
    list(REMOVE_DUPLICATES found)
    message(SEND_ERROR "${object} calls libm: ${found}\nResults take exp, log, pow and tan from core/math.hpp.")
  endif()
endforeach()
