// gRPC C++ with its completion queue: one thread, since it has one core, many calls posted
// beforehand, calls and their arenas used again.
//
//     bench-cpp-async PORT STORE SQL
#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include "grpc/health/v1/health.grpc.pb.h"
#include "line_reader.h"
#include "sotong/budget/v1/budget.grpc.pb.h"

namespace
{

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using sotong::budget::v1::BudgetService;
using sotong::budget::v1::GetLineRequest;
using sotong::budget::v1::GetLineResponse;

constexpr int kPosted =
    256; // Of each method: as many as the heaviest load keeps in flight at once.

struct Server {
    Health::AsyncService health;
    BudgetService::AsyncService budget;
    std::unique_ptr<grpc::ServerCompletionQueue> queue;
    LineReader reader;
};

class Call
{
  public:
    virtual ~Call() = default;
    virtual void Proceed(bool ok) = 0;
};

// A call: posted, answered, finished, and posted again. What a call needs anew is made in place.
template <class Method> class UnaryCall final : public Call
{
  public:
    explicit UnaryCall(Server *server) : server_(server)
    {
        Post();
    }

    void Proceed(bool ok) override
    {
        if (!ok && !answered_) return; // The server shuts down.
        if (answered_) {
            Post();
            return;
        }
        answered_ = true;
        grpc::Status status = Method::Run(server_, *in_, out_);
        writer_->Finish(*out_, status, this);
    }

  private:
    void Post()
    {
        answered_ = false;
        writer_.reset();
        context_.reset();
        arena_.Reset();
        in_ = google::protobuf::Arena::CreateMessage<typename Method::Request>(&arena_);
        out_ = google::protobuf::Arena::CreateMessage<typename Method::Response>(&arena_);
        context_.emplace();
        writer_.emplace(&*context_);
        Method::Request_(server_, &*context_, in_, &*writer_, this);
    }

    Server *server_;
    bool answered_ = false;
    alignas(
        8) char block_[4096]; // The arena's first, so that a call of usual size allocates nothing.
    google::protobuf::Arena arena_{block_, sizeof block_};
    typename Method::Request *in_ = nullptr;
    typename Method::Response *out_ = nullptr;
    std::optional<grpc::ServerContext> context_;
    std::optional<grpc::ServerAsyncResponseWriter<typename Method::Response>> writer_;
};

struct Check {
    using Request = HealthCheckRequest;
    using Response = HealthCheckResponse;
    static void Request_(Server *server, grpc::ServerContext *context, Request *in,
                         grpc::ServerAsyncResponseWriter<Response> *writer, void *tag)
    {
        server->health.RequestCheck(context, in, writer, server->queue.get(), server->queue.get(),
                                    tag);
    }
    static grpc::Status Run(Server *, const Request &in, Response *out)
    {
        if (!in.service().empty()) return {grpc::StatusCode::NOT_FOUND, "no such service"};
        out->set_status(HealthCheckResponse::SERVING);
        return grpc::Status::OK;
    }
};

struct GetLine {
    using Request = GetLineRequest;
    using Response = GetLineResponse;
    static void Request_(Server *server, grpc::ServerContext *context, Request *in,
                         grpc::ServerAsyncResponseWriter<Response> *writer, void *tag)
    {
        server->budget.RequestGetLine(context, in, writer, server->queue.get(), server->queue.get(),
                                      tag);
    }
    static grpc::Status Run(Server *server, const Request &in, Response *out)
    {
        if (!server->reader.Get(in.name(), out->mutable_line()))
            return {grpc::StatusCode::NOT_FOUND, "there is no line " + in.name()};
        return grpc::Status::OK;
    }
};

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4) {
        std::fprintf(stderr, "bench-cpp-async PORT STORE SQL\n");
        return 2;
    }
    Server server{{}, {}, nullptr, LineReader(argv[2], argv[3])};
    grpc::ServerBuilder builder;
    builder.AddListeningPort(std::string("127.0.0.1:") + argv[1],
                             grpc::InsecureServerCredentials());
    builder.RegisterService(&server.health);
    builder.RegisterService(&server.budget);
    server.queue = builder.AddCompletionQueue();
    std::unique_ptr<grpc::Server> listening = builder.BuildAndStart();
    if (listening == nullptr) return 1;
    for (int i = 0; i < kPosted; i++) {
        new UnaryCall<Check>(&server);
        new UnaryCall<GetLine>(&server);
    }
    void *tag;
    bool ok;
    while (server.queue->Next(&tag, &ok))
        static_cast<Call *>(tag)->Proceed(ok);
    return 0;
}
