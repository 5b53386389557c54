// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package company

import "math/rand/v2"

// Words are the subject and the text of a mail as people here write them.
func Words(rng *rand.Rand) (subject, text string) {
	s := subjects()
	t := texts()
	return s[rng.IntN(len(s))], t[rng.IntN(len(t))] + "\r\n\r\n" + t[rng.IntN(len(t))] + "\r\n"
}

func subjects() []string {
	return []string{
		"Lunch on Thursday?", "Minutes of the Monday round", "Fwd: offer for the roof", "Angebot für die Brücke, 2. Fassung",
		"Re: Re: Re: keys", "Réunion déplacée à 14 h", "来週の予定", "موعد الاجتماع القادم", "הזמנה לפגישה", "Счёт за октябрь",
		"Urlaub KW 33", "The printer, again", "🎂 for Zoé", "Draft contract, please do not forward", "Parking spaces",
		"Protokół ze spotkania", "Σχέδιο για αύριο", "Budget 2027: questions", "Short list of suppliers", "Train at 07:12",
	}
}

func texts() []string {
	return []string{
		"I will be a little late, please start without me.",
		"Could somebody look at the second page? The numbers do not add up.",
		"Anbei die Zeichnung mit den geänderten Maßen. Bitte bis Freitag prüfen.",
		"The room upstairs is free from three o'clock on.",
		"Merci d'avance, et à demain.",
		"よろしくお願いいたします。",
		"شكراً جزيلاً، إلى اللقاء غداً.",
		"We have agreed on the tenth, unless the weather says otherwise.",
		"The spare keys are with the front desk.",
		"No hurry. Next week is fine as well.",
	}
}
