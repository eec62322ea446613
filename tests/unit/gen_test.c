/* The generator: what it writes, compared with tests/protos/golden, and what it refuses. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/suite.h"

enum { PATH_BYTES = 512, COMMAND_BYTES = 2048, FILE_BYTES_MAX = 1 << 20, OUTPUT_BYTES_MAX = 4096 };

/* Reads a whole file and ends it with a NUL; the empty string where there is none. */
static char *read_file(const char *path)
{
    char *content = calloc(1, FILE_BYTES_MAX);
    CU_ASSERT_PTR_NOT_NULL_FATAL(content);
    FILE *file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL(file);
    if (file == NULL) return content;
    content[fread(content, 1, FILE_BYTES_MAX - 1, file)] = '\0';
    (void)fclose(file);
    return content;
}

static void writes_the_golden_files(void)
{
    static const char *const names[] = {"sample.rpc.h", "sample.rpc.c", "sample.handlers.c",
                                        "sample.client.c"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char generated_path[PATH_BYTES], golden_path[PATH_BYTES];
        (void)snprintf(generated_path, PATH_BYTES, "%s/%s", GENERATED_DIRECTORY, names[i]);
        (void)snprintf(golden_path, PATH_BYTES, "tests/protos/golden/%s.golden", names[i]);
        char *generated = read_file(generated_path);
        char *golden = read_file(golden_path);
        CU_ASSERT_STRING_EQUAL(generated, golden);
        if (strcmp(generated, golden) != 0)
            printf("\n  %s differs from %s; if the change is meant, copy it there", generated_path,
                   golden_path);
        free(generated);
        free(golden);
    }
}

#define OPTIONS "import \"sotong/options/v1/options.proto\";\n"
#define BOUNDS(bounds) " [(sotong.options.v1.bounds) = {" bounds "}];"

static const struct {
    const char *proto; /* Behind the syntax line. */
    const char *error; /* Empty: accepted. */
} refusals[] = {
    {"package a.b.v1; message M { string s = 1; }", ""},
    {"message M {}", "bad.proto: needs a package, which names its types"},
    {"package a.v1;" OPTIONS "message M { int32 n = 1" BOUNDS("bytes_max: 1") "}",
     "bad.proto: a.v1.M.n: bytes_max suits only a string or bytes"},
    {"package a.v1;" OPTIONS "message M { int32 n = 1" BOUNDS("format: FORMAT_SHA256") "}",
     "bad.proto: a.v1.M.n: format suits only a string"},
    {"package a.v1;" OPTIONS "message M { int32 n = 1" BOUNDS("items_max: 1") "}",
     "bad.proto: a.v1.M.n: items_max suits only a repeated field"},
    {"package a.v1;" OPTIONS "message M { string s = 1" BOUNDS("range: {min: 1}") "}",
     "bad.proto: a.v1.M.s: range suits only a whole number"},
    {"package a.v1;" OPTIONS "message M { int32 n = 1" BOUNDS("range: {min: 1}") "}",
     "bad.proto: a.v1.M.n: range.min is greater than range.max"},
    {"package a.v1;" OPTIONS "message M { bool b = 1" BOUNDS("required: true") "}",
     "bad.proto: a.v1.M.b: a bool cannot be required: false is not told from unset"},
    {"package a.v1;" OPTIONS "message M { oneof o { string s = 1" BOUNDS("required: true") "}}",
     "bad.proto: a.v1.M.s: a member of a oneof cannot be required: the others leave it unset"},
    {"package a.v1;" OPTIONS "message M { string s = 1" BOUNDS("format: 9") "}",
     "bad.proto: a.v1.M.s: format is one that this generator does not know"},
    {"package a.v1; message ABc {} message Abc {}", "would both be named a_abc in C"},
    {"package a.v1; message M {} service A { rpc Get(M) returns (M); }"
     "service B { rpc Get(M) returns (M); }",
     "bad.proto: A and B both have a method Get; handlers are named by package and method, so "
     "rename one"},
    {"package a.v1;" OPTIONS "message M {} service A { rpc Get(M) returns (M) {"
     "option idempotency_level = NO_SIDE_EFFECTS; option (sotong.options.v1.lane) = LANE_WRITE; } "
     "}",
     "Get: NO_SIDE_EFFECTS contradicts LANE_WRITE"},
    {"package a.v1;" OPTIONS "message M {} service A { rpc Get(M) returns (stream M) {"
     "option (sotong.options.v1.lane) = LANE_FLOW; } }",
     "Get: a stream has no lane"},
    {"package a.v1;" OPTIONS "message M {} service A { rpc Get(M) returns (M) {"
     "option (sotong.options.v1.idle_timeout_ms) = 5; } }",
     "Get: idle_timeout_ms suits only a stream"},
    {"package a.v1;" OPTIONS "message M {} service A { rpc Get(stream M) returns (M) {"
     "option (sotong.options.v1.idle_timeout_ms) = -2; } }",
     "Get: idle_timeout_ms is less than -1"},
    {"package a.v1;" OPTIONS "message M { string request_id = 1" BOUNDS(
         "required: true") "}"
                           "service A { rpc Put(M) returns (M); }",
     ""},
    {"package a.v1; message M { string request_id = 1; } service A { rpc Put(M) returns (M); }",
     "bad.proto: a.v1.M.request_id: the id of a write is one string, outside of oneofs, whose "
     "bounds say that it is required"},
    {"package a.v1;" OPTIONS "message M { repeated string request_id = 1" BOUNDS(
         "required: true") "} service A { rpc Put(M) returns (M); }",
     "a.v1.M.request_id: the id of a write is one string"},
    {"package a.v1;" OPTIONS "message M { int64 request_id = 1" BOUNDS(
         "required: true") "} service A { rpc Put(M) returns (M); }",
     "a.v1.M.request_id: the id of a write is one string"},
    {"package a.v1; message M { string request_id = 1; } service A { rpc Get(M) returns (M) {"
     "option idempotency_level = NO_SIDE_EFFECTS; } }",
     ""},
    {"package a.v1;" OPTIONS "message N { N n = 1; map<string, string> m = 2; }"
     "message M { string request_id = 1" BOUNDS(
         "required: true") "repeated N n = 2; }"
                           "service A { rpc Put(M) returns (M); }",
     "bad.proto: a.v1.M has a request_id, but also a map (a.v1.N.MEntry), whose entries have no "
     "order"},
};

static void refuses_with_reasons(void)
{
    char directory[] = "/tmp/gen_test.XXXXXX";
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    char path[PATH_BYTES], command[COMMAND_BYTES];
    (void)snprintf(path, PATH_BYTES, "%s/bad.proto", directory);
    (void)snprintf(command, COMMAND_BYTES,
                   "%s --plugin=protoc-gen-sotong=%s -I%s -Iprotos -I/usr/include --sotong_out=%s "
                   "%s 2>&1",
                   PROTOC_PROGRAM, GENERATOR_PROGRAM, directory, directory, path);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        FILE *file = fopen(path, "w");
        CU_ASSERT_PTR_NOT_NULL_FATAL(file);
        (void)fprintf(file, "syntax = \"proto3\";\n%s\n", refusals[i].proto);
        (void)fclose(file);
        FILE *protoc = popen(command, "r");
        CU_ASSERT_PTR_NOT_NULL_FATAL(protoc);
        char output[OUTPUT_BYTES_MAX] = "";
        output[fread(output, 1, sizeof output - 1, protoc)] = '\0';
        bool accepted = pclose(protoc) == 0;
        CU_ASSERT_EQUAL(accepted, refusals[i].error[0] == '\0');
        CU_ASSERT_PTR_NOT_NULL(strstr(output, refusals[i].error));
        if (strstr(output, refusals[i].error) == NULL) printf("\n  %zu: %s", i, output);
    }
    (void)snprintf(command, COMMAND_BYTES, "rm -r %s", directory);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void refuses_what_is_no_request(void)
{
    char command[COMMAND_BYTES];
    (void)snprintf(command, COMMAND_BYTES, "echo nonsense | %s 2>/dev/null", GENERATOR_PROGRAM);
    int code = system(command);
    CU_ASSERT_EQUAL(WEXITSTATUS(code), EXIT_FAILURE);
}

SUITE("gen", {"writes the golden files", writes_the_golden_files},
      {"refuses with reasons", refuses_with_reasons},
      {"refuses what is no request", refuses_what_is_no_request})
