// grpc-go with a worker for the streams instead of a goroutine each, since it has one core.
package main

import (
	"context"
	"log"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"bench/gen/budgetpb"
	"bench/gen/healthpb"
	"bench/lines"
)

type health struct {
	healthpb.UnimplementedHealthServer
}

func (health) Check(_ context.Context, in *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	if in.Service != "" {
		return nil, status.Error(codes.NotFound, "no such service")
	}
	return &healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_SERVING}, nil
}

type budget struct {
	budgetpb.UnimplementedBudgetServiceServer
	reader *lines.Reader
}

func (b budget) GetLine(_ context.Context, in *budgetpb.GetLineRequest) (*budgetpb.GetLineResponse, error) {
	line, err := b.reader.Get(in.Name)
	if err != nil {
		return nil, err
	}
	if line == nil {
		return nil, status.Error(codes.NotFound, "there is no line "+in.Name)
	}
	return &budgetpb.GetLineResponse{Line: line}, nil
}

func main() {
	address, reader := lines.Arguments()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(grpc.NumStreamWorkers(1), grpc.ReadBufferSize(64<<10), grpc.WriteBufferSize(64<<10))
	healthpb.RegisterHealthServer(server, health{})
	budgetpb.RegisterBudgetServiceServer(server, budget{reader: reader})
	log.Fatal(server.Serve(listener))
}
