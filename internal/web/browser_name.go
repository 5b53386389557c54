// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"strings"
)

// browserCell names the browser of a session as people do, with what it said of itself behind that. A browser
// says what it likes: this is a help for telling one's own sessions apart, and nothing is decided by it.
func (s *Server) browserCell(agent string) template.HTML {
	short := s.browserName(agent)
	if short == "" {
		return text(agent, 80)
	}
	return template.HTML(`<span title="` + template.HTMLEscapeString(clip(visible(agent), 300)) + `">` + template.HTMLEscapeString(short) + `</span>`)
}

// browserName gives "Firefox on Linux", or "" for what is none of the usual browsers. Most call themselves by
// the names of others too, so the order counts.
func (s *Server) browserName(agent string) string {
	first := func(names ...string) string {
		for i := 0; i+1 < len(names); i += 2 {
			if strings.Contains(agent, names[i]) {
				return names[i+1]
			}
		}
		return ""
	}
	browser := first("Edg", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "FxiOS/", "Firefox", "CriOS/", "Chrome", "Chrome/", "Chrome", "Safari/", "Safari")
	system := first("iPhone", "iOS", "iPad", "iPadOS", "Android", "Android", "Windows", "Windows", "Mac OS X", "macOS", "CrOS", "ChromeOS", "Linux", "Linux")
	if browser == "" || system == "" {
		return ""
	}
	return s.say("list.on", browser, system)
}
