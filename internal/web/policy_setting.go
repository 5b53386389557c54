// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// settingGroup is a group of a policy's settings, on its page and in its form.
type settingGroup struct {
	Key      string
	Title    string
	Note     string
	Password bool // its settings mean little unless a password is asked for
	Settings []settingLine
}

// settingLine is one setting: as it stands, and as it can be changed.
type settingLine struct {
	Name    string // of its field
	Element string
	Label   string
	Hint    string
	Value   string // in words
	Raw     string // as the protocol has it; "" is left open
	Kind    string // choice, number or list
	Choices []choice
	Min     int64
	Max     int64
	Unit    string
	Password,
	Switch bool // the one that asks for a password at all
	Support []clientSupport
	Wrong   string
}

// clientSupport is what a mail app makes of a setting.
type clientSupport struct {
	Client, Word, Note, Kind, Icon, Source string
}

// groupKeys are the groups as the catalogue calls them.
func groupKeys() []string {
	return []string{provision.GroupPassword: "password", provision.GroupEncryption: "encryption", provision.GroupMail: "mail",
		provision.GroupMessages: "messages", provision.GroupFeatures: "features", provision.GroupPrograms: "programs"}
}

// settingGroups lists settings in groups, with the values of a policy; with onlySet those alone that ask for
// something.
func (s *Server) settingGroups(values map[string]string, wrong map[string]string, onlySet bool) []settingGroup {
	var list []settingGroup
	for g, key := range groupKeys() {
		group := settingGroup{Key: key, Title: s.say("policy.group." + key), Password: g == int(provision.GroupPassword)}
		if group.Password {
			group.Note = s.say("policy.password-note")
		}
		for _, d := range provision.Settings() {
			if int(d.Group) != g || onlySet && values[d.Name] == "" {
				continue
			}
			line := s.settingLine(&d, values[d.Name])
			line.Wrong = wrong[d.Name]
			group.Settings = append(group.Settings, line)
		}
		if len(group.Settings) > 0 {
			list = append(list, group)
		}
	}
	return list
}

// settingName is what the form calls a setting; settingKey where its words stand.
func settingName(element string) string { return "s." + element }

func settingKey(element string) string { return "policy.set." + strings.ToLower(element) }

func (s *Server) settingLabel(element string) string {
	if key := settingKey(element); s.words.Has(key) {
		return s.say(key)
	}
	return element
}

func (s *Server) settingLine(d *provision.Setting, value string) settingLine {
	line := settingLine{Name: settingName(d.Name), Element: d.Name, Label: s.settingLabel(d.Name), Value: s.settingWord(d, value), Raw: value, Min: d.Min, Max: d.Max,
		Password: d.WithPassword, Switch: d.Name == "DevicePasswordEnabled", Support: s.supportOf(d.Name)}
	if key := "policy.hint." + strings.ToLower(d.Name); s.words.Has(key) {
		line.Hint = s.say(key)
	}
	switch d.Kind {
	case provision.Flag:
		line.Kind = "choice"
		other := "1"
		if d.Open == "1" {
			other = "0"
		}
		line.Choices = []choice{{"", s.flagWord(d, d.Open), value == "" || value == d.Open}, {other, s.flagWord(d, other), value == other}}
	case provision.Choice:
		line.Kind = "choice"
		line.Choices = []choice{{"", s.settingWord(d, ""), value == ""}}
		for _, v := range d.Values {
			if text := itoa(v); text != d.Open {
				line.Choices = append(line.Choices, choice{text, s.settingWord(d, text), value == text})
			}
		}
	case provision.Number:
		line.Kind, line.Unit = "number", s.say("policy.unit."+d.Unit)
		if line.Hint == "" {
			line.Hint = s.say("policy.range", d.Min, d.Max)
		}
	case provision.List:
		line.Kind = "list"
	}
	return line
}

func (s *Server) flagWord(d *provision.Setting, value string) string {
	switch {
	case d.Open == "1" && value == "0":
		return s.say("policy.forbidden")
	case d.Open == "1":
		return s.say("policy.allowed")
	case value == "1":
		return s.say("policy.required")
	}
	return s.say("policy.not-required")
}

// settingWord puts a value into words.
func (s *Server) settingWord(d *provision.Setting, value string) string {
	switch d.Kind {
	case provision.Flag:
		return s.flagWord(d, value)
	case provision.Choice:
		if value == "" {
			value = d.Open
		}
		if key := settingKey(d.Name) + "." + value; s.words.Has(key) {
			return s.say(key)
		}
	case provision.Number:
		if value == "" || value == d.Endless {
			return s.say("policy.open")
		}
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			return s.say("policy.number", n, s.say("policy.unit."+d.Unit))
		}
	case provision.List:
		if value == "" {
			return s.say("policy.open")
		}
		return strings.Join(strings.Split(value, "\n"), ", ")
	}
	return value
}

// elementWord is settingWord by the name of the element, which an old revision may have and we not know.
func (s *Server) elementWord(element, value string) string {
	if d, ok := provision.SettingOf(element); ok {
		return s.settingWord(&d, value)
	}
	return value
}

// valuesOf gives the settings of a policy by element.
func valuesOf(p *access.Policy) map[string]string {
	out := map[string]string{}
	for _, v := range p.Settings {
		out[v.Element] = v.Value
	}
	return out
}

// readPolicy reads the form of a policy. What is left open is left out.
func readPolicy(form url.Values) admin.PolicyForm {
	f := admin.PolicyForm{Name: strings.TrimSpace(form.Get("name")), Description: strings.TrimSpace(form.Get("description")), Settings: map[string]string{},
		AllowNonProvisionable: form.Get("lenient") == "yes", Note: strings.TrimSpace(form.Get("note"))}
	if d, ok := parseDuration(form.Get("refresh")); ok {
		f.RefreshEvery = d
	} else {
		f.RefreshEvery = -1
	}
	for _, d := range provision.Settings() {
		value := strings.TrimSpace(strings.ReplaceAll(form.Get(settingName(d.Name)), "\r\n", "\n"))
		if value != "" {
			f.Settings[d.Name] = value
		}
	}
	return f
}

// wrongOf says by element what no phone could take.
func (s *Server) wrongOf(f *admin.PolicyForm) map[string]string {
	out := map[string]string{}
	for _, e := range provision.Document(f.Settings).Check() {
		out[e.Element] = s.hear(e.Why)
	}
	return out
}

// formOf gives a policy as a form begins with it.
func formOf(p *access.Policy, description string) admin.PolicyForm {
	return admin.PolicyForm{Name: p.Name, Description: description, Settings: valuesOf(p), AllowNonProvisionable: p.AllowNonProvisionable, RefreshEvery: p.RefreshEvery}
}

// refreshWord says how often phones ask anew.
func (s *Server) refreshWord(d time.Duration) string {
	if d <= 0 {
		return s.say("policy.refresh-never")
	}
	return s.say("policy.refresh-every", duration(d))
}
