// connect-go on net/http with HTTP/2 on a plain port; gRPC, Connect and JSON at the same paths.
package main

import (
	"context"
	"errors"
	"log"
	"net/http"

	"connectrpc.com/connect"

	"bench/gen/budgetpb"
	"bench/gen/budgetpb/budgetpbconnect"
	"bench/gen/healthpb"
	"bench/gen/healthpb/healthpbconnect"
	"bench/lines"
)

type health struct {
	healthpbconnect.UnimplementedHealthHandler
}

func (health) Check(_ context.Context, in *connect.Request[healthpb.HealthCheckRequest]) (*connect.Response[healthpb.HealthCheckResponse], error) {
	if in.Msg.Service != "" {
		return nil, connect.NewError(connect.CodeNotFound, errors.New("no such service"))
	}
	return connect.NewResponse(&healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_SERVING}), nil
}

type budget struct {
	budgetpbconnect.UnimplementedBudgetServiceHandler
	reader *lines.Reader
}

func (b budget) GetLine(_ context.Context, in *connect.Request[budgetpb.GetLineRequest]) (*connect.Response[budgetpb.GetLineResponse], error) {
	line, err := b.reader.Get(in.Msg.Name)
	if err != nil {
		return nil, err
	}
	if line == nil {
		return nil, connect.NewError(connect.CodeNotFound, errors.New("there is no line "+in.Msg.Name))
	}
	return connect.NewResponse(&budgetpb.GetLineResponse{Line: line}), nil
}

func main() {
	address, reader := lines.Arguments()
	mux := http.NewServeMux()
	mux.Handle(healthpbconnect.NewHealthHandler(health{}))
	mux.Handle(budgetpbconnect.NewBudgetServiceHandler(budget{reader: reader}))
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Addr: address, Handler: mux, Protocols: protocols}
	log.Fatal(server.ListenAndServe())
}
