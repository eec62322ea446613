// gRPC C++: `grpc_cpp_client HOST:PORT plain|gzip`, answers as JSON on stdout.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "sotong/budget/v1/budget.grpc.pb.h"

namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using sotong::budget::v1::BudgetService;
using namespace sotong::budget::v1;

constexpr char kLine[] = "lines/2020-general-0043";
constexpr int kPageSize = 1000;
constexpr std::chrono::milliseconds kDeadline(300);
constexpr std::chrono::milliseconds kCall(60000);

[[noreturn]] void Fail(const std::string &what, const grpc::Status &status)
{
    std::fprintf(stderr, "%s: %d %s\n", what.c_str(), status.error_code(),
                 status.error_message().c_str());
    std::exit(EXIT_FAILURE);
}

void Prepare(grpc::ClientContext *context, bool gzip, std::chrono::milliseconds within)
{
    context->set_deadline(std::chrono::system_clock::now() + within);
    if (gzip) context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
}

// The first status of a watched service, or the code that ended the call before one came.
std::string Watch(Health::Stub *health, const std::string &service, std::chrono::milliseconds within,
                  bool to_the_end)
{
    grpc::ClientContext context;
    Prepare(&context, false, within);
    HealthCheckRequest request;
    request.set_service(service);
    auto reader = health->Watch(&context, request);
    HealthCheckResponse response;
    while (reader->Read(&response)) {
        if (to_the_end) continue;
        context.TryCancel();
        (void)reader->Finish();
        return HealthCheckResponse::ServingStatus_Name(response.status());
    }
    grpc::Status status = reader->Finish();
    if (!to_the_end) Fail("Watch", status);
    return status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ? "DEADLINE_EXCEEDED"
                                                                      : "another code";
}

std::string Quoted(const std::string &text)
{
    google::protobuf::Value value;
    value.set_string_value(text);
    std::string json;
    (void)google::protobuf::util::MessageToJsonString(value, &json);
    return json;
}

std::shared_ptr<grpc::ChannelCredentials> Credentials()
{
    const char *path = std::getenv("TEST_CA");
    if (path == nullptr) return grpc::InsecureChannelCredentials();
    std::stringstream pem;
    pem << std::ifstream(path).rdbuf();
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = pem.str();
    return grpc::SslCredentials(options);
}

}  // namespace

int main(int argc, char **argv)
{
    if (argc != 3) return EXIT_FAILURE;
    const bool gzip = std::string(argv[2]) == "gzip";
    auto channel = grpc::CreateChannel(argv[1], Credentials());
    auto budget = BudgetService::NewStub(channel);
    auto health = Health::NewStub(channel);

    GetLineRequest which;
    which.set_name(kLine);
    GetLineResponse found;
    {
        grpc::ClientContext context;
        Prepare(&context, gzip, kCall);
        grpc::Status status = budget->GetLine(&context, which, &found);
        if (!status.ok()) Fail("GetLine", status);
    }
    ListLinesRequest page;
    page.set_fiscal_year(2020);
    page.set_page_size(kPageSize);
    ListLinesResponse lines;
    {
        grpc::ClientContext context;
        Prepare(&context, gzip, kCall);
        grpc::Status status = budget->ListLines(&context, page, &lines);
        if (!status.ok()) Fail("ListLines", status);
    }
    GetExecutionRequest day;
    day.set_as_of("2020-02-30");
    GetExecutionResponse table;
    grpc::ClientContext context;
    Prepare(&context, gzip, kCall);
    grpc::Status wrong = budget->GetExecution(&context, day, &table);
    google::rpc::Status details;
    google::rpc::BadRequest bad;
    if (wrong.error_code() != grpc::StatusCode::INVALID_ARGUMENT ||
        !details.ParseFromString(wrong.error_details()) || details.details_size() != 1 ||
        !details.details(0).UnpackTo(&bad) || bad.field_violations_size() != 1)
        Fail("GetExecution", wrong);

    std::printf("{\"line\": {\"label\": %s, \"currentWon\": \"%lld\"}, \"lines\": %d, "
                "\"error\": {\"code\": \"INVALID_ARGUMENT\", \"message\": %s, \"fields\": [%s]}, ",
                Quoted(found.line().label()).c_str(),
                static_cast<long long>(found.line().current_won()), lines.lines_size(),
                Quoted(wrong.error_message()).c_str(),
                Quoted(bad.field_violations(0).field()).c_str());
    std::printf("\"watch\": \"%s\", \"watchUnknown\": \"%s\", \"deadline\": \"%s\"}\n",
                Watch(health.get(), "sotong.budget.v1.BudgetService", kCall, false).c_str(),
                Watch(health.get(), "no.such.Service", kCall, false).c_str(),
                Watch(health.get(), "", kDeadline, true).c_str());
    return EXIT_SUCCESS;
}
