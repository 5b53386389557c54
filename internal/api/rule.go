// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// RuleSpec is what a blocking rule looks at. Which fields count is the kind's choice; the others are absent.
type RuleSpec struct {
	Kind     access.BlockingKind   `json:"kind" enum:"os-below,client,model,protocol-below,unseen,network,command"`
	Action   access.BlockingAction `json:"action" enum:"block,quarantine,warn" doc:"quarantine: refuse until somebody releases it"`
	OS       string                `json:"os,omitempty" maxLength:"200" doc:"For os-below: the platform, such as iOS"`
	Below    string                `json:"below,omitempty" maxLength:"20" doc:"For os-below and protocol-below: the first version that is good enough, such as 17.4"`
	Names    []string              `json:"names,omitempty" maxItems:"50" doc:"For client and model; a star at either end stands for anything"`
	Days     int                   `json:"days,omitempty" minimum:"0" maximum:"3650" doc:"For unseen: days without a sync"`
	Networks []string              `json:"networks,omitempty" maxItems:"50" doc:"For network, such as 203.0.113.0/24"`
	Outside  bool                  `json:"outside,omitempty" doc:"For network: speaks of whoever comes from elsewhere"`
	Commands []string              `json:"commands,omitempty" maxItems:"50" doc:"For command: names of ActiveSync commands, or DocumentLibrary for documents of file shares"`
	Groups   []string              `json:"groups,omitempty" maxItems:"500" doc:"For whom it is; with neither groups nor users: for everybody"`
	Users    []access.UserID       `json:"users,omitempty" maxItems:"500" doc:"Users it is for, by id"`
}

// Rule is a blocking rule and what it holds.
type Rule struct {
	ID       access.BlockingID `json:"id"`
	Name     string            `json:"name"`
	Note     string            `json:"note,omitempty"`
	Sentence string            `json:"sentence" doc:"What it does, in words for a person"`
	Place    int               `json:"place" doc:"The lower one speaks first"`
	RuleSpec
	UserNames map[access.UserID]string `json:"user_names,omitempty" doc:"What the users it is for are called, as far as the caller may see them"`
	Enabled   bool                     `json:"enabled"`
	Most      int                      `json:"most" doc:"How many records it may hold before somebody confirms that more are meant; 0: any number"`
	Confirmed int                      `json:"confirmed" doc:"How many have been confirmed"`
	Held      int64                    `json:"held" doc:"Records that it does to what it does"`
	Waiting   int64                    `json:"waiting" doc:"Records more that it speaks of; they stay free until somebody confirms"`
	Released  int64                    `json:"released" doc:"Records that somebody has let out of its quarantine"`
	Looking   bool                     `json:"looking" doc:"After a change, all records are being looked at; the numbers above still move"`
	Looked    int                      `json:"looked_percent,omitempty" doc:"How far that is"`
	Created   time.Time                `json:"created"`
	Changed   time.Time                `json:"changed"`
	By        string                   `json:"by" doc:"Who changed it last"`
	Version   int64                    `json:"version" doc:"The ETag"`
}

// usualMost is how many records a rule may hold unless somebody says otherwise.
const usualMost = 50

// RuleForm is what a request says of a rule: all of it.
type RuleForm struct {
	Name string `json:"name" minLength:"1" maxLength:"100"`
	Note string `json:"note,omitempty" maxLength:"500" doc:"Why there is such a rule"`
	RuleSpec
	Enabled bool   `json:"enabled"`
	Most    *int   `json:"most,omitempty" minimum:"0" doc:"How many records it may hold before somebody confirms that more are meant; 0: any number; absent: 50"`
	Place   int    `json:"place,omitempty" minimum:"0" doc:"Absent: a new one speaks last, others where they do"`
	Confirm int64  `json:"confirm,omitempty" minimum:"0" doc:"The number of its preview: it may hold so many at once, though they are more than most. When it speaks of another number by now, the answer is 409"`
	Reason  string `json:"reason,omitempty" doc:"Kept in the audit log"`
}

func (f *RuleForm) form() (admin.RuleForm, error) {
	networks, err := networksOf(f.Networks)
	if err != nil {
		return admin.RuleForm{}, err
	}
	most := usualMost
	if f.Most != nil {
		most = *f.Most
	}
	return admin.RuleForm{Name: f.Name, Note: f.Note, Kind: f.Kind, Action: f.Action, OS: f.OS, Version: f.Below, Names: f.Names, Days: f.Days,
		Networks: networks, Outside: f.Outside, Commands: f.Commands, Groups: f.Groups, Users: f.Users, Enabled: f.Enabled, Most: most,
		Place: f.Place, Confirm: f.Confirm}, nil
}

// networksOf reads networks; an address alone is a network of one.
func networksOf(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range list {
		text = strings.TrimSpace(text)
		p, err := netip.ParsePrefix(text)
		if a, alone := netip.ParseAddr(text); alone == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, access.Invalid("api: rule", "Write networks as 203.0.113.0/24 or 2001:db8::/32: “"+clip(text)+"” is none.")
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// clip shortens what a message repeats.
func clip(s string) string {
	if r := []rune(s); len(r) > 50 {
		return string(r[:50]) + "…"
	}
	return s
}

func ruleOf(r *admin.RuleRow) Rule {
	b := &r.Blocking
	out := Rule{ID: b.ID, Name: b.Name, Note: b.Note, Sentence: r.Sentence, Place: b.Order, UserNames: r.UserNames, Enabled: b.Enabled, Most: b.Most,
		Confirmed: b.Confirmed, Held: r.Held, Waiting: b.Waiting, Released: r.Released, Looking: r.Walk.On, Looked: r.Walk.Percent,
		Created: b.Created.UTC(), Changed: b.Changed.UTC(), By: b.By, Version: b.Version,
		RuleSpec: RuleSpec{Kind: b.Kind, Action: b.Action, OS: b.OS, Below: b.Blocking.Version, Names: b.Names, Days: b.Days, Outside: b.Outside,
			Commands: b.Commands, Groups: b.Groups, Users: b.Users}}
	for _, n := range b.Networks {
		out.Networks = append(out.Networks, n.String())
	}
	return out
}

type ruleListOutput struct {
	Body struct {
		Items []Rule `json:"items" doc:"In the order in which they speak"`
	} `nameHint:"RuleList"`
}

// ruleList answers GET /rules.
func (s *Server) ruleList(ctx context.Context, who access.Actor, _ *struct{}) (*ruleListOutput, error) {
	list, err := s.admin.ListRules(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &ruleListOutput{}
	out.Body.Items = mapped(list, ruleOf)
	return out, nil
}

type ruleInput struct {
	ID access.BlockingID `path:"id" maxLength:"100"`
}

// RuleDetails is a rule with what has happened to it.
type RuleDetails struct {
	Rule
	Timeline []AuditEntry `json:"timeline" doc:"The latest first; empty for who may not read the audit log"`
}

type ruleOutput struct {
	ETag string `header:"ETag"`
	Body RuleDetails
}

// ruleFind answers GET /rules/{id}.
func (s *Server) ruleFind(ctx context.Context, who access.Actor, in *ruleInput) (*ruleOutput, error) {
	d, err := s.admin.FindRule(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &ruleOutput{ETag: etag(d.Blocking.Version), Body: RuleDetails{Rule: ruleOf(&d.RuleRow), Timeline: auditEntriesOf(d.Timeline)}}, nil
}

func (s *Server) mountRules() {
	tags := []string{"Rules"}
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-rules", Method: http.MethodGet, Path: "/rules", Tags: tags, Summary: "All blocking rules",
	}, s.ruleList)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "find-rule", Method: http.MethodGet, Path: "/rules/{id}", Tags: tags, Summary: "One rule, and what has happened to it",
		Errors: []int{http.StatusNotFound},
	}, s.ruleFind)
	s.mountRuled(tags)
	s.mountRuleActs(tags)
}
