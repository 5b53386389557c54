// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// fileType is what a file that is brought in is sent as.
const fileType = "text/csv"

// fileTime is how long a file may take to arrive: 32 MB over a slow line.
const fileTime = 2 * time.Minute

// BodyLimit is how long a request's body may be, in bytes: a file that somebody brings in who may, or an
// object.
func (s *Server) BodyLimit(r *http.Request) int64 {
	if r.Method == http.MethodPost && r.URL.Path == Prefix+"/imports" && hasBearer(r) && login.Actor(r).May(access.VerbImport) == nil {
		return admin.MaxImportBytes
	}
	return httpd.MaxFormBody
}

// Import is a file that was brought in, and what has come of it so far.
type Import struct {
	ID       admin.ImportID          `json:"id"`
	Kind     admin.ImportKind        `json:"kind" enum:"devices,compliance,users,expected"`
	File     string                  `json:"file"`
	Realm    string                  `json:"realm,omitempty" doc:"Mail server of accounts that do not name theirs"`
	DayFirst bool                    `json:"day_first" doc:"03/04/2026 was read as the 3rd of April"`
	Presets  bool                    `json:"presets" doc:"What the mail server has decided by hand is taken over"`
	By       string                  `json:"by"`
	Reason   string                  `json:"reason,omitempty"`
	State    admin.ImportState       `json:"state" enum:"checking,checked,running,done,undoing,undone,cancelled" doc:"checked: it waits to be carried out, or to be forgotten"`
	Over     bool                    `json:"over" doc:"Nothing goes on by itself"`
	Lines    int                     `json:"lines"`
	Counts   map[admin.LineState]int `json:"counts" doc:"How many lines are in which state"`
	Columns  []string                `json:"columns" doc:"What was understood of the first line"`
	Unknown  []string                `json:"unknown" doc:"Columns that nothing is taken from"`
	Notes    []string                `json:"notes"`
	Preview  Preview                 `json:"preview" doc:"What the check says about records"`
	Job      admin.JobID             `json:"job,omitempty" doc:"That works on it, or did last"`
	Created  time.Time               `json:"created"`
	Finished time.Time               `json:"finished,omitzero"`
	Until    time.Time               `json:"until" doc:"Until when it can be looked at and taken back"`
	Version  int64                   `json:"version"`
}

// ImportLine is one line of a file.
type ImportLine struct {
	N      int             `json:"n"`
	Line   int             `json:"line" doc:"Of the file, the first is 1"`
	Label  string          `json:"label"`
	State  admin.LineState `json:"state" enum:"waiting,create,change,same,refused,created,changed,undone,kept" doc:"create, change, refused: what would come of it; kept: it could not be taken back"`
	Result string          `json:"result,omitempty" doc:"Why, in words for a person"`
	Object string          `json:"object,omitempty" doc:"Id of the device, user or expected phone"`
}

func importOf(i *admin.Import) (Import, error) {
	p, err := previewOf(i.Preview, nil)
	if err != nil {
		return Import{}, err
	}
	out := Import{ID: i.ID, Kind: i.Form.Kind, File: i.Form.File, Realm: i.Form.Realm, DayFirst: i.Form.DayFirst, Presets: i.Form.Presets,
		By: i.By, Reason: i.Reason, State: i.State, Over: i.Over(), Lines: i.Lines, Counts: i.Counts, Columns: append([]string{}, i.Columns...),
		Unknown: append([]string{}, i.Unknown...), Notes: append([]string{}, i.Notes...), Preview: p.Body, Job: i.Job,
		Created: i.Created.UTC(), Finished: i.Finished.UTC(), Until: i.Until().UTC(), Version: i.Version}
	if out.Counts == nil {
		out.Counts = map[admin.LineState]int{}
	}
	return out, nil
}

type importStartInput struct {
	Once
	ContentType string           `header:"Content-Type" hidden:"true"`
	Kind        admin.ImportKind `query:"kind" enum:"devices,compliance,users,expected" required:"true" doc:"What the lines are. expected: phones of the mail server's list"`
	File        string           `query:"file" maxLength:"200" doc:"Its name"`
	Realm       string           `query:"realm" maxLength:"320" doc:"Mail server of accounts that do not name theirs; needed for expected"`
	DayFirst    bool             `query:"day_first" doc:"Read 03/04/2026 as the 3rd of April where the file leaves that open"`
	Presets     bool             `query:"presets" doc:"For expected: take over what the mail server has decided by hand"`
	Reason      string           `query:"reason" doc:"Kept in the audit log"`
	RawBody     []byte           `contentType:"text/csv" doc:"The file"`
}

// importStart answers POST /imports.
func (s *Server) importStart(ctx context.Context, who access.Actor, in *importStartInput) (*madeOutput, error) {
	if t, _, err := mime.ParseMediaType(in.ContentType); err != nil || t != fileType {
		return nil, &httpd.StatusError{Status: http.StatusUnsupportedMediaType, Text: "Send the file itself, as Content-Type: " + fileType + "."}
	}
	r, err := s.admin.StartImport(ctx, who, admin.ImportForm{Kind: in.Kind, File: in.File, Realm: in.Realm, DayFirst: in.DayFirst, Presets: in.Presets},
		in.RawBody, admin.Act{Key: in.Key, Reason: in.Reason})
	return madeAt("/imports", r, err)
}

type importVerbInput struct {
	Once
	ID   admin.ImportID `path:"id" maxLength:"100"`
	Body *reasonBody    `nameHint:"Reason"`
}

// importVerb answers POST /imports/{id}/run and /undo.
func (s *Server) importVerb(verb func(context.Context, access.Actor, admin.ImportID, admin.Act) (admin.Result, error)) func(
	context.Context, access.Actor, *importVerbInput) (*resultOutput, error) {
	return func(ctx context.Context, who access.Actor, in *importVerbInput) (*resultOutput, error) {
		act := admin.Act{Key: in.Key}
		in.Body.into(&act)
		return resultOf(verb(ctx, who, in.ID, act))
	}
}

type importListInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type importListOutput struct {
	Body struct {
		Items []Import `json:"items" doc:"Newest first"`
	} `nameHint:"ImportList"`
}

// importList answers GET /imports.
func (s *Server) importList(ctx context.Context, who access.Actor, in *importListInput) (*importListOutput, error) {
	list, err := s.admin.ListImports(ctx, who, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &importListOutput{}
	out.Body.Items = make([]Import, len(list))
	for n := range list {
		if out.Body.Items[n], err = importOf(&list[n]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type importFindInput struct {
	ID admin.ImportID `path:"id" maxLength:"100"`
}

type importOutput struct{ Body Import }

// importFind answers GET /imports/{id}.
func (s *Server) importFind(ctx context.Context, who access.Actor, in *importFindInput) (*importOutput, error) {
	i, err := s.admin.FindImport(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	body, err := importOf(&i)
	return &importOutput{Body: body}, err
}

type importLinesInput struct {
	ID     admin.ImportID  `path:"id" maxLength:"100"`
	State  admin.LineState `query:"state" enum:"waiting,create,change,same,refused,created,changed,undone,kept" doc:"Only lines in this state"`
	Cursor string          `query:"cursor" maxLength:"20" doc:"next of the page before"`
	Limit  int             `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type importLinesOutput struct {
	Body struct {
		Items []ImportLine `json:"items" doc:"In the order of the file"`
		Next  string       `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
	} `nameHint:"ImportLinePage"`
}

// importLines answers GET /imports/{id}/lines.
func (s *Server) importLines(ctx context.Context, who access.Actor, in *importLinesInput) (*importLinesOutput, error) {
	after := 0
	if in.Cursor != "" {
		var err error
		if after, err = strconv.Atoi(in.Cursor); err != nil || after < 0 {
			return nil, access.Invalid("api: import", "This cursor cannot be read. Begin at the first page.")
		}
	}
	if _, err := s.admin.FindImport(ctx, who, in.ID); err != nil {
		return nil, err
	}
	list, err := s.admin.ListImportLines(ctx, who, in.ID, admin.ImportLineFilter{State: in.State, After: after, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &importLinesOutput{}
	out.Body.Items = mapped(list, func(l *admin.ImportLine) ImportLine { return ImportLine(*l) })
	if len(list) == in.Limit {
		out.Body.Next = strconv.Itoa(list[len(list)-1].N)
	}
	return out, nil
}

func (s *Server) mountImports() {
	tags := []string{"Imports"}
	handle(s, access.VerbImport, huma.Operation{
		OperationID: "start-import", Method: http.MethodPost, Path: "/imports", Tags: tags, DefaultStatus: http.StatusAccepted,
		MaxBodyBytes: admin.MaxImportBytes, BodyReadTimeout: fileTime,
		Summary: "Send a CSV file and have its lines checked, which changes nothing", Errors: []int{http.StatusConflict},
	}, s.importStart)
	if p := s.api.OpenAPI().Paths["/imports"]; p != nil && p.Post != nil {
		p.Post.RequestBody.Required = false // so that what to do about an empty file is said in our words
	}
	handle(s, access.VerbViewAudit, huma.Operation{
		OperationID: "list-imports", Method: http.MethodGet, Path: "/imports", Tags: tags, Summary: "The newest imports",
	}, s.importList)
	handle(s, access.VerbViewAudit, huma.Operation{
		OperationID: "find-import", Method: http.MethodGet, Path: "/imports/{id}", Tags: tags,
		Summary: "How far an import is, and what it would do", Errors: []int{http.StatusNotFound},
	}, s.importFind)
	handle(s, access.VerbViewAudit, huma.Operation{
		OperationID: "list-import-lines", Method: http.MethodGet, Path: "/imports/{id}/lines", Tags: tags,
		Summary: "What would come, or what came, of each line", Errors: []int{http.StatusNotFound},
	}, s.importLines)
	verb := func(what, summary string) huma.Operation {
		return huma.Operation{OperationID: what + "-import", Method: http.MethodPost, Path: "/imports/{id}/" + what, Tags: tags,
			DefaultStatus: http.StatusAccepted, Summary: summary, Errors: []int{http.StatusNotFound, http.StatusConflict}}
	}
	handle(s, access.VerbImport, verb("run", "Carry out the lines of a checked import that were not refused"), s.importVerb(s.admin.RunImport))
	handle(s, access.VerbImport, verb("undo", "Take an import back, line by line; what somebody has changed since stays"), s.importVerb(s.admin.UndoImport))
}
