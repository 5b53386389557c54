// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import "strconv"

// answerWords puts the last answer a phone got into words: the HTTP status and, where the answer carried
// one, the status inside it, which is what decides (Y-03). The catalogue has words for a status that is the
// same under every command; those from 2 to 100 mean something else under each. [MS-ASCMD] 2.2.2
func (s *Server) answerWords(http, status int) string {
	if status == 0 {
		return s.say("answer.http", strconv.Itoa(http))
	}
	key := "status." + strconv.Itoa(status)
	if !s.words.Has(key) {
		return s.say("answer.http-status", strconv.Itoa(http), strconv.Itoa(status))
	}
	return s.say("answer.http-meaning", strconv.Itoa(http), strconv.Itoa(status), s.say(key))
}
