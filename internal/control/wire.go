// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"errors"
	"net/http"

	"connectrpc.com/connect"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/control/proto"
)

// gatewayKey is where the connection's gateway waits in the context of its requests.
type gatewayKey struct{}

// handler answers the calls of gateways. Who calls was settled by the TLS layer.
type handler struct{ hub *Hub }

// handler serves the link to callers whose id as gives; ok is false for a caller that is no gateway.
func (h *Hub) handler(as func(*http.Request) (access.GatewayID, bool)) http.Handler {
	_, link := proto.NewLinkHandler(handler{h}, connect.WithReadMaxBytes(maxMessage), connect.WithCompressMinBytes(1<<10))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, ok := as(r)
		if !ok {
			http.Error(w, "this listener is for gateways", http.StatusForbidden)
			return
		}
		link.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), gatewayKey{}, id)))
	})
}

func caller(ctx context.Context) access.GatewayID {
	id, _ := ctx.Value(gatewayKey{}).(access.GatewayID)
	return id
}

func (h handler) Follow(ctx context.Context, r *connect.Request[proto.FollowRequest], out *connect.ServerStream[proto.FollowResponse]) error {
	hi := hello{protocol: int(r.Msg.GetProtocol()), position: positionIn(r.Msg.GetPosition()), version: r.Msg.GetVersion()}
	err := h.hub.follow(ctx, caller(ctx), hi, func(n news) error { return out.Send(newsOut(n)) })
	return errorOut(err)
}

func (h handler) Acknowledge(ctx context.Context, r *connect.Request[proto.AcknowledgeRequest]) (*connect.Response[proto.AcknowledgeResponse], error) {
	h.hub.acknowledge(caller(ctx), positionIn(r.Msg.GetPosition()))
	return connect.NewResponse(&proto.AcknowledgeResponse{}), nil
}

func (h handler) Report(ctx context.Context, r *connect.Request[proto.ReportRequest]) (*connect.Response[proto.ReportResponse], error) {
	id := caller(ctx)
	receipt, err := h.hub.report(ctx, id, reportIn(r.Msg, id))
	if err != nil {
		return nil, errorOut(err)
	}
	return connect.NewResponse(&proto.ReportResponse{Seq: receipt.Seq, Now: timeOut(receipt.Now)}), nil
}

func (h handler) Repair(_ context.Context, r *connect.Request[proto.RepairRequest]) (*connect.Response[proto.RepairResponse], error) {
	fix := h.hub.repair(comparisonIn(r.Msg))
	return connect.NewResponse(&proto.RepairResponse{Batch: batchOut(&fix.batch), Sums: sumsOut(&fix.sums)}), nil
}

func codes() map[access.Kind]connect.Code {
	return map[access.Kind]connect.Code{
		access.KindInvalid:         connect.CodeInvalidArgument,
		access.KindNotFound:        connect.CodeNotFound,
		access.KindConflict:        connect.CodeFailedPrecondition,
		access.KindForbidden:       connect.CodePermissionDenied,
		access.KindUnauthenticated: connect.CodeUnauthenticated,
		access.KindUnavailable:     connect.CodeUnavailable,
		access.KindInternal:        connect.CodeInternal,
	}
}

// errorOut gives a gateway the words meant for people, and of anything else only that it went wrong:
// what the store says stays in the console's log.
func errorOut(err error) error {
	switch text := access.TextOf(err); {
	case err == nil:
		return nil
	case errors.Is(err, errReplaced):
		return connect.NewError(connect.CodeAborted, errReplaced)
	case errors.Is(err, context.Canceled):
		return connect.NewError(connect.CodeUnavailable, errors.New(access.TextOf(errStopping())))
	case text != "":
		return connect.NewError(codes()[access.KindOf(err)], errors.New(text))
	}
	return connect.NewError(connect.CodeInternal, errors.New("the console could not do it; its log says why"))
}

// remote is a console at the other end of a network.
type remote struct {
	client proto.LinkClient
	close  func()
}

func (c *remote) follow(ctx context.Context, hi hello, f func(news) error) error {
	in, err := c.client.Follow(ctx, connect.NewRequest(&proto.FollowRequest{
		Protocol: int32(hi.protocol), Position: positionOut(hi.position), Version: text(hi.version)}))
	if err != nil {
		return errorIn(err)
	}
	defer in.Close()
	w := make(words)
	for in.Receive() {
		if err := f(newsIn(in.Msg(), w)); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return errorIn(err)
	}
	return access.Unavailable("follow", "The console closed the link.", nil)
}

func (c *remote) acknowledge(ctx context.Context, p access.Position) error {
	_, err := c.client.Acknowledge(ctx, connect.NewRequest(&proto.AcknowledgeRequest{Position: positionOut(p)}))
	return errorIn(err)
}

func (c *remote) report(ctx context.Context, r access.Report) (access.Receipt, error) {
	a, err := c.client.Report(ctx, connect.NewRequest(reportOut(&r)))
	if err != nil {
		return access.Receipt{}, errorIn(err)
	}
	return access.Receipt{Seq: a.Msg.GetSeq(), Now: timeIn(a.Msg.GetNow())}, nil
}

func (c *remote) repair(ctx context.Context, cmp comparison) (repair, error) {
	a, err := c.client.Repair(ctx, connect.NewRequest(comparisonOut(cmp)))
	if err != nil {
		return repair{}, errorIn(err)
	}
	return repair{batch: batchIn(a.Msg.GetBatch(), make(words)), sums: sumsIn(a.Msg.GetSums())}, nil
}

// errorIn is the reverse of errorOut: the kinds of the house again.
func errorIn(err error) error {
	if err == nil {
		return nil
	}
	var e *connect.Error
	if !errors.As(err, &e) {
		return access.Unavailable("link", "The console cannot be reached.", err)
	}
	for kind, code := range codes() {
		if code == e.Code() && kind != access.KindUnavailable && kind != access.KindInternal {
			return &access.Error{Kind: kind, Op: "link", Text: e.Message(), Err: err}
		}
	}
	return access.Unavailable("link", "The console cannot be reached or cannot answer.", err)
}

// direct is a console in the same process.
type direct struct {
	hub *Hub
	id  access.GatewayID
}

func (d direct) follow(ctx context.Context, hi hello, f func(news) error) error {
	return d.hub.follow(ctx, d.id, hi, f)
}

func (d direct) acknowledge(_ context.Context, p access.Position) error {
	d.hub.acknowledge(d.id, p)
	return nil
}

func (d direct) report(ctx context.Context, r access.Report) (access.Receipt, error) {
	return d.hub.report(ctx, d.id, r)
}

func (d direct) repair(_ context.Context, c comparison) (repair, error) { return d.hub.repair(c), nil }
