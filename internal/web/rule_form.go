// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// ruleInput is what somebody says of a rule: the form of admin, and beside it what was typed, so that a form
// that is refused is shown again as it was.
type ruleInput struct {
	admin.RuleForm
	ID access.BlockingID // empty: a new one
	Of int64             // the version that the form was made of
	T  typedRule
}

// typedRule is what was typed where a form has text and a rule has not.
type typedRule struct{ Days, Networks, Groups, Users, Most, Place string }

// usualMost is how many records a new rule may hold unless somebody says otherwise.
const usualMost = 50

// formOfRule gives what a rule says now.
func formOfRule(r *admin.RuleRow) admin.RuleForm {
	return admin.RuleForm{Name: r.Name, Note: r.Note, Kind: r.Kind, Action: r.Action, OS: r.OS, Version: r.Blocking.Blocking.Version, Names: r.Names, Days: r.Days, Networks: r.Networks,
		Outside: r.Outside, Commands: r.Commands, Groups: r.Groups, Users: r.Users, Enabled: r.Enabled, Most: r.Most, Place: r.Order}
}

// inputOf gives the form of a rule as it stands.
func (s *Server) inputOf(r *http.Request, row *admin.RuleRow) (*ruleInput, error) {
	in := &ruleInput{RuleForm: formOfRule(row), ID: row.ID, Of: row.Version, T: typedRule{Networks: networkWords(row.Networks, "\n"), Groups: strings.Join(row.Groups, "\n"),
		Most: strconv.Itoa(row.Most), Place: strconv.Itoa(row.Order)}}
	if row.Days > 0 {
		in.T.Days = strconv.Itoa(row.Days)
	}
	var err error
	in.T.Users, err = s.userLines(r.Context(), login.Actor(r), row.Scope())
	return in, err
}

func networkWords(list []netip.Prefix, between string) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = n.String()
	}
	return strings.Join(words, between)
}

// newRule is the form of a new rule of a kind.
func newRule(kind access.BlockingKind) *ruleInput {
	in := &ruleInput{RuleForm: admin.RuleForm{Kind: kind, Action: access.ActionQuarantine, Enabled: true}, T: typedRule{Most: strconv.Itoa(usualMost)}}
	switch kind {
	case access.BlockingOS:
		in.OS = "iOS"
	case access.BlockingProtocol:
		in.Version = "14.1"
	case access.BlockingNetwork, access.BlockingCommand:
		in.Action = access.ActionBlock
	case access.BlockingUnseen:
		in.T.Days = "90"
	}
	return in
}

// readRule reads a form. What cannot be read is said in words, with everything else read all the same.
func (s *Server) readRule(r *http.Request) (*ruleInput, error) {
	if err := r.ParseForm(); err != nil {
		return newRule(""), access.Invalid(string(access.VerbChangeRule), s.say("error.form"))
	}
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	in := &ruleInput{ID: access.BlockingID(get("id")), Of: atoi(get("version")),
		T: typedRule{Days: get("days"), Networks: get("networks"), Groups: get("groups"), Users: get("users"), Most: get("most"), Place: get("place")},
		RuleForm: admin.RuleForm{Name: get("name"), Note: get("note"), Kind: access.BlockingKind(get("kind")), Action: access.BlockingAction(get("action")),
			Enabled: get("enabled") == "yes", Confirm: atoi(get("confirm"))}}
	var problem error
	wrong := func(err error) {
		if problem == nil {
			problem = err
		}
	}
	count := func(label, text string, into *int) {
		n, ok := wholeNumber(text)
		if !ok {
			wrong(access.Invalid("rule", s.say("form.number", s.say(label))))
		}
		*into = n
	}
	switch in.Kind {
	case access.BlockingOS:
		in.OS, in.Version = get("os"), get("below")
	case access.BlockingProtocol:
		in.Version = get("below")
	case access.BlockingClient, access.BlockingModel:
		in.Names = typedLines(r.PostFormValue("names"))
	case access.BlockingUnseen:
		count("rule.days", in.T.Days, &in.Days)
	case access.BlockingNetwork:
		in.Outside = get("outside") == "yes"
		in.Networks = s.readNetworks(in.T.Networks, wrong)
	case access.BlockingCommand:
		in.Commands = slices.DeleteFunc(slices.Clone(r.PostForm["command"]), func(c string) bool { return c == "" })
	}
	count("rule.most", in.T.Most, &in.Most)
	count("rule.place", in.T.Place, &in.Place)
	scope, _, err := s.readScope(r, in.T.Groups, in.T.Users)
	if err != nil {
		if access.KindOf(err) != access.KindInvalid {
			return in, err
		}
		wrong(err)
	}
	if scope != nil {
		in.Groups, in.Users = scope.Groups, scope.Users
	}
	return in, problem
}

// typedLines gives what was typed one a line: names of apps and models may hold commas.
func typedLines(text string) (list []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// readNetworks reads networks; an address alone is a network of one.
func (s *Server) readNetworks(text string, wrong func(error)) (list []netip.Prefix) {
	for _, word := range lines(text) {
		p, err := netip.ParsePrefix(word)
		if a, aerr := netip.ParseAddr(word); aerr == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			wrong(access.Invalid("rule", s.say("rule.no-network", clip(visible(word), 60))))
			continue
		}
		list = append(list, p.Masked())
	}
	return list
}

// carry gives what was typed as hidden fields.
func (in *ruleInput) carry() []named {
	list := []named{{"id", string(in.ID)}, {"version", itoa(in.Of)}, {"kind", string(in.Kind)}, {"name", in.Name}, {"action", string(in.Action)}, {"enabled", yesNo(in.Enabled)},
		{"os", in.OS}, {"below", in.Version}, {"days", in.T.Days}, {"names", strings.Join(in.Names, "\n")}, {"networks", in.T.Networks}, {"outside", yesNo(in.Outside)},
		{"groups", in.T.Groups}, {"users", in.T.Users}, {"most", in.T.Most}, {"place", in.T.Place}, {"note", in.Note}}
	for _, c := range in.Commands {
		list = append(list, named{"command", c})
	}
	return slices.DeleteFunc(list, func(n named) bool { return n.Value == "" })
}

// ruleFormPage asks for what a rule says; without a kind, for the kind.
type ruleFormPage struct {
	page
	Kinds   []ruleKindChoice
	Lead    string
	Back    string
	Key     string
	Problem string
	Differ  []formDiffer
	F       *ruleInput
	Kind    string
	Fields  []formField // of the kind
	Actions []ruleActionChoice
	There   string // groups that there are
	Doers   []commandChoice
}

type ruleKindChoice struct{ Icon, Label, Hint, Href string }

// kindIcons show what each kind looks at.
func kindIcons() map[access.BlockingKind]ruleKindChoice {
	return map[access.BlockingKind]ruleKindChoice{access.BlockingOS: {Icon: "versions"}, access.BlockingClient: {Icon: "apps"}, access.BlockingModel: {Icon: "device-mobile"},
		access.BlockingProtocol: {Icon: "history"}, access.BlockingUnseen: {Icon: "zzz"}, access.BlockingNetwork: {Icon: "network"}, access.BlockingCommand: {Icon: "terminal-2"}}
}

type ruleActionChoice struct {
	choice
	Hint string
}

type commandChoice struct {
	choice
	Hint string
}

// ruleNew answers GET /rules/new: which kind, then the form of that kind.
func (s *Server) ruleNew(w http.ResponseWriter, r *http.Request) error {
	kind := access.BlockingKind(r.URL.Query().Get("kind"))
	if slices.Contains(access.BlockingKinds(), kind) {
		return s.showRuleForm(w, r, newRule(kind), nil, http.StatusOK, "")
	}
	p, err := s.newPage(w, r, s.say("rules.new"), "rules")
	if err != nil {
		return err
	}
	fp := &ruleFormPage{page: p, Lead: s.say("rule.which-kind"), Back: "/rules"}
	for _, k := range access.BlockingKinds() {
		fp.Kinds = append(fp.Kinds, ruleKindChoice{kindIcons()[k].Icon, s.ruleKind(k), s.say("rule.kind-hint." + string(k)), "/rules/new?kind=" + url.QueryEscape(string(k))})
	}
	return s.show(w, http.StatusOK, "rule_kinds", "layout", fp)
}

// ruleEdit answers GET /rules/edit/{id}.
func (s *Server) ruleEdit(w http.ResponseWriter, r *http.Request) error {
	found, err := s.admin.FindRule(r.Context(), login.Actor(r), access.BlockingID(r.PathValue("id")))
	if err != nil {
		return err
	}
	in, err := s.inputOf(r, &found.RuleRow)
	if err != nil {
		return err
	}
	return s.showRuleForm(w, r, in, nil, http.StatusOK, "")
}

// showRuleForm shows the form; stands is what the rule says by now, where somebody else was faster.
func (s *Server) showRuleForm(w http.ResponseWriter, r *http.Request, in *ruleInput, stands *ruleInput, status int, problem string) error {
	title, lead, back := "rules.new", "rules.new-lead", "/rules/new"
	if in.ID != "" {
		title, lead, back = "rule.edit", "rule.edit-lead", ruleHref(in.ID)
	}
	p, err := s.newPage(w, r, s.say(title), "rules")
	if err != nil {
		return err
	}
	fp := &ruleFormPage{page: p, Lead: s.say(lead), Back: back, Key: s.newKey(), Problem: problem, F: in, Kind: s.ruleKind(in.Kind), Fields: s.kindFields(in), Actions: s.ruleActions(in)}
	if stands != nil {
		fp.Differ = differing(s.ruleFields(in), s.ruleFields(stands))
		in.Of = stands.Of
	}
	if in.Kind == access.BlockingCommand {
		fp.Doers = s.commandChoices(in.Commands)
	}
	if fp.There, err = s.groupsThere(r.Context(), p.Actor); err != nil {
		return err
	}
	return s.show(w, status, "rule_form", "layout", fp)
}

// kindFields are the fields that the kind of a rule has.
func (s *Server) kindFields(in *ruleInput) []formField {
	field := func(name, label, value, hint string) formField {
		return formField{Name: name, Label: s.say(label), Value: value, Hint: s.say(hint), Most: 200, Required: true}
	}
	switch in.Kind {
	case access.BlockingOS:
		os := field("os", "rule.os", in.OS, "rule.os-hint")
		os.Kind = "platform"
		return []formField{os, field("below", "rule.version", in.Version, "rule.version-hint")}
	case access.BlockingProtocol:
		f := field("below", "rule.protocol", in.Version, "rule.protocol-hint")
		f.Kind = "select"
		versions := []string{"12.0", "12.1", "14.0", "14.1", "16.0", "16.1"}
		if in.Version != "" && !slices.Contains(versions, in.Version) {
			versions = append(versions, in.Version)
		}
		for _, v := range versions {
			f.Choices = append(f.Choices, choice{v, v, v == in.Version})
		}
		return []formField{f}
	case access.BlockingClient, access.BlockingModel:
		f := field("names", "rule.names."+string(in.Kind), strings.Join(in.Names, "\n"), "rule.names-hint."+string(in.Kind))
		f.Kind, f.Most = "textarea", 12_000
		return []formField{f}
	case access.BlockingUnseen:
		f := field("days", "rule.days", in.T.Days, "rule.days-hint")
		f.Kind = "number"
		return []formField{f}
	case access.BlockingNetwork:
		from := formField{Name: "outside", Label: s.say("rule.outside"), Kind: "select", Choices: []choice{{"no", s.say("rule.outside.no"), !in.Outside}, {"yes", s.say("rule.outside.yes"), in.Outside}}}
		f := field("networks", "rule.networks", in.T.Networks, "rule.networks-hint")
		f.Kind, f.Most = "textarea", 4000
		return []formField{from, f}
	}
	return nil
}

func (s *Server) ruleActions(in *ruleInput) (list []ruleActionChoice) {
	for _, a := range []access.BlockingAction{access.ActionQuarantine, access.ActionBlock, access.ActionWarn} {
		if in.Kind.ByRequest() && a == access.ActionQuarantine {
			continue
		}
		hint := "rule.action-hint." + string(a)
		if in.Kind == access.BlockingCommand {
			hint = "rule.command-hint." + string(a)
		}
		list = append(list, ruleActionChoice{choice{string(a), s.ruleAction(a), a == in.Action}, s.say(hint)})
	}
	return list
}

func (s *Server) commandChoices(chosen []string) (list []commandChoice) {
	all := commands()
	for _, name := range chosen {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	for _, name := range all {
		c := commandChoice{choice{name, firstWord(s.commandWord(name), name), slices.Contains(chosen, name)}, name}
		if name == access.FeatureLibrary {
			c.Hint = "" // it is no command but what some of them can do
		}
		list = append(list, c)
	}
	return list
}

// standing gives what a rule says by now, where it is not what the form was made of.
func (s *Server) standing(ctx context.Context, r *http.Request, in *ruleInput) (*ruleInput, error) {
	if in.ID == "" {
		return nil, nil
	}
	found, err := s.admin.FindRule(ctx, login.Actor(r), in.ID)
	if err != nil || found.Version == in.Of {
		return nil, err
	}
	return s.inputOf(r, &found.RuleRow)
}
