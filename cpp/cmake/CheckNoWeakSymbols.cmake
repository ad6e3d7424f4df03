# cmake -DNM=nm -DOBJECTS="a.o;b.o" -P CheckNoWeakSymbols.cmake: fails if an object defines a weak symbol.
# nm's letters: W weak function, V weak object, u unique global; an undefined weak (w, v) defines nothing.
foreach(object IN LISTS OBJECTS)
  execute_process(COMMAND "${NM}" -C --defined-only "${object}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[0-9a-f]+ [WVu] [^\n]+" weak "${symbols}")
  if(weak)
    list(JOIN weak "\n  " weak)
    message(SEND_ERROR "${object} defines weak symbols:\n  ${weak}\n"
                       "Make them static, inline them, or move them out of the kernel's source.")
  endif()
endforeach()
