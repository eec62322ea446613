# Functions that every folder's CMakeLists.txt uses.
find_package(PkgConfig REQUIRED)
foreach(library libprotobuf-c sqlite3 libuv libnghttp2 libcurl jansson libutf8proc libcrypto cunit)
  string(MAKE_C_IDENTIFIER ${library} target)
  pkg_check_modules(${target} REQUIRED IMPORTED_TARGET ${library})
endforeach()

# Flags for our own code; generated code gets the same without warnings.
add_library(sotong_flags INTERFACE)
target_compile_definitions(sotong_flags INTERFACE _GNU_SOURCE)
target_compile_options(sotong_flags INTERFACE
  -fno-strict-aliasing -fstack-protector-strong -ffunction-sections -fdata-sections)
target_link_options(sotong_flags INTERFACE -Wl,--gc-sections -Wl,--as-needed)
if(SOTONG_SANITIZE)
  target_compile_options(sotong_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sotong_flags INTERFACE -fsanitize=address,undefined)
endif()
add_library(sotong_warnings INTERFACE)
target_compile_options(sotong_warnings INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
  -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wswitch-enum)
# protobuf-c's initialisers leave fields out on purpose.
target_compile_options(sotong_warnings INTERFACE -Wno-missing-field-initializers)

# sotong_library(name SOURCES … LINK …): a static library of our own code.
function(sotong_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/common ${PROJECT_SOURCE_DIR}/tests ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC sotong_flags ${arg_LINK} PRIVATE sotong_warnings)
endfunction()

# sotong_program(name SOURCES … LINK …): a program in build/bin.
function(sotong_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/common ${PROJECT_SOURCE_DIR}/tests ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE sotong_flags sotong_warnings ${arg_LINK})
endfunction()

# sotong_test(name SOURCES … LINK …): a CUnit program that ctest runs; see tests/README.md.
function(sotong_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  sotong_program(${name} SOURCES ${arg_SOURCES} LINK ${arg_LINK} test_support)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()

# sotong_embed_sql(target PREFIX budget SQL sql/*.sql MIGRATIONS migrations/*.sql): adds
# budget_sql.h and budget_sql.c to the target. sql/line_get.sql becomes budget_line_get_sql; the
# migrations become budget_migrations[] and budget_migration_count.
function(sotong_embed_sql target)
  cmake_parse_arguments(arg "" "PREFIX" "SQL;MIGRATIONS" ${ARGN})
  set(statements "")
  set(migrations "")
  if(arg_SQL)
    file(GLOB statements CONFIGURE_DEPENDS ${arg_SQL})
  endif()
  if(arg_MIGRATIONS)
    file(GLOB migrations CONFIGURE_DEPENDS ${arg_MIGRATIONS})
  endif()
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${arg_PREFIX}_sql)
  add_custom_command(OUTPUT ${output}.c ${output}.h
    COMMAND embed sql ${arg_PREFIX} ${output} ${statements} --migrations ${migrations}
    DEPENDS embed ${statements} ${migrations}
    COMMENT "Embedding the SQL of ${arg_PREFIX}" VERBATIM)
  target_sources(${target} PRIVATE ${output}.c ${output}.h)
  target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_BINARY_DIR})
endfunction()

# sotong_embed_file(target SYMBOL path): adds the file's bytes to the target; declare them as
# `extern const char SYMBOL[]; extern const size_t SYMBOL_length;`.
function(sotong_embed_file target symbol path)
  get_filename_component(input ${path} ABSOLUTE)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.embedded.c)
  add_custom_command(OUTPUT ${output}
    COMMAND embed file ${symbol} ${input} ${output}
    DEPENDS embed ${input}
    COMMENT "Embedding ${path}" VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
