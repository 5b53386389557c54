// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

type testMailInput struct {
	Body struct {
		To string `json:"to" minLength:"3" maxLength:"320"`
	} `nameHint:"TestMailRequest"`
}

// mailTest answers POST /settings/mail/test.
func (s *Server) mailTest(ctx context.Context, who access.Actor, in *testMailInput) (*resultOutput, error) {
	return resultOf(s.settings.TestMail(ctx, who, in.Body.To))
}

type purgePreviewInput struct {
	Body struct {
		Setting Retention `json:"setting"`
	} `nameHint:"PurgePreviewRequest"`
}

type purgePreviewOutput struct{ Body PurgePreview }

// purgePreview answers POST /settings/retention/preview. It changes nothing.
func (s *Server) purgePreview(ctx context.Context, who access.Actor, in *purgePreviewInput) (*purgePreviewOutput, error) {
	p, err := s.settings.PreviewPurge(ctx, who, in.Body.Setting.setting())
	if err != nil {
		return nil, err
	}
	return &purgePreviewOutput{Body: PurgePreview{Records: p.Records, Audit: p.Audit, Tallies: p.Tallies, Jobs: p.Jobs, Held: p.Held,
		Items: associationsOf(p.Rows), Truncated: p.Truncated, Undelivered: p.Undelivered}}, nil
}

type taskInput struct {
	Name admin.TaskName `path:"name" enum:"backup,purge"`
}

type taskOutput struct{ Body Task }

// taskFind answers GET /tasks/{name}.
func (s *Server) taskFind(ctx context.Context, who access.Actor, in *taskInput) (*taskOutput, error) {
	t, err := s.settings.Task(ctx, who, in.Name)
	if err != nil {
		return nil, err
	}
	return &taskOutput{Body: Task{Asked: t.Asked.UTC(), AskedBy: t.AskedBy, Started: t.Started.UTC(), Finished: t.Finished.UTC(),
		Succeeded: t.Succeeded.UTC(), Failed: t.Failed, Text: t.Text}}, nil
}

type taskRunInput struct {
	Once
	Name admin.TaskName `path:"name" enum:"backup,purge"`
}

// taskRun answers POST /tasks/{name}/run.
func (s *Server) taskRun(ctx context.Context, who access.Actor, in *taskRunInput) (*resultOutput, error) {
	return resultOf(s.settings.AskTask(ctx, who, in.Name, admin.Act{Key: in.Key}))
}

// StreamState is how far the audit log has gone out of the house in one way that is in use.
type StreamState struct {
	Way     admin.StreamWay `json:"way" enum:"syslog,file"`
	Line    int64           `json:"line" doc:"Id of the last line that was delivered; 0: none yet"`
	At      time.Time       `json:"at,omitzero" doc:"When"`
	Trouble string          `json:"trouble,omitempty" doc:"What is in its way"`
	Since   time.Time       `json:"since,omitzero" doc:"Of the trouble"`
	Note    string          `json:"note,omitempty"`
}

type streamStateOutput struct {
	Body struct {
		Items []StreamState `json:"items"`
	} `nameHint:"StreamStates"`
}

// streamState answers GET /settings/audit-stream/state.
func (s *Server) streamState(ctx context.Context, who access.Actor, _ *struct{}) (*streamStateOutput, error) {
	set, err := s.settings.AuditStream(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &streamStateOutput{}
	out.Body.Items = []StreamState{}
	for _, way := range admin.StreamWays() {
		if !set.On(way) {
			continue
		}
		c, err := s.settings.StreamCursor(ctx, way)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, StreamState{Way: way, Line: c.Line, At: c.At.UTC(), Trouble: c.Trouble, Since: c.Since.UTC(), Note: c.Note})
	}
	return out, nil
}

// collectorCheck answers POST /settings/audit-stream/check.
func (s *Server) collectorCheck(ctx context.Context, who access.Actor, _ *struct{}) (*resultOutput, error) {
	return resultOf(s.settings.CheckCollector(ctx, who))
}

func (s *Server) mountTasks() {
	tags := []string{"Settings"}
	handle(s, access.VerbViewAudit, huma.Operation{
		OperationID: "find-audit-stream-state", Method: http.MethodGet, Path: "/settings/audit-stream/state", Tags: tags,
		Summary: "How far the audit log has gone to the collector and the file",
	}, s.streamState)
	handle(s, access.VerbChangeSettings, huma.Operation{
		OperationID: "check-audit-stream", Method: http.MethodPost, Path: "/settings/audit-stream/check", Tags: tags,
		Summary: "Connect to the collector and say what hinders it; nothing is sent", Errors: []int{http.StatusUnprocessableEntity},
	}, s.collectorCheck)
	handle(s, access.VerbChangeSettings, huma.Operation{
		OperationID: "test-mail", Method: http.MethodPost, Path: "/settings/mail/test", Tags: tags, Summary: "Send a letter and say what hinders it",
	}, s.mailTest)
	handle(s, access.VerbViewAudit, huma.Operation{
		OperationID: "preview-purge", Method: http.MethodPost, Path: "/settings/retention/preview", Tags: tags, Summary: "What other days would let go now",
	}, s.purgePreview)
	handle(s, access.VerbViewAudit, huma.Operation{
		OperationID: "find-task", Method: http.MethodGet, Path: "/tasks/{name}", Tags: tags, Summary: "What came of the last backup or purge",
	}, s.taskFind)
	handle(s, access.VerbChangeSettings, huma.Operation{
		OperationID: "run-task", Method: http.MethodPost, Path: "/tasks/{name}/run", Tags: tags, DefaultStatus: http.StatusAccepted,
		Summary: "Have a backup written, or what is over its time removed, as soon as can be",
	}, s.taskRun)
}
