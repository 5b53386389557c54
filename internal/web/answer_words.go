// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import "strconv"

// answerWords puts the last answer a phone got into words: the HTTP status and, where the answer carried
// one, the status inside it, which is what decides (Y-03).
func answerWords(http, status int) string {
	words := "HTTP " + strconv.Itoa(http)
	if status == 0 {
		return words
	}
	words += ", status " + strconv.Itoa(status)
	if meaning := statusWords(status); meaning != "" {
		words += " (" + meaning + ")"
	}
	return words
}

// statusWords gives the meaning of a status that is the same under every command; those from 2 to 100
// mean something else under each and have no words. [MS-ASCMD] 2.2.2
func statusWords(status int) string {
	switch status {
	case 1:
		return "success"
	case 101, 102, 103:
		return "the server could not read the request"
	case 108, 109:
		return "device id or type not accepted"
	case 110:
		return "server error"
	case 111:
		return "server error, try again later"
	case 113:
		return "mailbox full"
	case 114:
		return "mailbox not available"
	case 115:
		return "sending quota used up"
	case 118:
		return "message already sent"
	case 123:
		return "no mailbox"
	case 125:
		return "user not found"
	case 126:
		return "user may not use ActiveSync"
	case 129:
		return "device blocked"
	case 130:
		return "access denied"
	case 131:
		return "account disabled"
	case 132:
		return "sync state lost"
	case 137:
		return "command not supported"
	case 138:
		return "protocol version not supported"
	case 139:
		return "device cannot apply the whole policy"
	case 140:
		return "wipe requested"
	case 141:
		return "device too old to be provisioned"
	case 142:
		return "needs provisioning"
	case 143:
		return "policy has changed, needs provisioning again"
	case 144:
		return "policy key not valid, needs provisioning again"
	case 145:
		return "device managed elsewhere"
	case 165:
		return "device has to describe itself first"
	case 177:
		return "too many devices for this user"
	}
	return ""
}
