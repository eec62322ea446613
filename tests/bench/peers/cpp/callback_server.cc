// gRPC C++ with its callback API: the runtime's own threads run the handlers, arenas hold the
// messages.
//
//     bench-cpp-callback PORT STORE SQL
#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/message_allocator.h>

#include <cstdio>
#include <memory>
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

// Both messages of a call in one arena, whose first block is part of it.
template <class Request, class Response>
class ArenaAllocator : public grpc::MessageAllocator<Request, Response>
{
    class Holder : public grpc::MessageHolder<Request, Response>
    {
      public:
        Holder()
        {
            this->set_request(google::protobuf::Arena::CreateMessage<Request>(&arena_));
            this->set_response(google::protobuf::Arena::CreateMessage<Response>(&arena_));
        }
        void Release() override
        {
            delete this;
        }

      private:
        alignas(8) char block_[2048];
        google::protobuf::Arena arena_{block_, sizeof block_};
    };

  public:
    grpc::MessageHolder<Request, Response> *AllocateMessages() override
    {
        return new Holder;
    }
};

class HealthImpl final : public Health::CallbackService
{
    grpc::ServerUnaryReactor *Check(grpc::CallbackServerContext *context,
                                    const HealthCheckRequest *in, HealthCheckResponse *out) override
    {
        grpc::ServerUnaryReactor *reactor = context->DefaultReactor();
        out->set_status(HealthCheckResponse::SERVING);
        reactor->Finish(in->service().empty()
                            ? grpc::Status::OK
                            : grpc::Status(grpc::StatusCode::NOT_FOUND, "no such service"));
        return reactor;
    }
};

class BudgetImpl final : public BudgetService::CallbackService
{
  public:
    BudgetImpl(const char *store_path, const char *sql_path)
        : store_path_(store_path), sql_path_(sql_path)
    {
    }

  private:
    grpc::ServerUnaryReactor *GetLine(grpc::CallbackServerContext *context,
                                      const GetLineRequest *in, GetLineResponse *out) override
    {
        thread_local LineReader reader(store_path_, sql_path_);
        grpc::ServerUnaryReactor *reactor = context->DefaultReactor();
        bool found = reader.Get(in->name(), out->mutable_line());
        reactor->Finish(
            found ? grpc::Status::OK
                  : grpc::Status(grpc::StatusCode::NOT_FOUND, "there is no line " + in->name()));
        return reactor;
    }

    const char *store_path_;
    const char *sql_path_;
};

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4) {
        std::fprintf(stderr, "bench-cpp-callback PORT STORE SQL\n");
        return 2;
    }
    HealthImpl health;
    BudgetImpl budget(argv[2], argv[3]);
    ArenaAllocator<HealthCheckRequest, HealthCheckResponse> check_messages;
    ArenaAllocator<GetLineRequest, GetLineResponse> get_line_messages;
    health.SetMessageAllocatorFor_Check(&check_messages);
    budget.SetMessageAllocatorFor_GetLine(&get_line_messages);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(std::string("127.0.0.1:") + argv[1],
                             grpc::InsecureServerCredentials());
    builder.RegisterService(&health);
    builder.RegisterService(&budget);
    std::unique_ptr<grpc::Server> listening = builder.BuildAndStart();
    if (listening == nullptr) return 1;
    listening->Wait();
    return 0;
}
