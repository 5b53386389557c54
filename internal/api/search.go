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

// Answer is one thing that a search has found: what is the matter with it, and the one verb that solves it.
type Answer struct {
	Kind     string        `json:"kind" enum:"user,device,record"`
	ID       string        `json:"id"`
	Title    string        `json:"title" doc:"Whose, what"`
	Sentence string        `json:"sentence" doc:"What is the matter, for the person who has asked"`
	Wrong    bool          `json:"wrong" doc:"Somebody cannot read their mail"`
	Rule     string        `json:"rule,omitempty" doc:"The rule that speaks"`
	Verb     access.Verb   `json:"verb,omitempty" doc:"What solves it; absent: nothing is wrong, or nothing here solves it, or the token may not do it"`
	OnKind   string        `json:"on_kind,omitempty" enum:"user,device,record" doc:"What the verb is for"`
	On       string        `json:"on,omitempty" doc:"Its id, which need not be the one that was found"`
	Advice   string        `json:"advice,omitempty" doc:"What to do where no verb solves it"`
	Also     []access.Verb `json:"also,omitempty" doc:"Other verbs on the thing that was found which the token may use, such as blocking a phone that syncs"`
	At       time.Time     `json:"at,omitzero" doc:"The moment that the sentence names"`
	AtWords  string        `json:"at_words,omitempty" doc:"The part of the sentence that names it, in the console's time zone"`
}

func answerOf(a *admin.Answer) Answer {
	return Answer{Kind: a.Kind, ID: a.ID, Title: a.Title, Sentence: a.Sentence, Wrong: a.Wrong, Rule: a.Rule, Verb: a.Verb,
		OnKind: a.OnKind, On: a.On, Advice: a.Advice, Also: a.Also, At: a.At.UTC(), AtWords: a.AtWords}
}

type searchInput struct {
	Text string `query:"q" required:"true" minLength:"1" maxLength:"200" doc:"A name, address, number, device id, …"`
}

type searchOutput struct {
	Body struct {
		Items []Answer `json:"items" doc:"What is wrong comes first; the first few of users, records and devices"`
		More  bool     `json:"more" doc:"There is more of one kind: ask its list"`
	} `nameHint:"Answers"`
}

// search answers GET /search: the one search box.
func (s *Server) search(ctx context.Context, who access.Actor, in *searchInput) (*searchOutput, error) {
	a, err := s.admin.Answer(ctx, who, in.Text)
	if err != nil {
		return nil, err
	}
	out := &searchOutput{}
	out.Body.Items, out.Body.More = mapped(a.List, answerOf), a.More
	return out, nil
}

func (s *Server) mountSearch() {
	handle(s, access.VerbView, huma.Operation{
		OperationID: "search", Method: http.MethodGet, Path: "/search", Tags: []string{"Overview"},
		Summary: "Users, records and devices, with what is the matter with each in one sentence",
	}, s.search)
}
