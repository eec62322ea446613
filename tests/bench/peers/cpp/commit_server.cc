// gRPC C++ with its completion queues: a call of PostEntries with one commitment is one transaction
// of SQLite. A few threads share the store, so that one reads and answers calls while another waits
// for the disk.
//
//     bench-cpp-commit PORT STORE RECIPE [THREADS]
#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>
#include <openssl/sha.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "commit_store.h"
#include "sotong/budget/v1/ledger.grpc.pb.h"

namespace
{

using sotong::budget::v1::LedgerService;
using sotong::budget::v1::NewEntry;
using sotong::budget::v1::PostEntriesRequest;
using sotong::budget::v1::PostEntriesResponse;

constexpr int kPosted = 256; // Of each queue: as many as the heaviest load keeps in flight.
constexpr int kThreads = 2;

int64_t NowMs()
{
    using std::chrono::system_clock;
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               system_clock::now().time_since_epoch())
        .count();
}

// The ledger: the store, and the values of its transaction.
class Ledger
{
  public:
    Ledger(const char *store_path, const char *recipe_path) : store_(store_path, recipe_path)
    {
        value_.method->Set("/sotong.budget.v1.LedgerService/PostEntries");
    }

    grpc::Status Post(const PostEntriesRequest &in, PostEntriesResponse *out)
    {
        if (in.request_id().empty() || in.entries_size() != 1 ||
            in.entries(0).kind() != sotong::budget::v1::ENTRY_KIND_COMMITMENT ||
            in.entries(0).amount_won() < 1)
            return {grpc::StatusCode::INVALID_ARGUMENT, "one commitment a call"};
        const NewEntry &entry = in.entries(0);
        std::lock_guard<std::mutex> lock(mutex_);
        value_.request->Set(in.request_id());
        in.SerializeToString(&content_);
        SHA256(reinterpret_cast<const unsigned char *>(content_.data()), content_.size(), digest_);
        value_.digest->Set({reinterpret_cast<const char *>(digest_), sizeof digest_},
                           CommitValue::kBytes);
        value_.line->Set(entry.line());
        value_.kind->Set(static_cast<int64_t>(entry.kind()));
        value_.amount->Set(static_cast<int64_t>(entry.amount_won()));
        value_.day->Set(entry.effective_date());
        value_.description->Set(entry.description());
        value_.now->Set(NowMs());
        auto guard = [&] {
            return value_.own_current->number - value_.own_committed->number -
                       value_.own_reserved->number >=
                   entry.amount_won();
        };
        auto ready = [&] {
            Answer(entry, out->add_entries());
            out->SerializeToString(&answer_);
            value_.response->Set(answer_, CommitValue::kBytes);
        };
        switch (store_.Run(guard, ready)) {
        case CommitOutcome::kCommitted:
            return grpc::Status::OK;
        case CommitOutcome::kRefused:
            return {grpc::StatusCode::FAILED_PRECONDITION, "not as much is left, or sent before"};
        case CommitOutcome::kFailed:
            break;
        }
        return {grpc::StatusCode::UNAVAILABLE, "the store could not commit"};
    }

  private:
    void Answer(const NewEntry &entry, sotong::budget::v1::Entry *out)
    {
        out->set_name("entries/" + std::to_string(value_.last_id->number + 1));
        out->set_line(entry.line());
        out->set_kind(entry.kind());
        out->set_amount_won(entry.amount_won());
        out->set_effective_date(entry.effective_date());
        out->mutable_recorded_time()->set_seconds(value_.now->number / 1000);
        out->mutable_recorded_time()->set_nanos(
            static_cast<int32_t>(value_.now->number % 1000 * 1000000));
        out->set_description(entry.description());
    }

    std::mutex mutex_;
    CommitStore store_;
    unsigned char digest_[SHA256_DIGEST_LENGTH];
    std::string content_, answer_;
    struct {
        CommitValue *request, *method, *digest, *line, *kind, *amount, *day, *description, *now,
            *response, *last_id, *own_current, *own_committed, *own_reserved;
    } value_{
        store_.Value("request"),       store_.Value("method"),      store_.Value("digest"),
        store_.Value("line"),          store_.Value("kind"),        store_.Value("amount"),
        store_.Value("day"),           store_.Value("description"), store_.Value("now"),
        store_.Value("response"),      store_.Value("last_id"),     store_.Value("own_current"),
        store_.Value("own_committed"), store_.Value("own_reserved")};
};

// A call: posted, answered, finished, and posted again. What a call needs anew is made in place.
class PostCall
{
  public:
    PostCall(LedgerService::AsyncService *service, grpc::ServerCompletionQueue *queue,
             Ledger *ledger)
        : service_(service), queue_(queue), ledger_(ledger)
    {
        Await();
    }

    void Proceed(bool ok)
    {
        if (!ok && !answered_) return; // The server shuts down.
        if (answered_) {
            Await();
            return;
        }
        answered_ = true;
        grpc::Status status = ledger_->Post(*in_, out_);
        writer_->Finish(*out_, status, this);
    }

  private:
    void Await()
    {
        answered_ = false;
        writer_.reset();
        context_.reset();
        arena_.Reset();
        in_ = google::protobuf::Arena::CreateMessage<PostEntriesRequest>(&arena_);
        out_ = google::protobuf::Arena::CreateMessage<PostEntriesResponse>(&arena_);
        context_.emplace();
        writer_.emplace(&*context_);
        service_->RequestPostEntries(&*context_, in_, &*writer_, queue_, queue_, this);
    }

    LedgerService::AsyncService *service_;
    grpc::ServerCompletionQueue *queue_;
    Ledger *ledger_;
    bool answered_ = false;
    alignas(
        8) char block_[4096]; // The arena's first, so that a call of usual size allocates nothing.
    google::protobuf::Arena arena_{block_, sizeof block_};
    PostEntriesRequest *in_ = nullptr;
    PostEntriesResponse *out_ = nullptr;
    std::optional<grpc::ServerContext> context_;
    std::optional<grpc::ServerAsyncResponseWriter<PostEntriesResponse>> writer_;
};

void Serve(grpc::ServerCompletionQueue *queue)
{
    void *tag;
    bool ok;
    while (queue->Next(&tag, &ok))
        static_cast<PostCall *>(tag)->Proceed(ok);
}

} // namespace

int main(int argc, char **argv)
{
    int thread_count = argc == 5 ? std::atoi(argv[4]) : kThreads;
    if (argc < 4 || argc > 5 || thread_count < 1) {
        std::fprintf(stderr, "bench-cpp-commit PORT STORE RECIPE [THREADS]\n");
        return 2;
    }
    LedgerService::AsyncService service;
    Ledger ledger(argv[2], argv[3]);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(std::string("127.0.0.1:") + argv[1],
                             grpc::InsecureServerCredentials());
    builder.RegisterService(&service);
    std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
    for (int i = 0; i < thread_count; i++)
        queues.push_back(builder.AddCompletionQueue());
    std::unique_ptr<grpc::Server> listening = builder.BuildAndStart();
    if (listening == nullptr) return 1;
    std::vector<std::thread> threads;
    for (auto &queue : queues) {
        for (int i = 0; i < kPosted; i++)
            new PostCall(&service, queue.get(), &ledger);
        threads.emplace_back(Serve, queue.get());
    }
    for (std::thread &thread : threads)
        thread.join();
    return 0;
}
