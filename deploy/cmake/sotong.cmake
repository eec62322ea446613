# Functions that every folder's CMakeLists.txt uses.
find_package(PkgConfig REQUIRED)
foreach(library libprotobuf-c sqlite3 libpq libuv libnghttp2 libcurl libutf8proc libssl libcrypto zlib cunit)
  string(MAKE_C_IDENTIFIER ${library} target)
  pkg_check_modules(${target} REQUIRED IMPORTED_TARGET ${library})
endforeach()

# Generated code calls the handlers that call it: libraries are searched until nothing is missing.
set(CMAKE_C_LINK_EXECUTABLE "<CMAKE_C_COMPILER> <FLAGS> <CMAKE_C_LINK_FLAGS> <LINK_FLAGS> <OBJECTS> \
-o <TARGET> -Wl,--start-group <LINK_LIBRARIES> -Wl,--end-group")

# Flags for our own code; generated code gets the same without warnings.
add_library(sotong_flags INTERFACE)
target_compile_definitions(sotong_flags INTERFACE _GNU_SOURCE)
target_compile_options(sotong_flags INTERFACE
  -fno-strict-aliasing -fstack-protector-strong -ffunction-sections -fdata-sections)
target_link_options(sotong_flags INTERFACE -Wl,--gc-sections -Wl,--as-needed)
if(SOTONG_SANITIZE STREQUAL thread)
  target_compile_options(sotong_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(sotong_flags INTERFACE -fsanitize=thread)
elseif(SOTONG_SANITIZE)
  target_compile_options(sotong_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sotong_flags INTERFACE -fsanitize=address,undefined)
endif()
add_library(sotong_warnings INTERFACE)
target_compile_options(sotong_warnings INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
  -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wswitch-enum)
# protobuf-c's initialisers take the const from an empty string; gcc knows that it is theirs.
target_compile_options(sotong_warnings INTERFACE $<$<C_COMPILER_ID:Clang>:-Wno-cast-qual>)
# protobuf-c's initialisers leave fields out on purpose.
target_compile_options(sotong_warnings INTERFACE -Wno-missing-field-initializers)
# They also cast their empty string, which clang reports where the initialiser is used.
target_compile_options(sotong_warnings INTERFACE $<$<C_COMPILER_ID:Clang>:-Wno-cast-qual>)

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

# sotong_protos(out DIRECTORY dir [PLAIN] [FILES] paths…): the C files generated from .proto files
# into dir, listed in the variable `out`. Paths are relative to an import root: protos/,
# tests/protos or one of the folders where Debian keeps the well-known ones. PLAIN: only protoc-c's messages.
set(SOTONG_PROTO_ROOTS ${PROJECT_SOURCE_DIR}/protos ${PROJECT_SOURCE_DIR}/tests/protos
  /usr/include /usr/share/grpc-proto)
find_program(PROTOC protoc REQUIRED)
find_program(PROTOC_GEN_C protoc-gen-c REQUIRED)
function(sotong_protos out)
  cmake_parse_arguments(arg "PLAIN" "DIRECTORY" "FILES" ${ARGN})
  file(MAKE_DIRECTORY ${arg_DIRECTORY})
  list(TRANSFORM SOTONG_PROTO_ROOTS PREPEND -I OUTPUT_VARIABLE imports)
  set(sources "")
  foreach(path ${arg_FILES})
    unset(proto)
    foreach(root ${SOTONG_PROTO_ROOTS})
      if(NOT proto AND EXISTS ${root}/${path})
        set(proto ${root}/${path})
      endif()
    endforeach()
    if(NOT proto)
      message(FATAL_ERROR "${path}: in none of ${SOTONG_PROTO_ROOTS}")
    endif()
    string(REGEX REPLACE "\\.proto$" "" stem ${path})
    get_filename_component(name ${stem} NAME)
    set(written ${arg_DIRECTORY}/${stem}.pb-c.c)
    set(headers ${arg_DIRECTORY}/${stem}.pb-c.h)
    set(plugin "")
    if(NOT arg_PLAIN)
      # Whether a file declares services decides which files there will be.
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${proto})
      file(STRINGS ${proto} services REGEX "^service ")
      list(APPEND written ${arg_DIRECTORY}/${name}.rpc.c ${arg_DIRECTORY}/${name}.file.c)
      list(APPEND headers ${arg_DIRECTORY}/${name}.rpc.h)
      if(services)
        list(APPEND written ${arg_DIRECTORY}/${name}.handlers.c ${arg_DIRECTORY}/${name}.client.c)
      endif()
      set(plugin --plugin=protoc-gen-sotong=$<TARGET_FILE:protoc-gen-sotong>
        --sotong_out=${arg_DIRECTORY})
    endif()
    add_custom_command(OUTPUT ${written} ${headers}
      COMMAND ${PROTOC} ${imports} --plugin=protoc-gen-c=${PROTOC_GEN_C}
        --c_out=${arg_DIRECTORY} ${plugin} ${path}
      DEPENDS ${proto} $<$<NOT:$<BOOL:${arg_PLAIN}>>:protoc-gen-sotong>
      COMMENT "protoc ${path}" VERBATIM)
    list(APPEND sources ${written} ${headers})
  endforeach()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

# sotong_generated(name directory FILES…): a library of generated C, compiled without our warnings.
function(sotong_generated name directory)
  add_library(${name} STATIC ${ARGN})
  target_include_directories(${name} SYSTEM PUBLIC ${directory})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/common)
  target_link_libraries(${name} PUBLIC sotong_flags PkgConfig::libprotobuf_c)
  # protobuf-c's filler enumerator would have to stand in every switch.
  target_compile_options(${name} PUBLIC "-DPROTOBUF_C__FORCE_ENUM_TO_BE_INT_SIZE(name)=")
endfunction()
